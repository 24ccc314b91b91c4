"""What AI workloads run on: Ray, workflows, operators, and the databases beside them."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.making_ray import cluster
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_BITNAMI = ("charts.bitnami.com/bitnami", "registry-1.docker.io/bitnamicharts", "github.com/bitnami/charts")
_WEAK = ("postgres", "password", "admin", "changeme", "test", "demo", "redis", "minioadmin")
_KUBERAY = (
    "ray-project.github.io/kuberay-helm",
    "github.com/ray-project/kuberay-helm",
    "github.com/ray-project/kuberay",
)
_ACTS = "'{name}' lets everyone act with the rights of its own service account"
_NONE = ("", "")

CHARTS: tuple[Chart, ...] = (
    Chart(
        "ray-cluster",
        homes=_KUBERAY,
        sources=(
            *blob("ray-project/kuberay", "0209568fb25f0367438088dee72bf7d7329e6543", "helm-chart/ray-cluster/values.yaml"),
            *blob("ray-project/kuberay-helm", "15be8a29e0e7526850981bebb3a8abbd3035d4a6", "helm-chart/ray-cluster/values.yaml"),
        ),
        seen=_NONE,
        parts=(),
        fronts=(),
        also=cluster,
    ),
    Chart(
        "kuberay-operator",
        homes=_KUBERAY,
        sources=blob(
            "ray-project/kuberay-helm", "bbde24accbfc842201d7c4c7e6d2e7ebb01bb69f", "helm-chart/kuberay-operator/values.yaml"
        ),
        seen=_NONE,
        parts=(
            Part(
                "kuberay-operator",
                "quay.io/kuberay/operator",
                pod="",
            ),
        ),
        fronts=(Front(ingress="", ports=(8080,)),),
    ),
    Chart(
        "kuberay-apiserver",
        homes=_KUBERAY,
        # The tag of its image in the values is the version of the chart.
        sources=(
            *blob(
                "ray-project/kuberay-helm", "bbde24accbfc842201d7c4c7e6d2e7ebb01bb69f", "helm-chart/kuberay-apiserver/values.yaml"
            ),
            *blob("ray-project/kuberay", "8fab212d2bf2268d226c5c1aa37e57f40cccc0a0", "helm-chart/kuberay-apiserver/values.yaml"),
        ),
        seen=("1.1.1", "1.3.2"),
        parts=(Part("kuberay-apiserver", "quay.io/kuberay/apiserver", pod="", env=""),),
        fronts=(Front(name="kuberay-apiserver-service", ports=(8888, 8887)),),
        defaults={
            "replicaCount": 1,
            "resources": {
                "limits": {"cpu": "500m", "memory": "500Mi"}, "requests": {"cpu": "300m", "memory": "300Mi"},
            },
            "service": {"type": "NodePort"},
            "ingress": {"enabled": False},
            "security": {"env": {"SECURITY_TOKEN": "12345"}},
        },
        settles="resources",
        role=Role.PIPELINE,
        risks=(
            Risk(
                "security.env.SECURITY_TOKEN",
                "'{name}' takes the token of the manual from whoever runs code on its clusters",
                values=("12345", 12345),
                severity=Severity.CRITICAL,
                lets_in=True,
                advice="set a token of your own",
            ),
        ),
    ),
    Chart(
        "argo-workflows",
        homes=("argoproj.github.io/argo-helm", "ghcr.io/argoproj/argo-helm", "github.com/argoproj/argo-helm"),
        sources=(
            *blob(
                "argoproj/argo-helm", "ef5eca879341ff358d7d9ae3bfd20e7db1a8daee",
                "charts/argo-workflows/Chart.yaml", "charts/argo-workflows/values.yaml",
            ),
            *blob(
                "argoproj/argo-helm", "3fcf5d4e0e10e1720a2c91bbeab49add0d1f2498",
                "charts/argo-workflows/Chart.yaml", "charts/argo-workflows/values.yaml",
                "charts/argo-workflows/templates/server/server-httproute.yaml",
            ),
            *blob(
                "argoproj/argo-helm", "f670c9c08d5c85defeacc3b967fd98f10535302e",
                "charts/argo-workflows/templates/controller/workflow-controller-deployment.yaml",
            ),
            "https://argo-workflows.readthedocs.io/en/latest/argo-server-auth-mode/",
        ),
        seen=("0.30.0", "1.0.9"),
        parts=(
            Part(
                "server",
                "quay.io/argoproj/argocli",
                at="server",
                container="resources securityContext args=extraArgs",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnv",
                replicas=Count("replicas", default=None),
                switch="server.enabled",
            ),
            Part(
                "controller",
                "quay.io/argoproj/workflow-controller",
                at="controller",
                container="resources securityContext args=extraArgs",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnv",
                replicas=Count("replicas", default=None),
            ),
        ),
        fronts=(
            Front("server", "{full}-server", "server", "serviceType", "server.ingress", (2746,), "server.httproute"),
        ),
        defaults={
            "server": {
                "enabled": True, "replicas": 1, "serviceType": "ClusterIP", "extraArgs": [],
                "ingress": {"enabled": False, "tls": []},
            },
        },
        role=Role.PIPELINE,
        risks=tuple(
            Risk(path, _ACTS, values=values, unless=("!server.enabled",), lets_in=True, advice="use client or sso")
            for path, values in (
                ("server.authModes", ("server",)),
                ("server.authMode", ("server",)),
                # The mode may be an argument of its own; nothing else there is called so.
                ("server.extraArgs", ("--auth-mode=server", "server")),
            )
        ),
    ),
    Chart(
        "airflow",
        homes=("airflow.apache.org", "github.com/apache/airflow"),
        sources=(
            *blob("apache/airflow", "001394a91d3fb507eff58cc73ca8b3baa72e685e", "chart/values.yaml"),
            "https://airflow.apache.org/docs/helm-chart/1.9.0/parameters-ref.html",
            "https://airflow.apache.org/docs/helm-chart/1.22.0/parameters-ref.html",
        ),
        seen=_NONE,
        parts=(
            Part(
                "webserver",
                "apache/airflow",
                at="webserver",
                image="/images.airflow",
                container="resources securityContext=securityContexts.container",
                pod="nodeSelector tolerations affinity securityContext=securityContexts.pod",
                env="/env env",
                replicas=Count("replicas", default=None),
            ),
        ),
        fronts=(Front("webserver", "{release}-webserver", "webserver.service", "type", "ingress.web", (8080,)),),
        role=Role.PIPELINE,
        risks=(
            *(
                Risk(
                    f"{user}.password",
                    "the administrator of '{name}' has the password of the manual",
                    values=("admin", "airflow"),
                    unless=(f"!{user}.enabled",),
                    lets_in=True,
                    advice=f"set {user}.enabled to false, and make users with a sign-in of your own",
                )
                for user in ("webserver.defaultUser", "createUserJob.defaultUser")
            ),
            Risk(
                "postgresql.auth.postgresPassword",
                "the database of '{name}' has a well-known password",
                values=_WEAK,
                unless=("!postgresql.enabled", "postgresql.auth.existingSecret"),
                advice="read it from a Secret (postgresql.auth.existingSecret), or use a database of your own",
            ),
        ),
    ),
    Chart(
        "gpu-operator",
        homes=("helm.ngc.nvidia.com/nvidia", "nvidia.github.io/gpu-operator", "github.com/nvidia/gpu-operator"),
        sources=blob("NVIDIA/gpu-operator", "d7413be9727387537b654a25d25f932767794663", "deployments/gpu-operator/values.yaml"),
        seen=_NONE,
        parts=(
            Part(
                "gpu-operator",
                "nvcr.io/nvidia/gpu-operator",
                at="operator",
                image=".",
                container="resources",
                pod="tolerations affinity priorityClassName",
                env="",
                replicas=Count("", default=1),
            ),
        ),
        fronts=(),
        role=Role.ACCELERATOR_PLATFORM,
        risks=tuple(
            Risk(
                f"driver.upgradePolicy.{field}",
                text,
                values=(True,),
                unless=(
                    "driver.upgradePolicy.waitForCompletion.podSelector",
                    "!driver.upgradePolicy.autoUpgrade",
                    "!driver.enabled",
                ),
                when=("driver.upgradePolicy.drain.enable",) if field.startswith("drain") else (),
                severity=Severity.MEDIUM,
                advice="name the pods to wait for in driver.upgradePolicy.waitForCompletion.podSelector",
            )
            for field, text in (
                ("drain.force", "driver upgrades of '{name}' evict running inference by force"),
                ("gpuPodDeletion.force", "driver upgrades of '{name}' delete pods with accelerators by force"),
                ("drain.deleteEmptyDir", "driver upgrades of '{name}' throw caches and checkpoints of pods away"),
                ("gpuPodDeletion.deleteEmptyDir", "driver upgrades of '{name}' throw what pods with accelerators keep away"),
            )
        ),
    ),
    Chart(
        "kserve",
        homes=("ghcr.io/kserve/charts", "github.com/kserve/kserve"),
        sources=(
            *blob("kserve/kserve", "f73ce2e5a0894124e9b121d07d8d339a7235e28b", "charts/kserve-resources/values.yaml"),
            *blob("kserve/kserve", "67bcf1a466459db33e7aa66b5547cdfb1aebd602", "charts/kserve-resources/Chart.yaml"),
        ),
        seen=("0.15.2", "0.15.2"),
        parts=(
            Part(
                "kserve-controller-manager",
                "kserve/kserve-controller",
                at="kserve.controller",
                image=".",
                container="resources securityContext=containerSecurityContext",
                pod="nodeSelector tolerations affinity securityContext",
                env="",
                replicas=Count("", default=1),
            ),
        ),
        fronts=(),
        defaults={
            "kserve": {
                "storage": {"s3": {"useHttps": "", "verifySSL": ""}},
                "servingruntime": {"huggingfaceserver": {"hostIPC": {"enabled": False}}},
            },
        },
        role=Role.GENERIC,
        risks=(
            *(
                Risk(f"kserve.storage.s3.{field}", text, values=("0", 0, False, "false"), advice="leave it out")
                for field, text in (
                    ("verifySSL", "'{name}' takes models from whoever passes for the object store"),
                    ("useHttps", "'{name}' takes models over connections that anybody on the way can change"),
                )
            ),
            Risk(
                "kserve.servingruntime.huggingfaceserver.hostIPC.enabled",
                "model servers of '{name}' share memory with everything on their nodes",
                values=(True,),
                advice="use devShm instead",
            ),
        ),
    ),
    Chart(
        "redis",
        homes=_BITNAMI,
        sources=(
            *blob("bitnami/charts", "095456ed1c732be9402d5880e995e57f18671844", "bitnami/redis/templates/secret.yaml"),
            *blob("bitnami/charts", "18a41d6e8aa562768e54c80d928882e30a2dbf5c", "bitnami/redis/templates/master/service.yaml"),
            *blob(
                "bitnami/charts", "943c301359dfba1b028ebd7e37dee7428293e330",
                "bitnami/redis/Chart.yaml", "bitnami/redis/templates/master/statefulset.yaml",
            ),
            *blob("bitnami/charts", "00f2bed96c551279c7f748ed741378e93cf7e4b6", "bitnami/redis/CHANGELOG.md"),
            *blob(
                "bitnami/charts", "03d72508f4dd6eb6e3651b8773e86b377aa949cb", "bitnami/redis/templates/master/application.yaml"
            ),
        ),
        seen=_NONE,
        parts=(
            Part(
                "master",
                "bitnami/redis",
                at="master",
                image="/image",
                container="resources securityContext=containerSecurityContext",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnvVars",
                replicas=Count("count", default=None),
                switched=("14.1.0", "19.5.0"),
            ),
        ),
        fronts=(Front("master", "{full}-master", "master.service", ingress="", ports=(6379,)),),
        risks=(
            Risk(
                "auth.enabled",
                "'{name}' takes commands from everyone",
                values=(False,),
                lets_in=True,
                advice="leave it on",
            ),
            Risk(
                "auth.password",
                "'{name}' has a well-known password",
                values=_WEAK,
                unless=("auth.existingSecret", "!auth.enabled"),
                advice="name a Secret in auth.existingSecret",
            ),
        ),
    ),
    Chart(
        "postgresql",
        homes=_BITNAMI,
        sources=(
            *blob("bitnami/charts", "03d9b561b0a7de72145071bd07c6344e58c7359e", "bitnami/postgresql/templates/secrets.yaml"),
            *blob("bitnami/charts", "06ea58344c131e7c35f600394e0f6fe499abfff6", "bitnami/postgresql/templates/primary/svc.yaml"),
            *blob(
                "bitnami/charts", "0068ed9dbe19b910c2941fcd313fdcc257e59f26",
                "bitnami/postgresql/Chart.yaml", "bitnami/postgresql/templates/primary/statefulset.yaml",
            ),
            *blob("bitnami/charts", "613a7a431aa8752cb28ee634c4db0c83ef98e827", "bitnami/postgresql/CHANGELOG.md"),
            *blob(
                "bitnami/charts", "098de8978addcd7f337c704aa95f6b6e006d3ed0",
                "bitnami/postgresql/templates/primary/statefulset.yaml",
            ),
        ),
        seen=_NONE,
        parts=(
            Part(
                "primary",
                "bitnami/postgresql",
                at="primary",
                image="/image",
                container="resources securityContext=containerSecurityContext",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                env="extraEnvVars",
                replicas=Count("", default=1),
                switched=("14.2.0", "15.5.4"),
            ),
        ),
        fronts=(Front("primary", "{full}", "primary.service", ingress="", ports=(5432,)),),
        risks=tuple(
            Risk(
                path,
                "'{name}' has a well-known password",
                values=_WEAK,
                unless=("auth.existingSecret", "global.postgresql.auth.existingSecret"),
                advice="name a Secret in auth.existingSecret",
            )
            for path in (
                "auth.postgresPassword", "auth.password",
                "global.postgresql.auth.postgresPassword", "global.postgresql.auth.password",
            )
        ),
    ),
)  # fmt: skip
