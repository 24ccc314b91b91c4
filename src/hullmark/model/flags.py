"""What is known of programs and their flags, as far as reading a command line needs it. Tables to extend."""

from __future__ import annotations

_VLLM = """
--allowed-local-media-path --api-key --async-scheduling --block-size --chat-template --code-revision --config-format
--cpu-offload-gb --data-parallel-address --data-parallel-backend --data-parallel-rank --data-parallel-rpc-port
--data-parallel-size --data-parallel-size-local --data-parallel-start-rank --device --disable-custom-all-reduce
--disable-log-requests --disable-log-stats --distributed-executor-backend --download-dir --dtype
--enable-auto-tool-choice --enable-chunked-prefill --enable-expert-parallel --enable-lora --enable-prefix-caching
--enable-prompt-tokens-details --enable-sleep-mode --enforce-eager --gpu-memory-utilization --guided-decoding-backend
--hf-overrides --hf-token --kv-cache-dtype --kv-transfer-config --limit-mm-per-prompt --load-format
--long-prefill-token-threshold --lora-modules --max-cpu-loras --max-log-len --max-logprobs --max-lora-rank --max-loras
--max-model-len --max-num-batched-tokens --max-num-partial-prefills --max-num-seqs --max-parallel-loading-workers
--max-seq-len-to-capture --middleware --mm-processor-kwargs --model --model-impl --model-loader-extra-config
--num-gpu-blocks-override --num-scheduler-steps --override-generation-config --pipeline-parallel-size
--preemption-mode --profiler-config --quantization --quantization-param-path --reasoning-parser
--return-tokens-as-token-ids --revision --root-path --scheduler-delay-factor --scheduling-policy --seed
--served-model-name --speculative-config --speculative-model --ssl-ca-certs --ssl-certfile --ssl-keyfile --swap-space
--task --tensor-parallel-size --tokenizer --tokenizer-mode --tokenizer-pool-size --tokenizer-revision
--tool-call-parser --tool-parser-plugin --trust-remote-code --trust-request-chat-template --uvicorn-log-level
--worker-cls
"""
ABBREVIABLE = frozenset(_VLLM.split())
"""Flags of vLLM, which accepts any unambiguous beginning of one (argparse's ``allow_abbrev``).

Longer than what is looked for on purpose: names that only make a beginning ambiguous belong here too.
Source: https://docs.vllm.ai/en/stable/configuration/engine_args/ and serve_args.html.
"""

_ENGINES = """
vllm sglang text-generation-launcher text-embeddings-router tritonserver launch_triton_server.py trtllm-serve torchserve
tensorflow_model_server mlserver ovms llama-server litellm torchrun accelerate deepspeed mpirun mpiexec horovodrun
colossalai composer nemorun axolotl llamafactory-cli tune jupyter jupyter-lab jupyterhub start-notebook.sh
start-notebook.py start-singleuser.sh mlflow tensorboard streamlit gradio milvus qdrant weaviate chroma spark-submit
airflow ollama
"""
_RUNTIMES = "ray serve uvicorn gunicorn hypercorn fastapi flask dask celery npx uvx node java"
_CHORES = """
echo cd set export mkdir chmod chown cp mv rm ls cat sleep tail wait trap curl wget pip pip3 apt apt-get apk yum dnf
conda git true : test [ [[ source . date printf printenv env nvidia-smi kill ulimit unset read return exit fi done
esac }
"""
LAUNCHERS = {
    **dict.fromkeys(_ENGINES.split(), 3),
    **dict.fromkeys(_RUNTIMES.split(), 2),
    **dict.fromkeys(_CHORES.split(), 0),
}
"""How likely a program is what a container is there for: 3 an engine or launcher, 2 a server's runtime, 0 a chore."""

_MODULES = ("vllm.", "sglang.", "torch.distributed.", "dynamo.", "tensorrt_llm.", "ray.", "accelerate.", "axolotl.")


ENGINE = 3
"""From which rank on a command starts an engine or a launcher."""


def rank(words: tuple[str, ...]) -> int:
    """How likely a command is what its container is there for, from 0 to 4."""
    name = words[0].rpartition("/")[2]
    known = LAUNCHERS.get(name)
    if known is None:
        if not name.startswith("python"):
            return 1
        return 3 if any(word.startswith(_MODULES) for word in words[1:4]) else 2
    return known + (known == 3 and len(words) > 1 and words[1] in ("serve", "server", "start"))
