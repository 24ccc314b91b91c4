"""Software is installed when the container starts.

What `pip install` or a piped script brings depends on the day: it is not what was scanned, it fails when the index does, and a hijacked package runs at once with the pod's credentials. Starts
get slower by minutes while accelerators wait.

Requirements pinned by hash (`--require-hashes`) are not reported.

To fix it, build an image with what is needed, and name it by digest.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      command: ["bash", "-c"]
      args:
        - pip install bitsandbytes && vllm serve mistralai/Mistral-7B-Instruct-v0.3  # finding: container 'vllm' runs 'pip install' when it starts
```

```yaml good
apiVersion: v1
kind: Pod
metadata:
  name: chat
spec:
  containers:
    - name: vllm
      image: registry.example/vllm-bitsandbytes:0.11.0
      command: ["vllm", "serve", "mistralai/Mistral-7B-Instruct-v0.3"]
```

See [MITRE ATLAS AML.T0010.001](https://atlas.mitre.org/techniques/AML.T0010.001) and
[pip: secure installs](https://pip.pypa.io/en/stable/topics/secure-installs/).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Role, Severity
from hullmark.text.tree import items

_INSTALLING = re.compile(
    r"(?P<what>\b(?:uv )?pip3? install|\bpython3? -m pip install|\bapt(?:-get)? (?:-\S+ )*install|\bapk add|\bconda install|\bnpx (?:-y|--yes)|\buvx)\b"
    r"|\b(?:curl|wget)\b[^|;&\n]*\|\s*(?:sudo )?(?P<shell>(?:ba)?sh)\b"
)
_TOOLS = frozenset({Role.MCP_SERVER, Role.AGENT})


@check(Container, severity=Severity.MEDIUM)
def install_at_start(container: Container, arch: Architecture) -> Iterator[Finding]:
    if not container.workload.is_ai:
        return
    whole = " ".join(_words(container))
    for line in whole.split("\n"):
        code = line.partition(" #")[0] if not line.lstrip().startswith("#") else ""
        found = _INSTALLING.search(code)
        if found is None or "--require-hashes" in code:
            continue
        what = found["what"] or f"a download piped into {found['shell']}"
        yield Finding(
            f"container '{container.name}' runs {repr(what) if found['what'] else what} when it starts",
            container.argv.word_place(found[0].split("\n")[0]),
            severity=Severity.HIGH if container.podset.role in _TOOLS or found["shell"] else None,
            advice="build an image with what is needed",
        )
        return


def _words(container: Container) -> Iterator[str]:
    for key in ("command", "args"):
        yield from (word for word in items(container.spec, key) if isinstance(word, str))
