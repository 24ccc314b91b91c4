"""Model is not pinned to a commit.

A name on a hub is a branch: the same manifest loads other weights after the next push, by its owner or by whoever took
over the account. What was evaluated is then not what runs, and there is nothing to roll back to.

A tag or branch as revision is a low finding, no revision a medium one. Tokenizers, draft models and adapters that are
loaded beside the model are meant too, also those that a LoRA syncer reads from a ConfigMap; vLLM and SGLang have flags for
the commit of a tokenizer and a draft model, Text Generation Inference takes an adapter's after `@`, and all other adapters
are pinned by loading them from a path, as are the models of llama.cpp, which has no word for a commit. Paths, volumes,
images and NIM, whose image carries the version, are not meant, and neither is a server that is told to stay offline
(`HF_HUB_OFFLINE=1`): what is in its cache decides.

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

See the [LoRA syncer](https://github.com/kubernetes-sigs/gateway-api-inference-extension/tree/main/tools/dynamic-lora-sidecar),
vLLM's [engine arguments](https://docs.vllm.ai/en/v0.8.5/serving/engine_args.html), OWASP [LLM03:2025 Supply
Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/) and MITRE ATLAS
[AML.M0014](https://atlas.mitre.org/mitigations/AML.M0014).
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from hullmark.checks.security._adapters import adapters, unread
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.references import hub_id
from hullmark.model.terms import SERVING, Role, Severity
from hullmark.model.truth import Undecided, is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_LOADERS = (*SERVING, Role.BATCH_INFERENCE, Role.MODEL_LOADER)
_REVISIONS = ("--revision", "--model-revision")
_TRUE = ("1", "true", "yes", "on")


class _Loaded(NamedTuple):
    """A model, or what a server loads beside it."""

    kind: str
    id: str
    revision: str
    place: Place


@check(Workload, severity=Severity.MEDIUM, roles=_LOADERS, compose="")
def unpinned_model(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    named: set[str] = set()
    unnameable = {m.id for c in workload.containers if c.engine == "llama-cpp" for m in c.models}
    for container in workload.containers:
        if _offline(container) or _filled_in(container) or _pinned_by_argument(container):
            named |= {m.id for m in container.models}
    for loaded in (*_declared(workload), *_besides(workload, arch)):
        if loaded.id not in named:
            named.add(loaded.id)
            yield _found(loaded, by_path=loaded.kind == "adapter" or loaded.id in unnameable)
    for container in workload.containers:
        if _filled_in(container):
            raise Undecided("the revision is filled in elsewhere")
        if unread(container, arch):
            raise Undecided("the ConfigMap that names the adapters is not in the scan")


def _declared(workload: Workload) -> Iterator[_Loaded]:
    for model in workload.models:
        if model.scheme == "hub" and not model.pinned:
            yield _Loaded("model", model.id, model.revision, model.place)


def _besides(workload: Workload, arch: Architecture) -> Iterator[_Loaded]:
    for container in workload.containers:
        for other in () if _offline(container) else _beside(container, arch):
            if not _pinned(other.revision) and not _open(other.revision):
                yield other


def _found(loaded: _Loaded, *, by_path: bool) -> Finding:
    to = f"pinned only to '{loaded.revision}'" if loaded.revision else "not pinned to a commit"
    return Finding(
        f"{loaded.kind} '{loaded.id}' is {to}",
        loaded.place,
        severity=Severity.LOW if loaded.revision else None,
        advice="load it from a path" if by_path else "name the 40-digit commit as revision",
    )


def _beside(container: Container, arch: Architecture) -> Iterator[_Loaded]:
    """Tokenizers, draft models and adapters that flags name; those of objects count as models."""
    argv = container.argv
    models = {m.id for m in container.models}
    tokenizer = argv.flag("--tokenizer") or ""
    if hub_id(tokenizer) and tokenizer not in models and container.mount_for(f"/{tokenizer}") is None:
        yield _Loaded("tokenizer", tokenizer, argv.flag("--tokenizer-revision") or "", argv.place("--tokenizer"))
    for flag in ("--speculative-model", "--speculative-draft-model-path", "--speculator-model-id"):
        if hub_id(draft := argv.flag(flag) or "") and draft not in models:
            revision = argv.flag(f"{flag}-revision", "--speculative-draft-model-revision") or ""
            yield _Loaded("draft model", draft, revision, argv.place(flag))
    draft, revision = _speculative(argv.flag("--speculative-config") or "")
    if hub_id(draft) and draft not in models:
        yield _Loaded("draft model", draft, revision, argv.place("--speculative-config"))
    for adapter in adapters(container, arch):
        yield _Loaded("adapter", *adapter)


def _speculative(text: str) -> tuple[str, str]:
    """Model and revision of vLLM's ``--speculative-config``, which is JSON."""
    try:
        config = json.loads(text) if text.startswith("{") else {}
    except ValueError:
        return "", ""
    return string(config, "model"), string(config, "revision")


def _pinned(revision: str) -> bool:
    return len(revision) == 40 and all(c in "0123456789abcdef" for c in revision)


def _open(revision: str) -> bool:
    return is_placeholder(revision) or "$" in revision


def _offline(container: Container) -> bool:
    return any((container.env(n) or "").lower() in _TRUE for n in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


def _pinned_by_argument(container: Container) -> bool:
    """KubeAI hands a hub model of its object's to the engine by name, so the engine's own flag pins it."""
    engine = container.workload.ref.group == "kubeai.org" and container.kind == "app"
    return engine and _pinned(container.argv.flag(*_REVISIONS) or "")


def _filled_in(container: Container) -> bool:
    return _open(container.argv.flag(*_REVISIONS) or container.env("REVISION") or "")
