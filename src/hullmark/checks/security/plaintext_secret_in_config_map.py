"""Credential lies in a ConfigMap.

ConfigMaps are for settings: whoever may look at the namespace may read them, they are not encrypted at rest with the
Secrets, and they are kept in Git as a matter of course. Model gateways and pipelines put whole configuration files
there, and with them provider keys and database passwords. Entries are read by name and by shape as in
`plaintext-secret-in-env`; in configuration files line by line, Redis' directives among them. Values that the program itself looks up elsewhere
(`${OPENAI_API_KEY}`, `os.environ/OPENAI_API_KEY`) are fine there. In scripts only tokens of a known shape are
reported.

To fix it, move the value to a Secret, and in configuration files name the environment variable that has it. Then
change the credential.

```yaml bad
apiVersion: v1
kind: ConfigMap
metadata:
  name: gateway
data:
  HUGGINGFACEHUB_API_TOKEN: letmein  # finding: entry 'HUGGINGFACEHUB_API_TOKEN' holds a literal credential
  config.yaml: |
    model_list:
      - model_name: chat
        litellm_params:
          api_key: os.environ/OPENAI_API_KEY
    general_settings:
      master_key: sk-1234  # finding: 'master_key' in entry 'config.yaml' holds a literal credential
```

```yaml good
apiVersion: v1
kind: ConfigMap
metadata:
  name: gateway
data:
  MAX_TOKENS: "4096"
  password_validation.py: |
    password = read_password(min_length=12)
  config.yaml: |
    litellm_params:
      api_key: os.environ/OPENAI_API_KEY
      password: ${DB_PASSWORD}
```

See [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/), [Good practices for
Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/), CIS Kubernetes Benchmark v1.12 5.4.1 and
MITRE ATLAS [AML.T0083, credentials from AI agent configuration](https://atlas.mitre.org/techniques/AML.T0083).
"""

import re
from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.credentials import Credential, credential, spot, tokens
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Confidence, Severity
from hullmark.text.regex import regex
from hullmark.text.tree import Node, mapping

_PROGRAMS = (
    ".py",
    ".sh",
    ".bash",
    ".js",
    ".ts",
    ".go",
    ".java",
    ".sql",
    ".lua",
    ".rb",
    ".md",
    ".html",
    ".css",
    ".ipynb",
    ".tpl",
    ".crt",
)
_LINE = regex(
    r"^[ \t]*(?:export[ \t]+|-[ \t]+)?[\"']?([\w.-]*(?:pass(?:word|wd|phrase)?|token|key|secret))[\"']?"
    r"[ \t]*[:=][ \t]*[\"']?([\w+/.-][^\s\"',#]*)",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = regex(r"-?[\d._]+")
_DIRECTIVE = regex(r"^[ \t]*(requirepass|masterauth)[ \t]+[\"']?([\w+/.-][^\s\"']*)", re.IGNORECASE | re.MULTILINE)
"""Redis' passwords in its own configuration, where a number is a password too."""


@check(
    Resource,
    severity=Severity.HIGH,
    kinds=["ConfigMap"],
    compose="keep the file out of version control or give the value as a secret, then change the credential",
)
def plaintext_secret_in_config_map(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    for key in () if resource.private else mapping(resource.node.value, "data"):
        node = resource.node.child("data", key)
        if node is None or not isinstance(node.value, str):
            continue
        alone = [] if "\n" in node.value.strip() else list(_alone(key, node.value))
        for where, secret in alone or _in_file(key, node.value):
            yield _finding(f"{where} holds {secret.noun}", node, secret)


def _finding(message: str, node: Node, found: Credential) -> Finding:
    return Finding(
        message,
        spot(node, found.text),
        severity=found.severity,
        confidence=Confidence.HIGH if found.issuer else Confidence.MEDIUM,
        advice="move it to a Secret, then change the credential",
        secret=found.kind != "slot",
    )


def _alone(key: str, value: str) -> Iterator[tuple[str, Credential]]:
    found = credential(key, value)
    if found is not None:
        yield f"entry '{key}'", found


def _in_file(key: str, text: str) -> Iterator[tuple[str, Credential]]:
    seen = set()
    for name, found in _assigned(text) if not key.endswith(_PROGRAMS) else ():
        if found is not None and found.kind != "slot":
            seen.add(found.text)
            yield f"'{name}' in entry '{key}'", found
    for found in tokens(text):
        if found.text not in seen:
            yield f"entry '{key}'", found


def _assigned(text: str) -> Iterator[tuple[str, Credential | None]]:
    """What the lines of a configuration file set."""
    for match in _LINE.finditer(text):
        if not _NUMBER.fullmatch(match[2]):
            yield match[1], credential(match[1], match[2])
    for match in _DIRECTIVE.finditer(text):
        yield match[1], credential("requirepass", match[2])
