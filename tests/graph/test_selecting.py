"""Services, budgets, policies and autoscalers: the relations by label and by name."""

from __future__ import annotations

import pytest
from graph_manifests import Scan, deployment

from hullmark.model.architecture import Architecture, Isolation, Links, Selection


def links(arch: Architecture, name: str = "web") -> Links:
    workload = next(w for w in arch.workloads if w.name == name)
    return arch.around(workload.podsets[0])


def selection(arch: Architecture, kind: str) -> Selection:
    return arch.selected(next(arch.kinds(kind)))


def service(selector: str, namespace: str = "", more: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: web{where}}}\nspec: {{selector: {selector}{more}}}\n"


def policy(spec: str, namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    head = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{where}}}"
    return f"---\n{head}\nspec: {spec}\n"


def budget(selector: str, namespace: str = "", version: str = "v1") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    head = f"apiVersion: policy/{version}\nkind: PodDisruptionBudget\nmetadata: {{name: b{where}}}"
    return f"---\n{head}\nspec: {{minAvailable: 1, selector: {selector}}}\n"


def test_service_selects_pods_of_its_namespace_only(scan: Scan) -> None:
    arch = scan(a=deployment("web", "one") + deployment("web", "two") + service("{app: web}", "one"))
    found = selection(arch, "Service")

    assert [p.workload.namespace for p in found.podsets] == ["one"]
    assert not found.unknown


def test_unnamed_namespace_matches_the_nearest_folder(scan: Scan) -> None:
    arch = scan(x__a=deployment("web"), x__s=service("{app: web}"), y__a=deployment("web"))

    assert [p.workload.resource.file for p in selection(arch, "Service").podsets] == ["x/a"]


def test_variants_of_one_object_go_with_what_lies_beside_them(scan: Scan) -> None:
    both = deployment("web", "prod") + service("{app: web}", "prod")
    arch = scan(x__a=both, y__a=both)

    for found in arch.kinds("Service"):
        assert [p.workload.resource.file for p in arch.selected(found).podsets] == [found.file]


def test_loose_match_when_one_side_names_no_namespace(scan: Scan) -> None:
    arch = scan(a=deployment("web"), b=service("{app: web}", "prod"))

    assert len(selection(arch, "Service").podsets) == 1


@pytest.mark.parametrize(
    ("selector", "more", "word"),
    [
        ("null", "", "no selector"),
        ("{}", "", "no selector"),
        ("null", ", type: ExternalName, externalName: x.example", "outside the cluster"),
        ("{app: '${NAME}'}", "", "placeholder"),
        ("{app: 7}", "", "not a string"),
        ("[]", "", "not a mapping"),
        ("{serving.kserve.io/inferenceservice: other}", "", "controller"),
        ("{job-name: x}", "", "controller"),
    ],
)
def test_services_that_select_nothing_for_a_reason(scan: Scan, selector: str, more: str, word: str) -> None:
    found = selection(scan(a=deployment("web") + service(selector, more=more)), "Service")

    assert not found.podsets
    assert word in found.unknown


def test_headless_service_selects_like_any_other(scan: Scan) -> None:
    assert selection(scan(a=deployment("web") + service("{app: web}", more=", clusterIP: None")), "Service").podsets


def test_pods_of_a_custom_resource_are_not_known_to_be_absent(scan: Scan) -> None:
    custom = "---\napiVersion: db.example/v1\nkind: Database\nmetadata: {name: store}\nspec: {}\n"
    found = selection(scan(a=deployment("web") + custom + service("{app: store}")), "Service")

    assert found.unknown == "its pods may be made by Database 'store'"


def test_near_misses_are_named(scan: Scan) -> None:
    labels = "app: web, tier: front"
    arch = scan(a=deployment("web", "one", labels) + service("{app: web, tier: back}", "one"))
    [(_, why)] = selection(arch, "Service").near
    assert why == "label 'tier' is 'front', not 'back'"

    [(podset, why)] = selection(
        scan(a=deployment("web", "one") + deployment("x", "two") + budget("{matchLabels: {app: web}}", "two")),
        "PodDisruptionBudget",
    ).near
    assert (podset.workload.namespace, why) == ("one", "the same labels in namespace 'one'")


def test_a_namespace_without_workloads_is_unknown(scan: Scan) -> None:
    found = selection(scan(a=deployment("web", "one") + service("{app: web}", "two")), "Service")

    assert found.unknown == "the scan holds no workload of namespace 'two'"


@pytest.mark.parametrize(
    ("selector", "version", "selected"),
    [
        ("{}", "v1", True),
        ("{}", "v1beta1", False),
        ("null", "v1", False),
        ("{matchExpressions: [{key: app, operator: In, values: [web, other]}]}", "v1", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "v1", False),
        ("{matchExpressions: [{key: app, operator: Exists}]}", "v1", True),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "v1", False),
        ("{matchLabels: {app: web}, matchExpressions: [{key: x, operator: Exists}]}", "v1", False),
        ("{matchExpressions: [{key: app, operator: Near}]}", "v1", False),
    ],
)
def test_budget_selectors(scan: Scan, selector: str, version: str, selected: bool) -> None:
    arch = scan(a=deployment("web") + budget(selector, version=version))

    assert bool(links(arch).budgets) is selected


DENY = policy("{podSelector: {}, policyTypes: [Ingress, Egress]}", "one")


@pytest.mark.parametrize(
    ("spec", "ingress", "egress", "is_open"),
    [
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", True, True, False),
        ("{podSelector: {}}", True, False, False),
        ("{podSelector: {matchLabels: {app: other}}}", False, False, False),
        ("{podSelector: {}, egress: [{to: [{podSelector: {}}]}]}", True, True, False),
        ("{podSelector: {}, policyTypes: [Egress]}", False, True, False),
        ("{podSelector: {}, ingress: [{}]}", True, False, True),
        ("{podSelector: {}, ingress: [{from: []}]}", True, False, True),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}",
            True,
            False,
            True,
        ),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}", True, False, True),
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", True, False, False),
    ],
)
def test_network_policies(scan: Scan, spec: str, ingress: bool, egress: bool, is_open: bool) -> None:
    found = links(scan(a=deployment("web", "one") + policy(spec, "one")))

    assert (found.ingress.isolated, found.egress.isolated) == (ingress, egress)
    assert found.ingress.open is is_open


def test_policy_of_another_namespace_never_counts(scan: Scan) -> None:
    found = links(scan(a=deployment("web", "two") + DENY))

    assert found.ingress == Isolation(False, (), (), False)


def test_policy_counts_loosely_where_a_namespace_is_left_out(scan: Scan) -> None:
    assert links(scan(a=deployment("web"), b=DENY)).ingress.isolated is None
    assert links(scan(a=deployment("web") + DENY)).ingress.isolated is True


@pytest.mark.parametrize(
    ("api", "kind", "spec", "isolated"),
    [
        ("cilium.io/v2", "CiliumNetworkPolicy", "{endpointSelector: {}, ingress: [{}]}", True),
        (
            "cilium.io/v2",
            "CiliumNetworkPolicy",
            "{endpointSelector: {matchLabels: {'k8s:app': web}}, ingressDeny: [{}]}",
            True,
        ),
        ("cilium.io/v2", "CiliumNetworkPolicy", "{endpointSelector: {}, ingress: []}", False),
        (
            "cilium.io/v2",
            "CiliumNetworkPolicy",
            "{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{}]}",
            False,
        ),
        ("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "{endpointSelector: {}, ingress: [{}]}", True),
        (
            "cilium.io/v2",
            "CiliumClusterwideNetworkPolicy",
            "{endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: two}}, ingress: [{}]}",
            False,
        ),
        (
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "{subject: {namespaces: {}}, ingress: [{action: Deny}]}",
            True,
        ),
        (
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "{subject: {namespaces: {}}, ingress: [{action: Allow}]}",
            False,
        ),
        (
            "policy.networking.k8s.io/v1alpha1",
            "BaselineAdminNetworkPolicy",
            "{subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: two}}}, ingress: [{action: Deny}]}",
            False,
        ),
        ("projectcalico.org/v3", "NetworkPolicy", "{selector: \"app == 'web' && has(app)\"}", True),
        ("projectcalico.org/v3", "NetworkPolicy", "{selector: \"app != 'web'\"}", False),
        ("projectcalico.org/v3", "GlobalNetworkPolicy", "{selector: all(), types: [Ingress]}", True),
    ],
)
def test_policies_of_other_kinds(scan: Scan, api: str, kind: str, spec: str, isolated: bool) -> None:
    text = f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: p, namespace: one}}\nspec: {spec}\n"

    assert links(scan(a=deployment("web", "one") + text)).ingress.isolated is isolated


def test_calico_selector_that_cannot_be_read_is_unknown(scan: Scan) -> None:
    text = (
        "---\n"
        "apiVersion: projectcalico.org/v3\n"
        "kind: NetworkPolicy\n"
        "metadata: {name: p}\n"
        "spec: {selector: \"a == 'b' || all()\"}\n"
    )

    assert selection(scan(a=deployment("web") + text), "NetworkPolicy").unknown


def scaler(kind: str = "HorizontalPodAutoscaler", api: str = "autoscaling/v2", spec: str = "") -> str:
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: s}}\nspec: {spec}\n"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (
            scaler(
                spec="{scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}, "
                "minReplicas: 2, maxReplicas: 5}"
            ),
            2,
            5,
        ),
        (scaler(spec="{scaleTargetRef: {kind: Deployment, name: web}, minReplicas: null, maxReplicas: 5}"), 1, 5),
        (scaler("ScaledObject", "keda.sh/v1alpha1", "{scaleTargetRef: {name: web}}"), 0, 100),
    ],
)
def test_autoscalers_set_the_bounds(scan: Scan, text: str, least: int, most: int) -> None:
    found = links(scan(a=deployment("web") + text))

    assert (found.replicas.least, found.replicas.most) == (least, most)
    assert found.replicas.source.endswith(" s")
    assert len(found.scalers) == 1


def test_scaler_of_an_unknown_kind_is_unknown_and_of_a_missing_deployment_is_not(scan: Scan) -> None:
    unknown = scaler(spec="{scaleTargetRef: {kind: KafkaNodePool, name: web}, maxReplicas: 5}")
    missing = scaler(spec="{scaleTargetRef: {kind: StatefulSet, name: web}, maxReplicas: 5}")

    assert "KafkaNodePool" in selection(scan(a=deployment("web") + unknown), "HorizontalPodAutoscaler").unknown
    found = selection(scan(a=deployment("web") + missing), "HorizontalPodAutoscaler")
    assert not found.unknown
    assert [why for _, why in found.near] == ["Deployment 'web' is not a StatefulSet"]
