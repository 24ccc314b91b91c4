"""Vector stores."""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.charts.row import Chart, Front, Part, Risk

_OPEN = "unauthenticated-vector-store"
_TEXT = "'{name}' lets anyone read and write its vectors"
_KEY = "demand a key from a Secret"

CHARTS: tuple[Chart, ...] = (
    Chart(
        "qdrant",
        homes=("qdrant.github.io/qdrant-helm", "qdrant.to/helm", "github.com/qdrant/qdrant-helm"),
        sources=(
            "https://github.com/qdrant/qdrant-helm/blob/c8ae2d1d8cfe50adca26faaccb9b477c2917f15d/charts/qdrant/values.yaml",
        ),
        seen=("0.9.0", "1.15.4"),
        parts=(
            Part(
                "qdrant",
                "qdrant/qdrant",
                "qdrant",
                container="resources securityContext=containerSecurityContext args lifecycle",
                pod="nodeSelector tolerations affinity topologySpreadConstraints securityContext=podSecurityContext",
                beside="app=sidecarContainers",
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
)  # fmt: skip
