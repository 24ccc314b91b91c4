"""Vector store lets anyone in.

Embeddings can be turned back into much of the text they were made from, and what a stranger writes into the store is
what the model will read as fact. Most stores ask for no credentials until they are told to.

Qdrant needs a key (`QDRANT__SERVICE__API_KEY`; a read-only key alone locks writers out as well, `JWT_RBAC` without a key
does nothing, and an empty key counts as none). Weaviate allows anonymous access unless another way in is enabled, and
then still does if `AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED` is true. Milvus needs `authorizationEnabled`. Chroma has no
authentication of its own from 1.0 on, and ignores the variables that once switched it on: put a proxy in front.
OpenSearch with its security plugin disabled, PostgreSQL with `trust` and Redis Stack without a password are open as
well. ConfigMaps that the store mounts are read; where it mounts a Secret or a ConfigMap that is not in the scan, the
answer is unknown. A published store is worse; one that a network policy isolates is better.

To fix it, give it a key from a Secret, on both sides, and TLS so that the key does not travel in clear.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qdrant
spec:
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant  # finding: 'qdrant' lets anyone read and write its vectors
          image: qdrant/qdrant:v1.15.0
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: qdrant
spec:
  selector:
    matchLabels: {app: qdrant}
  template:
    metadata:
      labels: {app: qdrant}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.0
          env:
            - name: QDRANT__SERVICE__API_KEY
              valueFrom:
                secretKeyRef: {name: qdrant, key: api-key}
```

See [Qdrant](https://qdrant.tech/documentation/security/),
[Weaviate](https://docs.weaviate.io/deploy/configuration/authentication),
[Milvus](https://milvus.io/docs/authenticate.md), [Chroma](https://docs.trychroma.com/docs/overview/migration) and OWASP
[LLM08:2025 Vector and Embedding Weaknesses](https://genai.owasp.org/llmrisk/llm082025-vector-and-embedding-weaknesses/).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from hullmark.checks.security._reach import severity
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.files import files, unread
from hullmark.model.finding import Finding
from hullmark.model.release import chosen
from hullmark.model.terms import Role, Severity
from hullmark.model.truth import Undecided
from hullmark.text.regex import regex
from hullmark.text.tree import mapping

_ENGINES = ("qdrant", "weaviate", "milvus", "chroma", "opensearch", "pgvector", "postgres", "redis-stack")
_ON = regex(r"anonymous_access:\s*\n?\s*enabled:\s*true", re.IGNORECASE)
_MILVUS_ON = regex(r"authorizationEnabled:\s*[\"']?true", re.IGNORECASE)
_QDRANT_KEY = regex(r"^\s*(?:alt_|read_only_)?api_key\s*:\s*(?![\"']{2})[^\s#]", re.MULTILINE)
_QDRANT_KEYS = tuple(f"QDRANT__SERVICE__{key}API_KEY" for key in ("", "ALT_", "READ_ONLY_"))
"""Qdrant's keys; empty ones count as absent (src/common/auth/mod.rs in qdrant/qdrant)."""

_OWN = ("QDRANT__", "AUTHENTICATION_", "CHROMA_")
"""Settings of the stores themselves: each store's rule below knows better what they do."""


@check(
    Container,
    severity=Severity.HIGH,
    roles=[Role.VECTOR_STORE],
    engines=_ENGINES,
    containers=("app", "sidecar"),
    compose="demand a key, and do not publish its ports",
)
def unauthenticated_vector_store(container: Container, arch: Architecture) -> Iterator[Finding]:
    if container.workload.resource.release is not None:
        yield from chosen("unauthenticated-vector-store", container.workload, arch, container.podset.name)
        return
    exposure = arch.exposure(container.workload)
    front = exposure.authenticated and not exposure.authenticated.startswith(_OWN)
    if not exposure.reached or front:
        return
    if _OPEN[container.engine](container, _files(container, arch)):
        known = container.environment_known or (container.engine == "chroma" and container.image.version is not None)
        if not known:
            raise Undecided("part of the environment is not in the scan")
        yield Finding(
            f"'{container.workload.name}' lets anyone read and write its vectors",
            container.at(),
            severity=severity(exposure),
            related=tuple((hop.place, hop.text) for hop in exposure.path),
            advice="demand a key from a Secret",
        )


def _files(container: Container, arch: Architecture) -> str | None:
    """The text of the ConfigMaps mounted into the container; None where one of them, or a Secret, cannot be read."""
    return None if unread(container, arch) else "\n".join(f.text.value for f in files(container, arch))


def _known(files: str | None) -> str:
    if files is None:
        raise Undecided("a configuration file it mounts is not in the scan")
    return files


def _true(container: Container, name: str) -> bool:
    return (container.env(name) or "").lower() in ("true", "1", "on", "enabled")


def _qdrant(container: Container, files: str | None) -> bool:
    if any(n in container.environment and container.env(n) != "" for n in _QDRANT_KEYS):
        return False
    return _QDRANT_KEY.search(_known(files)) is None


def _weaviate(container: Container, files: str | None) -> bool:
    anonymous = container.environment.get("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED")
    if anonymous is not None and anonymous.value is not None:
        return _true(container, anonymous.name)
    if any(_true(container, f"AUTHENTICATION_{way}_ENABLED") for way in ("APIKEY", "OIDC")):
        return False
    return "anonymous_access" not in _known(files) or _ON.search(_known(files)) is not None


def _milvus(container: Container, files: str | None) -> bool:
    if container.workload.ref.group == "milvus.io":
        config = mapping(container.workload.resource.spec, "config", "common", "security")
        return config.get("authorizationEnabled") is not True
    if not {"standalone", "proxy"} & set(container.argv.words):
        return False
    if _true(container, "COMMON_SECURITY_AUTHORIZATIONENABLED"):
        return False
    return _MILVUS_ON.search(_known(files)) is None


def _chroma(container: Container, files: str | None) -> bool:
    del files
    version = container.image.version
    if version is None:
        return container.image.tag in ("", "latest")
    names = ("CHROMA_SERVER_AUTHN_PROVIDER", "CHROMA_SERVER_AUTH_PROVIDER", "CHROMA_SERVER_AUTHN_CREDENTIALS")
    return version >= (1, 0, 0) or not any(n in container.environment for n in names)


def _opensearch(container: Container, files: str | None) -> bool:
    off = "plugins.security.disabled"
    return _true(container, "DISABLE_SECURITY_PLUGIN") or _true(container, off) or f"{off}: true" in (files or "")


def _postgres(container: Container, files: str | None) -> bool:
    del files
    return container.env("POSTGRES_HOST_AUTH_METHOD") == "trust"


def _redis(container: Container, files: str | None) -> bool:
    said = f"{container.argv.text} {container.env('REDIS_ARGS') or ''}"
    if "requirepass" in said or any("PASSWORD" in name for name in container.environment):
        return False
    variable = container.environment.get("REDIS_ARGS")
    return (variable is None or variable.value is not None) and "requirepass" not in _known(files)


_OPEN: Mapping[str, Callable[[Container, str | None], bool]] = {
    "qdrant": _qdrant,
    "weaviate": _weaviate,
    "milvus": _milvus,
    "chroma": _chroma,
    "opensearch": _opensearch,
    "pgvector": _postgres,
    "postgres": _postgres,
    "redis-stack": _redis,
}
