"""Vector store opens to anyone on its network.

Embeddings can be turned back into text, so the store is a readable copy of the corpus; and whoever can write to it decides what the assistant will say.

Reported are stores whose authentication is off or absent: Qdrant without an API key, Weaviate with anonymous access, Milvus without authorisation, Chroma (which has none of its own
since 1.0), OpenSearch with its security plugin disabled, PostgreSQL that trusts every host. A store behind an authenticating proxy is not; one that a NetworkPolicy isolates is
reported with less severity. Where configuration comes from something that was not read, the outcome is unknown.

To fix it, set the store's API key from a Secret on both sides, and admit only the retriever by a NetworkPolicy.

```yaml bad
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: vectors
spec:
  serviceName: vectors
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant  # finding: vector store 'vectors' (qdrant) answers without a key
          image: qdrant/qdrant:v1.15.4
```

```yaml good
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: vectors
spec:
  serviceName: vectors
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
          env:
            - name: QDRANT__SERVICE__API_KEY
              valueFrom:
                secretKeyRef: {name: qdrant, key: api-key}
```

```yaml unknown
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: vectors
spec:
  serviceName: vectors
  selector:
    matchLabels: {app: vectors}
  template:
    metadata:
      labels: {app: vectors}
    spec:
      containers:
        - name: qdrant
          image: qdrant/qdrant:v1.15.4
          envFrom:
            - secretRef: {name: qdrant}
```

See [Qdrant: security](https://qdrant.tech/documentation/guides/security/), [Weaviate: authentication](https://docs.weaviate.io/deploy/configuration/authentication),
[Milvus: authenticate](https://milvus.io/docs/authenticate.md) and [OWASP LLM08:2025](https://genai.owasp.org/llmrisk/llm082025-vector-and-embedding-weaknesses/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Role, Severity
from hullmark.model.truth import Undecided

_KEYS = {
    "qdrant": ("QDRANT__SERVICE__API_KEY", "QDRANT__SERVICE__JWT_RBAC"),
    "weaviate": ("AUTHENTICATION_APIKEY_ENABLED", "AUTHENTICATION_OIDC_ENABLED"),
    "milvus": ("COMMON_SECURITY_AUTHORIZATIONENABLED", "MILVUS_COMMON_SECURITY_AUTHORIZATIONENABLED"),
    "chroma": ("CHROMA_SERVER_AUTHN_CREDENTIALS", "CHROMA_SERVER_AUTHN_CREDENTIALS_FILE"),
}
"""Variables that turn authentication on; Chroma reads its own only before 1.0."""
_CONFIGURED = {"qdrant": "/qdrant/config", "milvus": "/milvus/configs"}
"""Where a mounted file may turn it on instead."""
_OFF = {"false", "0", "no", ""}


@check(Container, severity=Severity.HIGH, roles=(Role.VECTOR_STORE,), containers=("app",))
def unauthenticated_vector_store(container: Container, arch: Architecture) -> Iterator[Finding]:
    workload = container.workload
    exposure = arch.exposure(workload)
    if exposure.authenticated or not _open(container):
        return
    isolated = arch.around(container.podset).ingress.isolated
    severity = Severity.CRITICAL if exposure.reach is Reach.PUBLIC else Severity.MEDIUM if isolated else None
    yield Finding(
        f"vector store '{workload.name}' ({container.engine}) answers without a key",
        container.node.at(),
        severity=severity,
        advice="set the store's API key from a Secret, and admit only the retriever",
    )


def _open(container: Container) -> bool:
    engine = container.engine
    if engine == "opensearch":
        off = container.env("DISABLE_SECURITY_PLUGIN") or container.env("plugins.security.disabled") or ""
        return off.lower() == "true"
    if engine == "pgvector":
        return container.env("POSTGRES_HOST_AUTH_METHOD") == "trust"
    if engine == "redis-stack":
        return (
            not container.argv.has("--requirepass")
            and "requirepass" not in (container.env("REDIS_ARGS") or "")
            and _known(container)
        )
    if engine not in _KEYS:
        return False
    version = container.image.version
    if engine == "chroma" and version is not None and version >= (1, 0, 0):
        return True
    for name in _KEYS[engine]:
        variable = container.environment.get(name)
        if variable is not None and (variable.value is None or variable.value.lower() not in _OFF):
            return False
    return _known(container)


def _known(container: Container) -> bool:
    """True when nothing unread could turn authentication on; else the outcome is unknown."""
    if not container.environment_known:
        raise Undecided("its environment comes from an object that was not read")
    configured = _CONFIGURED.get(container.engine)
    if configured and any(m.path.startswith(configured) for m in container.mounts):
        raise Undecided(f"a file mounted at '{configured}' may turn authentication on")
    return True
