"""What a model server needs: devices, memory and time (the predicates NEED, SIZE, BUDGET).

Pure functions; all sizes and times are estimates.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from hullmark.model.truth import Undecided, natural, number
from hullmark.model.workload import Setting
from hullmark.text.regex import regex
from hullmark.text.tree import Value, mapping

if TYPE_CHECKING:
    from hullmark.model.container import Container

HUB_GIGABYTES_PER_SECOND = 0.2
"""How fast weights come from a hub, an object store or a network file system: 1.6 Gbit/s, cautious for one stream."""

LOCAL_GIGABYTES_PER_SECOND = 1.0
"""How fast weights are read from a local disk or an image that is already on the node."""

LEAST_LOAD_SECONDS = 120
WARM_UP_SECONDS = 180
"""CUDA graph capture and torch.compile after the weights are in memory (https://docs.vllm.ai/en/stable/design/torch_compile/)."""

BUILD_SECONDS = 1800
"""Ahead-of-time compilation where there is no cache: Neuron's compiler, XLA on TPUs, TensorRT engines."""

_AXES: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "vllm": (
        (("--tensor-parallel-size", "-tp"), ()),
        (("--pipeline-parallel-size", "-pp"), ()),
        (("--data-parallel-size-local", "-dpl", "--data-parallel-size", "-dp"), ()),
    ),
    "sglang": (
        (("--tp-size", "--tp", "--tensor-parallel-size"), ()),
        (("--pp-size", "--pp", "--pipeline-parallel-size"), ()),
        (("--dp-size", "--dp", "--data-parallel-size"), ()),
    ),
    "tgi": ((("--num-shard",), ("NUM_SHARD",)),),
    "nim": (
        (("--tensor-parallel-size",), ("NIM_TENSOR_PARALLEL_SIZE",)),
        (("--pipeline-parallel-size",), ("NIM_PIPELINE_PARALLEL_SIZE",)),
    ),
    "triton": ((("--tp-size", "--world-size"), ()), (("--pp-size",), ())),
    "huggingface-server": ((("--tensor-parallel-size", "-tp"), ()), (("--pipeline-parallel-size",), ())),
}
"""Per engine, the axes whose sizes multiply to the devices of one process group: flags and variables.

Sources: https://docs.vllm.ai/en/stable/serving/parallelism_scaling/, https://docs.sglang.io/advanced_features/server_arguments.html,
https://huggingface.co/docs/text-generation-inference/reference/launcher, https://docs.nvidia.com/nim/ (configuration).
"""

_DEFAULT_ONE = frozenset({"vllm", "sglang"})
"""Engines that use one device unless told otherwise; the others shard over what they find."""

_SPANS_PODS = (
    *("--nnodes", "--node-rank", "--master-addr", "--data-parallel-address", "--data-parallel-hybrid-lb"),
    *("--data-parallel-external-lb", "--data-parallel-rank", "--data-parallel-start-rank"),
)

_PARAMETERS = regex(r"(?<![A-Za-z\d.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bBmM])(?![A-Za-z\d])")
_HALF = regex(r"fp8|int8|w8a8|8bit|(?<![a-z])q8(?![a-z\d])|w8a16")
_QUARTER = regex(r"awq|gptq|int4|4bit|w4a16|(?<![a-z])i?q4|fp4|bnb")


def parallelism(container: Container) -> Setting | None:
    """The devices one process group of an engine uses: tensor, pipeline and local data parallel size multiplied (NEED).

    The value is a whole number; the place is the flag or variable that says so. None where it is not known: an engine
    that shards over whatever it finds, a placeholder, or a group that spans several pods.
    """
    axes = _AXES.get(container.engine)
    if axes is None or container.argv.has(*_SPANS_PODS) or _cpu(container) or _by_ray(container):
        return None
    settings = [found for flags, variables in axes if (found := _setting(container, flags, variables)) is not None]
    if container.engine == "sglang" and container.argv.has("--enable-dp-attention"):
        settings = [s for s in settings if s.place != container.argv.place("--dp-size", "--dp", "--data-parallel-size")]
    if any(natural(value.value) is None for value in settings):
        return None
    if not settings and (container.engine not in _DEFAULT_ONE or container.unseen):
        return None
    place = settings[0].place if settings else container.at("args")._replace(exact=False)
    return Setting(str(math.prod(int(s.value) for s in settings)), place, container)


def _setting(container: Container, flags: tuple[str, ...], variables: tuple[str, ...]) -> Setting | None:
    value = container.argv.flag(*flags)
    if value is not None:
        return Setting(value, container.argv.place(*flags), container)
    for name in variables:
        variable = container.environment.get(name)
        if variable is not None:
            return Setting(variable.value or "", variable.node.at(), container)
    return None


def _cpu(container: Container) -> bool:
    return (container.argv.flag("--device") or "").startswith("cpu")


def _by_ray(container: Container) -> bool:
    """Whether Ray may place the group's workers in other pods."""
    return container.argv.flag("--distributed-executor-backend") == "ray"


def weights_gigabytes(model_id: str) -> float | None:
    """An estimate of a model's weights in GB from its name (SIZE); None when the name does not tell.

    Parameters times bytes: 2 (bfloat16) unless the name says 8 bits (1) or 4 bits (0.55, with scales). Mixtures of
    experts count in full, because all experts are loaded (``8x7B``; ``30B-A3B`` is 30).
    """
    name = model_id.rpartition("/")[2]
    sizes = [
        float(count) * int(experts or 1) / (1000 if unit in "mM" else 1)
        for experts, count, unit in _PARAMETERS.findall(name.replace("_", "-"))
    ]
    if not sizes:
        return None
    lower = name.lower()
    width = 0.55 if _QUARTER.search(lower) else 1.0 if _HALF.search(lower) else 2.0
    return max(sizes) * width


def probe_budget(probe: Value) -> int | None:
    """Seconds a container may take before a probe counts as failed for good (BUDGET); None when a field is no number.

    ``initialDelaySeconds`` (0) plus ``periodSeconds`` (10) times ``failureThreshold`` (3): defaults of
    https://kubernetes.io/docs/concepts/workloads/pods/probes/#configure-probes
    """
    fields = mapping(probe)
    try:
        delay, period, failures = (
            number(fields, key) for key in ("initialDelaySeconds", "periodSeconds", "failureThreshold")
        )
    except Undecided:
        return None
    return (delay or 0) + (period or 10) * (failures or 3)


def load_seconds(
    gigabytes: float | None, *, engine: str = "", vendors: Collection[str] = (), local: bool = False
) -> int:
    """How long a model server may take until it answers: reading the weights plus warming up, at least 120 s.

    ``vendors`` are those of its accelerators; ``local`` says that the weights are on the node or in the image.
    """
    reading = (gigabytes or 0) / (LOCAL_GIGABYTES_PER_SECOND if local else HUB_GIGABYTES_PER_SECOND)
    builds = bool({"aws", "google"} & set(vendors))
    warming = BUILD_SECONDS if builds else WARM_UP_SECONDS if engine in ("vllm", "sglang", "nim") and vendors else 0
    return max(LEAST_LOAD_SECONDS, math.ceil(reading + warming))
