"""Model's own code is trusted.

With `--trust-remote-code` the loader runs Python that lies beside the weights, with the pod's credentials and on its
GPU. Whoever can push to that repository, today or after its account was taken over, runs code in your cluster.

With a model from a hub whose commit is not pinned it is critical, because the code may change at any restart; with
pinned commits, or models that all lie in storage of your own, it is medium. The flag, its variables
(`TRUST_REMOTE_CODE`, `HF_TRUST_REMOTE_CODE`, `NIM_TRUST_CUSTOM_CODE`), Python that passes `trust_remote_code=True` and
the `engine_kwargs` of a RayService all count; a file counts for the container that runs it.

To fix it, drop the flag: Llama, Mistral, Gemma, Qwen 2 to 3 and Phi are built into the servers, and for a recent vLLM
that is a safe fix. Where a model needs it, read the code, pin `--revision` and `--code-revision` to that commit, and load
from a mirror of your own. Which other architectures a server has depends on its release and is not judged.

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
          args:
            - --model
            - microsoft/phi-4
            - --trust-remote-code  # finding: code from the model's repository is run
```

```yaml fixed
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
            - --model
            - microsoft/phi-4
```

See vLLM's [supported models](https://docs.vllm.ai/en/stable/models/supported_models/), transformers' [security policy](https://github.com/huggingface/transformers/blob/main/SECURITY.md), OWASP [LLM03:2025
Supply Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/) and MITRE ATLAS
[AML.T0010.003](https://atlas.mitre.org/techniques/AML.T0010.003).
"""

import re
from collections.abc import Iterator

from hullmark.checks.security._native import native, surely
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container, File, ModelReference
from hullmark.model.files import files, runs, scripts, within
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import Safety, Severity
from hullmark.model.truth import Undecided, is_placeholder
from hullmark.text.edit import remove
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import items

_VARIABLES = (
    "TRUST_REMOTE_CODE",
    "HF_TRUST_REMOTE_CODE",
    "VLLM_TRUST_REMOTE_CODE",
    "NIM_TRUST_CUSTOM_CODE",
    "NIM_FORCE_TRUST_REMOTE_CODE",
)
_ELSEWHERE = "whether the model's own code is trusted is filled in elsewhere"
_ON = ("1", "true", "yes", "on")
_OFF = ("0", "no", "off", "false")
_OWN = frozenset({"path", "pvc", "s3", "gs", "azure", "oci"})
"""Where models lie in storage of one's own."""

_PYTHON = regex(r"^[^#\n]*\btrust_remote_code[\"']?\s*[=:]\s*true\b", re.IGNORECASE | re.MULTILINE)

_SETTING = regex(r"^(trust[-_]remote[-_]code:[ \t]*true)\b", re.MULTILINE | re.IGNORECASE)
_TOLD = frozenset({"vllm", "sglang", "tgi", "huggingface-server"})
"""The servers that are told so by an option."""


@check(Container, severity=Severity.HIGH, compose="")
def trusted_remote_code(container: Container, arch: Architecture) -> Iterator[Finding]:
    place = _place(container, arch)
    if place is not None:
        models = container.models or container.workload.models
        moving = [m for m in models if m.scheme == "hub" and not m.pinned]
        yield Finding(
            "code from the model's repository is run",
            place,
            severity=_severity(models),
            fix=_fix(container) if native(container) else None,
            related=tuple((m.place, "the commit is not pinned") for m in moving),
            advice="drop it: the server has the model's architecture built in"
            if native(container)
            else "drop it, or pin the revision after reading the code",
        )
    elif (
        container.engine in _TOLD and container.unseen and not any(_read(container, f) for f in files(container, arch))
    ):
        raise Undecided(container.unseen)


def _read(container: Container, file: File) -> bool:
    """Whether a file that is seen is the one that holds the options."""
    return file.path == container.argv.flag("--config") or runs(container, file)


def _fix(container: Container) -> Fix | None:
    """Take out the flag where it is an argument of its own, or the variable."""
    safety = Safety.SAFE if surely(container) else Safety.UNSAFE
    for key in ("command", "args"):
        words = items(container.spec, key)
        for at, word in enumerate(words):
            alone = at + 1 == len(words) or str(words[at + 1]).startswith("-")
            if isinstance(word, str) and word.replace("_", "-") == "--trust-remote-code" and alone:
                return Fix.of("drop the flag", remove(container.node, (key, at)), safety)
    for at, variable in enumerate(container.node.children("env")):
        if variable.get("name") in _VARIABLES:
            return Fix.of("drop the variable", remove(container.node, ("env", at)), safety)
    return None


def _severity(models: tuple[ModelReference, ...]) -> Severity | None:
    if any(m.scheme == "hub" and not m.pinned for m in models):
        return Severity.CRITICAL
    settled = bool(models) and all(m.scheme in _OWN or m.pinned for m in models)
    return Severity.MEDIUM if settled else None


def _place(container: Container, arch: Architecture) -> Place | None:
    argv = container.argv
    if (given := argv.flag("--trust-remote-code")) is not None:
        if is_placeholder(given) or "$" in given:
            raise Undecided(_ELSEWHERE)
        return None if given.lower() in _OFF else argv.place("--trust-remote-code")
    for variable in (container.environment[name] for name in _VARIABLES if name in container.environment):
        if variable.value is None or is_placeholder(variable.value):
            raise Undecided(_ELSEWHERE)
        if variable.value.lower() in _ON:
            return variable.node.at()
    if argv.script and ("--trust-remote-code" in argv.text.split() or _PYTHON.search(argv.script)):
        return container.at("args" if container.node.get("args") is not None else "command")
    if "trust_remote_code" in argv.text and _PYTHON.search(argv.text):
        return container.at("args" if container.node.get("args") is not None else "command")
    return _in_ray_service(container) or _in_files(container, arch)


def _in_ray_service(container: Container) -> Place | None:
    """Where the applications of a RayService ask for it, told once: at its first container."""
    config = container.workload.resource.node.child("spec", "serveConfigV2")
    if (
        config is None
        or container.workload.ref.kind != "RayService"
        or container is not container.workload.containers[0]
    ):
        return None
    found = _PYTHON.search(config.doc.source.text, config.span.start, config.span.end)
    return None if found is None else config.doc.place(found.end() - len(found[0].lstrip()), found.end(), config.path)


def _in_files(container: Container, arch: Architecture) -> Place | None:
    """Where a mounted file that it runs passes it."""
    if not (container.engine or container.accelerators or container.workload.is_ai):
        return None
    for file, segments in scripts(container, arch):
        for word in (w for s in segments for w in s):
            if word.replace("_", "-") == "--trust-remote-code":
                return within(file, word)
    settings = container.argv.flag("--config")
    for file in files(container, arch):
        if file.path == settings and (found := _SETTING.search(file.text.value)) is not None:
            return within(file, found[1])
        if "trust_remote_code" in file.text.value and _PYTHON.search(file.text.value) and runs(container, file):
            return file.text.at()
    return None
