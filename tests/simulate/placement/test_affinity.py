"""Affinity between pods. Expected values are worked out from the plugin's source by hand."""

from __future__ import annotations

from making import cluster, node, open_to, shape, totals, why

from hullmark.simulate.placement.profile import V1_20, Profile
from hullmark.simulate.placement.shape import Node, Pod, Shape

ONLY_PODS = Profile(taints=0, node_affinity=0, spread=0, pod_affinity=1, least_allocated=0, balanced=0, images=0)
REQUIRED, PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
ZONE, HOST = "topologyKey: topology.kubernetes.io/zone", "topologyKey: kubernetes.io/hostname"


def term(app: str = "a", key: str = ZONE, more: str = "") -> str:
    return f"{{labelSelector: {{matchLabels: {{app: {app}}}}}, {key}{', ' + more if more else ''}}}"


def near(*terms: str, labels: str = "app=a", namespace: str = "default") -> Shape:
    return shape(f"affinity: {{podAffinity: {{{REQUIRED}: [{', '.join(terms)}]}}}}", labels, namespace)


def apart(*terms: str, labels: str = "app=a", namespace: str = "default") -> Shape:
    return shape(f"affinity: {{podAntiAffinity: {{{REQUIRED}: [{', '.join(terms)}]}}}}", labels, namespace)


def prefers(kind: str, *weighted: tuple[int, str], labels: str = "app=a") -> Shape:
    listed = ", ".join(f"{{weight: {w}, podAffinityTerm: {t}}}" for w, t in weighted)
    return shape(f"affinity: {{{kind}: {{{PREFERRED}: [{listed}]}}}}", labels)


def nodes() -> list[Node]:
    return [node("n0", "z0"), node("n1", "z0"), node("n2", "z1"), node("n3")]


def test_required_affinity_leads_to_the_domain_of_a_matching_pod() -> None:
    made = cluster(nodes(), (shape(labels="app=b"), "n0"))
    assert open_to(made, near(term("b"))) == ["n0", "n1"]
    assert why(made, near(term("b"))) == dict.fromkeys(("n2", "n3"), "node(s) didn't match pod affinity rules")


def test_one_pod_must_match_all_terms() -> None:
    made = cluster(nodes(), (shape(labels="app=b"), "n0"), (shape(labels="app=c"), "n1"))
    assert open_to(made, near(term("b"), term("c"))) == []
    made.add(Pod("p", shape(labels="app=b,tier=x")), 2)
    both = near(term("b"), f"{{labelSelector: {{matchLabels: {{tier: x}}}}, {ZONE}}}")
    assert open_to(made, both) == ["n2"]


def test_the_first_of_a_group_may_go_anywhere_where_the_keys_are() -> None:
    made = cluster(nodes())
    assert open_to(made, near(term("a"))) == ["n0", "n1", "n2"]
    assert open_to(made, near(term("b"))) == []
    made.add(Pod("p", shape(labels="app=a")), 3)
    assert open_to(made, near(term("a"))) == ["n0", "n1", "n2"], "a pod on a node without the key is in no domain"
    made.add(Pod("q", shape(labels="app=a")), 2)
    assert open_to(made, near(term("a"))) == ["n2"]


def test_required_anti_affinity_keeps_out_of_the_domain() -> None:
    made = cluster(nodes(), (shape(labels="app=b"), "n0"))
    assert open_to(made, apart(term("b"))) == ["n2", "n3"]
    assert open_to(made, apart(term("b", HOST))) == ["n1", "n2", "n3"]
    assert why(made, apart(term("b", HOST))) == {"n0": "node(s) didn't match pod anti-affinity rules"}


def test_placed_pods_keep_others_out_by_their_own_anti_affinity() -> None:
    made = cluster(nodes(), (apart(term("a"), labels="app=b"), "n0"))
    assert open_to(made, shape()) == ["n2", "n3"]
    assert why(made, shape()) == dict.fromkeys(("n0", "n1"), "node(s) didn't satisfy existing pods anti-affinity rules")
    assert open_to(made, shape(labels="app=c")) == ["n0", "n1", "n2", "n3"]
    made.remove(next(iter(made.placed)))
    assert open_to(made, shape()) == ["n0", "n1", "n2", "n3"]


def test_pods_that_leave_still_attract_and_repel() -> None:
    pod = Pod("p", apart(term("c"), labels="app=b"))
    made = cluster(nodes())
    made.add(pod, 0)
    made.leave(pod)
    assert open_to(made, near(term("b"))) == ["n0", "n1"]
    assert open_to(made, shape(labels="app=c")) == ["n2", "n3"]


SPACES = {"one": {"team": "x"}, "two": {"team": "y"}, "three": {}}


def test_terms_are_about_the_own_namespace_unless_they_say_otherwise() -> None:
    made = cluster(nodes(), (shape(labels="app=b", namespace="one"), "n0"), namespaces=SPACES)
    assert open_to(made, apart(term("b"))) == ["n0", "n1", "n2", "n3"]
    assert open_to(made, apart(term("b"), namespace="one")) == ["n2", "n3"]
    for more in (
        "namespaces: [one]",
        "namespaceSelector: {}",
        "namespaceSelector: {matchLabels: {team: x}}",
        "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: one}}",
        "namespaces: [two], namespaceSelector: {matchLabels: {team: x}}",
    ):
        assert open_to(made, apart(term("b", more=more))) == ["n2", "n3"], more
    for more in ("namespaces: [two]", "namespaceSelector: {matchLabels: {team: y}}"):
        assert open_to(made, apart(term("b", more=more))) == ["n0", "n1", "n2", "n3"], more


def test_a_namespace_selector_that_asks_for_absence_selects_all_for_the_incoming_pod_and_not_for_placed_ones() -> None:
    absent = "namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}"
    made = cluster(nodes(), (shape(labels="app=b", namespace="one"), "n0"), namespaces=SPACES)
    assert open_to(made, apart(term("b", more=absent))) == ["n2", "n3"]
    made = cluster(nodes(), (apart(term("b", more=absent), namespace="three"), "n0"), namespaces=SPACES)
    assert open_to(made, shape(labels="app=b", namespace="one")) == ["n0", "n1", "n2", "n3"]
    assert open_to(made, shape(labels="app=b", namespace="three")) == ["n2", "n3"]
    old = cluster(nodes(), (shape(labels="app=b", namespace="one"), "n0"), namespaces=SPACES, profile=V1_20)
    assert open_to(old, apart(term("b", more=absent))) == ["n0", "n1", "n2", "n3"]


def test_label_keys_restrict_a_term_to_the_pods_own_values() -> None:
    made = cluster(nodes(), (shape(labels="app=a,rev=1"), "n0"))
    same, other = term(more="matchLabelKeys: [rev]"), term(more="mismatchLabelKeys: [rev]")
    assert open_to(made, apart(same, labels="app=a,rev=1")) == ["n2", "n3"]
    assert open_to(made, apart(same, labels="app=a,rev=2")) == ["n0", "n1", "n2", "n3"]
    assert open_to(made, apart(other, labels="app=a,rev=1")) == ["n0", "n1", "n2", "n3"]
    assert open_to(made, apart(other, labels="app=a,rev=2")) == ["n2", "n3"]


def test_preferences_add_up_and_are_scaled_between_lowest_and_highest() -> None:
    made = cluster(nodes(), *((shape(labels="app=b"), n) for n in ("n0", "n0", "n2")), profile=ONLY_PODS)
    # n0 and n1: 2 pods of weight 30, n2: 1, n3 none
    assert totals(made, prefers("podAffinity", (30, term("b")))) == {"n0": 100, "n1": 100, "n2": 50, "n3": 0}
    assert totals(made, prefers("podAntiAffinity", (30, term("b")))) == {"n0": 0, "n1": 0, "n2": 50, "n3": 100}
    # hosts besides: n0 60 - 80, n1 60, n2 30 - 40, n3 0; (raw + 20) * 100 / 80
    liked = f"podAffinity: {{{PREFERRED}: [{{weight: 30, podAffinityTerm: {term('b')}}}]}}"
    hated = f"podAntiAffinity: {{{PREFERRED}: [{{weight: 40, podAffinityTerm: {term('b', HOST)}}}]}}"
    assert totals(made, shape(f"affinity: {{{liked}, {hated}}}")) == {"n0": 0, "n1": 100, "n2": 12, "n3": 25}


def test_placed_pods_have_preferences_too_and_required_affinity_counts_one() -> None:
    placed = prefers("podAffinity", (7, term("a", HOST)), labels="app=b")
    made = cluster(nodes(), (placed, "n0"), (near(term("a", HOST), labels="app=a"), "n1"), profile=ONLY_PODS)
    assert totals(made, shape()) == {"n0": 100, "n1": 14, "n2": 0, "n3": 0}  # 7, 1, 0, 0
    assert totals(made, shape(labels="app=x")) == dict.fromkeys(("n0", "n1", "n2", "n3"), 0)


def test_version_1_20_scales_from_zero() -> None:
    old = V1_20._replace(taints=0, node_affinity=0, spread=0, least_allocated=0, balanced=0, images=0)
    placed = [(shape(labels="app=b"), n) for n in ("n0", "n0", "n2", "n3")]
    wanted = prefers("podAffinity", (10, term("b", HOST)), (10, term("b", "topologyKey: none")))
    three = [node("n0", "z0"), node("n2", "z1"), node("n3", "z2")]
    assert totals(cluster(three, *placed, profile=ONLY_PODS), wanted) == {"n0": 100, "n2": 0, "n3": 0}
    assert totals(cluster(three, *placed, profile=old), wanted) == {"n0": 100, "n2": 50, "n3": 50}
