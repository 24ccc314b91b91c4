"""Credential stands in the manifest as plain text.

Tokens for model hubs and providers, database passwords and API keys written into `env` or a command line are in Git,
in the API server's answers to everyone who may read pods, in `kubectl describe`, and in the process list. Provider
keys are money: stolen ones are used within minutes. Hub tokens open private and gated models, often with the right to
overwrite them.

What is found, by name (`HF_TOKEN`, `OPENAI_API_KEY`, `POSTGRES_PASSWORD`, `--api-key`…), by an issuer's shape
(`hf_…`, `nvapi-…`, `sk-…`, `AKIA…`) and in connection strings (`postgres://user:password@host`):

- a token of a known shape or a random-looking value: critical;
- a weak literal, such as `minio123`: high;
- a placeholder (`<your-token>`, `${HF_TOKEN}`): medium, because whatever fills it in puts the credential there as
  plain text.

What is not: references (`$(VAR)`, `valueFrom`, paths, `os.environ/…`), names that only sound like it (`MAX_TOKENS`,
`TOKENIZERS_PARALLELISM`, `EOS_TOKEN`, `SECRET_NAME`), empty values and dummies (`EMPTY`, `dummy`, `none`) for servers
inside that ask for no key.

To fix it, keep the value in a Secret, better one that comes from a secret store, and refer to it; then change the
credential, because it is known now. The fix writes the reference and never the value: make the Secret first.

```yaml bad
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0
      env:
        - name: HF_TOKEN
          value: <your-token>  # finding: variable 'HF_TOKEN' of container 'vllm' takes a credential as plain text
        - name: POSTGRES_PASSWORD
          value: minio123  # finding: variable 'POSTGRES_PASSWORD' of container 'vllm' holds a literal credential
        - name: OPENAI_API_KEY
          value: EMPTY
        - name: MAX_TOKENS
          value: "2048"
```

```yaml fixed
apiVersion: v1
kind: Pod
metadata:
  name: server
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.18.0
      env:
        - name: HF_TOKEN
          valueFrom:
            secretKeyRef:
              name: server-secrets
              key: HF_TOKEN
        - name: POSTGRES_PASSWORD
          valueFrom:
            secretKeyRef:
              name: server-secrets
              key: POSTGRES_PASSWORD
        - name: OPENAI_API_KEY
          value: EMPTY
        - name: MAX_TOKENS
          value: "2048"
```

See [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/), CIS Kubernetes
Benchmark v1.12 5.4.1, Hugging Face's [user access tokens](https://huggingface.co/docs/hub/security-tokens) and MITRE ATLAS
[AML.T0055, unsecured credentials](https://atlas.mitre.org/techniques/AML.T0055).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.argv import Command, programs
from hullmark.model.check import check
from hullmark.model.container import Container, Variable
from hullmark.model.credentials import Credential, credential, spot, tokens
from hullmark.model.finding import Finding, Fix
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.text.edit import put, rename
from hullmark.text.regex import regex
from hullmark.text.source import Place

_OBJECT_NAME = regex(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_ASSIGNED = regex(r"(?:^|[\s;&|])([A-Z][A-Z0-9_]*)=('[^'\n]*'|\"[^\"\n]*\"|[^\s;&|<>()'\"`]+)")
"""What a shell assigns; in lower case it is rather an argument of Python's in the same text."""
_KEEPERS = frozenset({"wandb", "huggingface-cli", "hf", "kaggle", "ngc"})
_ASKING = frozenset({"livenessProbe", "readinessProbe", "startupProbe", "lifecycle"})
_HOOKS = ("postStart", "preStop")
_SETTING = regex(r"(?:--?)?([A-Za-z][\w.-]*)=(.+)", re.DOTALL)


@check(
    Container,
    severity=Severity.HIGH,
    compose="give it as a secret, or by a variable from outside of the repository; then change the credential",
)
def plaintext_secret_in_env(container: Container, arch: Architecture) -> Iterator[Finding]:
    seen: set[str | None] = set()
    for variable in container.environment.values():
        value = variable.node.get("value")
        # Of a value of which a part is filled in elsewhere, the rest may still be a credential.
        if variable.origin in ("literal", "unknown") and isinstance(value, str):
            seen.update((value, variable.value))
            found = credential(variable.name, value)
            if found is not None and (found.kind != "slot" or variable.origin == "literal"):
                yield _in_variable(container, variable, found)
    for what, found in _arguments(container):
        if found.kind != "slot" and found.text not in seen:
            seen.add(found.text)
            message = f"{what} of container '{container.name}' holds {found.noun}"
            yield _finding(message, _in_command(container, found), found, None)
    for what, found, at in _asked(container):
        yield _finding(f"{what} of container '{container.name}' holds {found.noun}", at, found, None)


def _in_variable(container: Container, variable: Variable, found: Credential) -> Finding:
    holds = "takes a credential as plain text" if found.kind == "slot" else f"holds {found.noun}"
    value = variable.node.child("value")
    at = variable.node.at("value") if value is None else spot(value, found.text)
    message = f"variable '{variable.name}' of container '{container.name}' {holds}"
    return _finding(message, at, found, _fix(container, variable, found))


def _finding(message: str, at: Place, found: Credential, fix: Fix | None) -> Finding:
    return Finding(
        message,
        at,
        fix,
        severity=found.severity,
        confidence=found.confidence,
        advice="keep it in a Secret and refer to it, then change the credential",
        secret=found.kind != "slot",
    )


def _fix(container: Container, variable: Variable, found: Credential) -> Fix | None:
    """Refer to a Secret in place of a value that is the credential and nothing else."""
    name = container.workload.name
    if variable.node.get("value") != found.text or not _OBJECT_NAME.fullmatch(name):
        return None
    renamed = rename(variable.node, ("value",), "valueFrom")
    reference = {"secretKeyRef": {"name": f"{name}-secrets", "key": variable.name}}
    moved = put(variable.node, ("value",), reference)
    if not renamed or not moved:
        return None
    title = f"read it from Secret '{name}-secrets' (make that first)"
    return Fix(title, (*renamed, *moved), opens=("dangling-reference",))


def _arguments(container: Container) -> Iterator[tuple[str, Credential]]:
    """Credentials on the command line: values of flags and settings that ask for one, and anything of a known shape."""
    argv = container.written
    for segment in argv.segments:
        for word, following in zip(segment, (*segment[1:], ""), strict=True):
            setting = _SETTING.fullmatch(word) if "=" in word else None
            flag = word.startswith("--") and setting is None and not following.startswith("-")
            name, value = setting.groups() if setting else (word.lstrip("-"), following if flag else "")
            if value and (found := credential(name, value)) is not None:
                yield f"argument '{name}'", found
        yield from _login(segment)
    for match in _ASSIGNED.finditer(argv.script):
        if (found := credential(match[1], match[2].strip("'\""))) is not None:
            yield f"variable '{match[1]}' in the script", found
    for found in tokens(argv.text):
        yield "the command line", found


def _login(words: Command) -> Iterator[tuple[str, Credential]]:
    """What is handed to a program that keeps a credential (``wandb login KEY``, ``hf auth login --token KEY``)."""
    program = next(programs(words), ("", ""))[0]
    if program in _KEEPERS and "login" in words:
        for word in words[words.index("login") + 1 :]:
            if word[:1] != "-" and (found := credential("api_key", word)) is not None:
                yield f"the login of '{program}'", found


def _asked(container: Container) -> Iterator[tuple[str, Credential, Place]]:
    """Credentials in headers of probes and hooks, and in commands of theirs."""
    if container.spec.keys().isdisjoint(_ASKING):
        return
    for path in (("livenessProbe",), ("readinessProbe",), ("startupProbe",), *(("lifecycle", h) for h in _HOOKS)):
        for header in container.node.children(*path, "httpGet", "httpHeaders"):
            value = header.child("value")
            text = "" if value is None else string(header.value, "value").removeprefix("Bearer ").removeprefix("Basic ")
            name = (
                "auth_key" if string(header.value, "name").lower() == "authorization" else string(header.value, "name")
            )
            if value is not None and (found := credential(name, text)) is not None and found.kind != "slot":
                yield f"a header of '{path[-1]}'", found, spot(value, found.text)
        command = container.node.child(*path, "exec", "command")
        for index, word in enumerate(command.value if command is not None and isinstance(command.value, list) else ()):
            for found in tokens(word) if isinstance(word, str) else ():
                yield f"the command of '{path[-1]}'", found, container.node.at(*path, "exec", "command", index)


def _in_command(container: Container, found: Credential) -> Place:
    for key in ("args", "command"):
        node = container.node.child(key)
        if node is not None and (at := spot(node, found.text)) != node.at():
            return at
    return container.at("args")
