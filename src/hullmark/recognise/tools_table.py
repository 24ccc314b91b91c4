"""What AI systems are made of besides model servers: stores, applications, laboratories, trainers, the platform.

One row each, in the same form and from the same kind of sources as the table of engines.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.engine_row import Engine, row

_VECTORS = r"vector|embed|\brag\b|retriev|semantic"
"""Names of stores that serve retrieval rather than anything else."""

_LEARNING = r"\bml\b|machine-?learning|train|feature|rapids|embed|\bllm|\bgpu\b"
"""Names of processing that serves learning rather than anything else."""

DATA = (
    row(
        "qdrant",
        Role.VECTOR_STORE,
        images="qdrant(?:-unprivileged)?",
        commands="qdrant",
        environment="QDRANT__",
        ports="6333 6334",
    ),
    row(
        "weaviate",
        Role.VECTOR_STORE,
        images="weaviate",
        commands="weaviate",
        environment="AUTHENTICATION_ANONYMOUS_ACCESS_ DEFAULT_VECTORIZER_",
        health="/v1/.well-known/ready",
    ),
    row(
        "milvus",
        Role.VECTOR_STORE,
        images="milvus(?:-gpu)?",
        commands="milvus run",
        environment="COMMON_STORAGETYPE",
        ports="19530",
    ),
    row(
        "chroma",
        Role.VECTOR_STORE,
        images="chroma(?:db)?/chroma chroma-core/chroma chromadb",
        commands="chroma run",
        environment="CHROMA_SERVER_",
        health="/api/v2/heartbeat /api/v1/heartbeat",
    ),
    row("marqo", Role.VECTOR_STORE, images="marqoai/marqo"),
    row("vespa", Role.VECTOR_STORE, images="vespaengine/vespa"),
    row("lancedb", Role.VECTOR_STORE, images=r"lancedb(?:/[\w.-]+)?"),
    row(
        "pgvector",
        Role.VECTOR_STORE,
        images=r"pgvector/pgvector ankane/pgvector pgvector pgvecto-rs vectorchord[\w.-]*",
    ),
    row(
        "redis-stack",
        Role.VECTOR_STORE,
        images=r"redis-stack(?:-server)? redisvl redis/redis-vector[\w.-]*",
        second=_VECTORS,
    ),
    row("valkey", Role.VECTOR_STORE, images="valkey-bundle valkey-search", second=_VECTORS),
    row("opensearch", Role.VECTOR_STORE, images="opensearch", second=_VECTORS),
    row("elasticsearch", Role.VECTOR_STORE, images="elasticsearch", second=_VECTORS),
    row("redis", Role.VECTOR_STORE, images="redis", second=_VECTORS),
    row("postgres", Role.VECTOR_STORE, images="postgres(?:ql)? cloudnative-pg/postgresql", second=_VECTORS),
    row("neo4j", Role.VECTOR_STORE, images="neo4j", second=_VECTORS),
    row(
        "feast",
        Role.FEATURE_STORE,
        images=r"feature-server(?:-java)? feastdev/[\w.-]+ feast",
        commands="feast serve, feast serve_offline, feast serve_registry, feast ui",
        environment="FEAST_",
    ),
)

APPLICATIONS = (
    row(
        "open-webui",
        Role.AI_UI,
        images="open-webui(?:/pipelines)?",
        commands="open-webui serve",
        environment="WEBUI_",
    ),
    row("gradio", Role.AI_UI, images=r"gradio(?:-[\w.-]+)?", commands="gradio", environment="GRADIO_", ports="7860"),
    row(
        "streamlit",
        Role.AI_UI,
        images=r"streamlit(?:-[\w.-]+)?",
        commands="streamlit run, streamlit",
        environment="STREAMLIT_",
        health="/_stcore/health",
    ),
    row("chainlit", Role.AI_UI, images=r"chainlit(?:-[\w.-]+)?", commands="chainlit run", environment="CHAINLIT_"),
    row("librechat", Role.AI_UI, images=r"librechat(?:-[\w.-]+)?"),
    row("anythingllm", Role.AI_UI, images="anythingllm"),
    row("lobe-chat", Role.AI_UI, images=r"lobe-?chat(?:-[\w.-]+)?"),
    row("chat-ui", Role.AI_UI, images="huggingface/chat-ui(?:-db)? hollama big-agi chatgpt-next-web"),
    row("ragflow", Role.RAG_SERVICE, images="infiniflow/ragflow"),
    row("flowise", Role.AGENT, images="flowise"),
    row("langflow", Role.AGENT, images=r"langflow(?:-[\w.-]+)?", commands="langflow run", environment="LANGFLOW_"),
    row("dify", Role.AGENT, images="dify-(?:api|web|sandbox|plugin-daemon)"),
    row("n8n", Role.AGENT, images="n8nio/n8n n8n", second=r"agent|llm|\bai\b"),
    row(
        "langgraph",
        Role.AGENT,
        images=r"langgraph(?:-[\w.-]+)? langgraph-api",
        commands="langgraph up, langgraph dev",
        environment="LANGGRAPH_",
    ),
    row("crewai", Role.AGENT, images=r"crewai(?:-[\w.-]+)?", commands="crewai run"),
    row("autogen", Role.AGENT, images="autogen(?:-?studio)?", commands="autogenstudio ui"),
    row("adk", Role.AGENT, images=r"adk-agents?(?:-[\w.-]+)?", commands="adk web, adk api_server"),
    row("kagent", Role.AGENT, images="kagent/(?:app|controller|golang-adk)"),
    row("letta", Role.AGENT, images="letta(?:/letta)?", commands="letta server"),
    row(
        "nemo-guardrails",
        Role.GUARDRAIL,
        images="nemo-microservices/guardrails nemo-?guardrails guardrails",
        commands="nemoguardrails server",
        environment="NEMO_GUARDRAILS_",
    ),
    row(
        "llm-guard",
        Role.GUARDRAIL,
        images=r"llm-guard(?:-api)? opea/guardrails[\w.-]* guardrails-ai[\w./-]*",
        commands="llm_guard_api",
    ),
    row("presidio", Role.GUARDRAIL, images="presidio-(?:analyzer|anonymizer)"),
    row(
        "mcp",
        Role.MCP_SERVER,
        images=(
            r"mcp mcp-(?!gateway-registry)[\w.-]+ [\w.-]+-mcp(?:-server)? mcp/[\w.-]+ [\w.-]*mcp-?server[\w.-]* "
            "supergateway"
        ),
        commands="mcp-proxy, supergateway, mcp-server, fastmcp run, mcpo",
        environment="MCP_SERVER_ FASTMCP_",
        health="/mcp /sse",
    ),
)

LABS = (
    row(
        "jupyterhub",
        Role.NOTEBOOK,
        images=r"jupyterhub/[\w.-]+ k8s-hub",
        commands="jupyterhub",
        environment="JUPYTERHUB_",
    ),
    row(
        "jupyter",
        Role.NOTEBOOK,
        images=(
            r"jupyter/[\w.-]+ [\w.-]*jupyter(?:lab)?[\w.-]* "
            "(?:pytorch|scipy|tensorflow|minimal|datascience|all-spark|base)-notebook"
        ),
        commands=(
            "jupyter lab, jupyter notebook, jupyter server, jupyter-lab, jupyter-notebook, start-notebook.sh, "
            "start-notebook.py, start-singleuser.sh"
        ),
        environment="JUPYTER_ NB_PREFIX",
        ports="8888",
    ),
    row("rstudio", Role.NOTEBOOK, images=r"rstudio(?:-[\w.-]+)?", commands="rserver"),
    row("code-server", Role.NOTEBOOK, images=r"code-?server(?:-[\w.-]+)?", commands="code-server"),
    row(
        "mlflow",
        Role.EXPERIMENT_TRACKING,
        images=r"mlflow(?:-[\w.-]+)?",
        commands="mlflow server, mlflow ui",
        environment="MLFLOW_BACKEND_STORE_ MLFLOW_DEFAULT_ARTIFACT_ MLFLOW_ARTIFACTS_DESTINATION",
        ports="5000",
    ),
    row(
        "tensorboard",
        Role.EXPERIMENT_TRACKING,
        images=r"tensorboard(?:-[\w.-]+)?",
        commands="tensorboard",
        ports="6006",
    ),
    row("wandb", Role.EXPERIMENT_TRACKING, images="wandb/local wandb/(?:megabinary|weave-trace|console)"),
    row("aim", Role.EXPERIMENT_TRACKING, images="aimstack/aim", commands="aim up, aim server"),
    row("clearml", Role.EXPERIMENT_TRACKING, images=r"clearml(?:-server)? allegroai/[\w.-]+"),
    row("langfuse", Role.EXPERIMENT_TRACKING, images="langfuse(?:-(?:web|worker))?"),
    row("phoenix", Role.EXPERIMENT_TRACKING, images="arizephoenix/phoenix", commands="phoenix serve"),
    row(
        "kubeflow-model-registry",
        Role.MODEL_REGISTRY,
        images=r"model-registry(?:/(?:server|ui|storage-initializer))? kubeflow/(?:hub|model-registry)/[\w.-]+",
        commands="model-registry",
    ),
    row("kubeflow-pipelines", Role.PIPELINE, images=r"kfp-[\w.-]+ ml-pipeline/[\w.-]+ kubeflow-pipelines/[\w.-]+"),
    row(
        "katib",
        Role.HYPERPARAMETER_SEARCH,
        images=r"katib-(?:controller|ui|db-manager) suggestion-[\w.-]+ earlystopping-[\w.-]+",
    ),
    row("optuna", Role.HYPERPARAMETER_SEARCH, images="optuna(?:-dashboard)?", commands="optuna-dashboard"),
    row("argilla", Role.DATA_PREPARATION, images=r"argilla-(?:server|quickstart) argilla/[\w.-]+"),
    row("label-studio", Role.DATA_PREPARATION, images="label-studio", commands="label-studio"),
    row(
        "airflow",
        None,
        images="apache/airflow airflow",
        commands="airflow",
        environment="AIRFLOW__",
        second=_LEARNING,
    ),
    row("argo-workflows", None, images="workflow-controller argocli argoexec", second=_LEARNING),
    row("metaflow", Role.PIPELINE, images=r"metaflow[\w.-]*"),
    row("zenml", Role.PIPELINE, images="zenml(?:-server)?", environment="ZENML_SERVER_"),
    row("flyte", Role.PIPELINE, images=r"flyte(?:admin|propeller|console|-binary[\w.-]*)"),
)

TRAINERS = (
    row("torchrun", Role.TRAINING, commands="torchrun, torch.distributed.run, torch.distributed.launch, torchx run"),
    row("accelerate", Role.TRAINING, commands="accelerate launch, accelerate.commands.launch, accelerate-launch"),
    row("deepspeed", Role.TRAINING, images="deepspeed", commands="deepspeed"),
    row("horovod", Role.TRAINING, images=r"horovod(?:-[\w.-]+)?", commands="horovodrun"),
    row("colossalai", Role.TRAINING, images="colossalai", commands="colossalai run"),
    row("composer", Role.TRAINING, images=r"mosaicml/[\w.-]+"),
    row("nemo", Role.TRAINING, images=r"nvidia/nemo nemo-framework[\w.-]*", commands="nemorun, nemo llm"),
    row("axolotl", Role.FINE_TUNING, images="axolotl(?:-cloud)?", commands="axolotl train, axolotl.cli.train, axolotl"),
    row("llama-factory", Role.FINE_TUNING, images="llama-?factory", commands="llamafactory-cli train"),
    row("torchtune", Role.FINE_TUNING, images=r"torchtune[\w.-]*", commands="tune run"),
    row("unsloth", Role.FINE_TUNING, images="unsloth"),
    row("trl", Role.FINE_TUNING, images=r"trl(?:-[\w.-]+)?", commands="trl sft, trl dpo, trl grpo"),
    row("verl", Role.FINE_TUNING, images=r"verl(?:-[\w.-]+)?", commands="verl.trainer.main_ppo"),
    row(
        "openrlhf",
        Role.FINE_TUNING,
        images="openrlhf",
        commands="openrlhf.cli.train_sft, openrlhf.cli.train_ppo_ray, openrlhf.cli.train_dpo",
    ),
    row("maxtext", Role.TRAINING, images=r"maxtext[\w.-]*", commands="MaxText.train, maxtext.train"),
    row("megatron", Role.TRAINING, images="megatron(?:-lm)?", commands="pretrain_gpt.py, pretrain_llama.py"),
    row(
        "lm-eval",
        Role.EVALUATION,
        images="lm-eval(?:uation-harness)?",
        commands="lm_eval, lm-eval, lighteval, lighteval.main, evalplus.evaluate",
    ),
    row("mpi", None, commands="mpirun, mpiexec, orterun", second=_LEARNING),
    row(
        "dask",
        None,
        images="daskdev/dask(?:-notebook)? dask",
        commands="dask, dask-worker, dask-scheduler, distributed.cli.dask_worker",
        second=_LEARNING,
    ),
    row(
        "spark",
        None,
        images=r"apache/spark(?:-py)? spark(?:-py|-operator)? spark-operator/[\w.-]+",
        commands="spark-submit",
        second=_LEARNING,
    ),
)

PLATFORM = (
    row(
        "accelerator-platform",
        Role.ACCELERATOR_PLATFORM,
        images=(
            "dcgm-exporter dcgm k8s-device-plugin "
            r"[\w.-]*(?:gpu|tpu|neuron|amdgpu|gaudi|npu|habana)[\w.-]*device-plugin[\w.-]* nvidia-gpu-device-plugin "
            "gpu-feature-discovery gpu-operator(?:-validator)? container-toolkit "
            r"neuron-(?:monitor|device-plugin|scheduler|node-problem-detector[\w.-]*) k8s-driver-manager "
            r"k8s-mig-manager nccl-[\w.-]*installer nvidia-driver-installer k8s-dra-driver(?:-gpu)? dranet "
            r"vgpu-[\w.-]+ hami(?:-[\w.-]+)? rocm/k8s-[\w.-]+ gdrdrv nvidia-fs nvidia/driver driver/nvidia [\w-]+-nvidia-driver-installer "
            r"fastrak[\w.-]* nccl-plugin[\w.-]* nvidia-partition-gpu"
        ),
        commands="dcgm-exporter, nvidia-device-plugin, gpu-feature-discovery, neuron-monitor",
    ),
)

TOOLS: tuple[Engine, ...] = (*DATA, *APPLICATIONS, *LABS, *TRAINERS, *PLATFORM)
"""All of them."""
