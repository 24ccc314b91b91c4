"""Values of every known chart that are risky, values that are not, and what its defaults are to blame for: data for ``test_charts``.

A line of ``bad`` that must be found is marked with the id of the check. ``bad`` is read with a version nobody knows, so that only
what is written can count; ``good`` and ``absent`` with the highest version that was read, where there is one.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """The cases of one chart; ``absent`` are the checks that blame its defaults."""

    bad: str = ""
    good: str = ""
    absent: tuple[str, ...] = ()


VECTORS, MLFLOW, NOTEBOOK = "unauthenticated-vector-store", "unauthenticated-mlflow", "unauthenticated-notebook"
RISKY = "risky-chart-value"

CASES = {
    "airflow": Case(
        """\
        webserver:
          defaultUser: {password: admin}  # risky-chart-value
        postgresql:
          auth: {postgresPassword: postgres}  # risky-chart-value
        """,
    ),
    "argo-workflows": Case(
        """\
        server:
          authModes: [sso, server]  # risky-chart-value
          extraArgs: [--auth-mode=server]  # risky-chart-value
        """,
    ),
    "chromadb": Case(
        """\
        chromadb:
          apiVersion: "1.0.12"  # unauthenticated-vector-store
          auth:
            enabled: false  # unauthenticated-vector-store
          isPersistent: false  # ephemeral-vector-store
          allowReset: true  # risky-chart-value
        """,
    ),
    "gpu-operator": Case(
        """\
        driver:
          upgradePolicy:
            gpuPodDeletion: {force: true}  # risky-chart-value
            drain:
              force: true  # risky-chart-value
              deleteEmptyDir: true  # risky-chart-value
        """,
    ),
    "jupyterhub": Case(
        """\
        hub:
          authenticatePrometheus: false  # risky-chart-value
          db: {type: sqlite-memory}  # risky-chart-value
          config:
            JupyterHub:
              authenticator_class: dummy  # unauthenticated-notebook
            GenericOAuthenticator:
              allow_all: true  # risky-chart-value
        proxy:
          service:
            type: LoadBalancer  # risky-chart-value
        singleuser:
          uid: 0  # risky-chart-value
          allowPrivilegeEscalation: true  # risky-chart-value
          extraEnv:
            GRANT_SUDO: "yes"  # risky-chart-value
          cloudMetadata:
            blockWithIptables: false  # risky-chart-value
          networkPolicy:
            enabled: false  # risky-chart-value
            egressAllowRules:
              cloudMetadataServer: true  # risky-chart-value
              privateIPs: true  # risky-chart-value
        cull:
          enabled: false  # risky-chart-value
        """,
        """\
        hub:
          config:
            JupyterHub: {authenticator_class: generic-oauth}
        proxy:
          service: {type: ClusterIP}
        """,
        (NOTEBOOK, RISKY),
    ),
    "jupyterhub, one password": Case(
        """\
        hub:
          config:
            DummyAuthenticator: {password: hunter2}
            JupyterHub:
              authenticator_class: dummy  # unauthenticated-notebook
        """,
    ),
    "kserve": Case(),
    "kuberay-operator": Case(),
    "langfuse": Case(
        """\
        langfuse:
          salt: changeme  # risky-chart-value
          nextauth:
            secret: changeme  # risky-chart-value
        postgresql: {auth: {password: postgres}}  # risky-chart-value
        clickhouse: {auth: {password: changeme}}  # risky-chart-value
        redis: {auth: {password: changeme}}  # risky-chart-value
        valkey: {auth: {password: changeme}}  # risky-chart-value
        s3: {auth: {rootPassword: miniosecret}}  # risky-chart-value
        minio: {auth: {rootPassword: miniosecret}}  # risky-chart-value
        """,
    ),
    "langfuse, 1.0 and later": Case(
        """\
        langfuse:
          salt:
            value: changeme  # risky-chart-value
          nextauth:
            secret:
              value: changeme  # risky-chart-value
        """,
    ),
    "litellm-helm": Case(
        """\
        masterkey: sk-1234  # risky-chart-value
        db: {deployStandalone: true}
        postgresql:
          auth:
            password: NoTaGrEaTpAsSwOrD  # risky-chart-value
        proxy_config:
          general_settings:
            master_key: changeit  # risky-chart-value
            store_model_in_db: true  # risky-chart-value
            allow_requests_on_db_unavailable: true  # risky-chart-value
        """,
        """\
        masterkeySecretName: master
        postgresql: {auth: {existingSecret: litellm}}
        envVars: {LITELLM_SALT_KEY: os.environ/SALT}
        proxy_config:
          general_settings: {store_model_in_db: true}
        """,
        (RISKY,),
    ),
    "litellm-helm, no key": Case(
        """\
        proxyConfigMap: {create: true}
        proxy_config:
          general_settings:
            master_key: null  # risky-chart-value
        """,
    ),
    "llm-d-modelservice": Case(good="decode: {replicas: 2}"),
    "milvus": Case(
        """\
        extraConfigFiles:
          user.yaml: |  # unauthenticated-vector-store
            common:
              security:
                authorizationEnabled: false
        minio:
          secretKey: minioadmin  # risky-chart-value
        attu:
          enabled: true
          ingress:
            enabled: true  # risky-chart-value
        """,
    ),
    "mlflow": Case(
        """\
        auth:
          enabled: false  # unauthenticated-mlflow
        backendStore:
          defaultSqlitePath: ":memory:"  # risky-chart-value
        artifactRoot:
          defaultArtifactRoot: ./mlruns  # risky-chart-value
        extraArgs:
          allowedHosts: "*"  # unauthenticated-mlflow
        """,
        """\
        oauth2Proxy: {enabled: true}
        backendStore: {postgres: {enabled: true}}
        artifactRoot: {s3: {enabled: true}}
        """,
        (MLFLOW, RISKY, RISKY),
    ),
    "bitnami/mlflow": Case(
        """\
        tracking:
          auth:
            enabled: false  # unauthenticated-mlflow
        """,
    ),
    "nim-llm": Case(
        """\
        persistence:
          enabled: false  # risky-chart-value
        """,
        "persistence: {enabled: true}",
        (RISKY,),
    ),
    "ollama": Case(
        """\
        persistentVolume:
          enabled: false  # risky-chart-value
        """,
        "persistentVolume: {enabled: true}",
        (RISKY,),
    ),
    "open-webui": Case(
        """\
        openaiApiKey: 0p3n-w3bu!  # risky-chart-value
        enableOpenaiApi: true
        pipelines: {enabled: true}
        extraEnvVars:
          - name: WEBUI_AUTH
            value: "False"  # risky-chart-value
        persistence:
          enabled: false  # risky-chart-value
        sso:
          enabled: true
          mergeAccountsByEmail: true  # risky-chart-value
        """,
        """\
        pipelines: {enabled: false}
        extraEnvVars:
          - {name: WEBUI_AUTH, value: "True"}
        """,
        (RISKY,),
    ),
    "postgresql": Case(
        """\
        auth:
          password: postgres  # risky-chart-value
          postgresPassword: postgres  # risky-chart-value
        """,
    ),
    "qdrant": Case(
        """\
        apiKey: false  # unauthenticated-vector-store
        """,
        "apiKey: true",
        (VECTORS,),
    ),
    "ray-cluster": Case(),
    "redis": Case(
        """\
        auth:
          enabled: false  # risky-chart-value
          password: redis  # risky-chart-value
        """,
    ),
    "vllm-stack": Case(good="servingEngineSpec: {modelSpec: []}"),
    "weaviate": Case(
        """\
        authentication:
          anonymous_access:
            enabled: true  # unauthenticated-vector-store
        env:
          AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "true"  # unauthenticated-vector-store
        backups:
          filesystem:
            enabled: true  # risky-chart-value
        """,
        """\
        authentication:
          anonymous_access: {enabled: false}
        """,
        (VECTORS,),
    ),
}
"""By chart; a comma begins what tells several cases of one chart apart."""
