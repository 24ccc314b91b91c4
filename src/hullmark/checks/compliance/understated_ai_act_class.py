"""Workload is an AI system, and declared not to be one.

The duties of the AI Act begin with knowing what there is. A workload that answers from a model, by itself or through tools, infers from its input how to generate output, which is
what Article 3(1) calls an AI system; `none` keeps it out of every inventory and every review that follows from it. And where people talk to a model through
a user interface, they must be able to tell (Article 50(1)), so that `minimal` is too little.

Which class a system is in beyond that hangs on what it is used for. No manifest says that, and it is not guessed here: a system of Annex III that is declared `minimal` is not found.

To fix it, find out what the system is used for, and declare the class that follows.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/ai-act-class: none  # finding: 'chat' is declared to be no AI system, and is recognised as online-inference
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
  annotations:
    hullmark.dev/ai-act-class: minimal
spec:
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
```

See [Regulation (EU) 2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj), Articles 3(1), 6 and 50(1).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.declaration import AiActClass
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Confidence, Role, Severity
from hullmark.model.workload import Workload

_SYSTEMS = SERVING | {Role.BATCH_INFERENCE, Role.RAG_SERVICE, Role.AGENT}
"""Roles whose output a model infers."""


@check(Workload, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, roles=_SYSTEMS | {Role.AI_UI}, compose="")
def understated_ai_act_class(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    declared = arch.declared(workload)
    said = declared.ai_act_class
    if said is AiActClass.NONE:
        what = f"is declared to be no AI system, and is recognised as {workload.role.value}"
    elif said is AiActClass.MINIMAL and workload.role is Role.AI_UI:
        what = "is declared minimal, and people talk to a model through it"
    else:
        return
    yield Finding(
        f"'{workload.name}' {what}",
        declared.said["ai-act-class"].place,
        related=tuple((e.place, e.text) for e in workload.evidence if e.place is not None)[:3],
        advice="declare the class that follows from what it is used for",
    )
