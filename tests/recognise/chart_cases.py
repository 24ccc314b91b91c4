"""Values of every known chart that are risky, values that are not, and what its defaults are to blame for: data for ``test_charts``.

A line of ``bad`` that must be found is marked with the id of the check. ``bad`` is read with a version nobody knows, so that only
what is written can count; ``good`` and ``absent`` with the highest version that was read, where there is one.
"""

from __future__ import annotations

from chart_case import MLFLOW, NOTEBOOK, RISKY, VECTORS, Case
from chart_cases_applications import APPLICATIONS

CASES = {
    **APPLICATIONS,
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
