"""What a node and a pod decide alone. Expected values are worked out from the plugins' source by hand."""

from __future__ import annotations

import pytest
from making import cluster, node, open_to, shape, totals, why

from hullmark.simulate.placement.decide import why_pending
from hullmark.simulate.placement.nodes import image_name, normalised
from hullmark.simulate.placement.profile import Profile
from hullmark.simulate.placement.shape import Pod, Requirement, Taint, Toleration

ONLY_TAINTS = Profile(least_allocated=0, balanced=0, spread=0, pod_affinity=0, images=0, node_affinity=0, taints=1)
ONLY_NODES = ONLY_TAINTS._replace(taints=0, node_affinity=1)
ONLY_IMAGES = ONLY_TAINTS._replace(taints=0, images=1)


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        (Toleration("k", "Equal", "v", "NoSchedule"), True),
        (Toleration("k", "Equal", "other", "NoSchedule"), False),
        (Toleration("k", "Exists"), True),
        (Toleration("k", "Exists", effect="NoExecute"), False),
        (Toleration(operator="Exists"), True),
        (Toleration("other", "Exists"), False),
        (Toleration("k", "Equal"), False),
        (Toleration("k", "Nonsense", "v"), False),
    ],
)
def test_tolerations(toleration: Toleration, *, tolerated: bool) -> None:
    assert toleration.tolerates(Taint("k", "v", "NoSchedule")) is tolerated


@pytest.mark.parametrize(
    ("operator", "values", "value", "holds"),
    [
        ("In", ("a", "b"), "a", True),
        ("In", ("a",), None, False),
        ("NotIn", ("a",), None, True),
        ("NotIn", ("a",), "a", False),
        ("Exists", (), "", True),
        ("Exists", (), None, False),
        ("DoesNotExist", (), None, True),
        ("DoesNotExist", (), "a", False),
        ("Gt", ("3",), "4", True),
        ("Gt", ("3",), "3", False),
        ("Gt", ("3",), None, False),
        ("Gt", ("3",), "abc", False),
        ("Gt", ("abc",), "4", False),
        ("Gt", ("3", "4"), "9", False),
        ("Lt", ("3",), "-2", True),
        ("Lt", ("3",), "1_0", False),
        ("Other", ("3",), "1", False),
    ],
)
def test_node_selector_operators(operator: str, values: tuple[str, ...], value: str | None, *, holds: bool) -> None:
    assert Requirement("k", operator, values).holds(value) is holds


def test_a_cordoned_node_takes_only_pods_that_tolerate_the_cordon() -> None:
    made = cluster([node("n0", unschedulable=True), node("n1")])
    assert open_to(made, shape()) == ["n1"]
    assert why(made, shape()) == {"n0": "node(s) were unschedulable"}
    brave = shape("tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists, effect: NoSchedule}]")
    assert open_to(made, brave) == ["n0", "n1"]


def test_no_execute_repels_too_and_prefer_no_schedule_does_not() -> None:
    made = cluster([node(e, taints=[f"k:v:{e}"]) for e in ("NoSchedule", "NoExecute", "PreferNoSchedule")])
    assert open_to(made, shape()) == ["PreferNoSchedule"]
    assert why(made, shape()) == dict.fromkeys(("NoSchedule", "NoExecute"), "node(s) had untolerated taint(s)")


def test_disliked_taints_count_and_the_most_disliked_node_scores_zero() -> None:
    soft = ["a:1:PreferNoSchedule", "b:1:PreferNoSchedule", "c:1:PreferNoSchedule"]
    made = cluster([node(f"n{i}", taints=soft[:i]) for i in range(4)], profile=ONLY_TAINTS)
    assert totals(made, shape()) == {"n0": 100, "n1": 67, "n2": 34, "n3": 0}  # 100 - floor(100 * count / 3)
    tolerant = shape("tolerations: [{key: c, operator: Exists}, {key: b, operator: Exists, effect: NoSchedule}]")
    assert totals(made, tolerant) == {"n0": 100, "n1": 50, "n2": 0, "n3": 0}


def test_a_named_node_is_the_only_one() -> None:
    made = cluster([node("n0"), node("n1")])
    assert open_to(made, shape("nodeName: n1")) == ["n1"]
    assert why(made, shape("nodeName: n1")) == {"n0": "node(s) didn't match the requested node name"}


AFFINITY = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: %s}}}"


def test_terms_are_alternatives_and_requirements_are_not() -> None:
    made = cluster([node("n0", gen="1", pool="a"), node("n1", gen="3", pool="a"), node("n2", gen="3")])
    both = "[{matchExpressions: [{key: gen, operator: Gt, values: ['2']}, {key: pool, operator: Exists}]}"
    assert open_to(made, shape(AFFINITY % f"{both}]")) == ["n1"]
    either = f"{both}, {{matchExpressions: [{{key: gen, operator: In, values: ['1']}}]}}]"
    assert open_to(made, shape(AFFINITY % either)) == ["n0", "n1"]
    assert open_to(made, shape("nodeSelector: {pool: a}\n" + AFFINITY % f"{both}]")) == ["n1"]
    words = "node(s) didn't match Pod's node affinity/selector"
    assert why(made, shape("nodeSelector: {pool: b}")) == dict.fromkeys(("n0", "n1", "n2"), words)


def test_an_empty_term_matches_nothing() -> None:
    made = cluster([node("n0")])
    assert open_to(made, shape(AFFINITY % "[{}]")) == []


def test_nodes_can_be_named_by_affinity_and_the_others_are_then_not_looked_at() -> None:
    made = cluster([node("n0", taints=["k:v:NoSchedule"]), node("n1"), node("n2")])
    named = shape(AFFINITY % "[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]")
    assert open_to(made, named) == ["n1"]
    assert why(made, named) == dict.fromkeys(("n0", "n2"), "node(s) didn't satisfy plugin(s) [NodeAffinity]")
    all_but = shape(AFFINITY % "[{matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]}]")
    assert open_to(made, all_but) == ["n2"]


def test_terms_that_name_two_nodes_at_once_contradict_themselves() -> None:
    made = cluster([node("n0"), node("n1")])
    field = "{{key: metadata.name, operator: In, values: [n{0}]}}"
    both = shape(AFFINITY % f"[{{matchFields: [{field.format(0)}, {field.format(1)}]}}]")
    assert open_to(made, both) == []
    assert why_pending(made, Pod("p", both)) == "0/2 nodes are available: pod affinity terms conflict."


def test_preferred_terms_add_up_and_are_scaled_to_the_highest() -> None:
    made = cluster([node("n0"), node("n1", a="1"), node("n2", a="1", b="1")], profile=ONLY_NODES)
    text = """
    affinity:
      nodeAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 10, preference: {matchExpressions: [{key: a, operator: Exists}]}}
          - {weight: 20, preference: {matchExpressions: [{key: b, operator: Exists}]}}
          - {weight: 90, preference: {}}
    """
    assert totals(made, shape(text)) == {"n0": 0, "n1": 33, "n2": 100}
    assert normalised([0, 0]) == [0, 0]
    assert normalised([0, 0], reverse=True) == [100, 100]


def test_images_score_by_size_and_by_how_many_nodes_have_them() -> None:
    megabyte = 1024**2
    made = cluster(
        [
            node("n0", images={"big:latest": 1000 * megabyte}),
            node("n1", images={"big:latest": 1000 * megabyte}),
            node("n2"),
        ],
        profile=ONLY_IMAGES,
    )
    # 1000 MB on two of three nodes: 666.67 MB, less the 23 MB that do not count, of 977: 65.88
    assert totals(made, shape("containers: [{name: c, image: big}]")) == {"n0": 65, "n1": 65, "n2": 0}


@pytest.mark.parametrize(
    ("name", "full"),
    [("a", "a:latest"), ("a:1", "a:1"), ("host:5000/a", "host:5000/a:latest"), ("a@sha256:0", "a@sha256:0")],
)
def test_image_names_get_the_default_tag(name: str, full: str) -> None:
    assert image_name(name) == full


def test_a_node_that_changes_is_looked_at_again() -> None:
    made = cluster([node("n0"), node("n1")])
    assert open_to(made, shape()) == ["n0", "n1"]
    made.replace(node("n1", taints=["node.kubernetes.io/unreachable::NoExecute"]))
    assert open_to(made, shape()) == ["n0"]
    made.replace(node("n0", cpu=500))
    assert why(made, shape()) == {"n0": "Insufficient cpu", "n1": "node(s) had untolerated taint(s)"}
    with pytest.raises(ValueError, match="labels of 'n0'"):
        made.replace(node("n0", pool="new"))
