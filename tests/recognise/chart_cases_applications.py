"""Cases of the charts of applications, agents and gateways: see ``chart_cases``."""

from __future__ import annotations

from chart_case import RISKY, Case

APPLICATIONS = {
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
}
