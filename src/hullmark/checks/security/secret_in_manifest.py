"""Secret is written out in a manifest.

A Secret's `data` is base64, which hides nothing. Where the file is kept, in Git, a chart or a build log, the
credential is too, for all who can read it and for good. Well-known example values (`test`, `password`, `minio123`)
are found there as often as real ones, and both get deployed.

Tokens that an issuer's shape gives away (`hf_…`, `sk-…`, `ghp_…`, a private key) are reported in any field of any
object: an annotation, the values of a HelmRelease, a field of a custom resource.

Not reported: encrypted Secrets (SOPS, SealedSecret), references to a secret store (ExternalSecret), placeholders,
empty values, configuration files in which no word speaks of a credential, what a chart's template makes by chance, Secrets without data, public parts such as certificates and user names, and what the cluster writes
itself (service account tokens, Helm releases). A manifest taken from a live cluster contains its Secrets rightly;
leave the file out of the scan or waive it.

To fix it, keep the value in a secret store and let a controller make the Secret, or encrypt the file; then change the
credential.

```yaml bad
apiVersion: v1
kind: Secret
metadata:
  name: redis
type: Opaque
data:
  username: cmF5
  password: NTI0MTU5MDAwMDAwMDAwMA==  # finding: secret 'redis' has the value of 'password' written out
```

```yaml good
apiVersion: v1
kind: Secret
metadata:
  name: hub
type: Opaque
stringData:
  HF_TOKEN: ${HF_TOKEN}
```

See [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/) and MITRE ATLAS
[AML.T0055, unsecured credentials](https://atlas.mitre.org/techniques/AML.T0055).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.credentials import settled, spot, tokens
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import string
from hullmark.text.regex import regex
from hullmark.text.source import Place, Source
from hullmark.text.tree import Node, mapping

_WRITTEN_BY_CLUSTER = frozenset({"kubernetes.io/service-account-token", "helm.sh/release.v1"})
_PUBLIC = regex(
    r"(?:^|[._-])(?:user(?:name)?|login|host(?:name)?|port|url|uri|endpoint|address|region|bucket|email|database|db(?:name)?|namespace|name|type"
    r"|scheme|engine|account|project|tenant|(?:client|key|access[._-]?key)[._-]?id|crt|cert|cabundle|ca|pub|verifyssl|usehttps|insecure)$",
    re.IGNORECASE,
)

_MAKING = regex(
    r"(?:(?!\{\{)[^\n])*+\{\{[^\n]*?\b(?:rand(?:AlphaNum|Alpha|Numeric|Ascii|Bytes|Int)|gen(?:PrivateKey|CA|SelfSignedCert|SignedCert)\w*"
    r"|uuidv4|derivePassword|passwords\.manage)\b"
)
"""Functions of Helm's templates that make credentials (https://helm.sh/docs/chart_template_guide/function_list/), and Bitnami's."""

_SCHEMA = "CustomResourceDefinition"
"""What describes fields; its texts are documentation, with examples."""

_TELLING = regex(r"pass|pwd|secret|token|key|cred|auth|private|sign|salt|://", re.IGNORECASE)
_SETTING = regex(r"[ \t]*+(?:#.*|\[[\w.-]*\]|---|(?:-[ \t]+)?[\w.\"'/-]+[ \t]*[:=].{0,60}|-[ \t]++.{0,60})?[ \t\r]*")
"""A line of a configuration file: a setting, an item, a section, a comment, or nothing."""


@check(Resource, severity=Severity.MEDIUM)
def secret_in_manifest(resource: Resource, arch: Architecture) -> Iterator[Finding]:
    if resource.ref.kind == "Secret" and not resource.ref.group:
        yield from _in_secret(resource)
    elif resource.ref.kind != _SCHEMA and _holds_any(resource.node.doc.source):
        yield from _in_fields(resource, _told(arch))


@lru_cache(maxsize=16)
def _holds_any(source: Source) -> bool:
    """Whether there is a token anywhere in a text, whose objects follow each other."""
    return any(tokens(source.text))


@lru_cache(maxsize=1)
def _told(arch: Architecture) -> frozenset[str]:
    """The tokens of containers, also of those that charts make, which a check of their own tells."""
    texts = (text for w in arch.workloads for c in w.containers for text in _of_container(c))
    return frozenset(found.text for text in texts for found in tokens(text))


def _in_fields(resource: Resource, told: frozenset[str]) -> Iterator[Finding]:
    """Tokens in any field but those of containers and ConfigMaps."""
    for node in _texts(resource.node):
        if resource.ref.kind == "ConfigMap" and node.path[len(resource.node.path) :][:1] == ("data",):
            continue
        for found in tokens(node.value if isinstance(node.value, str) else ""):
            if found.text not in told:
                field = next((key for key in reversed(node.path) if isinstance(key, str)), "")
                yield Finding(
                    f"{resource.ref.kind} '{resource.ref.name}' holds {found.noun} in '{field}'",
                    spot(node, found.text),
                    severity=found.severity,
                    advice="keep it in a Secret and refer to it, then change the credential",
                    secret=True,
                )


def _of_container(container: Container) -> Iterator[str]:
    yield container.argv.text
    yield container.argv.script
    yield from (text for v in container.environment.values() if isinstance(text := v.node.get("value"), str))
    for field in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle"):
        yield from (n.value for n in _texts(container.node.child(field)) if isinstance(n.value, str))


def _texts(node: Node | None) -> Iterator[Node]:
    """All texts below a node, in order, without recursion: documents may be deep."""
    rest = [] if node is None else [node]
    while rest:
        node = rest.pop()
        if isinstance(node.value, str):
            yield node
        else:
            rest.extend(reversed(list(node.children())))


def _in_secret(resource: Resource) -> Iterator[Finding]:
    if resource.node.get("sops") is not None or string(resource.node.value, "type") in _WRITTEN_BY_CLUSTER:
        return
    for field in ("data", "stringData"):
        for key in mapping(resource.node.value, field):
            node = resource.node.child(field, key)
            text = "" if node is None else _text(node, encoded=field == "data")
            if node is None or not text or _PUBLIC.search(key) or _made(node.at()):
                continue
            if settled(text) and _private(text):
                known = next(tokens(text), None)
                yield Finding(
                    f"secret '{resource.ref.name}' has the value of '{key}' written out",
                    node.at(),
                    severity=None if known is None else Severity.HIGH,
                    advice="keep it in a secret store or encrypt the file, then change the credential",
                    secret=True,
                )


def _made(at: Place) -> bool:
    """Whether its chart makes the value anew each time, so that it is written nowhere."""
    return _MAKING.match(at.source.text, *at.span) is not None


def _text(node: Node, *, encoded: bool) -> str:
    """The value as the program sees it; empty where it is no text or, said to be encoded, is not."""
    if not isinstance(node.value, str) or not encoded:
        return node.value if isinstance(node.value, str) else ""
    from binascii import Error, a2b_base64

    try:
        return a2b_base64(node.value.encode(), strict_mode=False).decode("utf-8", "replace")
    except (Error, UnicodeEncodeError):
        return ""


def _private(text: str) -> bool:
    """Whether it is more than a certificate, or a configuration file in which nothing speaks of a credential."""
    if "\n" in text.strip() and "BEGIN" not in text and not _TELLING.search(text):
        return not all(_SETTING.fullmatch(line) for line in text.splitlines())
    return "PRIVATE KEY" in text or "BEGIN CERTIFICATE" not in text
