"""Topology spread. Expected values are worked out from the plugin's source by hand."""

from __future__ import annotations

import math

import pytest
from making import cluster, node, open_to, shape, totals, why

from hullmark.model.selectors import Selector
from hullmark.simulate.placement.decide import why_pending
from hullmark.simulate.placement.profile import V1_20, Profile
from hullmark.simulate.placement.reading import Around, default_selector
from hullmark.simulate.placement.shape import Node, Pod, Shape

ONLY_SPREAD = Profile(taints=0, node_affinity=0, spread=1, pod_affinity=0, least_allocated=0, balanced=0, images=0)
SKEWED = "node(s) didn't match pod topology spread constraints"
UNLABELLED = f"{SKEWED} (missing required label)"
ZONES = "topologyKey: topology.kubernetes.io/zone"
OWN = "labelSelector: {matchLabels: {app: a}}"


def spread(*constraints: str, more: str = "", labels: str = "app=a") -> Shape:
    listed = ", ".join(f"{{{c}}}" for c in constraints)
    return shape(f"topologySpreadConstraints: [{listed}]\n{more}", labels)


def hard(more: str = "", skew: int = 1, key: str = ZONES, selector: str = OWN) -> str:
    return f"{key}, maxSkew: {skew}, whenUnsatisfiable: DoNotSchedule, {selector}{', ' + more if more else ''}"


def three_zones() -> list[Node]:
    return [node(f"n{z}", f"z{z}") for z in range(3)]


def test_a_domain_may_lead_by_the_skew() -> None:
    made = cluster(three_zones(), (shape(), "n0"), (shape(), "n1"))
    assert open_to(made, spread(hard())) == ["n2"]
    assert why(made, spread(hard())) == {"n0": SKEWED, "n1": SKEWED}
    assert open_to(made, spread(hard(skew=2))) == ["n0", "n1", "n2"]


def test_a_pod_that_its_selector_does_not_select_does_not_count_itself() -> None:
    made = cluster(three_zones(), (shape(), "n0"))
    assert open_to(made, spread(hard(), labels="app=b")) == ["n0", "n1", "n2"]
    made.add(Pod("p", shape()), 0)
    assert open_to(made, spread(hard(), labels="app=b")) == ["n1", "n2"]


def test_nodes_without_the_label_are_out() -> None:
    made = cluster([node("n0", "z0"), node("n1")])
    assert why(made, spread(hard())) == {"n1": UNLABELLED}


def test_only_nodes_with_all_keys_count() -> None:
    made = cluster([node("n0", "z0", rack="r"), node("n1", "z1"), node("n2", "z2", rack="r")], (shape(), "n0"))
    both = spread(hard(), hard(key="topologyKey: rack", skew=5))
    assert open_to(made, both) == ["n2"]
    assert why(made, both) == {"n0": SKEWED, "n1": UNLABELLED}


def test_other_namespaces_and_pods_that_leave_do_not_count() -> None:
    made = cluster(three_zones(), (shape(namespace="other"), "n0"))
    assert open_to(made, spread(hard())) == ["n0", "n1", "n2"]
    pod = Pod("p", shape())
    made.add(pod, 0)
    assert open_to(made, spread(hard())) == ["n1", "n2"]
    made.leave(pod)
    made.leave(pod)
    assert open_to(made, spread(hard())) == ["n0", "n1", "n2"]
    made.remove(pod)
    assert open_to(made, spread(hard())) == ["n0", "n1", "n2"]


def test_too_few_domains_make_the_minimum_zero() -> None:
    nodes = [node("n0", "z0"), node("n1", "z1")]
    made = cluster(nodes, (shape(), "n0"), (shape(), "n1"))
    assert open_to(made, spread(hard("minDomains: 2"))) == ["n0", "n1"]
    assert open_to(made, spread(hard("minDomains: 3"))) == []
    assert open_to(made, spread(hard("minDomains: 3", skew=2))) == ["n0", "n1"]


def test_node_affinity_policy_decides_which_nodes_count() -> None:
    made = cluster(
        [node("n0", "z0", pool="a"), node("n1", "z1", pool="a"), node("n2", "z2")], (shape(), "n0"), (shape(), "n1")
    )
    pool = "nodeSelector: {pool: a}"
    assert open_to(made, spread(hard(), more=pool)) == ["n0", "n1"]
    assert open_to(made, spread(hard("nodeAffinityPolicy: Ignore"), more=pool)) == []


def test_node_taints_policy_decides_whether_lost_zones_count() -> None:
    """Two of six pods are lost with their zone: whether the others' zones may take them is the policy's to say."""
    gone = "node.kubernetes.io/unreachable::NoExecute"
    made = cluster(
        [node("n0", "z0"), node("n1", "z1"), node("n2", "z2", taints=[gone])],
        *((shape(), f"n{i % 2}") for i in range(4)),
    )
    assert open_to(made, spread(hard())) == []
    assert open_to(made, spread(hard("nodeTaintsPolicy: Honor"))) == ["n0", "n1"]
    assert open_to(made, spread(hard("nodeTaintsPolicy: Honor, minDomains: 3"))) == []


def test_domains_of_deleted_nodes_are_gone() -> None:
    """Six pods over three zones, one of them lost: refilling waits for its nodes, and with enough domains asked for ever."""
    made = cluster([node(f"n{z}", f"z{z}") for z in range(3)], *((shape(), f"n{i % 2}") for i in range(4)))
    made.replace(node("n2", "z2", taints=["node.kubernetes.io/unreachable::NoSchedule"]))
    assert open_to(made, spread(hard())) == []
    made.drop(2)
    assert open_to(made, spread(hard())) == ["n0", "n1"]
    assert why(made, spread(hard("minDomains: 3"))) == dict.fromkeys(("n0", "n1"), SKEWED)
    assert why_pending(made, Pod("p", spread(hard("minDomains: 3")))) == f"0/2 nodes are available: 2 {SKEWED}."
    made.restore(2)
    made.replace(node("n2", "z2"))
    assert open_to(made, spread(hard())) == ["n2"]
    with pytest.raises(ValueError, match="there are pods on 'n0'"):
        made.drop(0)


def test_match_label_keys_count_only_the_pods_of_the_same_revision() -> None:
    made = cluster(three_zones(), (shape(labels="app=a,rev=1"), "n0"))
    keyed = hard("matchLabelKeys: [rev, absent]")
    assert open_to(made, spread(keyed, labels="app=a,rev=2")) == ["n0", "n1", "n2"]
    assert open_to(made, spread(keyed, labels="app=a,rev=1")) == ["n1", "n2"]


def test_an_empty_selector_counts_no_pod_but_itself_and_an_absent_one_not_even_that() -> None:
    made = cluster(three_zones(), *((shape(), "n0") for _ in range(5)))
    assert open_to(made, spread(hard(selector="labelSelector: {}"))) == ["n0", "n1", "n2"]
    assert open_to(made, spread(hard(selector="labelSelector: {}", skew=0))) == []
    assert open_to(made, spread(hard(selector="labelSelector: null", skew=0))) == ["n0", "n1", "n2"]


def soft(more: str = "", skew: int = 1, key: str = ZONES) -> str:
    return f"{key}, maxSkew: {skew}, whenUnsatisfiable: ScheduleAnyway, {OWN}{', ' + more if more else ''}"


def test_soft_spread_weighs_counts_by_the_number_of_domains() -> None:
    made = cluster(three_zones(), *((shape(), n) for n in ("n0", "n0", "n0", "n1")), profile=ONLY_SPREAD)
    # raw: count * ln(3 + 2) = 4.83, 1.61, 0 -> 5, 2, 0; score 100 * (5 + 0 - raw) / 5
    assert [round(n * math.log(5)) for n in (3, 1, 0)] == [5, 2, 0]
    assert totals(made, spread(soft())) == {"n0": 0, "n1": 60, "n2": 100}
    # the skew that is borne is added: 7, 4, 2; score 100 * (7 + 2 - raw) / 7
    assert totals(made, spread(soft(skew=3))) == {"n0": 28, "n1": 71, "n2": 100}


def test_soft_spread_over_hosts_counts_feasible_nodes_as_domains() -> None:
    nodes = [node("n0", "z0"), node("n1", "z0"), node("n2", "z0", taints=["k:v:NoSchedule"])]
    made = cluster(nodes, (shape(), "n0"), profile=ONLY_SPREAD)
    # two feasible nodes: round(ln 4) = 1, 0
    assert totals(made, spread(soft(key="topologyKey: kubernetes.io/hostname"))) == {"n0": 0, "n1": 100}


def test_nodes_that_lack_a_soft_key_score_nothing() -> None:
    made = cluster([node("n0", "z0"), node("n1")], profile=ONLY_SPREAD)
    assert totals(made, spread(soft())) == {"n0": 100, "n1": 0}


SERVED = Around(defaults=Selector((("app", "a"),)))


def test_the_system_spreads_pods_that_a_service_selects() -> None:
    made = cluster([node("n0", "z0"), node("n1", "z0"), node("n2", "z1")], (shape(), "n0"), profile=ONLY_SPREAD)
    # hosts: ln(5) * count + 2; zones: ln(4) * count + 4: n0 8.996 -> 9, n1 7.386 -> 7, n2 6
    assert totals(made, shape(around=SERVED)) == {"n0": 66, "n1": 88, "n2": 100}
    assert totals(made, shape()) == dict.fromkeys(("n0", "n1", "n2"), 0)
    assert totals(made, spread(soft(key="topologyKey: none"))) == dict.fromkeys(("n0", "n1", "n2"), 0)


def test_nodes_without_a_zone_are_spread_over_by_host() -> None:
    made = cluster([node("n0", "z0"), node("n1"), node("n2")], (shape(), "n1"), profile=ONLY_SPREAD)
    # domains of zones: z0 and none, so ln(4); hosts ln(5): n0 2 + 4, n1 1.61 + 2 -> 4, n2 2
    assert totals(made, shape(around=SERVED)) == {"n0": 33, "n1": 66, "n2": 100}
    old = V1_20._replace(
        **dict.fromkeys(("taints", "node_affinity", "pod_affinity", "least_allocated", "balanced", "images"), 0),
        spread=1,
    )
    before = cluster([node("n0", "z0"), node("n1"), node("n2")], (shape(), "n1"), profile=old)
    assert totals(before, shape(around=SERVED)) == {"n0": 100, "n1": 0, "n2": 0}


def test_what_the_default_counts_is_what_services_and_owner_select_together() -> None:
    owner = Selector((("app", "a"), ("pod-template-hash", "1")))
    assert default_selector({"app": "a"}, [{"app": "a"}, {"app": "b"}]) == Selector((("app", "a"),))
    assert default_selector({"app": "a"}, [{"app": "b"}, {}]) is None
    assert default_selector({"app": "a"}, [], owner) == owner
    both = default_selector({"app": "a", "tier": "x"}, [{"tier": "x"}], owner)
    assert both is not None
    assert both.pairs == (("tier", "x"), ("app", "a"), ("pod-template-hash", "1"))


def test_version_1_20_knows_no_policies() -> None:
    made = cluster([node("n0", "z0"), node("n1", "z1")], (shape(), "n0"), (shape(), "n1"), profile=V1_20)
    assert open_to(made, spread(hard("minDomains: 3"))) == ["n0", "n1"]
