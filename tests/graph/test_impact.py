"""Impact: every reason of the design counts, with its place, and none takes back another one."""

from __future__ import annotations

import pytest
from graph_manifests import Scan, deployment

from hullmark.model.architecture import Architecture, Importance
from hullmark.model.declaration import AiActClass, DataClass
from hullmark.model.terms import Impact


def impact(arch: Architecture, name: str = "web") -> Importance:
    (workload,) = (w for w in arch.workloads if w.name == name)
    return arch.impact(workload)


def noted(*notes: str) -> str:
    return deployment("web", metadata=f", annotations: {{{', '.join(notes)}}}")


@pytest.mark.parametrize("word", DataClass)
def test_the_class_of_data_counts(scan: Scan, word: DataClass) -> None:
    found = impact(scan(a=noted(f"hullmark.dev/data-class: {word.value}")))
    expected = {"public": 0, "internal": 0, "confidential": 1}.get(word.value, 2)

    assert found.impact == expected
    assert found.reasons == ((f"declared data class {word.value}",) if expected else ())


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (AiActClass.NONE, Impact.LOW),
        (AiActClass.MINIMAL, Impact.LOW),
        (AiActClass.TRANSPARENCY, Impact.MODERATE),
        (AiActClass.GPAI, Impact.MODERATE),
        (AiActClass.GPAI_SYSTEMIC, Impact.HIGH),
        (AiActClass.HIGH_RISK, Impact.HIGH),
        (AiActClass.HIGH_RISK_ANNEX_I, Impact.HIGH),
        (AiActClass.HIGH_RISK_ANNEX_III, Impact.HIGH),
        (AiActClass.PROHIBITED, Impact.HIGH),
    ],
)
def test_the_class_under_the_ai_act_counts(scan: Scan, word: AiActClass, expected: Impact) -> None:
    assert impact(scan(a=noted(f"hullmark.dev/ai-act-class: {word.value}"))).impact is expected


def test_a_declaration_raises_and_never_lowers(scan: Scan) -> None:
    assert impact(scan(a=noted("hullmark.dev/impact: high"))).reasons == ("declared impact high",)
    lowered = impact(scan(a=noted("hullmark.dev/impact: low", "hullmark.dev/data-class: personal")))
    assert (lowered.impact, lowered.reasons) == (Impact.HIGH, ("declared data class personal",))


def test_statements_that_disagree_all_count(scan: Scan) -> None:
    text = noted("hullmark.dev/data-class: public").replace(
        "metadata: {labels", "metadata: {annotations: {hullmark.dev/data-class: personal}, labels"
    )
    assert "annotations: {hullmark.dev/data-class: personal}" in text
    arch = scan(a=text)

    assert impact(arch).impact is Impact.HIGH


def test_an_unknown_word_weighs_nothing(scan: Scan) -> None:
    found = impact(scan(a=noted("hullmark.dev/data-class: top", "hullmark.dev/slo: soon", "hullmark.dev/impact: huge")))

    assert found == Importance(Impact.LOW, ())


AGENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: helper, namespace: a}
spec:
  template:
    spec:
      containers:
        - {name: a, image: 'langchain/langgraph-api:3.11', env: [{name: TOOLS_URL, value: 'http://tools.a.svc:8000/mcp'}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tools, namespace: a}
spec:
  selector: {matchLabels: {app: tools}}
  template:
    metadata: {labels: {app: tools}}
    spec:
      serviceAccountName: tools
      containers: [{name: a, image: 'ghcr.io/containers/kubernetes-mcp-server:v0.0.50'}]
---
apiVersion: v1
kind: Service
metadata: {name: tools, namespace: a}
spec: {selector: {app: tools}, ports: [{port: 8000}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: tools}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: tools, namespace: a}]
"""


def test_the_tools_an_agent_holds_count_with_what_they_may_do(scan: Scan) -> None:
    found = impact(scan(a=AGENT), "helper")

    assert found.impact is Impact.HIGH
    assert "holds the tools of 1 server" in found.reasons
    (worst,) = (r for r in found.because if r.impact is Impact.HIGH)
    assert worst.text == "through 'tools': does anything in the whole cluster"
    assert worst.place is not None
    assert (
        worst.place.line
        == AGENT.splitlines().index(
            "roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}"
        )
        + 1
    )


def test_a_cloud_identity_counts_whether_or_not_the_token_of_the_cluster_is_mounted(scan: Scan) -> None:
    account = (
        "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: m\n"
        "  annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/m'}\n"
    )
    text = deployment("web", spec="serviceAccountName: m\n      automountServiceAccountToken: false")
    found = impact(scan(a=text + account))

    assert found.reasons == ("carries a cloud identity",)


def test_reasons_stand_somewhere(scan: Scan) -> None:
    for name in ("helper", "tools"):
        because = impact(scan(a=AGENT), name).because
        assert because
        assert all(r.place is not None and r.place.source.name == "a" for r in because)
        assert [r.impact for r in because] == sorted((r.impact for r in because), reverse=True)


ROLE = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: r}}
rules: [{{apiGroups: ['*'], resources: [{resource}], verbs: [{verb}]{names}}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}Binding
metadata: {{name: r}}
roleRef: {{kind: {kind}, name: r, apiGroup: rbac.authorization.k8s.io}}
subjects: [{{kind: ServiceAccount, name: default, namespace: a}}]
"""


@pytest.mark.parametrize(
    ("resource", "verb", "names", "inside", "wide"),
    [
        ("secrets", "get", "", "reads secrets", "reads secrets"),
        ("secrets", "get", ", resourceNames: [one]", "", ""),
        ("pods", "create", "", "runs pods", "runs pods"),
        ("pods/exec", "create", "", "runs commands in pods", "runs commands in pods"),
        ("clusterroles", "escalate", "", "grants itself roles of", "grants itself roles of"),
        ("serviceaccounts/token", "create", "", "makes tokens", "makes tokens"),
        ("nodes/proxy", "get", "", "", "reaches the kubelets"),
        ("mutatingwebhookconfigurations", "patch", "", "", "changes admission webhooks"),
        ("configmaps", "get", "", "", ""),
        ("pods", "get", "", "", ""),
    ],
)
def test_what_an_identity_may_do_counts(
    scan: Scan, resource: str, verb: str, names: str, inside: str, wide: str
) -> None:
    for kind, text, weight in (("Role", inside, Impact.MODERATE), ("ClusterRole", wide, Impact.HIGH)):
        role = ROLE.format(kind=kind, resource=resource, verb=verb, names=names).replace(
            "metadata: {name: r}", "metadata: {name: r, namespace: a}" if kind == "Role" else "metadata: {name: r}"
        )
        found = impact(scan(a=deployment("web", "a") + role))
        assert [r.text.startswith(text) and r.impact is weight for r in found.because] == ([True] if text else []), kind


def test_a_role_that_is_not_there_is_no_reason(scan: Scan) -> None:
    binding = ROLE.partition("---\n")[2].partition("---\n")[2].format(kind="ClusterRole")

    assert impact(scan(a=deployment("web", "a") + "---\n" + binding)) == Importance(Impact.LOW, ())


SCALED = """
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: s}
spec: {scaleTargetRef: {name: web}, minReplicaCount: 0, maxReplicaCount: 3, triggers: [{type: cron}]}
"""


def test_devices_count_that_are_taken_when_somebody_asks(scan: Scan) -> None:
    held = deployment("web").replace(
        "main, image: registry.example/web:1", "main, resources: {limits: {nvidia.com/gpu: 8}}"
    )
    held = held.replace("\nspec:\n", "\nspec:\n  replicas: 0\n", 1)
    assert "gpu" in held
    assert "replicas: 0" in held

    assert impact(scan(a=held)).reasons == ()
    found = impact(scan(a=held + SCALED))
    assert (found.impact, found.reasons) == (Impact.HIGH, ("8 accelerators when somebody asks",))


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("amd-gpu-mi300x:8", ("8 accelerators when somebody asks",)),
        ("nvidia-gpu-l4:1", ("1 accelerator when somebody asks",)),
        ("cpu:2", ()),
        ("of-our-own:8", ()),
    ],
)
def test_a_profile_of_kubeai_says_how_many_devices(scan: Scan, profile: str, expected: tuple[str, ...]) -> None:
    model = "apiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: web}\n"
    model += f"spec: {{engine: VLLM, url: 'hf://a/b', resourceProfile: '{profile}'}}\n"
    assert impact(scan(a=model)).reasons == expected
