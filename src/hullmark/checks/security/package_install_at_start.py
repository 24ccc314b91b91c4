"""Container installs packages when it starts.

What runs is then whatever the package index serves at that moment: no scan of the image sees it, two replicas may differ, and
the pod cannot start while the index is down. A package that was taken over is run with the pod's rights.

`pip`, `uv` (also `uv run --with`), `conda`, `apt`, `apk`, `dnf`, `npx`, `uvx` and scripts piped from `curl` into a shell
count, and so does what Ray installs for an application: `pip`, `uv` or `conda` and a `working_dir` from the web in its
`runtime_env`, unless the address names a commit: that of a RayService, RayJob or RayCronJob, of `ray job submit
--runtime-env-json`, and of Python that the container runs. Installing by hashes (`--require-hashes`), without an index, or from a
local path does not, nor what the compiler of Kubeflow Pipelines puts into every lightweight component (`kfp` itself, at the version that compiled it).

It is high for agents and tool servers, which hold other people's credentials, and for scripts from the network, which run
whatever that server answers; low in load tests and in jobs that are no part of an AI system.

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

See Ray on [environment dependencies](https://docs.ray.io/en/latest/ray-core/handling-dependencies.html), OWASP [LLM03:2025 Supply Chain](https://genai.owasp.org/llmrisk/llm032025-supply-chain/), pip's [secure
installs](https://pip.pypa.io/en/stable/topics/secure-installs/) and MITRE ATLAS
[AML.T0011.001](https://atlas.mitre.org/techniques/AML.T0011.001).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.files import files, runs, scripts, within
from hullmark.model.finding import Finding
from hullmark.model.ray import submits, submitted_environment
from hullmark.model.terms import ORDINARY, Confidence, Role, Severity
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_INSTALLERS = {
    "pip": ("install",), "pip3": ("install",), "conda": ("install",), "mamba": ("install",), "apt": ("install",),
    "apt-get": ("install",), "apk": ("add",), "yum": ("install",), "dnf": ("install",), "microdnf": ("install",),
    "npm": ("install", "i"),
}  # fmt: skip
_LISTED = regex(r"--requirement(?:=|$)|-[a-zA-Z]*r")
"""pip's option for a file that lists packages, also in one word with others (``-qr``, ``-r/app/requirements.txt``)."""
_RUNNERS = frozenset({"uvx", "npx", "pipx"})
_LOCAL = regex(r"--require-hashes|--no-index|--offline")
_SHELL = r"(?:sudo\s+)?(?:(?:ba|z|da)?sh|python3?)\b"
_PIPED = regex(
    rf"^[^#\n]*(?:\b(?:curl|wget)\b[^|\n#]*\|\s*{_SHELL}"
    rf"|\b{_SHELL}\s+(?:-c\s+)?[\"']?(?:\$\(|<\()\s*(?:curl|wget)\b)",
    re.MULTILINE,
)
_RUNTIME = regex(r"^[ \t-]*[\"']?(pip|uv|conda|working_dir|py_modules)[\"']?[ \t]*:(.*(?:\n[ \t]*-.*)*)", re.MULTILINE)
_COMMIT = regex(r"[0-9a-f]{40}")
_NAMES = regex(r"[=<>!~;\[ ]")
"""What a package's name ends before."""

_TEXTS = {
    "RayService": ("spec", "serveConfigV2"),
    "RayJob": ("spec", "runtimeEnvYAML"),
    "RayCronJob": ("spec", "jobTemplate", "runtimeEnvYAML"),
}
"""Where Ray's runtime environments stand in KubeRay's kinds."""

_IN_CODE = regex(r"^[^#\n]*\bruntime_env\s*=\s*\{[^{}]*?[\"'](pip|uv|conda)[\"']\s*:", re.MULTILINE)
"""What Python hands to ``ray.init``, to a task or to an actor."""


@check(Container, severity=Severity.MEDIUM, roles=ORDINARY, compose="")
def package_install_at_start(container: Container, arch: Architecture) -> Iterator[Finding]:
    argv = container.argv
    own = _BOOTSTRAP in container.argv.script
    for words in argv.segments:
        if (tool := _installer(words)) and not (own and _of_the_compiler(words)):
            yield Finding(
                f"container '{container.name}' installs packages with '{tool}' when it starts",
                argv.word_place(tool),
                severity=_severity(container),
                confidence=_confidence(container),
                advice="build an image that has them",
            )
            return
    for file, segments in scripts(container, arch):
        if tool := next((t for words in segments if (t := _installer(words))), ""):
            yield Finding(
                f"container '{container.name}' installs packages with '{tool}' when it starts",
                within(file, tool),
                severity=_severity(container),
                confidence=_confidence(container),
                related=((argv.word_place(argv.script_file), "runs the script"),) if argv.script_file else (),
                advice="build an image that has them",
            )
            return
    if argv.script and _PIPED.search(argv.script):
        yield Finding(
            f"container '{container.name}' runs a script from the network when it starts",
            container.at("args" if container.node.get("args") is not None else "command"),
            severity=_severity(container) or Severity.HIGH,
            confidence=_confidence(container),
            advice="build an image that has what the script installs",
        )
        return
    if fetched := [*_runtime(container), *_submitted(container), *_in_code(container, arch)]:
        named = " and ".join(dict.fromkeys(f"'{key}'" for key, _ in fetched))
        yield Finding(
            f"ray fetches {named} for '{container.workload.name}' when it starts",
            fetched[0][1],
            severity=_severity(container),
            confidence=_confidence(container),
            related=tuple((place, f"fetches '{key}'") for key, place in fetched[1:]),
            advice="build an image that has them, or name a commit",
        )


_BOOTSTRAP = "-m pip install --quiet --no-warn-script-location 'kfp=="
_COMPILERS = frozenset({"kfp", "typing-extensions", "python3-pip"})


def _of_the_compiler(words: tuple[str, ...]) -> bool:
    """Whether a command installs only what the compiler of Kubeflow Pipelines puts into every lightweight component.

    It is pinned, and not the author's to leave out
    (https://github.com/kubeflow/pipelines/blob/master/sdk/python/kfp/dsl/component_factory.py).
    """
    at = next((i for i, w in enumerate(words) if w == "install"), len(words))
    packages = (w for w in words[at + 1 :] if w[:1] != "-")
    return all(_NAMES.split(w, maxsplit=1)[0] in _COMPILERS for w in packages)


def _severity(container: Container) -> Severity | None:
    workload = container.workload
    if workload.role is Role.EVALUATION or (workload.lifetime == "task" and not workload.is_ai):
        return Severity.LOW
    fetched = any(_installer(s) and "mcp" in " ".join(s).lower() for s in container.argv.segments)
    return Severity.HIGH if fetched or container.podset.role in (Role.AGENT, Role.MCP_SERVER) else None


def _confidence(container: Container) -> Confidence | None:
    """As sure as the role is where the severity rests on it."""
    rests = container.workload.lifetime == "task" or container.podset.role in (Role.AGENT, Role.MCP_SERVER)
    return container.workload.role_confidence if rests else None


def _runtime(container: Container) -> Iterator[tuple[str, Place]]:
    """What Ray fetches by a runtime environment, told once: at the first container of its object."""
    workload = container.workload
    keys = _TEXTS.get(workload.ref.kind) if workload.ref.group == "ray.io" else None
    node: Node | None = workload.resource.node.child(*keys) if keys else None
    if node is None or container is not workload.containers[0]:
        return
    for found in _RUNTIME.finditer(node.doc.source.text, node.span.start, node.span.end):
        name, value = found[1], found[2].split("#")[0] if "\n" not in found[2] else found[2]
        web = "https://" in value or "http://" in value or "git+" in value
        installs = name in ("pip", "uv", "conda") and value.strip() not in ("", "[]", "null")
        if installs or (web and name not in ("pip", "uv", "conda") and not _COMMIT.search(value)):
            yield name, node.doc.place(found.start(1), found.end(1), node.path)


def _submitted(container: Container) -> Iterator[tuple[str, Place]]:
    """What ``ray job submit --runtime-env-json`` has Ray install."""
    for name in ("pip", "uv", "conda"):
        if submits(container) and submitted_environment(container).get(name):
            yield name, container.argv.place("--runtime-env-json")


def _in_code(container: Container, arch: Architecture) -> Iterator[tuple[str, Place]]:
    """What Python that the container runs has Ray install."""
    for text in (container.argv.script, *(w for w in container.argv.words if "runtime_env" in w)):
        if (found := _IN_CODE.search(text)) is not None:
            yield found[1], container.at("args" if container.node.get("args") is not None else "command")
            break
    for file in files(container, arch):
        if "runtime_env" in file.text.value and runs(container, file):
            yield from ((name, file.text.at()) for name in _IN_CODE.findall(file.text.value)[:1])


def _installer(words: tuple[str, ...]) -> str:
    """The program of a command that installs from an index; empty when it is none."""
    if words[0].rpartition("/")[2] == "uv" and words[1:2] == ("run",):
        return words[0] if "--with" in words and not _LOCAL.search(" ".join(words)) else ""
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
    local = bool(packages) and all(_on_disk(w) for w in packages) and not any(_LISTED.match(w) for w in rest)
    return "" if local else words[start]


def _on_disk(package: str) -> bool:
    return package.startswith((".", "/")) or ("://" not in package and package.endswith((".whl", ".deb", ".rpm")))
