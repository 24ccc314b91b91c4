"""Declared impact is below what is seen.

An impact is the highest of its reasons, and a declared one is a reason among others: it can raise an impact, never lower it. A declaration that is lower than what is seen has no
effect, and whoever wrote it plans with less scrutiny than the workload gets.

To fix it, declare what is true or remove the declaration; or change what makes the impact so high, such as an identity that may do too much.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/impact: low  # finding: impact of 'chat' is declared low, and is high: 8 accelerators
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          resources:
            limits: {nvidia.com/gpu: 8}
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/impact: high
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          resources:
            limits: {nvidia.com/gpu: 1}
```

See [FIPS 199](https://csrc.nist.gov/pubs/fips/199/final), where the impact of a system is the highest of its parts too.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.LOW, compose="")
def understated_impact(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    declared, seen = arch.declared(workload), arch.impact(workload)
    own = declared.impact
    if own is None or own >= seen.impact:
        return
    above = [r for r in seen.because if r.impact is seen.impact]
    yield Finding(
        f"impact of '{workload.name}' is declared {own.word}, and is {seen.impact.word}: {above[0].text}",
        declared.said["impact"].place,
        related=tuple((r.place, r.text) for r in above if r.place is not None),
        advice="declare what is true, or change what makes it so",
    )
