"""A second evaluator, written from the specifications alone and without any index: every policy against every pod.

It reads the plain objects, knows all labels, and answers yes or no.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Object = dict[str, Any]


class Case(NamedTuple):
    """A connection that is asked about, and the direction it is looked at from: of its subject, to or from another."""

    objects: list[Object]
    direction: str
    subject: Object
    other: Object
    target: Object
    port: int
    protocol: str

    @property
    def field(self) -> str:
        return "from" if self.direction == "ingress" else "to"


def connected(objects: list[Object], source: Object, target: Object, port: int, protocol: str = "TCP") -> bool:
    out = settled(Case(objects, "egress", source, target, target, port, protocol))
    into = settled(Case(objects, "ingress", target, source, target, port, protocol))
    return out and into


def settled(case: Case) -> bool:
    decided = _first(case, "admin")
    if decided != "pass":
        return decided == "yes"
    if (additive := _additive(case)) is not None:
        return additive
    return _first(case, "baseline") != "no"


def _first(case: Case, tier: str) -> str:
    found = [o for o in case.objects if _tier(o) == tier and _selects(case.objects, o, case.subject)]
    for one in sorted(found, key=lambda o: o["spec"].get("priority", 0)):
        for rule in one["spec"].get(case.direction, []):
            peers = rule[case.field]
            if any(_admin_peer(case.objects, p, case.other) for p in peers) and _admin_ports(rule, case):
                return {"Allow": "yes", "Accept": "yes", "Deny": "no", "Pass": "pass"}[rule["action"]]
    return "pass"


def _tier(o: Object) -> str:
    if o["kind"] == "BaselineAdminNetworkPolicy" or o.get("spec", {}).get("tier") == "Baseline":
        return "baseline"
    return "admin" if o["kind"] in ("AdminNetworkPolicy", "ClusterNetworkPolicy") else ""


def _selects(objects: list[Object], o: Object, pod: Object) -> bool:
    subject = o["spec"]["subject"]
    if "pods" in subject:
        return _labels(subject["pods"].get("podSelector", {}), pod["metadata"]["labels"]) and _labels(
            subject["pods"].get("namespaceSelector", {}), _space(objects, pod)
        )
    return _labels(subject["namespaces"], _space(objects, pod))


def _admin_peer(objects: list[Object], peer: Object, pod: Object) -> bool:
    if "namespaces" in peer:
        return _labels(peer["namespaces"], _space(objects, pod))
    if "pods" in peer:
        return _labels(peer["pods"]["podSelector"], pod["metadata"]["labels"]) and _labels(
            peer["pods"].get("namespaceSelector", {}), _space(objects, pod)
        )
    return "0.0.0.0/0" in peer.get("networks", [])


def _admin_ports(rule: Object, case: Case) -> bool:
    if "protocols" not in rule:
        return True
    for entry in rule["protocols"]:
        if "destinationNamedPort" in entry and _named(case, entry["destinationNamedPort"]):
            return True
        found = entry.get(case.protocol.lower())
        if found is None:
            continue
        wanted = found.get("destinationPort")
        if wanted is None or wanted.get("number") == case.port:
            return True
        if "range" in wanted and wanted["range"]["start"] <= case.port <= wanted["range"]["end"]:
            return True
    return False


def _additive(case: Case) -> bool | None:
    """Whether namespaced policies allow it; None where none of them isolates the pod."""
    isolated, allowed = False, False
    for o in case.objects:
        if o["kind"] == "NetworkPolicy" and _isolates(o, case):
            isolated = True
            allowed = allowed or any(_rule(o, r, case) for r in o["spec"].get(case.direction) or [])
        elif o["kind"].startswith("Cilium"):
            found = _cilium(o, case)
            if found == "denied":
                return False
            isolated = isolated or found in ("closed", "allowed")
            allowed = allowed or found in ("allowed", "added")
    return allowed or (None if not isolated else False)


def _isolates(o: Object, case: Case) -> bool:
    spec = o["spec"]
    types = spec.get("policyTypes") or ["Ingress"] + (["Egress"] if spec.get("egress") else [])
    return (
        o["metadata"]["namespace"] == case.subject["metadata"]["namespace"]
        and case.direction.capitalize() in types
        and _labels(spec.get("podSelector", {}), case.subject["metadata"]["labels"])
    )


def _rule(o: Object, rule: Object, case: Case) -> bool:
    peers, ports = rule.get(case.field), rule.get("ports")
    met = not peers or any(_peer(o, p, case) for p in peers)
    return met and (not ports or any(_port(p, case) for p in ports))


def _peer(o: Object, peer: Object, case: Case) -> bool:
    if "ipBlock" in peer:
        return bool(peer["ipBlock"]["cidr"] == "0.0.0.0/0")
    here = case.other["metadata"]["namespace"] == o["metadata"]["namespace"]
    spaces = peer.get("namespaceSelector")
    near = here if spaces is None else _labels(spaces, _space(case.objects, case.other))
    return near and _labels(peer.get("podSelector") or {}, case.other["metadata"]["labels"])


def _port(entry: Object, case: Case) -> bool:
    if entry.get("protocol", "TCP") != case.protocol:
        return False
    wanted = entry.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return _named(case, wanted)
    return bool(wanted <= case.port <= entry.get("endPort", wanted))


def _named(case: Case, name: str) -> bool:
    ports = [p for c in case.target["spec"]["containers"] for p in c.get("ports", [])]
    wanted = (name, case.port, case.protocol)
    return any((p.get("name"), p["containerPort"], p.get("protocol", "TCP")) == wanted for p in ports)


def _cilium(o: Object, case: Case) -> str:
    spec, home = o["spec"], o["metadata"].get("namespace")
    if not _endpoint(spec["endpointSelector"], case.subject, home):
        return ""
    allow, deny = spec.get(case.direction, []), spec.get(f"{case.direction}Deny", [])

    def matches(rule: Object) -> bool:
        ends, entities = rule.get(f"{case.field}Endpoints"), rule.get(f"{case.field}Entities")
        met = ends is None and entities is None
        met = met or any(_endpoint(e, case.other, home) for e in ends or [])
        met = met or any(e in ("all", "cluster") for e in entities or [])
        ports = [p for t in rule.get("toPorts", []) for p in t["ports"]]
        protocols = ("ANY", case.protocol)
        return met and (
            not ports or any(int(p["port"]) == case.port and p.get("protocol", "ANY") in protocols for p in ports)
        )

    if any(matches(r) for r in deny):
        return "denied"
    opens = spec.get("enableDefaultDeny", {}).get(case.direction, bool(allow or deny)) is False
    if any(matches(r) for r in allow):
        return "added" if opens else "allowed"
    return "" if opens or not (allow or deny) else "closed"


def _endpoint(selector: Object, pod: Object, home: str | None) -> bool:
    labels = {**pod["metadata"]["labels"], "k8s:io.kubernetes.pod.namespace": pod["metadata"]["namespace"]}
    wanted = selector.get("matchLabels", {})
    if "k8s:io.kubernetes.pod.namespace" not in wanted and home is not None:
        wanted = {**wanted, "k8s:io.kubernetes.pod.namespace": home}
    return _labels({**selector, "matchLabels": wanted}, labels)


def _space(objects: list[Object], pod: Object) -> dict[str, str]:
    name = pod["metadata"]["namespace"]
    own = next(o for o in objects if o["kind"] == "Namespace" and o["metadata"]["name"] == name)
    return {**own["metadata"]["labels"], "kubernetes.io/metadata.name": name}


def _labels(selector: Object, labels: dict[str, str]) -> bool:
    if any(labels.get(k) != v for k, v in selector.get("matchLabels", {}).items()):
        return False
    for e in selector.get("matchExpressions", []):
        value, operator = labels.get(e["key"]), e["operator"]
        held = {
            "In": value in e.get("values", []),
            "NotIn": value not in e.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not held[operator]:
            return False
    return True
