"""Other ways to serve models: production-stack, KubeAI, Seldon, KAITO, gateways, vector stores.

Sources: the CRDs of vllm-project/production-stack, substratusai/kubeai, SeldonIO/seldon-core, kaito-project/kaito,
envoyproxy/ai-gateway, kubernetes-sigs/gateway-api-inference-extension, opea-project/GenAIInfra, milvus-io, qdrant.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise import kaito, seldon
from hullmark.recognise.assemble import Fields, flat
from hullmark.recognise.kinds import CLUSTER_DECIDES, Count, Kind, Pods, Table

_SERVE = Role.ONLINE_INFERENCE
_ROUTE = Role.INFERENCE_ROUTER
_STACK = Fields(
    "vllm",
    container="resources=deploymentConfig.resources args=vllmConfig.extraArgs",
    pod="nodeSelector tolerations=deploymentConfig.tolerations affinity serviceAccountName",
    image="deploymentConfig.image",
    env="vllmConfig.env",
    beside="app=deploymentConfig.sidecarConfig",
)
_STACK_ROUTER = Fields(
    "router", container="resources args=extraArgs ports", pod="nodeSelector=nodeSelectorTerms serviceAccountName"
)
_KUBEAI = Fields("server", container="args resources", pod="priorityClassName")
_BY_OPERATOR = frozenset({"image", "command", "liveness-probe", "readiness-probe", "startup-probe", "resources"})
_EXTPROC = Fields("ai-gateway-extproc", container="resources securityContext volumeMounts", pod="")
_WORKSPACE = {"kaito.sh/workspace": "{name}"}
_KAITO = (
    Pods("inference", labels=_WORKSPACE, role=_SERVE, assemble=kaito.workspace),
    Pods("tuning", name="tuning", labels=_WORKSPACE, role=Role.FINE_TUNING, assemble=kaito.tuning, lifetime="task"),
)

KINDS: Table = {
    "VLLMRuntime.production-stack.vllm.ai": Kind(
        (Pods(replicas=Count("deploymentConfig.replicas|replicas"), assemble=flat(_STACK)),),
        _SERVE,
        injected=frozenset({"command", "liveness-probe", "readiness-probe", "startup-probe", "dev-shm"}),
    ),
    "VLLMRouter.production-stack.vllm.ai": Kind(
        (Pods(assemble=flat(_STACK_ROUTER)),),
        _ROUTE,
        injected=frozenset({"command", "liveness-probe", "readiness-probe"}),
    ),
    "CacheServer.production-stack.vllm.ai": Kind(
        (Pods(assemble=flat(_STACK_ROUTER._replace(name="cacheserver"))),),
        Role.GENERIC,
        injected=frozenset({"command"}),
    ),
    "LoraAdapter.production-stack.vllm.ai": Kind((), _SERVE),
    "Model.kubeai.org": Kind(
        (
            Pods(
                replicas=Count("replicas|minReplicas", "minReplicas", "maxReplicas", default=0),
                labels={"app": "model", "model": "{name}", "app.kubernetes.io/managed-by": "kubeai"},
                assemble=flat(_KUBEAI),
            ),
        ),
        _SERVE,
        injected=_BY_OPERATOR | {"dev-shm", "tolerations"},
    ),
    "Model.mlops.seldon.io": Kind((), _SERVE),
    "Pipeline.mlops.seldon.io": Kind((), _SERVE),
    "Experiment.mlops.seldon.io": Kind((), _ROUTE),
    "Server.mlops.seldon.io": Kind(
        (
            Pods(
                "spec",
                "podSpec",
                "",
                replicas=Count("replicas|minReplicas", "minReplicas|replicas", "maxReplicas|replicas"),
            ),
        ),
        _SERVE,
        injected=_BY_OPERATOR,
    ),
    "ServerConfig.mlops.seldon.io": Kind(
        (Pods("spec", "podSpec", "", replicas=CLUSTER_DECIDES),), _SERVE, template=True
    ),
    "SeldonRuntime.mlops.seldon.io": Kind(
        (Pods("spec.overrides.*", "podSpec", "", name=".name"),), _SERVE, injected=_BY_OPERATOR
    ),
    "SeldonConfig.mlops.seldon.io": Kind(
        (Pods("spec.components.*", "podSpec", "", name=".name", replicas=CLUSTER_DECIDES),), _SERVE, template=True
    ),
    "SeldonDeployment.machinelearning.seldon.io": Kind(
        (Pods("spec.predictors.*", labels={"seldon-deployment-id": "{name}"}, assemble=seldon.predictor),),
        _SERVE,
        injected=frozenset({"liveness-probe", "readiness-probe", "pre-stop", "grace-period"}),
    ),
    "BentoDeployment.serving.yatai.ai": Kind((), _SERVE),
    "Workspace.kaito.sh": Kind(_KAITO),
    "InferenceSet.kaito.sh": Kind(
        (
            Pods(
                "spec.template.inference",
                labels={"inferenceset.kaito.sh/created-by": "{name}"},
                assemble=kaito.inference_set,
            ),
        ),
        _SERVE,
    ),
    "MultiRoleInference.kaito.sh": Kind(
        (Pods("spec.roles.*", name=".type", replicas=CLUSTER_DECIDES, assemble=kaito.server),), _SERVE
    ),
    "RAGEngine.kaito.sh": Kind(
        (Pods(replicas=Count("compute.count"), labels={"kaito.sh/ragengine": "{name}"}, assemble=kaito.server),),
        Role.RAG_SERVICE,
    ),
    "InferencePool.inference.networking.k8s.io": Kind((), _ROUTE),
    "InferencePool.inference.networking.x-k8s.io": Kind((), _ROUTE),
    "AIGatewayRoute.aigateway.envoyproxy.io": Kind((), Role.LLM_GATEWAY),
    "MCPRoute.aigateway.envoyproxy.io": Kind((), Role.LLM_GATEWAY),
    "GatewayConfig.aigateway.envoyproxy.io": Kind(
        (Pods("spec.extProc.kubernetes", replicas=CLUSTER_DECIDES, assemble=flat(_EXTPROC)),),
        Role.LLM_GATEWAY,
        template=True,
    ),
    "GMConnector.gmc.opea.io": Kind((), Role.RAG_SERVICE),
    "Milvus.milvus.io": Kind((), Role.VECTOR_STORE),
    "MilvusCluster.milvus.io": Kind((), Role.VECTOR_STORE),
    "QdrantCluster.qdrant.io": Kind((), Role.VECTOR_STORE),
}
"""Serving kinds besides KServe, Ray and NVIDIA."""
