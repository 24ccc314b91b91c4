"""Reachability against an evaluator that was written from the specifications, over generated estates."""

from __future__ import annotations

from typing import Any

import pytest
from estates import admin, asked, cilium, namespace, pod, policy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import connected

pytestmark = pytest.mark.slow

Object = dict[str, Any]

SPACES = ("a", "b")
PORTS = range(79, 85)
VALUES = st.sampled_from(("x", "y"))
KEYS = st.sampled_from(("app", "tier"))
EXPRESSIONS = st.one_of(
    st.builds(lambda k, o, v: {"key": k, "operator": o, "values": [v]}, KEYS, st.sampled_from(("In", "NotIn")), VALUES),
    st.builds(lambda k, o: {"key": k, "operator": o}, KEYS, st.sampled_from(("Exists", "DoesNotExist"))),
)
SELECTORS = st.one_of(
    st.just({}),
    st.builds(lambda k, v: {"matchLabels": {k: v}}, KEYS, VALUES),
    st.builds(lambda e: {"matchExpressions": [e]}, EXPRESSIONS),
)
NUMBERS = st.sampled_from((80, 81, 82))
NP_PORTS = st.one_of(
    st.builds(lambda p: {"port": p}, NUMBERS),
    st.builds(lambda p: {"protocol": "UDP", "port": p}, NUMBERS),
    st.builds(lambda p: {"port": p, "endPort": p + 1}, NUMBERS),
    st.just({"port": "http"}),
    st.just({"protocol": "TCP"}),
)
NP_PEERS = st.one_of(
    st.builds(lambda s: {"podSelector": s}, SELECTORS),
    st.builds(lambda s: {"namespaceSelector": s}, SELECTORS),
    st.builds(lambda s, t: {"podSelector": s, "namespaceSelector": t}, SELECTORS, SELECTORS),
    st.sampled_from(({"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "192.0.2.0/24"}})),
)


def rules(field: str) -> st.SearchStrategy[list[Object]]:
    made = st.fixed_dictionaries(
        {}, optional={field: st.lists(NP_PEERS, max_size=2), "ports": st.lists(NP_PORTS, max_size=2)}
    )
    return st.lists(made, max_size=2)


POLICIES = st.builds(
    lambda i, space, spec: policy(f"p{i}", space, spec),
    st.integers(0, 999),
    st.sampled_from(SPACES),
    st.fixed_dictionaries(
        {"podSelector": SELECTORS},
        optional={
            "ingress": rules("from"),
            "egress": rules("to"),
            "policyTypes": st.sampled_from((["Ingress"], ["Egress"], ["Ingress", "Egress"])),
        },
    ),
)

ADMIN_PEERS = st.one_of(
    st.builds(lambda s: {"namespaces": s}, SELECTORS),
    st.builds(lambda s, t: {"pods": {"podSelector": s, "namespaceSelector": t}}, SELECTORS, SELECTORS),
)
ADMIN_PORTS = st.one_of(
    st.builds(lambda p: {"tcp": {"destinationPort": {"number": p}}}, NUMBERS),
    st.builds(lambda p: {"tcp": {"destinationPort": {"range": {"start": p, "end": p + 1}}}}, NUMBERS),
    st.just({"destinationNamedPort": "http"}),
    st.just({"tcp": {}}),
)


def admin_rules(field: str, actions: tuple[str, ...]) -> st.SearchStrategy[list[Object]]:
    made = st.fixed_dictionaries(
        {"action": st.sampled_from(actions), field: st.lists(ADMIN_PEERS, min_size=1, max_size=2)},
        optional={"protocols": st.lists(ADMIN_PORTS, min_size=1, max_size=2)},
    )
    return st.lists(made, max_size=2)


def admins(tier: str, actions: tuple[str, ...]) -> st.SearchStrategy[list[Object]]:
    made = st.fixed_dictionaries(
        {
            "tier": st.just(tier),
            "subject": st.one_of(
                st.builds(lambda s: {"namespaces": s}, SELECTORS),
                st.builds(lambda s, t: {"pods": {"podSelector": s, "namespaceSelector": t}}, SELECTORS, SELECTORS),
            ),
            "ingress": admin_rules("from", actions),
            "egress": admin_rules("to", actions),
        }
    )
    return st.lists(made, max_size=2).map(
        lambda specs: [admin(f"{tier}{i}".lower(), {**s, "priority": i}) for i, s in enumerate(specs)]
    )


ENDS = st.one_of(
    SELECTORS.filter(lambda s: "matchExpressions" not in s),
    st.builds(lambda s: {"matchLabels": {"k8s:io.kubernetes.pod.namespace": s}}, st.sampled_from(SPACES)),
)


def cilium_rules(prefix: str) -> st.SearchStrategy[list[Object]]:
    ports = st.builds(
        lambda p, q: {"ports": [{"port": str(p), "protocol": q}]}, NUMBERS, st.sampled_from(("TCP", "UDP", "ANY"))
    )
    made = st.fixed_dictionaries(
        {},
        optional={
            f"{prefix}Endpoints": st.lists(ENDS, max_size=2),
            f"{prefix}Entities": st.lists(st.sampled_from(("all", "cluster", "world", "host")), min_size=1, max_size=2),
            "toPorts": st.lists(ports, min_size=1, max_size=2),
        },
    )
    return st.lists(made, min_size=1, max_size=2)


CILIUMS = st.builds(
    lambda i, space, spec: cilium(f"c{i}", space, spec),
    st.integers(0, 999),
    st.sampled_from((*SPACES, "")),
    st.fixed_dictionaries(
        {"endpointSelector": ENDS},
        optional={
            "ingress": cilium_rules("from"),
            "egress": cilium_rules("to"),
            "ingressDeny": cilium_rules("from"),
            "egressDeny": cilium_rules("to"),
            "enableDefaultDeny": st.just({"ingress": False}),
        },
    ),
)

LABELS = st.dictionaries(KEYS, VALUES, max_size=2)
PODS = st.lists(
    st.tuples(st.sampled_from(SPACES), LABELS, st.sampled_from(((), (80,), (81, 82)))), min_size=2, max_size=4
).map(
    lambda made: [
        pod(f"w{i}", space, labels, *({"name": "http" if not j else "alt", "containerPort": p} for j, p in enumerate(numbers)))
        for i, (space, labels, numbers) in enumerate(made)
    ]
)  # fmt: skip
SPACE_OBJECTS = st.tuples(LABELS, LABELS).map(
    lambda both: [namespace(name, **labels) for name, labels in zip(SPACES, both, strict=True)]
)

KINDS = {
    "kubernetes": st.lists(POLICIES, max_size=4),
    "admin": st.builds(
        lambda a, b, c: [*a, *b, *c],
        admins("Admin", ("Accept", "Deny", "Pass")),
        admins("Baseline", ("Accept", "Deny")),
        st.lists(POLICIES, max_size=2),
    ),
    "cilium": st.builds(lambda a, b: [*a, *b], st.lists(CILIUMS, max_size=3), st.lists(POLICIES, max_size=1)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_and_port_is_as_specified(kind: str) -> None:
    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(SPACE_OBJECTS, PODS, KINDS[kind])
    def check(spaces: list[Object], pods: list[Object], policies: list[Object]) -> None:
        objects = [*spaces, *pods, *policies]
        reach, podsets = asked(objects)
        for source in pods:
            for target in pods:
                if source is target:
                    continue
                ends = [podsets[f"{p['metadata']['namespace']}/{p['metadata']['name']}"] for p in (source, target)]
                expected = {(n, p): connected(objects, source, target, n, p) for n in PORTS for p in ("TCP", "UDP")}
                for port, allowed in expected.items():
                    verdict = reach.may(ends[0], ends[1], *port)
                    assert verdict.allowed is allowed, (source, target, port, verdict)
                    assert allowed or verdict.policies
                assert reach.may(ends[0], ends[1]).allowed is any(expected[n, "TCP"] for n in PORTS), (
                    source,
                    target,
                    expected,
                )

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_never_guessed(kind: str) -> None:
    """Without the namespaces' labels an answer is the true one, or none."""

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(SPACE_OBJECTS, PODS, KINDS[kind])
    def check(spaces: list[Object], pods: list[Object], policies: list[Object]) -> None:
        reach, podsets = asked([*pods, *policies])
        for source in pods:
            for target in pods:
                if source is not target:
                    ends = [podsets[f"{p['metadata']['namespace']}/{p['metadata']['name']}"] for p in (source, target)]
                    found = reach.may(ends[0], ends[1], 80)
                    truth = connected([*spaces, *pods, *policies], source, target, 80)
                    assert found.allowed in (truth, None), (source, target, found)
                    assert found.allowed is not None or found.unknown

    check()
