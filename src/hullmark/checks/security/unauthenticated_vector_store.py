"""Vector store lets anyone in.

Embeddings can be turned back into much of the text they were made from, and what a stranger writes into the store is
what the model will read as fact. Most stores ask for no credentials until they are told to.

Qdrant needs `QDRANT__SERVICE__API_KEY`. Weaviate allows anonymous access unless another way in is enabled, and then
still does if `AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED` is true. Milvus needs `authorizationEnabled`. Chroma has no
authentication of its own from 1.0 on: put a proxy in front. OpenSearch with its security plugin disabled, PostgreSQL
with `trust` and Redis Stack without a password are open as well. Where the store reads a file that is not in the
scan, the answer is unknown. A published store is worse; one that a network policy isolates is better.

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

See [Qdrant](https://qdrant.tech/documentation/guides/security/),
[Weaviate](https://docs.weaviate.io/deploy/configuration/authentication),
[Milvus](https://milvus.io/docs/authenticate.md), [Chroma](https://docs.trychroma.com/docs/overview/migration) and OWASP
[LLM08:2025 Vector and Embedding Weaknesses](https://genai.owasp.org/llmrisk/llm082025-vector-and-embedding-weaknesses/).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.references import references
from hullmark.model.terms import Reach, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.text.tree import mapping

_ENGINES = ("qdrant", "weaviate", "milvus", "chroma", "opensearch", "pgvector", "postgres", "redis-stack")
_SEVERITIES = {Reach.PUBLIC: Severity.CRITICAL, Reach.ISOLATED: Severity.MEDIUM}
_ON = re.compile(r"anonymous_access:\s*\n?\s*enabled:\s*true", re.IGNORECASE)
_MILVUS_ON = re.compile(r"authorizationEnabled:\s*[\"']?true", re.IGNORECASE)
_QDRANT_KEY = re.compile(r"^\s*(?:api_key|jwt_rbac)\s*:\s*\S", re.MULTILINE)


@check(Container, severity=Severity.HIGH, roles=[Role.VECTOR_STORE], engines=_ENGINES, containers=("app", "sidecar"))
def unauthenticated_vector_store(container: Container, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(container.workload)
    chroma = container.engine == "chroma"
    if exposure.reach is Reach.LOOPBACK or (exposure.authenticated and not chroma):
        return
    if _OPEN[container.engine](container, _files(container, arch)):
        if not container.environment_known and not chroma:
            raise Undecided("part of the environment is not in the scan")
        yield Finding(
            f"'{container.workload.name}' lets anyone read and write its vectors",
            container.at(),
            severity=_SEVERITIES.get(exposure.reach),
            related=tuple((hop.place, hop.text) for hop in exposure.path),
            advice="demand a key from a Secret",
        )


def _files(container: Container, arch: Architecture) -> str | None:
    """The text of the ConfigMaps mounted into the container; None where one of them, or a Secret, cannot be read."""
    mounted = {string(m.node.value, "name") for m in container.mounts}
    names = {
        string(v.value, kind, key)
        for name, v in container.podset.volumes.items()
        if name in mounted
        for kind, key in (("configMap", "name"), ("secret", "secretName"))
    }
    found = []
    for reference in references(arch, container.podset):
        if reference.name in names and reference.kind == "ConfigMap":
            if reference.found is None:
                return None
            found += [v for v in mapping(reference.found.node.value, "data").values() if isinstance(v, str)]
        elif reference.name in names and reference.kind == "Secret":
            return None
    return "\n".join(found)


def _known(files: str | None) -> str:
    if files is None:
        raise Undecided("a configuration file it mounts is not in the scan")
    return files


def _true(container: Container, name: str) -> bool:
    return (container.env(name) or "").lower() in ("true", "1", "on", "enabled")


def _qdrant(container: Container, files: str | None) -> bool:
    if any(n in container.environment for n in ("QDRANT__SERVICE__API_KEY", "QDRANT__SERVICE__JWT_RBAC")):
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
