"""NVIDIA's NIM operator: services with devices claimed in words of their own, and the jobs that fill a cache.

A NIMService names its claims, or has them made (``claimCreationSpec``); the operator gives each to the model's container.
Sources, in https://github.com/NVIDIA/k8s-nim-operator: ``api/apps/v1alpha1`` (``dra_types.go`` for the class and count by
default, ``nimservice_types.go`` for the labels), ``internal/shared/resourceclaims.go``, ``internal/controller/nimcache_controller.go``.

The operator makes an account for each service, called after it (``GetServiceAccountName`` of NIMServices and of NeMo's
microservices), and one for all caches of a namespace (``NIMCacheServiceAccount``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hullmark.model.truth import string
from hullmark.recognise.assemble import Fields, Parts, flat, image, made_up, variables
from hullmark.recognise.kinds import Assembler, Pod, Scene
from hullmark.text.tree import EMPTY_MAP, Map, Node, PairMark, Seq, Value, items, mapping

SERVICE = Fields(
    "nim",
    container=(
        "command args resources imagePullPolicy=image.pullPolicy startupProbe=startupProbe.probe "
        "livenessProbe=livenessProbe.probe readinessProbe=readinessProbe.probe securityContext=containerSecurityContext"
    ),
    pod=(
        "nodeSelector tolerations affinity serviceAccountName runtimeClassName runtimeClassName=runtimeClass "
        "schedulerName securityContext=podSecurityContext"
    ),
    beside="init=initContainers app=sidecarContainers",
)
_CACHE = Fields("nim-cache", pod="nodeSelector tolerations runtimeClassName")
_SOURCES = ("ngc", "hf", "dataStore")
_CACHES_ACCOUNT = "nim-cache-sa"
_CLASS = "gpu.nvidia.com"


def service(fields: Fields = SERVICE) -> Assembler:
    """An assembler for the pods of a NIM, with their claims."""
    assemble = flat(fields)

    def claiming(carrier: Node, scene: Scene) -> Iterator[Pod]:
        start = carrier.child("spec") if fields.at == "spec" else carrier
        name = string(carrier.value, "name") if fields.at == "spec" else scene.resource.ref.name
        for pod in assemble(carrier, scene):
            yield pod if start is None else _claiming(pod, start)._replace(labels=_labels(start, name), account=name)

    return claiming


def nemo(fields: Fields) -> Assembler:
    """An assembler for the pods of a NeMo microservice."""
    assemble = flat(fields)
    return lambda carrier, scene: (p._replace(account=scene.resource.ref.name) for p in assemble(carrier, scene))


def _labels(start: Node, name: str) -> Mapping[str, str]:
    """What the pods of a service are found by; those of several nodes belong to a LeaderWorkerSet."""
    app = name if start.get("multiNode") is None else f"{name}-lws"
    return {"app": app, "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}


def cache(carrier: Node, scene: Scene) -> Iterator[Pod]:
    """The job of a NIMCache: its source's model puller, with the processors and memory of the cache."""
    del scene
    source = next((node for s in _SOURCES if (node := carrier.child("source", s)) is not None), None)
    if source is None:
        return
    parts = image(Parts(carrier), ("modelPuller",), source.value)
    resources = carrier.child("resources")
    if resources is not None and isinstance(resources.value, Map):
        span = (resources.span.start, resources.span.end)
        both = Map(
            dict.fromkeys(("requests", "limits"), resources.value),
            dict.fromkeys(("requests", "limits"), (*span, *span)),
        )
        parts.put("resources", both, (*span, *span))
    yield made_up(carrier, variables(parts).node(), _CACHE)._replace(account=_CACHES_ACCOUNT)


def _claiming(pod: Pod, start: Node) -> Pod:
    """A pod with the claims of a service, as pods write them."""
    claims = list(start.children("draResources"))
    if not claims:
        return pod
    claimed, used = Seq(), Seq()
    for index, claim in enumerate(claims):
        name, span = f"claim-{index}", (claim.span.start, claim.span.end)
        claimed.append(_claim(claim, name, (*span, *span)))
        claimed.marks.append(span)
        for request in items(claim.value, "requests") or (None,):
            used.append(Map({"name": name} if request is None else {"name": name, "request": request}))
            used.marks.append(span)
    mark = start.value.marks["draResources"]
    spec = Parts(pod.spec).merge(pod.spec.value)
    spec.put("resourceClaims", claimed, mark)
    first, *others = pod.parts
    container = first.node
    resources = Map(mapping(container.value, "resources"), dict(mapping(container.value, "resources").marks))
    resources["claims"], resources.marks["claims"] = used, mark
    made = Map(container.value, dict(container.value.marks))
    made["resources"] = resources
    made.marks.setdefault("resources", mark)
    return pod._replace(spec=spec.node(), parts=(first._replace(node=container._replace(value=made)), *others))


def _claim(claim: Node, name: str, mark: PairMark) -> Map:
    """A pod's claim: by name, or with the spec that the operator makes of it."""
    made = Map({"name": name}, {"name": mark})
    for field in ("resourceClaimName", "resourceClaimTemplateName"):
        if claim.get(field) is not None:
            made[field], made.marks[field] = claim.get(field), claim.value.marks[field]
    if claim.get("claimCreationSpec") is not None:
        requests = Seq([_request(device) for device in items(claim.value, "claimCreationSpec", "devices")])
        made["spec"] = Map({"devices": Map({"requests": requests})})
        made.marks["spec"] = mark
    return made


def _request(device: Value) -> Map:
    given = device if isinstance(device, Map) else EMPTY_MAP
    return Map({"deviceClassName": _CLASS, **{k: given[k] for k in ("name", "count", "deviceClassName") if k in given}})
