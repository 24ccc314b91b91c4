"""How urgent a finding is on its workload: 0 to 100.

    priority = (severity + impact + exposure) x confidence

| severity | points | | impact | points | | exposure | points | | confidence | factor |
|---|---|---|---|---|---|---|---|---|---|---|
| critical | 80 | | high | 10 | | public | 10 | | high | 100 % |
| high | 60 | | moderate | 5 | | internal | 6 | | medium | 85 % |
| medium | 40 | | low | 0 | | cluster | 3 | | low | 60 % |
| low | 20 | | | | | isolated | 1 | | | |
| info | 5 | | | | | loopback | 0 | | | |

A step of severity is worth as much as the highest impact and the widest exposure together: a *high* finding on a
public, high-impact service is as urgent as a *critical* one on a workload nobody reaches or depends on. The points are
a judgement of this project, in the spirit of CVSS's environmental metrics; severity itself never changes.
"""

from __future__ import annotations

from hullmark.model.terms import Confidence, Impact, Reach, Severity

_SEVERITY = {Severity.INFO: 5, Severity.LOW: 20, Severity.MEDIUM: 40, Severity.HIGH: 60, Severity.CRITICAL: 80}
_IMPACT = {Impact.LOW: 0, Impact.MODERATE: 5, Impact.HIGH: 10}
_REACH = {Reach.LOOPBACK: 0, Reach.ISOLATED: 1, Reach.CLUSTER: 3, Reach.INTERNAL: 6, Reach.PUBLIC: 10}
_PERCENT = {Confidence.LOW: 60, Confidence.MEDIUM: 85, Confidence.HIGH: 100}


def priority(severity: Severity, impact: Impact, reach: Reach, confidence: Confidence) -> int:
    """The priority by the table above, rounded down."""
    return (_SEVERITY[severity] + _IMPACT[impact] + _REACH[reach]) * _PERCENT[confidence] // 100
