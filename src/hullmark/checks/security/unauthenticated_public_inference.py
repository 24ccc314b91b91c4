"""Model API is public without authentication.

Model servers do not ask who is calling unless they are told to. One that answers the internet is free compute for
strangers, a place to copy the model from, and a parser of hostile input that needs no login.

What publishes it is a load balancer, a node port, a host port or a route; internal load balancers and classes do not
count. A load balancer or an Ingress that lets in only some public addresses (`loadBalancerSourceRanges`, an allow-list)
is reported a step lower, and one that has or lets in only private addresses is not. A load balancer is a step lower, too,
before pods whose network policies admit pods only: whether a policy sees the client or a node is left to the network
plugin. A key of the server's own, a proxy beside it, or a policy of the route or the mesh counts as authentication;
mutual TLS alone does not. KServe and Knative publish by default, and NIM through the router it is told of: that is
reported a step lower, because the gateway they publish through is set up elsewhere. TorchServe demands tokens from 0.11 on. Ray's own ports are reported by
`exposed-ray-control-plane`.

A router or a LiteLLM without `master_key` before the servers opens them as well, however well they are shut themselves: then it is
the one that is reported, with the servers behind it. `sk-1234`, the key of its manual, counts as none. From 1.104 on LiteLLM starts neither
without a key nor with that one unless it is told to; where its tag names no release, nobody can know.

To fix it, make the Service a ClusterIP and lead to it through a gateway that authenticates.

```yaml bad
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  type: LoadBalancer  # finding: 'chat' answers the public without authentication
  selector: {app: chat}
  ports:
    - port: 8000
```

```yaml good
apiVersion: apps/v1
kind: Deployment
metadata:
  name: chat
spec:
  selector:
    matchLabels: {app: chat}
  template:
    metadata:
      labels: {app: chat}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.18.0
---
apiVersion: v1
kind: Service
metadata:
  name: chat
spec:
  selector: {app: chat}
  ports:
    - port: 8000
```

See vLLM's [security guide](https://docs.vllm.ai/en/stable/usage/security/), OWASP [LLM10:2025 Unbounded
Consumption](https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/) and MITRE ATLAS
[AML.T0049](https://atlas.mitre.org/techniques/AML.T0049).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture, Hop
from hullmark.model.check import check
from hullmark.model.component import EdgeKind
from hullmark.model.container import Container
from hullmark.model.finding import Finding
from hullmark.model.reach import admitted, public
from hullmark.model.resource import Resource
from hullmark.model.terms import SERVING, Confidence, Reach, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload
from hullmark.text.source import Place
from hullmark.text.tree import Value, items

_TOKENS_SINCE = (0, 11, 0)
"""The TorchServe release that made token authentication the default (https://github.com/pytorch/serve/releases)."""

_RANGES = "load balancer with source ranges"
"""How an exposure names a load balancer that admits only some addresses."""

_BY_DEFAULT = frozenset({"InferenceService", "InferenceGraph", "LLMInferenceService", "Service"})
"""Kinds of KServe and Knative that are published unless they say otherwise."""


_PASSING_ON = frozenset({Role.LLM_GATEWAY, Role.INFERENCE_ROUTER})
_OPEN_GATEWAYS = frozenset({"litellm"})
"""Gateways that may run without a key, LiteLLM before 1.104 (https://github.com/BerriAI/litellm/pull/42019)."""

_PICKERS = frozenset({"endpoint-picker"})
"""Routers that only answer a proxy's question where to send a request (the Endpoint Picker Protocol)."""


@check(
    Workload,
    severity=Severity.CRITICAL,
    roles=SERVING | _PASSING_ON,
    compose="publish it on 127.0.0.1, or through a proxy that authenticates",
)
def unauthenticated_public_inference(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.engine in _PICKERS or (workload.role is Role.LLM_GATEWAY and workload.engine not in _OPEN_GATEWAYS):
        return
    exposure = arch.exposure(workload)
    if exposure.authenticated or _asks_by_itself(workload):
        return
    if exposure.path and exposure.path[0].text.startswith(_RANGES) and not exposure.unknown:
        yield from _narrowed(workload, arch)
    if exposure.path and not exposure.unknown and exposure.reach is Reach.INTERNAL:
        yield from _let_in(workload, exposure.path[0], arch)
    if exposure.reach < Reach.PUBLIC:
        if (release := workload.resource.release) is not None and not release.published:
            raise Undecided(release.gap)
        return
    if exposure.unknown:
        raise Undecided(exposure.unknown)
    first = exposure.path[0]
    if "headGroupSpec" in first.place.path or _leads_past(workload, arch):
        return
    by_kind = workload.ref.kind in _BY_DEFAULT and bool(workload.ref.group)
    by_default = (by_kind or "router" in first.place.path) and len(exposure.path) == 1
    shut = None if len(exposure.path) > 1 else _shut(workload, arch)
    behind = () if shut is None else ((shut.place, "admits pods only; address translation on a node may pass it by"),)
    yield Finding(
        f"'{workload.name}' answers the public without authentication",
        first.place,
        label=f"published by {first.text}",
        related=(*((hop.place, hop.text) for hop in exposure.path[1:]), *behind, *_behind(workload, arch)),
        severity=Severity.HIGH if by_default or shut else None,
        confidence=Confidence.MEDIUM if by_default or shut else None,
        advice="publish it through a gateway that authenticates",
    )


def _leads_past(workload: Workload, arch: Architecture) -> bool:
    """Whether every Service leads to ports that only containers beside the server declare: an exporter's, say."""
    services = {s: None for p in workload.podsets for s in arch.around(p).services}
    servers = [c for c in workload.containers if c.engine == workload.engine]
    own, others = _declared(servers), _declared([c for c in workload.containers if c not in servers])
    targets = [
        port.get("targetPort") if port.get("targetPort") is not None else port.get("port")
        for service in services
        for port in service.node.children("spec", "ports")
    ]
    return bool(targets) and all(target in others and target not in own for target in targets)


def _declared(containers: list[Container]) -> list[Value]:
    ports = [port for c in containers for port in c.node.children("ports")]
    return [port.get(key) for port in ports for key in ("containerPort", "name") if port.get(key) is not None]


def _shut(workload: Workload, arch: Architecture) -> Resource | None:
    """A NetworkPolicy before its pods where all that isolate them admit pods alone, and no addresses."""
    sides = [arch.around(p).ingress for p in workload.podsets]
    if not sides or not all(s.isolated and not s.open for s in sides):
        return None
    policies = [p for s in sides for p in s.policies]
    blocks = (peer.get("ipBlock") for s in sides for rule in s.rules for peer in rule.children("from"))
    native = all(p.ref.group == "networking.k8s.io" for p in policies)
    return policies[0] if native and all(block is None for block in blocks) else None


def _behind(workload: Workload, arch: Architecture) -> Iterator[tuple[Place, str]]:
    """The model servers that a gateway or router passes requests on to."""
    own = arch.wiring.of(workload) if workload.role in _PASSING_ON and workload.podsets else None
    for call in arch.wiring.out(own.id, EdgeKind.CALLS) if own is not None else ():
        for led in arch.wiring.out(call.target, EdgeKind.ROUTES):
            server, place = arch.wiring.by_id[led.target].workload, call.evidence[0].place
            if server is not None and server.role in SERVING and place is not None:
                yield place, f"which passes requests on to '{server.name}'"


def _narrowed(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    """A load balancer that admits some addresses of the internet."""
    services = {s: None for p in workload.podsets for s in arch.around(p).services}
    narrowed = next((s for s in services if _admits_strangers(s)), None)
    if narrowed is not None:
        yield Finding(
            f"'{workload.name}' answers its source ranges without authentication",
            narrowed.node.at("spec", "loadBalancerSourceRanges"),
            label="public addresses are among them",
            severity=Severity.HIGH,
            advice="publish it through a gateway that authenticates",
        )


def _let_in(workload: Workload, hop: Hop, arch: Architecture) -> Iterator[Finding]:
    """An Ingress that lets in some addresses of the internet."""
    ingress = next((i for i in arch.kinds("Ingress") if hop.text == f"Ingress '{i.ref.name}'"), None)
    key, ranges = ("", []) if ingress is None else admitted(ingress)
    if ingress is not None and any(public(r) for r in ranges):
        yield Finding(
            f"'{workload.name}' answers its source ranges without authentication",
            ingress.node.at("metadata", "annotations", key),
            label="public addresses are among them",
            severity=Severity.HIGH,
            advice="publish it through a gateway that authenticates",
        )


def _admits_strangers(service: Resource) -> bool:
    ranges = [r for r in items(service.spec, "loadBalancerSourceRanges") if isinstance(r, str)]
    return string(service.spec, "type") == "LoadBalancer" and any(public(r) for r in ranges)


def _asks_by_itself(workload: Workload) -> bool:
    servers = [c for c in workload.containers if c.engine == "torchserve"]
    return bool(servers) and all(
        (c.image.version or (0, 0, 0)) >= _TOKENS_SINCE
        and not c.argv.has("--disable-token-auth")
        and (c.env("TS_DISABLE_TOKEN_AUTHORIZATION") or "").lower() != "true"
        for c in servers
    )
