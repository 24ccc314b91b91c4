"""Model servers: vLLM's production stack, llm-d, Ollama, NIM."""

from __future__ import annotations

from hullmark.model.terms import Role, Severity
from hullmark.recognise.charts.making_vllm import engine, modelservice
from hullmark.recognise.charts.row import Chart, Front, Part, Risk, blob
from hullmark.recognise.kinds import Count

_REPLICAS = Count("replicas", default=None)

CHARTS: tuple[Chart, ...] = (
    Chart(
        "vllm-stack",
        homes=("vllm-project.github.io/production-stack", "github.com/vllm-project/production-stack"),
        sources=(
            *blob("vllm-project/production-stack", "00c38d1a15cc61b9691da2b66898690dc8745f25", "helm/values.yaml"),
            *blob(
                "vllm-project/production-stack", "f1f9822790e76c4d5ac03303c32ce2073e44c573",
                "helm/templates/deployment-vllm-multi.yaml",
            ),
        ),
        seen=("", ""),
        parts=(
            Part("vllm", each="servingEngineSpec.modelSpec", engine="vllm", assemble=engine),
            Part(
                "router",
                "lmcache/lmstack-router",
                "vllm-router",
                at="routerSpec",
                image=".",
                container="resources securityContext=containerSecurityContext args=extraArgs",
                pod="affinity securityContext priorityClassName",
                env="",
                sets="VLLM_API_KEY=/servingEngineSpec.vllmApiKey",
                switch="routerSpec.enableRouter",
                role=Role.INFERENCE_ROUTER,
            ),
        ),
        fronts=(
            Front(
                "router", "{release}-router-service", "routerSpec", "serviceType", "routerSpec.ingress", (80,),
                "routerSpec.route.main",
            ),
        ),
        role=Role.ONLINE_INFERENCE,
    ),
    Chart(
        "llm-d-modelservice",
        homes=("llm-d-incubation.github.io/llm-d-modelservice", "github.com/llm-d-incubation/llm-d-modelservice"),
        sources=blob(
            "llm-d-incubation/llm-d-modelservice", "024c0f2d02373736f1f3a6940a4f5a264455cfd1",
            "charts/llm-d-modelservice/Chart.yaml", "charts/llm-d-modelservice/values.yaml",
        ),
        seen=("0.4.0", "0.4.0"),
        parts=(
            Part("decode", at="decode", replicas=_REPLICAS, assemble=modelservice),
            Part("prefill", at="prefill", replicas=_REPLICAS, assemble=modelservice),
        ),
        fronts=(),
        defaults={
            "decode": {"replicas": 1},
            "prefill": {"replicas": 0},
            "routing": {"proxy": {"enabled": True, "secure": False}},
        },
        role=Role.ONLINE_INFERENCE,
        risks=(
            Risk(
                "routing.proxy.secure",
                "prompts and answers of '{name}' go unencrypted between router and model servers",
                values=(False,),
                unless=("!routing.proxy.enabled",),
                severity=Severity.LOW,
                advice="set it to true, unless a mesh encrypts them",
            ),
        ),
    ),
    Chart(
        "ollama",
        homes=("otwld.github.io/ollama-helm", "helm.otwld.com", "github.com/otwld/ollama-helm"),
        sources=(
            "https://github.com/otwld/ollama-helm/blob/02f32a4c2d8ae1ad2a8567256a94aa35c751e8ca/README.md",
            "https://github.com/otwld/ollama-helm/blob/00046bdba9b7d9f136f949a5529c7646f84e0d8d/templates/deployment.yaml",
            "https://github.com/otwld/ollama-helm/blob/007e8661d15918fd02cd0f0004f0e82ecc4fcd7c/Chart.yaml",
            "https://github.com/otwld/ollama-helm/blob/2b6f2b261fad8ebb19e36f5e84bacad2af000864/templates/httpRoute.yaml",
        ),
        seen=("1.0.0", "1.50.0"),
        parts=(
            Part(
                "ollama",
                "ollama/ollama",
                "ollama",
                container="resources securityContext args=extraArgs envFrom=extraEnvFrom",
                pod=(
                    "nodeSelector tolerations affinity securityContext=podSecurityContext runtimeClassName priorityClassName "
                    "hostIPC hostPID hostNetwork"
                ),
                env="extraEnv",
                beside="init=initContainers",
            ),
        ),
        fronts=(Front(ports=(11434,), route="httpRoute"),),
        defaults={
            "replicaCount": 1,
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "securityContext": {},
            "podSecurityContext": {},
            "persistentVolume": {"enabled": False},
        },
        settles="hardening",
        role=Role.ONLINE_INFERENCE,
        risks=(
            Risk(
                "persistentVolume.enabled",
                "'{name}' keeps its models in the pod: each new one downloads them again",
                unless=("persistentVolume.existingClaim",),
                severity=Severity.MEDIUM,
                advice="set persistentVolume.enabled",
            ),
        ),
    ),
    Chart(
        "nim-llm",
        homes=("helm.ngc.nvidia.com/nim", "github.com/nvidia/nim-deploy"),
        sources=blob(
            "NVIDIA/nim-deploy", "6bc89ffdec9f27c44dad951b96ced48694f2797e",
            "helm/nim-llm/Chart.yaml", "helm/nim-llm/values.yaml",
        ),
        seen=("1.1.2", "1.1.2"),
        parts=(
            Part(
                "nim-llm",
                "nvcr.io/nim/meta/llama3-8b-instruct",
                "nim",
                container="resources securityContext=containerSecurityContext command=customCommand args=customArgs",
                pod="nodeSelector tolerations affinity securityContext=podSecurityContext",
                sets="NGC_API_KEY=model.ngcAPIKey",
            ),
        ),
        fronts=(Front(ports=(8000,)),),
        defaults={
            "replicaCount": 1,
            "resources": {"limits": {"nvidia.com/gpu": 1}},
            "containerSecurityContext": {},
            "podSecurityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000},
            "service": {"type": "ClusterIP"},
            "ingress": {"enabled": False, "tls": []},
            "persistence": {"enabled": False},
        },
        settles="resources hardening",
        role=Role.ONLINE_INFERENCE,
        risks=(
            Risk(
                "persistence.enabled",
                "'{name}' keeps its model in the pod: each new one downloads it again",
                unless=("hostPath.enabled", "nfs.enabled", "csi.enabled"),
                severity=Severity.MEDIUM,
                advice="set persistence.enabled",
            ),
        ),
    ),
)  # fmt: skip
