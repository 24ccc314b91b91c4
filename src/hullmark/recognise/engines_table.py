"""The engines that serve models, and what stands before them: one row each.

Add a row, and a line to ``tests/recognise/test_engines.py``, to teach a new one. Sources are the projects' own
documentation of images, commands, environment and ports, and health paths as their Kubernetes examples use them.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.engine_row import Engine, row
from hullmark.recognise.tools_table import TOOLS

MODEL_SERVERS = (
    row(
        "vllm",
        Role.ONLINE_INFERENCE,
        images=(
            r"vllm(?:-(?!router|sim|bench|playground)[\w.-]+)? "
            r"llm-d(?:-(?:cuda|xpu|hpu|cpu|rocm|aws|gb200)(?:-dev)?)? pytorch-vllm-serve(?:-[\w.-]+)?"
        ),
        commands=(
            "vllm serve, vllm run-batch, vllm.entrypoints.openai.api_server, vllm.entrypoints.api_server, "
            "vllm.entrypoints.cli.main, vllm.entrypoints.openai.run_batch, dynamo.vllm, vllm_worker.py"
        ),
        environment="VLLM_",
        labels="vllm",
        health="/health",
        ports="8000",
    ),
    row(
        "tgi",
        Role.ONLINE_INFERENCE,
        images=(
            r"text-generation-inference(?:-[\w.-]+)? tgi-(?:gaudi|tpu|neuron\w*) "
            r"huggingface-text-generation-inference[\w.-]* huggingface-pytorch-tgi-inference[\w.-]*"
        ),
        commands="text-generation-launcher",
        labels="text-generation-inference tgi",
    ),
    row(
        "tei",
        Role.EMBEDDING,
        images=r"text-embeddings-inference(?:-[\w.-]+)? tei-gaudi huggingface-text-embeddings-inference[\w.-]*",
        commands="text-embeddings-router",
        labels="tei text-embeddings-inference",
    ),
    row(
        "sglang",
        Role.ONLINE_INFERENCE,
        images=r"lmsysorg/sglang(?:-[\w.-]+)? sglang sglang-runtime",
        commands="sglang.launch_server, sglang serve, dynamo.sglang, sglang.srt.entrypoints.http_server",
        environment="SGLANG_ SGL_",
        labels="sglang",
        health="/health_generate",
        ports="30000",
    ),
    row(
        "triton",
        Role.ONLINE_INFERENCE,
        images=r"tritonserver(?:-[\w.-]+)? tensorrtllm-runtime",
        commands="tritonserver, launch_triton_server.py, trtllm-serve, tensorrt_llm.commands.serve, dynamo.trtllm",
        environment="TRITON_SERVER_ TRITONSERVER_",
        labels="triton",
        health="/v2/health/ready /v2/health/live",
        ports="8001 8002",
    ),
    row(
        "nim",
        Role.ONLINE_INFERENCE,
        images=r"nvcr\.io/nim/[\w./-]+",
        commands="/opt/nim/start-server.sh",
        environment="NIM_",
        labels="nim",
        health="/v1/health/ready /v1/health/live",
        ports="8000",
    ),
    row(
        "ollama",
        Role.ONLINE_INFERENCE,
        images="ollama/ollama ollama",
        commands="ollama serve, ollama run",
        environment=(
            "OLLAMA_MODELS OLLAMA_KEEP_ALIVE OLLAMA_NUM_PARALLEL OLLAMA_MAX_ OLLAMA_FLASH_ATTENTION OLLAMA_ORIGINS"
        ),
        labels="ollama",
        ports="11434",
    ),
    row(
        "llama-cpp",
        Role.ONLINE_INFERENCE,
        images=r"llama\.?-?cpp(?:-[\w.-]+)? llama-server llama-cpp-python llamafile",
        commands="llama-server, llama_cpp.server",
        environment="LLAMA_ARG_",
        labels="llama-cpp llamacpp",
    ),
    row(
        "torchserve",
        Role.ONLINE_INFERENCE,
        images=r"torchserve(?:-kfs|-nightly)?(?:-[\w.-]+)?",
        commands="torchserve, ts",
        environment="TS_",
        labels="torchserve",
        ports="7070 7071 8081",
    ),
    row(
        "tf-serving",
        Role.ONLINE_INFERENCE,
        images=r"tensorflow/serving tf-?serving(?:-[\w.-]+)? tensorflow-serving[\w.-]*",
        commands="tensorflow_model_server",
        labels="tfserving",
        ports="8500",
    ),
    row(
        "mlserver",
        Role.ONLINE_INFERENCE,
        images=r"mlserver(?:-[\w.-]+)?",
        commands="mlserver start",
        environment="MLSERVER_",
        labels="mlserver",
        health="/v2/health/ready",
    ),
    row(
        "openvino",
        Role.ONLINE_INFERENCE,
        images="openvino/model_server ovms openvino_model_server",
        commands="ovms, /ovms/bin/ovms",
        labels="ovms",
    ),
    row(
        "huggingface-server",
        Role.ONLINE_INFERENCE,
        images=r"huggingfaceserver(?:-[\w.-]+)?",
        commands="huggingfaceserver",
        labels="huggingface",
    ),
    row(
        "kserve-sklearn",
        Role.ONLINE_INFERENCE,
        images=r"sklearnserver(?:-[\w.-]+)?",
        commands="sklearnserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-xgboost",
        Role.ONLINE_INFERENCE,
        images=r"xgb(?:oost)?server(?:-[\w.-]+)?",
        commands="xgbserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-lightgbm",
        Role.ONLINE_INFERENCE,
        images=r"lgbserver(?:-[\w.-]+)?",
        commands="lgbserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-pmml",
        Role.ONLINE_INFERENCE,
        images=r"pmmlserver(?:-[\w.-]+)?",
        commands="pmmlserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-paddle",
        Role.ONLINE_INFERENCE,
        images=r"paddleserver(?:-[\w.-]+)?",
        commands="paddleserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-predictive",
        Role.ONLINE_INFERENCE,
        images=r"predictiveserver(?:-[\w.-]+)?",
        commands="predictiveserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-autogluon",
        Role.ONLINE_INFERENCE,
        images=r"autogluonserver(?:-[\w.-]+)?",
        commands="autogluonserver",
        health="/v2/health/ready",
    ),
    row(
        "kserve-art",
        Role.ONLINE_INFERENCE,
        images=r"art-explainer(?:-[\w.-]+)?",
        commands="artserver",
        health="/v2/health/ready",
    ),
    row(
        "seldon",
        Role.ONLINE_INFERENCE,
        images=r"seldon-core-s2i-[\w.-]+ seldonio/(?:sklearn|xgboost|tf)\w*",
        commands="seldon-core-microservice",
    ),
    row(
        "bentoml",
        Role.ONLINE_INFERENCE,
        images=r"bentoml/[\w.-]+",
        commands="bentoml serve, openllm serve",
        environment="BENTOML_",
        labels="bentoml",
    ),
    row("lmdeploy", Role.ONLINE_INFERENCE, images="lmdeploy", commands="lmdeploy serve", environment="LMDEPLOY_"),
    row("deepspeed-mii", Role.ONLINE_INFERENCE, images="deepspeed-mii", commands="mii.entrypoints.openai_api_server"),
    row(
        "fastchat",
        Role.ONLINE_INFERENCE,
        images="fastchat",
        commands="fastchat.serve.openai_api_server, fastchat.serve.model_worker",
    ),
    row("localai", Role.ONLINE_INFERENCE, images="local-?ai", commands="local-ai"),
    row("infinity", Role.EMBEDDING, images="michaelf34/infinity", commands="infinity_emb v2"),
    row(
        "weaviate-transformers",
        Role.EMBEDDING,
        images="semitechnologies/(?:transformers-inference|reranker-transformers|multi2vec-(?:clip|bind))",
    ),
    row(
        "faster-whisper",
        Role.ONLINE_INFERENCE,
        images="faster-whisper(?:-server)? speaches whisper(?:-asr)?-(?:server|webservice)",
    ),
    row(
        "stable-diffusion",
        Role.ONLINE_INFERENCE,
        images=r"stable-diffusion(?:-[\w.-]+)? comfyui(?:-[\w.-]+)? invokeai",
    ),
    row(
        "jetstream",
        Role.ONLINE_INFERENCE,
        images=(
            r"jetstream-(?:pytorch|maxtext)[\w.-]* maxengine-server sax-(?:model|admin|http)[\w.-]* optimum-tpu "
            "pathways/(?:server|proxy_server)"
        ),
        commands="jetstream.core.implementations.mock.server, run_server.py, saxml",
        labels="jetstream",
    ),
    row(
        "ray-serve",
        Role.ONLINE_INFERENCE,
        images=r"ray-llm(?:-[\w.-]+)? rayllm",
        commands="serve run, serve deploy, serve start",
        environment="RAY_SERVE_",
        labels="ray-serve",
    ),
    row(
        "ray",
        None,
        images=r"rayproject/ray(?:-ml)? ray2\.[\w.-]+ ray-(?:ml|cpu|gpu|tpu)[\w.-]* ray",
        commands="ray start, ray job, ray submit, ray exec",
        environment="RAY_GCS_ RAY_REDIS_ RAY_TLS_ RAY_CLUSTER_NAME",
        labels="ray",
    ),
)
"""What answers requests from a model."""

ROUTERS = (
    row(
        "litellm",
        Role.LLM_GATEWAY,
        images="litellm(?:-(?:database|non_root|proxy))?",
        commands="litellm",
        environment="LITELLM_",
        health="/health/liveliness",
        ports="4000",
    ),
    row("envoy-ai-gateway", Role.LLM_GATEWAY, images="ai-gateway-(?:extproc|controller)"),
    row(
        "kong-ai",
        Role.LLM_GATEWAY,
        images="kong(?:-gateway)?",
        environment="KONG_",
        second=r"\bai[-_](?:proxy|gateway|prompt|rate)",
    ),
    row("portkey", Role.LLM_GATEWAY, images="portkeyai/gateway gateway_enterprise"),
    row("bifrost", Role.LLM_GATEWAY, images="maximhq/bifrost"),
    row("one-api", Role.LLM_GATEWAY, images="one-api calciumion/new-api"),
    row("higress-ai", Role.LLM_GATEWAY, images=r"higress/ai-[\w.-]+"),
    row("helicone", Role.LLM_GATEWAY, images=r"helicone/[\w.-]+"),
    row("agentgateway", Role.LLM_GATEWAY, images="agentgateway"),
    row(
        "vllm-router",
        Role.INFERENCE_ROUTER,
        images="lmstack-router production-stack/router vllm-router sglang-router sgl-model-gateway",
        commands=(
            "vllm-router, vllm_router.app, sglang_router.launch_router, sglang.launch_router, dynamo.frontend, "
            "dynamo.router"
        ),
    ),
    row(
        "endpoint-picker",
        Role.INFERENCE_ROUTER,
        images=(
            "gateway-api-inference-extension/(?:epp|lwepp|bbr) (?:lw)?epp "
            r"llm-d-(?:router-endpoint-picker|inference-scheduler) llm-d-router-[\w.-]+"
        ),
        commands="epp",
    ),
    row(
        "routing-sidecar",
        Role.INFERENCE_ROUTER,
        images="llm-d-routing-sidecar llm-d-router-disagg-sidecar lmstack-sidecar",
        commands="pd-sidecar",
    ),
    row("kserve-router", Role.INFERENCE_ROUTER, images="kserve/router"),
    row(
        "lmcache",
        Role.INFERENCE_ROUTER,
        images="lmcache-server lmcache-controller",
        commands="lmcache_server, lmcache.v1.server",
        environment="LMCACHE_SERVER_",
    ),
)
"""What stands between clients and model servers."""

ENGINES: tuple[Engine, ...] = (*MODEL_SERVERS, *ROUTERS, *TOOLS)
"""All engines; where several fit, the strongest evidence wins, then the earlier row."""

FORMATS = {
    "huggingface": "huggingface-server",
    "vllm": "vllm",
    "sklearn": "kserve-sklearn",
    "xgboost": "kserve-xgboost",
    "lightgbm": "kserve-lightgbm",
    "pmml": "kserve-pmml",
    "paddle": "kserve-paddle",
    "pytorch": "torchserve",
    "tensorflow": "tf-serving",
    "triton": "triton",
    "tensorrt": "triton",
    "onnx": "triton",
    "mlflow": "mlserver",
    "predictive": "kserve-predictive",
    "autogluon": "kserve-autogluon",
    "openvino_ir": "openvino",
}
"""Which engine KServe's built-in runtimes use for a model format (https://kserve.github.io/website/)."""

KUBEAI = {"vllm": "vllm", "ollama": "ollama", "fasterwhisper": "faster-whisper", "infinity": "infinity"}
"""Values of ``spec.engine`` of KubeAI's Model, in lower case (https://www.kubeai.org/reference/kubernetes-api/)."""

DECISIVE = frozenset({"NIMService", "NIMCache", "NIMPipeline", "VLLMRuntime", "VLLMRouter", "CacheServer"})
"""Kinds whose engine is certain, whatever the image is named."""

KINDS = {
    "NIMService": "nim",
    "NIMCache": "nim",
    "NIMPipeline": "nim",
    "VLLMRuntime": "vllm",
    "VLLMRouter": "vllm-router",
    "CacheServer": "lmcache",
    "LLMInferenceService": "vllm",
    "RayService": "ray-serve",
    "RayCluster": "ray",
    "RayJob": "ray",
    "RayCronJob": "ray",
    "Milvus": "milvus",
    "QdrantCluster": "qdrant",
    "FeatureStore": "feast",
    "NemoGuardrail": "nemo-guardrails",
    "SeldonDeployment": "seldon",
    "BentoDeployment": "bentoml",
    "Tensorboard": "tensorboard",
    "DaskCluster": "dask",
    "DaskJob": "dask",
    "DaskWorkerGroup": "dask",
    "InferencePool": "endpoint-picker",
    "EmbeddingServer": "tei",
}
"""Engines that a kind's operator runs, where nothing in the object says otherwise."""

LOOKALIKES = (
    r"[\w.-]+-sim(?:ulator)?",
    r"[\w.-]*testupstream",
    r"testmcpserver",
    r"storage-initializer",
    r"kserve/agent",
    r"kserve-agent",
    r"agent",
    r"qpext",
    r"milvusdb/etcd",
    r"milvus-config-tool",
    r"minio",
    r"[\w./-]*nccl-tests?[\w.-]*",
    r"cuda-sample[\w.-]*",
    r"mpi-pi[\w.-]*",
    r"(?!dcgm-|gpu-)[\w.-]+-(?:exporter|operator|client|benchmark|loadgen)",
    r"(?:vllm|sglang|tritonserver|torchserve|mlserver|ollama|mlflow)-[\w.-]*(?:dashboard|proxy|gateway|monitor(?:ing)?|ui|frontend|webhook)",
    r"(?:langgraph|crewai|mcp)-[\w.-]*(?:dashboard|ui|frontend|inspector|registry)",
    r"stable-diffusion-frontend",
    r"jupyterhub/(?:configurable-http-proxy|k8s-(?:image-awaiter|network-tools|secret-sync))",
    r"(?:tensorboards?|notebook)-controller|(?:jupyter|tensorboards|volumes)-web-app",
    r"bentoml/yatai[\w.-]*",
    r"nemo-microservices/(?!guardrails)[\w.-]+",
)
"""Images that look like an engine and are something else: simulators, parts of a server's operator, test clients."""

LOOKALIKE_TAGS = r"-sdk$"
"""Tags that make a server's image a client's: Triton's SDK carries perf_analyzer."""

ENGINE_LABELS = ("ai.gke.io/inference-server", "llm-d.ai/engine-type", "inference.networking.k8s.io/engine-type")
"""Labels whose value names an engine."""

_CHORES = """
genai-perf perf_analyzer perf_client locust k6 hey wrk benchmark_serving.py benchmark_serving guidellm inference-perf
aiperf evalscope sleep tail wget curl git huggingface-cli hf gsutil aws gcloud s5cmd rclone cp nvidia-smi rocm-smi dcgmi
trtllm-build convert_checkpoint.py ollama true echo cat sglang.bench_serving sglang.bench_one_batch_server
"""
CHORES = frozenset([*_CHORES.split(), "vllm bench"])
"""Programs (and commands of theirs) that do not serve, whatever their image is named: clients, downloads, conversions, waiting."""
