"""Model may change under its name.

A hub id without a revision means whatever the repository's main branch holds at the next start: other weights, another tokenizer, another licence, or a poisoned upload. What was evaluated
is then not what runs, and there is nothing to roll back to.

A branch or tag moves as well and is reported with low severity. Local paths, volumes and images that carry the model are not hub ids.

To fix it, name the commit: `--revision` with its 40 hexadecimal digits, or serve from a registry by digest.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args:
        - --model=mistralai/Mistral-7B-Instruct-v0.3  # finding: model 'mistralai/Mistral-7B-Instruct-v0.3' is not pinned to a commit
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      args:
        - --model=mistralai/Mistral-7B-Instruct-v0.3
        - --revision=e0bc86c23ce5aae1db576c8cca6f06f1f73af2db
```

See [vLLM: engine arguments](https://docs.vllm.ai/en/stable/configuration/engine_args.html), [Hub: download a revision](https://huggingface.co/docs/huggingface_hub/guides/download) and
[MITRE ATLAS AML.T0010.003](https://atlas.mitre.org/techniques/AML.T0010.003).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Role, Severity
from hullmark.model.workload import Workload

_ROLES = SERVING | {Role.BATCH_INFERENCE, Role.EVALUATION, Role.MODEL_LOADER, Role.FINE_TUNING, Role.GUARDRAIL}


@check(Workload, severity=Severity.MEDIUM, roles=_ROLES)
def unpinned_model(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    seen: set[str] = set()
    for model in workload.models:
        if model.scheme != "hub" or model.pinned or model.id in seen:
            continue
        seen.add(model.id)
        if model.revision:
            yield Finding(
                f"revision '{model.revision}' of model '{model.id}' is no commit and may move",
                model.place,
                severity=Severity.LOW,
            )
        else:
            yield Finding(
                f"model '{model.id}' is not pinned to a commit",
                model.place,
                advice="name the commit's 40 digits as revision",
            )
