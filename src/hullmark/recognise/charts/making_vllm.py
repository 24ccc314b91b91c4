"""What the charts of vLLM's production stack and of llm-d make of a model's values: a command line, devices, containers.

Sources: ``helm/templates/deployment-vllm-multi.yaml`` (f1f98227) and ``helm/values.yaml`` (00c38d1a) of vllm-project/production-stack,
and ``charts/llm-d-modelservice`` of llm-d-incubation/llm-d-modelservice (024c0f2d).
"""

from __future__ import annotations

from collections.abc import Iterator

from hullmark.recognise.assemble import Fields, Parts, containers, made_up, pair
from hullmark.recognise.charts.parts import container
from hullmark.recognise.charts.row import Part
from hullmark.recognise.kinds import Pod, Scene
from hullmark.text.tree import Map, Node, PairMark, Seq, Value, dig

ENGINE = Part(
    "vllm",
    image=".",
    container="volumeMounts=extraVolumeMounts",
    sets="HF_TOKEN=hf_token VLLM_API_KEY=/servingEngineSpec.vllmApiKey",
)
_POD = Fields("vllm", pod="serviceAccountName priorityClassName runtimeClassName nodeName volumes=extraVolumes")
_FLAGS = {
    "maxModelLen": "--max-model-len",
    "dtype": "--dtype",
    "tensorParallelSize": "--tensor-parallel-size",
    "maxNumSeqs": "--max-num-seqs",
}
_DEVICES = {"requestGPU": "", "requestCPU": "cpu", "requestMemory": "memory"}
_LIMITS = {"limitCPU": "cpu", "limitMemory": "memory"}


class _Words:
    """A command line that is put together of values, each word with its place."""

    def __init__(self, mark: PairMark) -> None:
        self.mark = mark
        self.list = Seq()

    def add(self, *words: Value, mark: PairMark | None = None) -> None:
        at = (mark or self.mark)[2:]
        for word in words:
            self.list.append(str(word))
            self.list.marks.append((at[0], at[1]))

    def take(self, flag: str, found: tuple[Value, PairMark] | None) -> None:
        if found is not None and isinstance(found[0], (str, int, float)) and not isinstance(found[0], bool):
            self.add(*filter(None, (flag, found[0])), mark=found[1])


def engine(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """A model of the production stack: ``vllm serve`` with the flags that the chart derives."""
    values = scene.resource.node.child("values")
    if values is None or not isinstance(carrier.value, Map) or not _is_deployed(carrier.value, values):
        return
    here = values.span.start
    mark = (here, here + 1, here, here + 1)
    made = container(ENGINE, carrier, values, scene.resource)
    parts = Parts(carrier).merge(made.value)
    words = _Words(mark)
    words.add("vllm", "serve")
    words.take("", pair(carrier.value, ("modelURL",)))
    words.add("--host", "0.0.0.0")  # noqa: S104 - what the chart writes
    for field, flag in _FLAGS.items():
        words.take(flag, pair(carrier.value, ("vllmConfig", field)))
    extra = dig(carrier.value, "vllmConfig", "extraArgs")
    if isinstance(extra, Seq):
        for word, span in zip(extra, extra.marks, strict=False):
            words.add(word, mark=(*span, *span))
    parts.put("command", words.list, mark)
    parts.take("securityContext=servingEngineSpec.containerSecurityContext", values.value)
    if carrier.get("resources"):  # it takes priority over the single numbers
        parts.take("resources")
    parts.put("resources", _resources(carrier.value, mark), mark)
    node = parts.node()._replace(span=values.span, path=values.path)
    yield made_up(carrier, node, _POD)


def _is_deployed(model: Map, values: Node) -> bool:
    """Whether a model runs as a Deployment: it may be switched off, or be a RayCluster."""
    ray = model.get("raySpec")
    by_ray = isinstance(ray, Map) and ray.get("enabled") is not False
    return (
        not by_ray
        and model.get("enabled") is not False
        and values.get("servingEngineSpec", "enableEngine") is not False
    )


def _resources(value: Map, mark: PairMark) -> Map:
    """Requests, and limits of devices and of what is named: the chart's own rule (``chart.resources``)."""
    requests, limits = Map(), Map()
    kind = value.get("requestGPUType")
    for field, name in _DEVICES.items():
        found = pair(value, (field,))
        if found is not None:
            resource = name or (kind if isinstance(kind, str) and kind else "nvidia.com/gpu")
            requests[resource], requests.marks[resource] = found
            if not name:
                limits[resource], limits.marks[resource] = found
    for field, name in _LIMITS.items():
        found = pair(value, (field,))
        if found is not None:
            limits[name], limits.marks[name] = found
    return Map({"requests": requests, "limits": limits}, {"requests": mark, "limits": mark})


def modelservice(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The pods of llm-d's ``decode`` or ``prefill``: containers nearly as Kubernetes has them, and a routing sidecar."""
    values = scene.resource.node.child("values")
    if values is None or not isinstance(carrier.value, Map) or carrier.value.get("create") is False:
        return
    here = values.span.start
    mark = (here, here + 1, here, here + 1)
    pieces = []
    for piece in containers(carrier):
        node = piece.node
        parts = Parts(node).merge(node.value)
        if node.get("modelCommand") == "vllmServe":
            words = _Words(mark)
            words.add("vllm", "serve")
            uri = pair(values.value, ("modelArtifacts", "uri"))
            if uri is not None and isinstance(uri[0], str):
                words.add(uri[0].removeprefix("hf://"), mark=uri[1])
            parts.put("command", words.list, mark)
        pieces.append(piece._replace(node=parts.node()._replace(span=node.span, path=node.path)))
    if pieces:
        spec = Parts(carrier).take("nodeSelector tolerations affinity volumes hostIPC hostPID serviceAccountName")
        spec.put("containers", carrier.value["containers"], mark)
        yield Pod(spec.node(), tuple(pieces))
