"""Network policies as edges between workloads and boundaries."""

from __future__ import annotations

from drawing import deployment, draw, edges, lines

A, B = "workload/-/Deployment/a", "workload/-/Deployment/b"
CLUSTER, INTERNET, INTERNAL = (f"trust-boundary/{z}" for z in ("cluster", "internet", "internal-network"))


def policy(spec: str, name: str = "p") -> str:
    return f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}}}\nspec: {spec}\n"


TWO = deployment("a") + "---" + deployment("b", labels=", tier: back")


def test_without_policies_everyone_in_the_cluster_may() -> None:
    found = edges(draw(TWO), "may-reach")

    assert set(found) == {(CLUSTER, A), (A, CLUSTER), (A, INTERNET), (CLUSTER, B), (B, CLUSTER), (B, INTERNET)}
    assert found[CLUSTER, A].evidence[0].text == "no network policy selects these pods"


def test_a_policy_that_names_pods() -> None:
    rule = "{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}]}"
    found = edges(draw(TWO, policy(rule)), "may-reach")

    assert (CLUSTER, B) not in found
    assert found[A, B].facts == {"ports": "80"}
    assert lines(found[A, B]) == ["33:{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}"]


def test_the_other_end_must_not_refuse() -> None:
    rule = "{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}"
    deny = "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress]}"

    assert (A, B) not in edges(draw(TWO, policy(rule), policy(deny, "deny")), "may-reach")


def test_policies_that_name_namespaces_networks_and_everyone() -> None:
    def opened(peer: str) -> set[tuple[str, str]]:
        rule = f"{{podSelector: {{matchLabels: {{app: b}}}}, policyTypes: [Egress], egress: [{{to: [{peer}]}}]}}"
        return {p for p in edges(draw(TWO, policy(rule)), "may-reach") if p[0] == B}

    assert opened("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}}") == {
        (B, "trust-boundary/namespace/data")
    }
    assert opened("{namespaceSelector: {}}") == {(B, CLUSTER)}
    assert opened("{ipBlock: {cidr: 10.0.0.0/8}}") == {(B, INTERNAL)}
    assert opened("{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}") == {(B, INTERNET)}
    assert opened("{ipBlock: {cidr: 8.8.8.8/32}}") == {(B, INTERNET)}


def test_an_empty_rule_opens_everything() -> None:
    rule = "{podSelector: {matchLabels: {app: b}}, policyTypes: [Egress], egress: [{}]}"

    assert {p for p in edges(draw(TWO, policy(rule)), "may-reach") if p[0] == B} == {(B, CLUSTER), (B, INTERNET)}


def test_names_outside_the_cluster() -> None:
    text = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: out}
spec: {endpointSelector: {matchLabels: {app: a}}, egress: [{toFQDNs: [{matchName: api.openai.com}]}, {toEntities: [world]}]}
"""
    found = {p for p in edges(draw(TWO, text), "may-reach") if p[0] == A}

    assert found == {(A, "external/api.openai.com"), (A, INTERNET)}


def test_labels_of_namespaces_that_nobody_knows() -> None:
    peer = "{namespaceSelector: {matchLabels: {team: x}}, podSelector: {matchLabels: {app: a}}}"
    rule = f"{{podSelector: {{matchLabels: {{app: b}}}}, ingress: [{{from: [{peer}]}}]}}"
    [edge] = [e for (s, t), e in edges(draw(TWO, policy(rule)), "may-reach").items() if t == B]

    assert (edge.source, edge.certain) == (CLUSTER, False)
    assert "labels of namespaces" in edge.unknown


def test_many_pods_of_one_peer_are_told_by_their_boundary() -> None:
    many = "---".join(deployment(f"c{i}", labels=", many: 'yes'") for i in range(80))
    rule = "{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {matchLabels: {many: 'yes'}}}]}]}"
    found = [e for (s, t), e in edges(draw(TWO, many, policy(rule)), "may-reach").items() if t == B]

    assert len([e for e in found if e.certain]) == 64
    assert [e.source for e in found if not e.certain] == [CLUSTER]
