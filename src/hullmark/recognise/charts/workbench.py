"""Where people work with models: JupyterHub, MLflow."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_NOTEBOOK, _MLFLOW = "unauthenticated-notebook", "unauthenticated-mlflow"
_BITNAMI = ("charts.bitnami.com/bitnami", "registry-1.docker.io/bitnamicharts", "github.com/bitnami/charts")
_DUMMY = ("dummy", "dummyauthenticator.DummyAuthenticator", "jupyterhub.auth.DummyAuthenticator")
_OPEN = "'{name}' serves every run and model without a sign-in"

JUPYTERHUB = (
    Risk(
        "hub.config.JupyterHub.authenticator_class",
        "'{name}' lets everyone in under any name",
        values=_DUMMY,
        unless=("hub.config.DummyAuthenticator.password",),
        check=_NOTEBOOK,
        lets_in=True,
        advice="choose an authenticator, such as generic-oauth",
    ),
    Risk(
        "hub.config.JupyterHub.authenticator_class",
        "all users of '{name}' share one password",
        values=_DUMMY,
        when=("hub.config.DummyAuthenticator.password",),
        check=_NOTEBOOK,
        severity=Severity.MEDIUM,
        advice="choose an authenticator, such as generic-oauth",
    ),
    Risk(
        "hub.config.GenericOAuthenticator.allow_all",
        "'{name}' lets in everyone whom its identity provider knows",
        values=(True,),
        severity=Severity.MEDIUM,
        advice="name the groups or users that may sign in",
    ),
    Risk(
        "proxy.service.type",
        "'{name}' takes passwords and code without TLS",
        values=("LoadBalancer",),
        unless=("proxy.https.enabled", "ingress.enabled", "httpRoute.enabled"),
        severity=Severity.MEDIUM,
        advice="set proxy.https.enabled, or publish it through an Ingress with TLS",
    ),
    Risk(
        "hub.db.type",
        "'{name}' forgets its users and servers when its hub restarts",
        values=("sqlite-memory",),
        advice="use sqlite-pvc, or better a database",
    ),
    Risk(
        "hub.authenticatePrometheus",
        "'{name}' shows its metrics, with the names of its users, to everyone",
        values=(False,),
        severity=Severity.LOW,
        advice="leave it on",
    ),
    Risk(
        "singleuser.networkPolicy.enabled",
        "notebooks of '{name}' reach everything in the cluster",
        values=(False,),
        advice="leave it on",
    ),
    Risk(
        "singleuser.networkPolicy.egressAllowRules.cloudMetadataServer",
        "notebooks of '{name}' reach the credentials of their node",
        values=(True,),
        advice="leave it off",
    ),
    Risk(
        "singleuser.networkPolicy.egressAllowRules.privateIPs",
        "notebooks of '{name}' reach every private address",
        values=(True,),
        severity=Severity.MEDIUM,
        advice="leave it off, and name the addresses they need",
    ),
    Risk(
        "singleuser.cloudMetadata.blockWithIptables",
        "notebooks of '{name}' reach the credentials of their node where nothing enforces network policies",
        values=(False,),
        severity=Severity.MEDIUM,
        advice="leave it on, unless the network enforces policies",
    ),
    Risk(
        "singleuser.allowPrivilegeEscalation",
        "users of '{name}' may become root in their notebooks",
        values=(True,),
        advice="leave it off",
    ),
    Risk("singleuser.uid", "notebooks of '{name}' run as root", values=(0,), advice="leave it out"),
    Risk(
        "singleuser.extraEnv[GRANT_SUDO]",
        "users of '{name}' may become root in their notebooks",
        values=("yes", "1", 1, True, "true"),
        advice="leave it out, and install what users need into the image",
    ),
    Risk(
        "cull.enabled",
        "idle notebooks of '{name}' keep their machines",
        values=(False,),
        severity=Severity.MEDIUM,
        advice="leave it on",
    ),
)

CHARTS: tuple[Chart, ...] = (
    Chart(
        "jupyterhub",
        homes=(
            "hub.jupyter.org/helm-chart", "jupyterhub.github.io/helm-chart", "github.com/jupyterhub/zero-to-jupyterhub-k8s",
        ),
        # The chart's own repository leaves the version to the release; this is the chart as it was published.
        sources=(
            *blob(
                "zeroflucs-given/helm-charts", "b0107a1665504040bdf927fa009784d18c90c07f",
                "charts/jupyterhub/Chart.yaml", "charts/jupyterhub/values.yaml",
            ),
            "https://z2jh.jupyter.org/en/stable/resources/reference.html",
        ),
        seen=("4.3.3", "4.3.3"),
        parts=(
            Part(
                "proxy",
                "quay.io/jupyterhub/configurable-http-proxy",
                at="proxy.chp",
                container="resources securityContext=containerSecurityContext",
                pod="nodeSelector tolerations",
                env="extraEnv",
                replicas=Count("", default=1),
                labels={"app": "jupyterhub", "component": "proxy"},
            ),
            Part(
                "hub",
                "quay.io/jupyterhub/k8s-hub",
                "jupyterhub",
                at="hub",
                container="resources securityContext=containerSecurityContext args command",
                pod="nodeSelector tolerations securityContext=podSecurityContext volumes=extraVolumes",
                env="extraEnv",
                beside="init=initContainers app=extraContainers",
                replicas=Count("", default=1),
                labels={"app": "jupyterhub", "component": "hub"},
            ),
        ),
        fronts=(Front("proxy", "proxy-public", "proxy.service", ports=(80,), route="httpRoute"),),
        defaults={
            "hub": {
                "config": {"JupyterHub": {"authenticator_class": "dummy"}},
                "db": {"type": "sqlite-pvc"},
                "authenticatePrometheus": True,
            },
            "proxy": {"service": {"type": "LoadBalancer"}, "https": {"enabled": False}},
            "singleuser": {
                "networkPolicy": {
                    "enabled": True, "egressAllowRules": {"cloudMetadataServer": False, "privateIPs": False},
                },
                "cloudMetadata": {"blockWithIptables": True},
            },
            "cull": {"enabled": True},
            "ingress": {"enabled": False, "tls": []},
            "httpRoute": {"enabled": False},
        },
        role=Role.NOTEBOOK,
        risks=JUPYTERHUB,
    ),
    Chart(
        "mlflow",
        homes=("community-charts.github.io/helm-charts", "github.com/community-charts/helm-charts"),
        sources=(
            *blob(
                "community-charts/helm-charts", "727e654ec29e5d518a2c951f8075381ab4653983",
                "charts/mlflow/Chart.yaml", "charts/mlflow/values.yaml",
            ),
            *blob(
                "community-charts/helm-charts", "06de449c0b383bf049bd38c68b97fed6e80de2bc",
                "charts/mlflow/Chart.yaml", "charts/mlflow/values.yaml",
            ),
        ),
        seen=("1.6.0", "1.12.0"),
        parts=(
            Part(
                "mlflow",
                "burakince/mlflow",
                "mlflow",
                container="resources securityContext",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnvVars",
            ),
        ),
        fronts=(Front(ports=(5000,), route="httpRoute"),),
        defaults={
            "replicaCount": 1,
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "auth": {"enabled": False},
            "ldapAuth": {"enabled": False},
            "oidcAuth": {"enabled": False, "defaultPermission": "MANAGE"},
            "oauth2Proxy": {"enabled": False},
            "backendStore": {
                "defaultSqlitePath": ":memory:", "postgres": {"enabled": False}, "mysql": {"enabled": False},
                "mssql": {"enabled": False},
            },
            "postgresql": {"enabled": False},
            "mysql": {"enabled": False},
            "artifactRoot": {
                "defaultArtifactRoot": "./mlruns", "s3": {"enabled": False}, "azureBlob": {"enabled": False},
                "gcs": {"enabled": False},
            },
        },
        role=Role.EXPERIMENT_TRACKING,
        risks=(
            Risk(
                "auth.enabled",
                _OPEN,
                unless=("ldapAuth.enabled", "oidcAuth.enabled", "oauth2Proxy.enabled"),
                check=_MLFLOW,
                lets_in=True,
                advice="set auth.enabled with a Secret in auth.existingAdminSecret, or put a proxy that authenticates in front",
            ),
            Risk(
                "backendStore.defaultSqlitePath",
                "'{name}' keeps its runs and models' records in memory",
                values=(":memory:",),
                unless=(
                    "backendStore.postgres.enabled", "backendStore.mysql.enabled", "backendStore.mssql.enabled",
                    "postgresql.enabled", "mysql.enabled",
                ),
                advice="use a database (backendStore.postgres)",
            ),
            Risk(
                "artifactRoot.defaultArtifactRoot",
                "'{name}' keeps its models in the pod",
                values=("./mlruns", "./mlartifacts"),
                unless=("artifactRoot.s3.enabled", "artifactRoot.azureBlob.enabled", "artifactRoot.gcs.enabled", "extraVolumeMounts"),
                severity=Severity.MEDIUM,
                advice="use a bucket (artifactRoot.s3, azureBlob or gcs)",
            ),
            *(
                Risk(
                    path,
                    "'{name}' answers any host, which lets web pages use it through its users' browsers",
                    values=("*",),
                    check=_MLFLOW,
                    severity=Severity.MEDIUM,
                    advice="name the hosts that are used",
                )
                for path in ("extraArgs.allowedHosts", "serverAllowedHosts")
            ),
            Risk(
                "oidcAuth.defaultPermission",
                "'{name}' lets everyone who signs in change and delete every run and model",
                values=("MANAGE", "EDIT"),
                when=("oidcAuth.enabled",),
                check=_MLFLOW,
                severity=Severity.MEDIUM,
                advice="set it to READ or NO_PERMISSIONS",
            ),
        ),
    ),
    Chart(
        "mlflow",
        own_id="bitnami/mlflow",
        homes=_BITNAMI,
        sources=blob(
            "bitnami/charts", "02198a9510ac342106ef61e590c93114078bb80f",
            "bitnami/mlflow/Chart.yaml", "bitnami/mlflow/templates/tracking/deployment.yaml",
        ),
        seen=("", ""),
        parts=(
            Part(
                "tracking",
                "bitnami/mlflow",
                "mlflow",
                at="tracking",
                image="/image",
                container="resources securityContext=containerSecurityContext command args",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnvVars",
                switch="tracking.enabled",
                switched=("2.1.0", "2.1.0"),
            ),
        ),
        fronts=(Front("tracking", "{full}-tracking", "tracking.service", "type", "tracking.ingress", (80,)),),
        role=Role.EXPERIMENT_TRACKING,
        risks=(
            Risk(
                "tracking.auth.enabled",
                _OPEN,
                values=(False,),
                unless=("!tracking.enabled",),
                check=_MLFLOW,
                lets_in=True,
                advice="leave it on",
            ),
        ),
    ),
)  # fmt: skip
