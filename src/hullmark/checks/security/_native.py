"""Models whose architecture is part of the servers, so that none of their own code is needed to run them.

https://docs.vllm.ai/en/stable/models/supported_models.html lists the architectures with the models that have them.
"""

from __future__ import annotations

import re

from hullmark.model.container import Container
from hullmark.text.regex import regex

_NATIVE = regex(
    r"""
    meta-llama/(?:Meta-)?Llama-(?:2|3(?:\.[123])?)-(?!.*Vision)          # LlamaForCausalLM
    | mistralai/(?:Mistral-7B|Mixtral-8x)                               # MistralForCausalLM, MixtralForCausalLM
    | google/gemma-(?:[237]b|1\.1-[27]b|2-\d+b|3-\d+b)                  # Gemma(2,3)ForCausalLM
    | Qwen/(?:Qwen2-\d|Qwen2\.5-\d|Qwen2\.5-Coder-\d|Qwen3-\d|QwQ-32B)  # Qwen2, Qwen3 and their mixtures
    | microsoft/(?:phi-4$|Phi-3(?:\.5)?-(?:mini|medium)-)               # Phi3ForCausalLM
    | deepseek-ai/DeepSeek-R1-Distill-(?:Llama|Qwen)-                   # the two again
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Repositories of the models' makers. Others may put code of their own into one of a similar name, but need it as little."""

_SERVERS = frozenset({"vllm", "sglang", "tgi"})
_SINCE = (0, 11, 0)
"""A vLLM whose list has all of them."""


def native(container: Container) -> bool:
    """Whether its server has the architectures of all models it loads built in.

    With ModelScope in the place of the hub vLLM wants the flag in any case.
    """
    models = container.models
    return (
        container.engine in _SERVERS
        and bool(models)
        and all(m.scheme == "hub" and _NATIVE.match(m.id) for m in models)
        and not container.env("VLLM_USE_MODELSCOPE")
    )


def surely(container: Container) -> bool:
    """Whether its release is known to be recent enough for that."""
    version = container.image.version
    return container.engine == "vllm" and version is not None and version >= _SINCE
