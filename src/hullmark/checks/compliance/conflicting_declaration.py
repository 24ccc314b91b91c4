"""Two declarations of one object disagree.

One says `public`, the other `personal`: somebody is wrong, and everything that goes by a declaration (who is called at night, how much scrutiny the workload gets, what an
auditor is shown) goes by chance. The annotation of the object counts before that of its pod template, and both before `hullmark.yaml`.

What `hullmark.yaml` says of many objects at once (by a pattern, or without a name) is a default, and overriding it is no contradiction.

To fix it, find out which one is true, and remove the other.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: screening
  annotations:
    hullmark.dev/data-class: internal
spec:
  template:
    metadata:
      annotations:
        hullmark.dev/data-class: personal  # finding: data-class of 'screening' is 'internal', and 'personal' here
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
spec:
  template:
    metadata:
      annotations:
        hullmark.dev/data-class: PII
    spec:
      containers:
        - name: screening
          image: registry.example/screening:1.4.2
```

See the NIST [AI Risk Management Framework](https://www.nist.gov/itl/ai-risk-management-framework), GOVERN 1.6, on inventories of AI systems.
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity


@check(Resource, severity=Severity.MEDIUM)
def conflicting_declaration(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    declared = arch.declared(resource)
    for other in declared.others:
        counted = declared.said[other.key]
        yield Finding(
            f"{other.key} of '{resource.ref.name}' is '{counted.word}', and '{other.word}' here",
            other.place,
            related=((counted.place, "this one counts"),),
            advice="find out which one is true, and remove the other",
        )
