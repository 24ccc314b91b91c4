"""What AI workloads run on: Ray, workflows, operators, and the databases beside them."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.making_ray import cluster
from hullmark.recognise.charts.row import Chart, Front, Part, Risk
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
            "https://github.com/ray-project/kuberay/blob/0209568fb25f0367438088dee72bf7d7329e6543/helm-chart/ray-cluster/values.yaml",
        ),
        seen=_NONE,
        parts=(),
        fronts=(),
        also=cluster,
    ),
    Chart(
        "kuberay-operator",
        homes=_KUBERAY,
        sources=("https://github.com/ray-project/kuberay-helm/blob/bbde24ac/helm-chart/kuberay-operator/values.yaml",),
        seen=_NONE,
        parts=(
            Part(
                "kuberay-operator",
                "quay.io/kuberay/operator",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
            ),
        ),
        fronts=(Front(ingress="", ports=(8080,)),),
    ),
    Chart(
        "argo-workflows",
        homes=("argoproj.github.io/argo-helm", "ghcr.io/argoproj/argo-helm", "github.com/argoproj/argo-helm"),
        sources=(
            "https://github.com/argoproj/argo-helm/blob/ef5eca879341ff358d7d9ae3bfd20e7db1a8daee/charts/argo-workflows/README.md",
            "https://argo-workflows.readthedocs.io/en/latest/argo-server-auth-mode/",
        ),
        seen=_NONE,
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
        fronts=(Front("server", "{full}-server", "server", "serviceType", "server.ingress", (2746,)),),
        role=Role.PIPELINE,
        risks=(
            Risk("server.authModes", _ACTS, values=("server",), lets_in=True, advice="use client or sso"),
            Risk(
                "server.extraArgs",
                _ACTS,
                values=("--auth-mode=server",),
                lets_in=True,
                advice="use client or sso",
            ),
        ),
    ),
    Chart(
        "airflow",
        homes=("airflow.apache.org", "github.com/apache/airflow"),
        sources=("https://airflow.apache.org/docs/helm-chart/stable/parameters-ref.html",),
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
            Risk(
                "webserver.defaultUser.password",
                "the administrator of '{name}' has the password of the manual",
                values=("admin", "airflow"),
                lets_in=True,
                advice="set webserver.defaultUser.enabled to false, and make users with a sign-in of your own",
            ),
            Risk(
                "postgresql.auth.postgresPassword",
                "the database of '{name}' has a well-known password",
                values=_WEAK,
                advice="read it from a Secret (postgresql.auth.existingSecret), or use a database of your own",
            ),
        ),
    ),
    Chart(
        "gpu-operator",
        homes=("helm.ngc.nvidia.com/nvidia", "nvidia.github.io/gpu-operator", "github.com/nvidia/gpu-operator"),
        sources=("https://github.com/NVIDIA/gpu-operator/blob/a22dbf67/deployments/gpu-operator/values.yaml",),
        seen=_NONE,
        parts=(
            Part(
                "gpu-operator",
                "nvcr.io/nvidia/gpu-operator",
                at="operator",
                container="resources",
                pod="tolerations affinity",
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
                unless=("driver.upgradePolicy.waitForCompletion.podSelector",),
                severity=Severity.MEDIUM,
                advice="name the pods to wait for in driver.upgradePolicy.waitForCompletion.podSelector",
            )
            for field, text in (
                ("drain.force", "driver upgrades of '{name}' evict running inference by force"),
                ("gpuPodDeletion.force", "driver upgrades of '{name}' delete pods with accelerators by force"),
                ("drain.deleteEmptyDir", "driver upgrades of '{name}' throw caches and checkpoints of pods away"),
            )
        ),
    ),
    Chart(
        "kserve",
        homes=("ghcr.io/kserve/charts", "github.com/kserve/kserve"),
        sources=("https://github.com/kserve/kserve/blob/aaac4e29/charts/kserve-resources/values.yaml",),
        seen=_NONE,
        parts=(
            Part(
                "kserve-controller-manager",
                "kserve/kserve-controller",
                at="kserve.controller",
                container="resources securityContext=containerSecurityContext",
                pod="nodeSelector tolerations affinity securityContext",
                env="",
                replicas=Count("", default=1),
            ),
        ),
        fronts=(),
        role=Role.GENERIC,
    ),
    Chart(
        "redis",
        homes=_BITNAMI,
        sources=("https://github.com/bitnami/charts/tree/main/bitnami/redis",),
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
                advice="name a Secret in auth.existingSecret",
            ),
        ),
    ),
    Chart(
        "postgresql",
        homes=_BITNAMI,
        sources=("https://github.com/bitnami/charts/tree/main/bitnami/postgresql",),
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
            ),
        ),
        fronts=(Front("primary", "{full}", "primary.service", ingress="", ports=(5432,)),),
        risks=tuple(
            Risk(
                path,
                "'{name}' has a well-known password",
                values=_WEAK,
                unless=("auth.existingSecret",),
                advice="name a Secret in auth.existingSecret",
            )
            for path in ("auth.postgresPassword", "auth.password")
        ),
    ),
)  # fmt: skip
