"""The words by which purposes are told (MLIMG, MLCMD, BENCH, RDZV): patterns to extend.

They are matched anywhere in commands, image names and object names, without case. Blanks in the patterns below mean
nothing, ``[ ]`` is a blank.
"""

from __future__ import annotations

import re

from hullmark.model.terms import Role
from hullmark.text.regex import regex


def _pattern(text: str) -> re.Pattern[str]:
    return regex(text, re.IGNORECASE | re.VERBOSE)


LEARNING_IMAGE = _pattern(r"""
    pytorch | tensorflow | (?:^|[/-])jax | (?:^|[/-])nemo(?:[/-]|$) | megatron | deepspeed | axolotl | unsloth
    | (?:^|/)trl
    | llama-?factory | mlflow | jupyter | ray-ml | rapids | xgboost | lightgbm | sagemaker-[\w-]*training | neuronx
    | transformers | accelerate | huggingface | (?:^|/)kubeflow | sedna | torchtune | maxtext | (?:^|[/-])verl
    | mxnet | paddle
    | mindspore | mnist | (?:^|[/-])tf(?:[-/]|$)
""")
"""Images made for learning (MLIMG)."""

_PROGRAMS = r"""
    (?:^|[\s/]) (?:torchrun|deepspeed|axolotl|llamafactory-cli|nemorun|lm_eval|lm-eval|lighteval) (?=\s)
    | accelerate(?:\.commands\.|[ ])launch | torch\.distributed\.(?:run|launch) | horovodrun\s | axolotl\.cli
    | vllm[ ]run-batch
    | (?:huggingface-cli|\bhf)[ ]download | ollama[ ]pull | snapshot_download | trtllm-build | convert_checkpoint\.py
"""
LEARNING_PROGRAMS = _pattern(_PROGRAMS)
"""Programs that have no other use."""

LEARNING_COMMAND = _pattern(rf"""
    {_PROGRAMS} | \bmpirun\b | \bcomposer\b | \btune[ ]run\b | train\w*\.py | [\w-]*train\.sh | fine-?_?tun
    | pre-?train | mnist
    | \bray\.train\b | tf_cnn_benchmarks | (?:predict|infer\w*|eval\w*)\.py
""")
"""Commands of learning (MLCMD); some need a learning image beside them."""

LEARNING_SETTING = _pattern(r"""
    ^(?: MLFLOW_(?:TRACKING|EXPERIMENT)_ | WANDB_ | CLEARML_ | COMET_API_KEY$ | NEPTUNE_ | HF_(?:HOME|TOKEN)$ | HUGGING_FACE_HUB_TOKEN$
    | --(?:num[-_])?(?:train[-_])?epochs(?:=|$) | --(?:lr|learning[-_]rate)(?:=|$) )
""")
"""Variables and flags of learning: where runs are tracked (https://mlflow.org/docs/latest/ml/tracking/,
https://docs.wandb.ai/models/track/environment-variables), where models come from, how long and how fast to learn."""

FINE_TUNING = _pattern(r"""
    fine[-_]?tun\w* | (?<![a-z])q?lora(?![a-z]) | (?<![a-z])(?:sft|dpo|grpo|rlhf|peft|ppo)(?![a-z]) | axolotl
    | unsloth
    | llama-?factory | \btune[ ]run\b | openrlhf | \bverl\b
""")
"""Words for training that starts from a trained model."""

PURPOSES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.EVALUATION, _pattern(r"""
        \blm[_-]eval | lighteval | evalplus | \beval(?:uate|uation)?[\w-]*\.py | (?:^|[-_/])eval(?:uat\w+)?(?:$|[-_])
    """)),
    (Role.BATCH_INFERENCE, _pattern(r"""
        run[-_]batch | batch[-_]?infer\w* | offline[-_]inference | (?:batch[-_])?predict\w*\.py
        | infer(?:ence)?\w*\.py
    """)),
    (Role.FINE_TUNING, FINE_TUNING),
    (Role.TRAINING, _pattern(r"""
        torchrun | torch\.distributed | accelerate(?:\.commands\.|[ ])launch | \bdeepspeed\b | horovodrun | nemorun
        | (?<![a-z])(?:pre-?)?train(?:ing|er|_\w+)?(?![a-z]) | mnist | imagenet | resnet
        | tf_cnn_benchmarks
    """)),
    (Role.MODEL_LOADER, _pattern(r"""
        (?:huggingface-cli|\bhf)[ ]download | ollama[ ]pull | snapshot_download | trtllm-build | convert_checkpoint
        | git[ ]clone[ ]https?://\S*huggingface\.co
        | (?:download|pull|fetch|convert|prefetch)[-_](?:\w+[-_])?(?:model|weight)s?
        | model[-_](?:loader|puller|download\w*|cache|converter|hydrat\w+|prep\w*)
    """)),
    (Role.DATA_PREPARATION, _pattern(r"""
        pre-?process\w* | tokeni[sz]e\w*\.py | prepare[-_]\w*data\w* | data[-_]?prep\w* | download[-_]data\w*
        | dataset[-_](?:prep\w*|download\w*|loader|init\w*) | (?<![a-z])etl(?![a-z]) | feature[-_]engineer\w* | resize
    """)),
)  # fmt: skip
"""What a run is for, tried in order."""

BENCHMARK = _pattern(r"""
    [nr]ccl[-_]?tests? | \bosu_ | \bib_(?:write|read|send|atomic)_(?:bw|lat) | perftest | gpu[-_]burn | nvbandwidth
    | (?:all_reduce|all_gather|alltoallv?|broadcast|(?:reduce_)?scatter|gather|reduce|sendrecv|hypercube|bisection)_perf
    | dcgmproftester | (?<![\w-])x?(?:hpl|hpcg)(?![\w-]) | hpc-benchmarks | cuda-samples?(?![\w-])
    | tf_cnn_benchmarks | synthetic_benchmark | vllm[ ]bench | sglang\.bench_ | benchmark_(?:serving|throughput|latency)
    | /pi(?![\w-]) | mpi-pi | vectoradd | vector-add | hello[-_]?world | katib/(?:pytorch|tf)-mnist
""")
"""Tests of hardware and of speed, and toys, which nothing is lost with (BENCH).

Their names are those of https://github.com/NVIDIA/nccl-tests, https://github.com/linux-rdma/perftest,
https://docs.nvidia.com/datacenter/dcgm/latest/reference/command-line-reference/dcgmproftester.html,
https://docs.nvidia.com/nvidia-hpc-benchmarks/, https://github.com/tensorflow/benchmarks,
https://github.com/horovod/horovod (``examples``), https://docs.vllm.ai/en/latest/cli/bench/ and
https://docs.sglang.io/developer_guide/benchmark_and_profiling.html.
"""

IDLE = _pattern(r"^(?:\S*/)?(?:sleep|nvidia-smi|dcgmi|fio)(?:\s|$)")
"""Commands that come to nothing where a workload has no others; runs often begin or stay up with one."""

RENDEZVOUS = ("TF_CONFIG", "DMLC_", "PET_", "WORLD_SIZE", "JAX_COORDINATOR_", "MEGASCALE_", "HOROVOD_")
"""Beginnings of variables by which the processes of a run find each other (RDZV)."""

EMBEDDING_MODEL = _pattern(r"""
    embed | rerank | (?:^|[/_-])(?:bge|gte|e5|jina-(?:embed|rerank)|nomic-embed|colbert|splade)(?:[/_-]|$)
    | minilm | mpnet
""")
"""Models that embed or rank."""

EDGE_LABELS = frozenset({"node-role.kubernetes.io/edge", "apps.openyurt.io/nodepool", "openyurt.io/is-edge-worker"})
"""Node labels of KubeEdge and OpenYurt that say that a node is at the edge."""

EDGE_IMAGE = _pattern(r"(?:^|[/:-])l4t[-:] | jetson")
"""Images for NVIDIA Jetson (Linux for Tegra)."""

SERVICES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.GUARDRAIL, _pattern(r"opea/guardrails")),
    (Role.AI_UI, _pattern(r"opea/[\w.-]+-ui$")),
    (Role.RAG_SERVICE, _pattern(r"""
        opea/(?:chatqna|docsum|retriever|dataprep|codegen|codetrans|searchqna)[\w-]*
        | (?:^|/)(?:rag|[\w-]+-rag|rag-[\w-]+)$
        | privategpt | ragflow | danswer | onyx-dot-app/ | /verba$
    """)),
    (Role.EMBEDDING, _pattern(r"opea/(?:embedding|reranking)[\w-]*")),
    (Role.LLM_GATEWAY, _pattern(r"opea/llm-[\w-]+")),
    (Role.AGENT, _pattern(r"""
        opea/agent | (?:^|[/-])ai-agents?$ | openhands | autogpt | agent-sandbox/ | code-interpreter
    """)),
)  # fmt: skip
"""Services told by their image alone."""

PODSET_ROLES = dict.fromkeys(("scheduler", "router", "frontend", "epp"), Role.INFERENCE_ROUTER)
"""Pod sets of serving kinds that pass requests on."""
