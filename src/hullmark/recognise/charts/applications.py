"""Applications on top of models, and what watches them: Open WebUI, Langfuse."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_MANUAL = (
    "changeme",
    "mysecret",
    "secret",
    "password",
    "langfuse",
    "postgres",
    "clickhouse",
    "miniosecret",
    "minio123",
)


def _weak(path: str, what: str) -> Risk:
    """A password that stands in the chart's own values; a part that is not deployed needs none."""
    top = path.partition(".")[0]
    unless = () if top == "langfuse" else (f"!{top}.deploy", f"{top}.auth.existingSecret")
    return Risk(
        path,
        f"{what} of '{{name}}' is one of the manual",
        values=_MANUAL,
        unless=unless,
        advice="read it from a Secret",
    )


CHARTS: tuple[Chart, ...] = (
    Chart(
        "open-webui",
        homes=("helm.openwebui.com", "open-webui.github.io/helm-charts", "github.com/open-webui/helm-charts"),
        sources=(
            "https://github.com/open-webui/helm-charts/blob/0020bbea6fcbe696ceb9f6fe7612af5d8df456ff/charts/open-webui/README.md",
            "https://github.com/open-webui/helm-charts/blob/b54aad9122f1ddbfe0f4b92c12e62207caa17ec9/charts/open-webui/README.md",
            "https://github.com/open-webui/helm-charts/blob/01b61f5f649545d1d38f3d7e39e6d9f9b0be9ac4/charts/open-webui/templates/"
            "workload-manager.yaml",
            *blob("open-webui/helm-charts", "969fca3b1648a14fd5973b3008be52b29e15444d", "charts/open-webui/templates/route.yaml"),
        ),
        seen=("10.2.0", "10.2.1"),
        parts=(
            Part(
                "open-webui",
                "ghcr.io/open-webui/open-webui",
                "open-webui",
                container=(
                    "resources securityContext=containerSecurityContext livenessProbe readinessProbe startupProbe command args "
                    "envFrom=extraEnvFrom"
                ),
                pod=(
                    "nodeSelector tolerations affinity topologySpreadConstraints securityContext=podSecurityContext "
                    "runtimeClassName"
                ),
                env="commonEnvVars extraEnvVars",
                sets="DATABASE_URL=databaseUrl",
            ),
        ),
        fronts=(Front(name="open-webui", ports=(80,), route="route"),),
        defaults={
            "replicaCount": 1,
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": False},
            "resources": {},
            "containerSecurityContext": {},
            "podSecurityContext": {},
            "pipelines": {"enabled": True},
            "enableOpenaiApi": True,
            "openaiApiKey": "0p3n-w3bu!",
            "persistence": {"enabled": True},
            "sso": {"enabled": False, "mergeAccountsByEmail": False},
        },
        settles="resources hardening",
        role=Role.AI_UI,
        risks=(
            Risk(
                "openaiApiKey",
                "the pipelines of '{name}', which run code, take the key of the manual",
                values=("0p3n-w3bu!",),
                unless=("openaiApiKeys",),
                when=("pipelines.enabled", "enableOpenaiApi"),
                advice="set a key of your own from a Secret, or switch pipelines off",
            ),
            Risk(
                "extraEnvVars[WEBUI_AUTH]",
                "'{name}' lets everyone in without signing in",
                values=("False", "false", False),
                lets_in=True,
                advice="leave WEBUI_AUTH out",
            ),
            Risk(
                "sso.mergeAccountsByEmail",
                "'{name}' gives an account to whoever brings its address from any provider",
                values=(True,),
                when=("sso.enabled",),
                severity=Severity.MEDIUM,
                advice="leave it out, unless every provider verifies addresses",
            ),
            Risk(
                "persistence.enabled",
                "'{name}' loses users, chats and documents with its pod",
                severity=Severity.MEDIUM,
                advice="set persistence.enabled",
            ),
        ),
    ),
    Chart(
        "langfuse",
        homes=("langfuse.github.io/langfuse-k8s", "github.com/langfuse/langfuse-k8s"),
        sources=(
            *blob(
                "langfuse/langfuse-k8s", "cb0662537043ce8fa43d6ecf7de3231a120bd115",
                "charts/langfuse/Chart.yaml", "charts/langfuse/values.yaml",
            ),
            *blob("langfuse/langfuse-k8s", "0292f32c2a20245cb577720825173b7c0d921d2b", "charts/langfuse/Chart.yaml"),
            *blob(
                "langfuse/langfuse-k8s", "36a934a097d827b4daff857d552bb377d178a33a",
                "charts/langfuse/templates/nextauth-secret.yaml",
            ),
            *blob(
                "langfuse/langfuse-k8s", "01652b1430d81d3a1157ff262812ea14b69dab1b",
                "charts/langfuse/templates/web/deployment.yaml",
            ),
            *blob(
                "langfuse/langfuse-k8s", "68260a0d90a89de40beefdbcf44907b28f8ae73e", "charts/langfuse/templates/httproute.yaml"
            ),
        ),
        seen=("0.9.0", "0.9.0"),
        parts=(
            Part(
                "web",
                "langfuse/langfuse",
                "langfuse",
                at="langfuse.web",
                container="resources",
                pod="",
                env="/langfuse.additionalEnv",
                replicas=Count("replicas", default=None),
            ),
        ),
        fronts=(
            Front("web", "{full}-web", "langfuse.web.service", "type", "langfuse.ingress", (3000,), "langfuse.httpRoute"),
            Front("web", "{full}", ports=(3000,)),
        ),
        defaults={
            "langfuse": {
                "nextauth": {"secret": "changeme"},
                "salt": "changeme",
                "web": {"service": {"type": "ClusterIP"}},
                "ingress": {"enabled": False},
            },
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False},
            "postgresql": {"deploy": True, "auth": {"password": "postgres"}},
            "clickhouse": {"deploy": True, "auth": {"password": "changeme"}},
            "valkey": {"deploy": True, "auth": {"password": "changeme"}},
            "minio": {"deploy": True, "auth": {"rootPassword": "miniosecret"}},
        },
        role=Role.EXPERIMENT_TRACKING,
        risks=(
            _weak("langfuse.nextauth.secret", "the key that signs sessions"),
            _weak("langfuse.nextauth.secret.value", "the key that signs sessions"),
            _weak("langfuse.salt", "the salt of API keys"),
            _weak("langfuse.salt.value", "the salt of API keys"),
            _weak("postgresql.auth.password", "the password of the database"),
            _weak("clickhouse.auth.password", "the password of the traces' store"),
            _weak("redis.auth.password", "the password of the queue"),
            _weak("valkey.auth.password", "the password of the queue"),
            _weak("s3.auth.rootPassword", "the password of the object store"),
            _weak("minio.auth.rootPassword", "the password of the object store"),
        ),
    ),
)  # fmt: skip
