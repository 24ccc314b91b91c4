"""Where applications and agents are put together of models and tools: Flowise, Dify, n8n, Langflow, kagent."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_REPLICAS = Count("replicas", default=None)
_POD = "nodeSelector tolerations affinity securityContext=podSecurityContext"
_DIFY_KEY = "sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U"
_DIFY_STORE = "WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih"
_DIFY = (
    "lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi",
    "QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1",
)


def _manual(path: str, what: str, *values: str, when: str = "", severity: Severity = Severity.HIGH) -> Risk:
    """A key or password that the chart's own values bring, which everybody can read."""
    return Risk(
        path,
        f"{what} of '{{name}}' is the one that everybody finds in the chart",
        values=values,
        when=(when,) if when else (),
        severity=severity,
        advice="set one of your own",
    )


CHARTS: tuple[Chart, ...] = (
    Chart(
        "flowise",
        homes=("cowboysysop.github.io/charts", "github.com/cowboysysop/charts"),
        sources=(
            *blob(
                "cowboysysop/charts", "06cd9f3732ed5a039f9f4d48989ec6243f26b338",
                "charts/flowise/Chart.yaml", "charts/flowise/values.yaml",
            ),
            *blob(
                "cowboysysop/charts", "09c94d1b50432112add5d6e10fc3dfd906eaa339", "charts/flowise/templates/deployment.yaml"
            ),
            *blob(
                "FlowiseAI/FlowiseDocs", "1b886ac012f56c1803d7276d5b56242cdf3f8678", "en/configuration/authorization/app-level.md"
            ),
        ),
        seen=("3.10.0", "3.10.0"),
        parts=(
            Part(
                "flowise",
                "docker.io/flowiseai/flowise",
                "flowise",
                container="resources securityContext",
                pod=f"{_POD} topologySpreadConstraints priorityClassName runtimeClassName",
                env="extraEnvVars",
            ),
        ),
        fronts=(Front(ports=(3000,)),),
        defaults={
            "replicaCount": 1,
            "resources": {},
            "securityContext": {},
            "podSecurityContext": {},
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "config": {"username": "", "password": ""},
            "persistence": {"enabled": False},
            "mariadb": {"enabled": False, "auth": {"password": "flowise", "existingSecret": ""}},
            "postgresql": {"enabled": False, "auth": {"password": "flowise", "existingSecret": ""}},
            "externalMariadb": {"enabled": False},
            "externalPostgresql": {"enabled": False},
        },
        settles="resources hardening",
        role=Role.AGENT,
        risks=(
            *(
                Risk(
                    f"config.{field}",
                    "'{name}' lets everyone read and change its flows, and use their keys",
                    unless=(*others, "extraEnvVars[FLOWISE_USERNAME]", "extraEnvVarsSecret", "extraEnvVarsCM"),
                    when=when,
                    hidden=("image.tag",),
                    lets_in=True,
                    advice="set config.username and config.password, or use Flowise 3.0.1 or later, which has accounts",
                )
                for field, others, when in (
                    ("username", (), ()),
                    ("password", ("existingSecret",), ("config.username",)),
                )
            ),
            Risk(
                "persistence.enabled",
                "'{name}' loses the key of its credentials, and without a database its flows, with its pod",
                severity=Severity.MEDIUM,
                advice="set persistence.enabled",
            ),
            *(
                Risk(
                    f"{database}.auth.password",
                    "the database of '{name}' has the password of the manual",
                    values=("flowise",),
                    unless=(f"{database}.auth.existingSecret",),
                    when=(f"{database}.enabled",),
                    advice=f"name a Secret in {database}.auth.existingSecret",
                )
                for database in ("postgresql", "mariadb")
            ),
        ),
    ),
    Chart(
        "dify",
        homes=("borispolonsky.github.io/dify-helm", "github.com/borispolonsky/dify-helm"),
        sources=(
            *blob(
                "BorisPolonsky/dify-helm", "b37eef6af660d65dd56a2e394f7e710fe2576c6f",
                "charts/dify/Chart.yaml", "charts/dify/values.yaml",
            ),
            *blob("BorisPolonsky/dify-helm", "0110fe1eaf7ac012a0dbe9dcac7caed669b49809", "charts/dify/values.yaml"),
        ),
        seen=("0.15.0", "0.15.0"),
        parts=tuple(
            Part(
                name,
                f"langgenius/{image}",
                "dify" if name == "api" else "",
                at=name,
                image=f"/image.{key}",
                container="resources securityContext=containerSecurityContext",
                pod=_POD,
                env="extraEnv",
                replicas=_REPLICAS,
                switch=f"{name}.enabled",
            )
            for name, image, key in (("api", "dify-api", "api"), ("worker", "dify-api", "api"), ("web", "dify-web", "web"))
        ),
        fronts=(),
        defaults={
            "api": {"enabled": True, "replicas": 1, "secretKey": _DIFY_KEY, "resources": {}},
            "worker": {"enabled": True, "replicas": 1, "resources": {}},
            "web": {"enabled": True, "replicas": 1, "resources": {}},
            "postgresql": {
                "enabled": True, "global": {"postgresql": {"auth": {"postgresPassword": "difyai123456"}}},
            },
            "weaviate": {"enabled": True, "authentication": {"apikey": {"allowed_keys": [_DIFY_STORE]}}},
        },
        settles="resources",
        role=Role.AGENT,
        risks=(
            _manual("api.secretKey", "the key that signs sessions and encrypts credentials", _DIFY_KEY),
            _manual(
                "postgresql.global.postgresql.auth.postgresPassword", "the password of the database", "difyai123456",
                when="postgresql.enabled",
            ),
            _manual(
                "weaviate.authentication.apikey.allowed_keys", "the key of the vector store", _DIFY_STORE,
                when="weaviate.enabled", severity=Severity.MEDIUM,
            ),
            _manual("sandbox.auth.apiKey", "the key of the sandbox, which runs code,", "dify-sandbox"),
            _manual("pluginDaemon.auth.serverKey", "the key of the plugins' server", _DIFY[0]),
            _manual("pluginDaemon.auth.difyApiKey", "the key between plugins and server", _DIFY[1]),
        ),
    ),
    Chart(
        "n8n",
        homes=("8gears.container-registry.com/library", "github.com/8gears/n8n-helm-chart"),
        sources=blob(
            "8gears/n8n-helm-chart", "b4de68f149e2790119cce5e1009af1ea0bdcec52",
            "charts/n8n/Chart.yaml", "charts/n8n/values.yaml",
        ),
        seen=("1.0.8", "1.0.8"),
        parts=(
            Part(
                "main",
                "n8nio/n8n",
                at="main",
                image="/image",
                container="resources securityContext livenessProbe readinessProbe lifecycle command",
                pod=_POD,
                env="extraEnv",
                beside="init=initContainers",
            ),
            Part(
                "worker",
                "n8nio/n8n",
                at="worker",
                image="/image",
                container="resources securityContext livenessProbe readinessProbe lifecycle command args=commandArgs",
                pod=_POD,
                env="extraEnv",
                beside="init=initContainers",
                switch="worker.enabled",
                default_on=False,
            ),
        ),
        fronts=(Front("main", service="main.service", ports=(80,)),),
        defaults={
            "main": {
                "replicaCount": 1, "persistence": {"enabled": False}, "resources": {}, "securityContext": {},
                "service": {"type": "ClusterIP"},
                "podSecurityContext": {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000},
            },
            "worker": {"enabled": False},
            "ingress": {"enabled": False},
        },
        settles="resources hardening",
        risks=(
            Risk(
                "main.persistence.enabled",
                "'{name}' loses its workflows, and the key of their credentials, with its pod",
                unless=("main.config.db.type", "main.extraEnv[DB_TYPE]"),
                advice="set main.persistence.enabled, or use a database (main.config.db) and a key of your own",
            ),
        ),
    ),
    Chart(
        "langflow-ide",
        homes=("langflow-ai.github.io/langflow-helm-charts", "github.com/langflow-ai/langflow-helm-charts"),
        sources=(
            *blob(
                "langflow-ai/langflow-helm-charts", "1e15eb1b1c25f30105beda32a53385aae389eea0",
                "charts/langflow-ide/values.yaml", "charts/langflow-ide/templates/backend-statefulset.yaml",
            ),
            "https://docs.langflow.org/environment-variables",
        ),
        seen=("", ""),
        parts=(
            Part(
                "backend",
                "langflowai/langflow-backend",
                "langflow",
                at="langflow.backend",
                container="resources",
                pod="nodeSelector tolerations affinity",
            ),
        ),
        fronts=(Front("backend", "{full}-service-backend", "langflow.backend.service", "type", "ingress", (7860,)),),
        role=Role.AGENT,
        risks=(
            Risk(
                "langflow.backend.autoLogin",
                "'{name}' makes everyone its administrator, who runs code",
                values=(True, "true"),
                unless=("langflow.backend.env[LANGFLOW_AUTO_LOGIN]",),
                lets_in=True,
                advice="set it to false, with superuser and superuserPassword",
            ),
            Risk(
                "langflow.backend.env[LANGFLOW_AUTO_LOGIN]",
                "'{name}' makes everyone its administrator, who runs code",
                values=("True", "true", True),
                unless=("!langflow.backend.autoLogin",),
                lets_in=True,
                advice="leave it out, and set langflow.backend.autoLogin to false",
            ),
        ),
    ),
    Chart(
        "kagent",
        homes=("ghcr.io/kagent-dev/kagent/helm", "github.com/kagent-dev/kagent"),
        sources=blob("kagent-dev/kagent", "0042ca2c31a713f4a445e4563a368bb68942afa1", "helm/kagent/values.yaml"),
        seen=("", ""),
        parts=(
            Part(
                "controller",
                "ghcr.io/kagent-dev/kagent/controller",
                "kagent",
                at="controller",
                container="resources",
                pod="nodeSelector tolerations affinity topologySpreadConstraints",
                replicas=_REPLICAS,
            ),
        ),
        fronts=(Front("controller", "{full}-controller", "controller.service", ingress="", ports=(8083,)),),
        role=Role.AGENT,
        risks=(
            Risk(
                "controller.auth.mode",
                "'{name}' takes everyone for the user they say they are, or for its administrator",
                values=("unsecure",),
                lets_in=True,
                advice="set it to trusted-proxy, behind a proxy that signs people in",
            ),
            Risk(
                "controller.mcpEgressPlaintext",
                "'{name}' sends what its tools are told and answer unencrypted",
                values=(True,),
                severity=Severity.MEDIUM,
                advice="leave it off",
            ),
            Risk(
                "database.postgres.bundled.enabled",
                "the database of '{name}', which holds its sessions, has the password of the manual",
                values=(True,),
                unless=("database.postgres.url", "database.postgres.urlFile"),
                severity=Severity.MEDIUM,
                advice="use a database of your own (database.postgres.urlFile)",
            ),
        ),
    ),
)  # fmt: skip
