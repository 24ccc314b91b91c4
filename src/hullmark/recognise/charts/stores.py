"""Vector stores."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_OPEN = "unauthenticated-vector-store"
_TEXT = "'{name}' lets anyone read and write its vectors"
_KEY = "demand a key from a Secret"

CHARTS: tuple[Chart, ...] = (
    Chart(
        "qdrant",
        homes=("qdrant.github.io/qdrant-helm", "qdrant.to/helm", "github.com/qdrant/qdrant-helm"),
        sources=(
            "https://github.com/qdrant/qdrant-helm/blob/03a7b29e9e41932f00bd0eb3bf142b073e7ec62b/charts/qdrant/values.yaml",
            "https://github.com/qdrant/qdrant-helm/blob/c8ae2d1d8cfe50adca26faaccb9b477c2917f15d/charts/qdrant/values.yaml",
            "https://github.com/qdrant/qdrant-helm/blob/01da114b3a789dc348d57cc4e5a69d21a8c343b5/charts/qdrant/templates/"
            "statefulset.yaml",
            "https://github.com/qdrant/qdrant-helm/blob/02acc4ac9f320a5a6b8e62ac4d5b6ec2c7c5c732/charts/qdrant/Chart.yaml",
        ),
        seen=("0.7.6", "1.15.4"),
        parts=(
            Part(
                "qdrant",
                "qdrant/qdrant",
                "qdrant",
                container="resources securityContext=containerSecurityContext args lifecycle",
                pod="nodeSelector tolerations affinity topologySpreadConstraints securityContext=podSecurityContext",
                beside="app=sidecarContainers",
                sets="QDRANT__SERVICE__API_KEY=apiKey QDRANT__SERVICE__READ_ONLY_API_KEY=readOnlyApiKey",
            ),
        ),
        fronts=(Front(ports=(6333, 6334)),),
        defaults={
            "replicaCount": 1,
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "resources": {},
            "containerSecurityContext": {
                "runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 2000, "allowPrivilegeEscalation": False,
                "privileged": False, "readOnlyRootFilesystem": True,
            },
            "podSecurityContext": {"fsGroup": 3000},
        },
        settles="resources hardening",
        role=Role.VECTOR_STORE,
        risks=(
            Risk(
                "apiKey",
                _TEXT,
                unless=(
                    "readOnlyApiKey", "config.service.api_key", "config.service.read_only_api_key",
                    "env[QDRANT__SERVICE__API_KEY]", "env[QDRANT__SERVICE__READ_ONLY_API_KEY]",
                ),
                check=_OPEN,
                lets_in=True,
                advice=_KEY,
            ),
        ),
    ),
    Chart(
        "weaviate",
        homes=("weaviate.github.io/weaviate-helm", "github.com/weaviate/weaviate-helm"),
        sources=(
            "https://github.com/weaviate/weaviate-helm/blob/1e8492e03e337b500d5f6fd9a055e2f1ad146398/weaviate/values.yaml",
            "https://github.com/weaviate/weaviate-helm/blob/fa9338e10aa1bfbffdb58c56ecae1b141f20f189/weaviate/Chart.yaml",
        ),
        seen=("16.1.0", "16.8.9"),
        parts=(
            Part(
                "weaviate",
                "semitechnologies/weaviate",
                "weaviate",
                container="resources command args securityContext=containerSecurityContext",
                pod="nodeSelector tolerations affinity serviceAccountName securityContext",
                replicas=Count("replicas", default=None),
                labels={"app": "weaviate"},
            ),
        ),
        fronts=(
            Front(name="weaviate", ingress="", ports=(80,)),
            Front(name="weaviate-grpc", service="grpcService", ingress="", ports=(50051,)),
        ),
        defaults={
            "replicas": 1,
            "resources": {},
            "service": {"type": "LoadBalancer"},
            "authentication": {"anonymous_access": {"enabled": True}},
            "authorization": {"admin_list": {"enabled": False}},
            "env": {},
        },
        settles="resources",
        role=Role.VECTOR_STORE,
        risks=(
            Risk(
                "authentication.anonymous_access.enabled",
                _TEXT,
                values=(True,),
                unless=("authorization.admin_list.enabled", "authorization.rbac.enabled"),
                check=_OPEN,
                lets_in=True,
                advice="set it to false and give clients keys (authentication.apikey)",
            ),
            Risk(
                "env[AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED]",
                _TEXT,
                values=(True, "true", "on", "enabled", "1"),
                check=_OPEN,
                lets_in=True,
                advice="leave it out",
            ),
            Risk(
                "backups.filesystem.enabled",
                "'{name}' backs up into its own pod",
                values=(True,),
                unless=("backups.s3.enabled", "backups.gcs.enabled", "backups.azure.enabled"),
                severity=Severity.MEDIUM,
                advice="back up to a bucket",
            ),
        ),
    ),
    Chart(
        "milvus",
        homes=("zilliztech.github.io/milvus-helm", "milvus-io.github.io/milvus-helm", "github.com/zilliztech/milvus-helm"),
        sources=(
            *blob(
                "zilliztech/milvus-helm", "00f697560344f57a82812c49af63cefa52310572",
                "charts/milvus/Chart.yaml", "charts/milvus/values.yaml",
            ),
            *blob("zilliztech/milvus-helm", "8fa29a98c48f5002757f1f9352be89629e677285", "charts/milvus/templates/service.yaml"),
            *blob("zilliztech/milvus-helm", "186bdec45b14b8b62097dae45ddfa990d8d1b970", "charts/milvus/templates/ingress.yaml"),
        ),
        seen=("4.2.45", "4.2.45"),
        parts=(
            Part(
                "milvus",
                "milvusdb/milvus",
                "milvus",
                image="image.all",
                container="",
                pod="nodeSelector tolerations affinity",
                env="standalone.extraEnv proxy.extraEnv",
                replicas=Count("", default=None),
            ),
        ),
        fronts=(Front(ports=(19530,)),),
        defaults={
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "extraConfigFiles": {"user.yaml": "# nothing but comments"},
            "minio": {"enabled": True, "secretKey": "minioadmin", "existingSecret": ""},
            "attu": {"enabled": False, "ingress": {"enabled": False}},
        },
        role=Role.VECTOR_STORE,
        risks=(
            Risk(
                "extraConfigFiles[user.yaml]",
                _TEXT,
                says=r"(?m)^[^#\n]*authorizationEnabled:\s*[\"']?true",
                unless=(
                    "standalone.extraEnv[COMMON_SECURITY_AUTHORIZATIONENABLED]",
                    "proxy.extraEnv[COMMON_SECURITY_AUTHORIZATIONENABLED]",
                ),
                hidden=("customConfigMap",),
                check=_OPEN,
                lets_in=True,
                advice="set common.security.authorizationEnabled to true in it",
            ),
            Risk(
                "minio.secretKey",
                "the object store of '{name}', which holds all segments, has the password of the manual",
                values=("minioadmin",),
                unless=("minio.existingSecret", "!minio.enabled"),
                advice="name a Secret in minio.existingSecret",
            ),
            Risk(
                "attu.ingress.enabled",
                "'{name}' publishes its administration",
                values=(True,),
                when=("attu.enabled",),
                severity=Severity.MEDIUM,
                advice="reach attu with kubectl port-forward, or put a sign-in in front",
            ),
        ),
    ),
    Chart(
        "chromadb",
        homes=("amikos-tech.github.io/chromadb-chart", "github.com/amikos-tech/chromadb-chart"),
        sources=(
            *blob(
                "amikos-tech/chromadb-chart", "baed1c485e10eb7003fe58d9bc41240801488786",
                "charts/chromadb-chart/Chart.yaml", "charts/chromadb-chart/values.yaml",
            ),
            *blob(
                "amikos-tech/chromadb-chart", "144010c8ede322872508918f2a470360703bf7f7",
                "charts/chromadb-chart/templates/statefulset.yaml",
            ),
            "https://docs.trychroma.com/docs/overview/migration",
        ),
        seen=("0.1.20", "0.1.20"),
        parts=(
            Part(
                "chromadb",
                "ghcr.io/amikos-tech/chromadb-chart/chroma",
                "chroma",
                container="resources securityContext=podSpec.securityContext",
                pod="nodeSelector tolerations affinity securityContext=podSpec.securityContext",
                env="",
                beside="init=podSpec.initContainers",
            ),
        ),
        fronts=(Front(ports=(8000,)),),
        defaults={
            "replicaCount": 1,
            "resources": {},
            "podSpec": {"securityContext": {}},
            "service": {"type": "NodePort"},
            "ingress": {"enabled": False, "tls": []},
            "chromadb": {
                "apiVersion": "0.5.5", "allowReset": False, "isPersistent": True, "auth": {"enabled": True},
            },
        },
        settles="resources",
        role=Role.VECTOR_STORE,
        risks=(
            Risk(
                "chromadb.auth.enabled", _TEXT, values=(False,), check=_OPEN, lets_in=True, advice="leave it on"
            ),
            Risk(
                "chromadb.apiVersion",
                _TEXT,
                like=r"^v?1\.",
                check=_OPEN,
                lets_in=True,
                advice="put a proxy that authenticates in front: Chroma has no sign-in of its own from 1.0 on",
            ),
            Risk(
                "chromadb.isPersistent",
                "the index of '{name}' is lost with its pod",
                values=(False,),
                check="ephemeral-vector-store",
                advice="set it to true",
            ),
            Risk(
                "chromadb.allowReset",
                "'{name}' lets every client delete everything",
                values=(True,),
                severity=Severity.MEDIUM,
                advice="leave it out",
            ),
        ),
    ),
)  # fmt: skip
