"""Container installs packages when it starts.

What runs is then whatever the package index serves at that moment: no scan of the image sees it, two replicas may differ, and
the pod cannot start while the index is down. A package that was taken over is run with the pod's rights.

`pip`, `uv`, `conda`, `apt`, `apk`, `dnf`, `npx`, `uvx` and scripts piped from `curl` into a shell count. Installing by
hashes (`--require-hashes`), without an index, or from a local path does not. In load tests and in jobs that are no part of
an AI system it is a low finding.

To fix it, build an image that has the packages, and name it by digest.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      containers:
        - name: server
          image: python:3.12-slim
          command: [bash, -c]
          args:
            - |
              pip install transformers  # finding: container 'server' installs packages with 'pip' when it starts
              python serve.py
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  selector:
    matchLabels: {app: server}
  template:
    metadata:
      labels: {app: server}
    spec:
      containers:
        - name: server
          image: registry.example/server:1.4.2
          command: [python, serve.py]
```

See OWASP [LLM03:2025 Supply Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/), pip's [secure
installs](https://pip.pypa.io/en/stable/topics/secure-installs/) and MITRE ATLAS
[AML.T0011.001](https://atlas.mitre.org/techniques/AML.T0011.001).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import ORDINARY, Role, Severity

_INSTALLERS = {
    "pip": ("install",), "pip3": ("install",), "conda": ("install",), "mamba": ("install",), "apt": ("install",),
    "apt-get": ("install",), "apk": ("add",), "yum": ("install",), "dnf": ("install",), "microdnf": ("install",),
    "npm": ("install", "i"),
}  # fmt: skip
_RUNNERS = frozenset({"uvx", "npx", "pipx"})
_LOCAL = re.compile(r"--require-hashes|--no-index|--offline")
_PIPED = re.compile(r"^[^#\n]*\b(?:curl|wget)\b[^|\n#]*\|\s*(?:sudo\s+)?(?:ba)?sh\b", re.MULTILINE)


@check(Container, severity=Severity.MEDIUM, roles=ORDINARY)
def package_install_at_start(container: Container, arch: Architecture) -> Iterator[Finding]:
    argv, workload = container.argv, container.workload
    low = workload.role is Role.EVALUATION or (workload.lifetime == "task" and not workload.is_ai)
    for words in argv.segments:
        if tool := _installer(words):
            yield Finding(
                f"container '{container.name}' installs packages with '{tool}' when it starts",
                argv.word_place(tool),
                severity=Severity.LOW if low else None,
                advice="build an image that has them",
            )
            return
    if argv.script and _PIPED.search(argv.script):
        yield Finding(
            f"container '{container.name}' runs a script from the network when it starts",
            container.at("args" if container.node.get("args") is not None else "command"),
            severity=Severity.LOW if low else None,
            advice="build an image that has what the script installs",
        )


def _installer(words: tuple[str, ...]) -> str:
    """The program of a command that installs from an index; empty when it is none."""
    start = 1 if words[0].rpartition("/")[2] in ("sudo", "uv", "exec") and len(words) > 1 else 0
    if words[start].rpartition("/")[2].startswith("python") and words[start + 1 : start + 2] == ("-m",):
        start += 2
    if start >= len(words):
        return ""
    name, rest = words[start].rpartition("/")[2], words[start + 1 :]
    if name in _RUNNERS:
        return "" if "--no-install" in rest else words[start]
    actions = _INSTALLERS.get(name, ())
    action = next((w for w in rest if w[:1] != "-"), "")
    if action not in actions or _LOCAL.search(" ".join(rest)):
        return ""
    packages = [w for w in rest[rest.index(action) + 1 :] if w[:1] != "-"]
    local = bool(packages) and all(w.startswith((".", "/")) for w in packages) and "-r" not in rest
    return "" if local else words[start]
