"""Model is not pinned to a commit.

A name on a hub is a branch: the same manifest loads other weights after the next push, by its owner or by whoever took
over the account. What was evaluated is then not what runs, and there is nothing to roll back to.

A tag or branch as revision is a low finding, no revision a medium one. Paths, volumes, images and NIM, whose image
carries the version, are not meant, and neither is a server that is told to stay offline (`HF_HUB_OFFLINE=1`): what is
in its cache decides.

To fix it, add `--revision` with the 40-digit commit.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args: [--model=google/gemma-3-27b-it]  # finding: model 'google/gemma-3-27b-it' is not pinned to a commit
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
          args:
            - --model=google/gemma-3-27b-it
            - --revision=005ad3404e59d6023443cb575daa05336842228a
```

See vLLM's [engine arguments](https://docs.vllm.ai/en/stable/configuration/engine_args.html), OWASP [LLM03:2025 Supply
Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/) and MITRE ATLAS
[AML.M0014](https://atlas.mitre.org/mitigations/AML.M0014).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import SERVING, Role, Severity
from hullmark.model.truth import Undecided, is_placeholder
from hullmark.model.workload import Workload

_LOADERS = (*SERVING, Role.BATCH_INFERENCE, Role.MODEL_LOADER)
_REVISIONS = ("--revision", "--model-revision")


@check(Workload, severity=Severity.MEDIUM, roles=_LOADERS)
def unpinned_model(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    named: set[str] = set()
    unknown = False
    for container in workload.containers:
        unknown = unknown or _filled_in(container)
        if (container.env("HF_HUB_OFFLINE") or "").lower() in ("1", "true", "yes", "on") or _filled_in(container):
            named |= {m.id for m in container.models}
    for model in workload.models:
        if model.scheme == "hub" and not model.pinned and model.id not in named:
            named.add(model.id)
            to = f"only to '{model.revision}'" if model.revision else "to a commit"
            yield Finding(
                f"model '{model.id}' is {'pinned' if model.revision else 'not pinned'} {to}",
                model.place,
                severity=Severity.LOW if model.revision else None,
                advice="name the 40-digit commit as revision",
            )
    if unknown:
        raise Undecided("the revision is filled in elsewhere")


def _filled_in(container: Container) -> bool:
    revision = container.argv.flag(*_REVISIONS) or container.env("REVISION") or ""
    return is_placeholder(revision) or "$" in revision
