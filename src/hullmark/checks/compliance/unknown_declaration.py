"""Annotation declares nothing.

An annotation that begins with `hullmark.dev/` and that nobody reads is worse than none: whoever wrote it believes that the workload is looked at as one that handles
personal data, or that its owner can be found. A misspelt key, a class that does not exist, an objective of 100 % or a value that is no string all say nothing.

An objective is a percentage above 0 and below 100. At 100 % there is no error budget: not one request may fail, no update may go wrong, ever.

To fix it, use a key and a word that exist. `docs/declarations.md` lists them.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  annotations:
    hullmark.dev/dataclass: personal  # finding: nothing is declared by 'hullmark.dev/dataclass'
    hullmark.dev/ai-act-class: high-rsk  # finding: 'hullmark.dev/ai-act-class': there is no AI Act class 'high-rsk'
    hullmark.dev/slo: "100"  # finding: 'hullmark.dev/slo': '100' is no objective: no error budget is left
spec:
  template:
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  annotations:
    hullmark.dev/data-class: personal
    hullmark.dev/ai-act-class: high-risk-annex-iii
    hullmark.dev/slo: "99.5"
spec:
  template:
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
```

```yaml unknown
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  annotations:
    hullmark.dev/owner: ${OWNER}  # unknown: 'hullmark.dev/owner' is filled in later
spec:
  template:
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
```

See [Annotations](https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/), Google's [Embracing
risk](https://sre.google/sre-book/embracing-risk/) on why 100 % is the wrong objective, and [Regulation (EU)
2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj) for the classes.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided


@check(Resource, severity=Severity.MEDIUM, compose="")
def unknown_declaration(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    flaws = arch.declared(resource).flaws
    wrong = [flaw for flaw in flaws if not flaw.unknown]
    for flaw in wrong:
        yield Finding(flaw.message, flaw.place, advice=flaw.hint)
    if flaws and not wrong:
        raise Undecided(flaws[0].message)
