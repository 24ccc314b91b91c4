"""Gateways to models: LiteLLM."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob

CHARTS: tuple[Chart, ...] = (
    Chart(
        "litellm-helm",
        homes=(
            "ghcr.io/berriai/litellm-helm", "docker.litellm.ai/berriai/litellm-helm", "github.com/berriai/litellm",
        ),
        sources=(
            *blob("BerriAI/litellm", "00eb60c0ceb9f1fd1737523db55bbaf5a65e0856", "deploy/charts/litellm-helm/values.yaml"),
            *blob("BerriAI/litellm", "fba16f9a2c554d0c11b234dea99fffc761c4d634", "deploy/charts/litellm-helm/values.yaml"),
            *blob(
                "BerriAI/litellm", "0b4538ee7b57022bf33e7d625205d7f3518d0430",
                "deploy/charts/litellm-helm/templates/deployment.yaml",
            ),
            *blob("BerriAI/litellm", "0191da131e49e7e45f09c0c5f3ca2e5fe8437564", ".github/workflows/ghcr_helm_deploy.yml"),
        ),
        # Its versions are given when it is published, not by its Chart.yaml: no values.yaml can be told to be one's.
        seen=("", ""),
        parts=(
            Part(
                "litellm",
                "ghcr.io/berriai/litellm-database",
                "litellm",
                container="resources securityContext command args lifecycle",
                pod="nodeSelector tolerations affinity topologySpreadConstraints securityContext=podSecurityContext",
                env="envVars extraEnvVars",
                sets="PROXY_MASTER_KEY=masterkey",
            ),
        ),
        fronts=(Front(ports=(4000,), route="httpRoute"),),
        role=Role.LLM_GATEWAY,
        risks=(
            Risk(
                "masterkey",
                "'{name}' takes a master key that stands in the manual",
                values=("changeit", "sk-1234", "sk-master", "sk-master-key"),
                unless=("masterkeySecretName",),
                severity=Severity.CRITICAL,
                advice="name a Secret in masterkeySecretName",
            ),
            Risk(
                "proxy_config.general_settings.master_key",
                "'{name}' takes a master key that stands in the manual",
                values=("changeit", "sk-1234", "sk-master", "sk-master-key"),
                severity=Severity.CRITICAL,
                advice="read it from a Secret: os.environ/PROXY_MASTER_KEY",
            ),
            Risk(
                "proxy_config.general_settings.master_key",
                "'{name}' asks nobody for a key",
                unless=("envVars[LITELLM_MASTER_KEY]", "extraEnvVars[LITELLM_MASTER_KEY]", "!proxyConfigMap.create"),
                hidden=("environmentSecrets", "environmentConfigMaps"),
                severity=Severity.CRITICAL,
                lets_in=True,
                advice="set it to os.environ/PROXY_MASTER_KEY",
            ),
            Risk(
                "postgresql.auth.password",
                "the database of '{name}', which holds all keys, has the password of the manual",
                values=("NoTaGrEaTpAsSwOrD",),
                unless=("postgresql.auth.existingSecret", "db.useExisting", "!db.deployStandalone"),
                advice="name a Secret in postgresql.auth.existingSecret, or use a database of your own",
            ),
            Risk(
                "proxy_config.general_settings.store_model_in_db",
                "'{name}' keeps providers' keys in its database without a salt of its own",
                values=(True,),
                unless=(
                    "envVars[LITELLM_SALT_KEY]", "extraEnvVars[LITELLM_SALT_KEY]", "environmentSecrets",
                ),
                severity=Severity.MEDIUM,
                advice="set LITELLM_SALT_KEY from a Secret before the first key is stored",
            ),
            Risk(
                "proxy_config.general_settings.allow_requests_on_db_unavailable",
                "'{name}' checks neither keys nor budgets while its database is away",
                values=(True,),
                severity=Severity.MEDIUM,
                advice="leave it out, except inside a private network",
            ),
        ),
    ),
)  # fmt: skip
