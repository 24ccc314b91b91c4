"""Reachability where a person can say what must come out, most of all where the files do not tell."""

from __future__ import annotations

from typing import Any

import pytest
from estates import admin, asked, cilium, namespace, pod, policy

from hullmark.graph.network.reach import Verdict

WEB = pod("web", "front", {"app": "web"})
API = pod("api", "back", {"app": "api"}, {"name": "http", "containerPort": 8080}, {"containerPort": 9090})


def may(*objects: dict[str, Any], port: int | str | None = 8080, **more: Any) -> Verdict:
    reach, pods = asked([WEB if not more else pod("web", "front", {"app": "web"}, **more), API, *objects])
    return reach.may(pods["front/web"], pods["back/api"], port)


def ingress(*peers: dict[str, Any], ports: object = None, space: str = "back") -> dict[str, Any]:
    rule: dict[str, Any] = {"from": list(peers)}
    if ports:
        rule["ports"] = ports
    return policy("in", space, {"podSelector": {"matchLabels": {"app": "api"}}, "ingress": [rule]})


def test_open_without_policies() -> None:
    verdict = may()

    assert verdict.allowed is True
    assert verdict.policies == ()


def test_the_end_that_refuses_names_its_policy() -> None:
    verdict = may(policy("deny", "back", {"podSelector": {}}), policy("mine", "front", {"podSelector": {}}))

    assert verdict.allowed is False
    assert verdict.egress.allowed is True
    assert [p.ref.name for p in verdict.policies] == ["deny"]


@pytest.mark.parametrize(
    ("block", "allowed"),
    [
        ({"cidr": "0.0.0.0/0"}, True),
        ({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}, None),
        ({"cidr": "0.0.0.0/0", "except": ["203.0.113.0/24"]}, True),
        ({"cidr": "10.42.0.0/16"}, None),
        ({"cidr": "198.51.100.7/32"}, False),
        ({"cidr": "not an address"}, None),
    ],
)
def test_address_blocks_and_pods_whose_addresses_nobody_knows(block: dict[str, Any], allowed: bool | None) -> None:
    assert may(ingress({"ipBlock": block})).allowed is allowed


@pytest.mark.parametrize(
    ("selector", "spaces", "allowed"),
    [
        ({"kubernetes.io/metadata.name": "front"}, [], True),
        ({"kubernetes.io/metadata.name": "other"}, [], False),
        ({"team": "blue"}, [], None),
        ({"team": "blue"}, [namespace("front", team="blue")], True),
        ({"team": "blue"}, [namespace("front")], False),
        ({"team": "blue", "kubernetes.io/metadata.name": "other"}, [], False),
    ],
)
def test_labels_of_namespaces(selector: dict[str, str], spaces: list[dict[str, Any]], allowed: bool | None) -> None:
    verdict = may(ingress({"namespaceSelector": {"matchLabels": selector}}), *spaces)

    assert verdict.allowed is allowed
    assert bool(verdict.unknown) is (allowed is None)


def test_ports_by_name_are_those_of_the_target() -> None:
    everywhere = {"namespaceSelector": {}}
    named = ingress(everywhere, ports=[{"port": "http"}])

    assert may(named, port=8080).allowed is True
    assert may(named, port="http").allowed is True
    assert may(named, port=9090).allowed is False
    assert may(ingress(everywhere, ports=[{"port": "grpc"}])).allowed is False


def test_a_port_that_nobody_names_is_not_known() -> None:
    assert may(ingress({"namespaceSelector": {}}), port="grpc").allowed is None


def test_any_port_is_enough_when_none_is_asked_for() -> None:
    verdict = may(ingress({"namespaceSelector": {}}, ports=[{"port": 1000, "endPort": 2000}]), port=None)

    assert verdict.allowed is True


@pytest.mark.parametrize(
    "closed",
    [{"tcp": {"destinationPort": {"number": 7000}}}, {"destinationNamedPort": "first"}],
)
def test_any_port_is_one_in_the_middle_of_a_range(closed: dict[str, Any]) -> None:
    everyone = [{"namespaces": {}}]
    span = {"tcp": {"destinationPort": {"range": {"start": 7000, "end": 7001}}}}
    rules = [
        {"action": "Deny", "from": everyone, "protocols": [closed]},
        {"action": "Accept", "from": everyone, "protocols": [span]},
        {"action": "Deny", "from": everyone},
    ]
    strict = admin("strict", {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}, "ingress": rules})
    reach, pods = asked([WEB, pod("api", "back", {"app": "api"}, {"name": "first", "containerPort": 7000}), strict])

    assert reach.may(pods["front/web"], pods["back/api"], 7000).allowed is False
    assert reach.may(pods["front/web"], pods["back/api"]).allowed is True


def test_pods_on_the_node_s_network_are_beyond_policies() -> None:
    closed = may(ingress({"podSelector": {}}))
    on_node = may(policy("out", "front", {"podSelector": {}, "policyTypes": ["Egress"]}), hostNetwork=True)

    assert closed.allowed is False
    assert on_node.allowed is None
    assert "node's network" in on_node.unknown


def test_a_peer_that_cannot_be_read_is_not_known() -> None:
    assert may(ingress({})).allowed is None


def test_calico_is_not_evaluated_and_says_so() -> None:
    verdict = may(
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "GlobalNetworkPolicy",
            "metadata": {"name": "all"},
            "spec": {"selector": "app == 'api'", "types": ["Ingress"], "ingress": [{"action": "Allow"}]},
        }
    )

    assert verdict.allowed is None
    assert "Calico's GlobalNetworkPolicy 'all'" in verdict.unknown


RAY_POD = {"template": {"spec": {"containers": [{"name": "r", "image": "rayproject/ray:2.52.0"}]}}}
RAY = {
    "apiVersion": "ray.io/v1",
    "kind": "RayCluster",
    "metadata": {"name": "ray", "namespace": "front"},
    "spec": {
        "networkPolicy": {"mode": "DenyAll"},
        "headGroupSpec": RAY_POD,
        "workerGroupSpecs": [{"groupName": "g", **RAY_POD}],
    },
}


def test_an_operator_s_own_policies_are_not_known() -> None:
    reach, pods = asked([RAY, API])
    ray = pods["front/ray"]

    assert reach.may(ray, pods["back/api"], 80).allowed is None
    assert reach.may(pods["back/api"], ray, 80).allowed is None


def test_labels_that_an_operator_sets_may_be_selected() -> None:
    selector = {"matchLabels": {"ray.example/role": "any"}}
    reach, pods = asked([{**RAY, "spec": {**RAY["spec"], "networkPolicy": None}}, API, policy("p", "front", {"podSelector": selector})])  # type: ignore[dict-item]  # fmt: skip

    assert reach.may(pods["back/api"], pods["front/ray"], 80).allowed is None


def test_a_namespace_left_out_is_shared_within_a_file_only() -> None:
    nowhere = {"podSelector": {}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]}
    made = policy("p", "back", nowhere)
    del made["metadata"]["namespace"]

    assert may(made).allowed is True


def test_administrators_come_first_and_the_baseline_last() -> None:
    everyone = {"namespaces": {}}
    closed = policy("deny", "back", {"podSelector": {}})

    def rule(action: str, tier: str, priority: int = 5, name: str = "a") -> dict[str, Any]:
        spec = {
            "tier": tier,
            "priority": priority,
            "subject": everyone,
            "ingress": [{"action": action, "from": [everyone]}],
        }
        return admin(name, spec)

    assert may(closed, rule("Accept", "Admin")).allowed is True
    assert may(rule("Deny", "Admin")).allowed is False
    assert may(closed, rule("Pass", "Admin"), rule("Accept", "Admin", 6, "b")).allowed is False
    assert may(rule("Deny", "Baseline")).allowed is False
    assert may(rule("Deny", "Baseline"), ingress({"namespaceSelector": {}})).allowed is True
    assert may(rule("Deny", "Admin", 5), rule("Accept", "Admin", 5, "b")).allowed is None


def test_a_rule_of_a_later_version_fails_closed() -> None:
    peer = {"somethingNew": {}}
    spec = {"priority": 1, "subject": {"namespaces": {}}, "ingress": [{"action": "Deny", "from": [peer]}]}

    assert may(admin("a", spec, "AdminNetworkPolicy")).allowed is False
    spec["ingress"] = [{"action": "Allow", "from": [peer]}]
    assert may(admin("a", spec, "AdminNetworkPolicy"), policy("deny", "back", {"podSelector": {}})).allowed is False


def test_cilium_s_blocks_and_names_never_mean_pods() -> None:
    api = {"matchLabels": {"app": "api"}}

    assert (
        may(cilium("c", "back", {"endpointSelector": api, "ingress": [{"fromCIDR": ["0.0.0.0/0"]}]})).allowed is False
    )
    assert may(cilium("c", "back", {"endpointSelector": api, "ingress": [{"fromEntities": ["all"]}]})).allowed is True
    web = {"endpointSelector": {"matchLabels": {"app": "web"}}, "egress": [{"toFQDNs": [{"matchPattern": "*"}]}]}
    assert may(cilium("c", "front", web)).allowed is False
    account = {"io.cilium.k8s.policy.serviceaccount": "web", "k8s:io.kubernetes.pod.namespace": "front"}
    derived = {"matchLabels": account}
    assert (
        may(cilium("c", "back", {"endpointSelector": api, "ingress": [{"fromEndpoints": [derived]}]})).allowed is None
    )


@pytest.mark.parametrize("spec", [{}, {"podSelector": 7, "ingress": "x"}, {"ingress": [None, 3, {"from": 3}]}, None])
def test_malformed_policies_do_not_break_anything(spec: Any) -> None:
    assert may(policy("odd", "back", spec)).allowed in (True, False, None)
