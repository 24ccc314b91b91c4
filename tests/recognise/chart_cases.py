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
        createUserJob:
          defaultUser: {password: admin}  # risky-chart-value
        postgresql:
          auth: {postgresPassword: postgres}  # risky-chart-value
        """,
    ),
    "airflow, switched off": Case(
        """\
        webserver:
          defaultUser: {enabled: false, password: admin}
        postgresql:
          enabled: false
          auth: {postgresPassword: postgres}
        """,
    ),
    "argo-workflows": Case(
        """\
        server:
          authModes: [sso, server]  # risky-chart-value
          authMode: server  # risky-chart-value
          extraArgs: [--auth-mode, server]  # risky-chart-value
        """,
        """\
        server:
          authModes: [sso]
          extraArgs: [--auth-mode=sso]
        """,
    ),
    "argo-workflows, no server": Case(
        """\
        server: {enabled: false, authModes: [server]}
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
        """\
        chromadb:
          apiVersion: "0.5.23"
          auth: {type: basic}
        """,
    ),
    "dify": Case(
        """\
        api:
          secretKey: sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U  # risky-chart-value
        sandbox:
          auth: {apiKey: dify-sandbox}  # risky-chart-value
        pluginDaemon:
          auth:
            serverKey: lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi  # risky-chart-value
            difyApiKey: QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1  # risky-chart-value
        postgresql:
          enabled: true
          global:
            postgresql:
              auth:
                postgresPassword: difyai123456  # risky-chart-value
        weaviate:
          enabled: true
          authentication:
            apikey:
              allowed_keys: [WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih]  # risky-chart-value
        """,
        """\
        api: {secretKey: 1f0c7a35e2d94b6ea8c1}
        postgresql: {enabled: false}
        weaviate: {enabled: false}
        """,
        (RISKY, RISKY, RISKY),
    ),
    "flowise": Case(
        """\
        config:
          username: ""  # risky-chart-value
        persistence:
          enabled: false  # risky-chart-value
        postgresql:
          enabled: true
          auth:
            password: flowise  # risky-chart-value
        mariadb:
          enabled: true
          auth:
            password: flowise  # risky-chart-value
        """,
        """\
        config: {username: admin}
        existingSecret: flowise-login
        persistence: {enabled: true}
        postgresql: {enabled: true, auth: {existingSecret: flowise-database}}
        """,
        (RISKY, RISKY),
    ),
    "flowise, half a login": Case(
        """\
        config:
          username: admin
          password: ""  # risky-chart-value
        """,
    ),
    "gpu-operator": Case(
        """\
        driver:
          upgradePolicy:
            gpuPodDeletion:
              force: true  # risky-chart-value
              deleteEmptyDir: true  # risky-chart-value
            drain:
              enable: true
              force: true  # risky-chart-value
              deleteEmptyDir: true  # risky-chart-value
        """,
    ),
    "gpu-operator, no drain": Case(
        """\
        driver:
          upgradePolicy:
            drain: {enable: false, force: true, deleteEmptyDir: true}
        """,
    ),
    "gpu-operator, by hand": Case(
        """\
        driver:
          upgradePolicy:
            autoUpgrade: false
            gpuPodDeletion: {force: true, deleteEmptyDir: true}
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
    "kagent": Case(
        """\
        controller:
          auth: {mode: unsecure}  # risky-chart-value
          mcpEgressPlaintext: true  # risky-chart-value
        database:
          postgres:
            bundled:
              enabled: true  # risky-chart-value
        """,
    ),
    "kserve": Case(
        """\
        kserve:
          storage:
            s3:
              verifySSL: "0"  # risky-chart-value
              useHttps: "0"  # risky-chart-value
          servingruntime:
            huggingfaceserver:
              hostIPC:
                enabled: true  # risky-chart-value
        """,
        """\
        kserve:
          storage: {s3: {verifySSL: "1"}}
          servingruntime: {huggingfaceserver: {devShm: {enabled: true}}}
        """,
    ),
    "kuberay-apiserver": Case(
        """\
        security:
          env:
            SECURITY_TOKEN: "12345"  # risky-chart-value
        """,
        """\
        service: {type: ClusterIP}
        security:
          env: {SECURITY_TOKEN: 9d3b61e7c0f24a58}
        """,
        (RISKY,),
    ),
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
        """\
        langfuse:
          salt: 0a5f1c0d9f7e4c0f
          nextauth: {secret: 9b1d0c7e5a3f4e21}
        postgresql: {deploy: false}
        clickhouse: {auth: {existingSecret: traces}}
        valkey: {auth: {password: 5f1c9b1d0c7e}}
        minio: {deploy: false}
        """,
        (RISKY,) * 6,
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
    "langflow-ide": Case(
        """\
        langflow:
          backend:
            autoLogin: true  # risky-chart-value
        """,
    ),
    "langflow-ide, by a variable": Case(
        """\
        langflow:
          backend:
            env:
              - name: LANGFLOW_AUTO_LOGIN
                value: "True"  # risky-chart-value
        """,
    ),
    "litellm-helm": Case(
        """\
        masterkey: sk-1234  # risky-chart-value
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
        postgresql: {auth: {existingSecret: litellm, password: ""}}
        envVars: {LITELLM_SALT_KEY: os.environ/SALT}
        proxy_config:
          general_settings:
            master_key: os.environ/PROXY_MASTER_KEY
            store_model_in_db: true
            allow_requests_on_db_unavailable: false
        """,
    ),
    "litellm-helm, no key": Case(
        """\
        proxy_config:
          general_settings:
            master_key: null  # risky-chart-value
        """,
    ),
    "llm-d-modelservice": Case(
        """\
        routing:
          proxy:
            secure: false  # risky-chart-value
        """,
        """\
        decode: {replicas: 2}
        routing: {proxy: {secure: true}}
        """,
        (RISKY,),
    ),
    "llm-d-modelservice, no sidecar": Case(
        """\
        routing: {proxy: {enabled: false, secure: false}}
        """,
    ),
    "milvus": Case(
        """\
        extraConfigFiles:
          user.yaml: |  # unauthenticated-vector-store
            common:
              security:
                # authorizationEnabled: true
                authorizationEnabled: false
        minio:
          secretKey: minioadmin  # risky-chart-value
        attu:
          enabled: true
          ingress:
            enabled: true  # risky-chart-value
        """,
        """\
        extraConfigFiles:
          user.yaml: |
            common: {security: {authorizationEnabled: true}}
        minio: {existingSecret: segments}
        attu: {enabled: true}
        """,
        (VECTORS, RISKY),
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
        serverAllowedHosts: ["*"]  # unauthenticated-mlflow
        """,
        """\
        oauth2Proxy: {enabled: true}
        backendStore: {postgres: {enabled: true}}
        artifactRoot: {s3: {enabled: true}}
        """,
        (MLFLOW, RISKY, RISKY),
    ),
    "mlflow, everyone manages": Case(
        """\
        oidcAuth:
          enabled: true
          defaultPermission: MANAGE  # unauthenticated-mlflow
        """,
    ),
    "n8n": Case(
        """\
        main:
          persistence:
            enabled: false  # risky-chart-value
        """,
        """\
        main:
          config: {db: {type: postgresdb}}
        """,
        (RISKY,),
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
        global:
          postgresql:
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
          enabled: true
          password: redis  # risky-chart-value
        """,
    ),
    "redis, open": Case(
        """\
        auth:
          enabled: false  # risky-chart-value
          password: redis
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
