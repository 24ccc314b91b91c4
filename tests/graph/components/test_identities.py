"""Accounts, cloud identities, and what may be done with them."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, lines, one

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n"
RUNNER = "identity/-/ServiceAccount/runner"
APP = "workload/-/Deployment/app"


def bound(rules: str, *, wide: bool = False, role: str = "r", kind: str = "") -> str:
    scope = "Cluster" if wide else ""
    of = kind or f"{scope}Role"
    made = (
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {of}\nmetadata: {{name: {role}}}\nrules: {rules}\n"
        if rules
        else ""
    )
    return f"""{made}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {scope}RoleBinding
metadata: {{name: b}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {of}, name: {role}}}
subjects: [{{kind: ServiceAccount, name: runner}}]
"""


def told(rules: str, **more: object) -> list[str]:
    graph = draw(ACCOUNT, bound(rules, **more))  # type: ignore[arg-type]
    return [p.text for p in graph.powers.get(RUNNER, ())]


def rule(verbs: str, resources: str, group: str = "''", names: str = "") -> str:
    limited = f", resourceNames: [{names}]" if names else ""
    return f"[{{apiGroups: [{group}], resources: [{resources}], verbs: [{verbs}]{limited}}}]"


def test_who_runs_as_whom() -> None:
    graph = draw(ACCOUNT, deployment("app", spec="serviceAccountName: runner"), deployment("other"))
    found = edges(graph, "runs-as")

    assert lines(found[APP, RUNNER]) == ["15:runner"]
    assert found[APP, RUNNER].facts["token"] == "mounted"
    assert found["workload/-/Deployment/other", "identity/-/ServiceAccount/default"].certain
    assert one(graph, "ServiceAccount/runner").facts["used-by"] == "1"


def test_an_operator_may_choose_the_account() -> None:
    agent = "apiVersion: kagent.dev/v1alpha2\nkind: MCPServer\nmetadata: {name: tools}\nspec: {deployment: {image: 'x:1'}}\n"
    [edge] = edges(draw(agent), "runs-as").values()

    assert not edge.certain
    assert "may choose another account" in edge.unknown


def nim(kind: str, spec: str) -> str:
    return f"apiVersion: apps.nvidia.com/v1alpha1\nkind: {kind}\nmetadata: {{name: nim, namespace: ml}}\nspec: {spec}\n"


IMAGE = "image: {repository: x, tag: '1'}"


@pytest.mark.parametrize(
    ("manifest", "account"),
    [
        (nim("NIMService", f"{{{IMAGE}}}"), "nim"),
        (nim("NIMService", f"{{{IMAGE}, serviceAccountName: own}}"), "own"),
        (nim("NIMCache", "{source: {ngc: {modelPuller: 'nvcr.io/nim/a/b:1'}}}"), "nim-cache-sa"),
        (nim("NemoGuardrail", f"{{{IMAGE}}}"), "nim"),
        (nim("NIMPipeline", f"{{services: [{{name: chat, spec: {{{IMAGE}}}}}]}}"), "chat"),
    ],
)
def test_an_operator_makes_an_account_of_a_known_name(manifest: str, account: str) -> None:
    [edge] = edges(draw(manifest), "runs-as").values()

    assert edge.target == f"identity/ml/ServiceAccount/{account}"
    assert edge.certain


def test_cloud_identities_and_attached_secrets() -> None:
    text = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/models'}}
imagePullSecrets: [{name: pull}]
"""
    graph = draw(text, deployment("app", spec="serviceAccountName: runner"))

    assert (RUNNER, "identity/cloud/aws/arn:aws:iam::1:role/models") in edges(graph, "runs-as")
    assert (RUNNER, "secret/-/Secret/pull") in edges(graph, "reads")


@pytest.mark.parametrize(
    ("rules", "kind", "text"),
    [
        (rule("get", "secrets"), "read-secrets", "reads secrets in its namespace"),
        (rule("get, watch", "secrets", names="a, b"), "read-secrets", "reads secrets (a, b) in its namespace"),
        (rule("create", "pods"), "run-pods", "runs pods in its namespace"),
        (rule("patch", "deployments", "apps"), "run-pods", "runs pods in its namespace"),
        (rule("create", "rayjobs", "ray.io"), "run-pods", "runs pods in its namespace"),
        (rule("create", "pods/exec"), "exec-into-pods", "runs commands in pods in its namespace"),
        (rule("create", "serviceaccounts/token"), "create-tokens", "makes tokens of accounts in its namespace"),
        (rule("list", "configmaps"), "read-config", "reads configuration in its namespace"),
        (
            rule("bind", "roles", "rbac.authorization.k8s.io"),
            "become-admin",
            "grants itself roles it does not have in its namespace",
        ),
        (rule("impersonate", "serviceaccounts"), "impersonate", "acts as other accounts in its namespace"),
        (rule("'*'", "'*'", "'*'"), "become-admin", "does anything in its namespace"),
    ],
)
def test_powers_in_a_namespace(rules: str, kind: str, text: str) -> None:
    graph = draw(ACCOUNT, bound(rules))

    assert (kind, text) in [(p.kind, p.text) for p in graph.powers[RUNNER]]


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        (rule("create", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"), "modify-webhooks"),
        (rule("get", "nodes/proxy"), "nodes-proxy"),
        (rule("create", "persistentvolumes"), "mount-nodes"),
        (rule("patch", "namespaces"), "change-namespaces"),
        (rule("escalate", "clusterroles", "rbac.authorization.k8s.io"), "become-admin"),
    ],
)
def test_powers_over_the_cluster_need_a_binding_of_the_cluster(rules: str, kind: str) -> None:
    wide = draw(ACCOUNT, bound(rules, wide=True))
    narrow = draw(ACCOUNT, bound(rules, kind="ClusterRole"))

    assert kind in [p.kind for p in wide.powers[RUNNER]]
    if kind != "become-admin":
        assert RUNNER not in narrow.powers


def test_creating_cannot_be_limited_to_names() -> None:
    assert told(rule("create", "pods", names="a")) == []


def test_rules_do_not_combine_and_harmless_ones_say_nothing() -> None:
    assert told(rule("get", "endpoints")) == []
    assert (
        told(
            "[{apiGroups: [''], resources: [secrets], verbs: [delete]}, {apiGroups: [''], resources: [pods], verbs: [get]}]"
        )
        == []
    )


def test_the_chain_of_evidence() -> None:
    graph = draw(ACCOUNT, bound(rule("get", "secrets")), deployment("app", spec="serviceAccountName: runner"))
    [power] = graph.powers[RUNNER]

    assert [e.text for e in power.evidence] == ["RoleBinding 'b' grants Role 'r'", "Role 'r' allows get on secrets"]
    assert [e.place.line if e.place else 0 for e in power.evidence] == [15, 9]
    assert one(graph, "ServiceAccount/runner").facts["powers"] == "reads secrets in its namespace"


def test_a_role_that_is_not_in_the_scan_is_not_known() -> None:
    graph = draw(ACCOUNT, bound("", role="somewhere", kind="ClusterRole", wide=True))
    [power] = graph.powers[RUNNER]

    assert power.kind == "unknown"
    assert power.unknown == "ClusterRole 'somewhere' is not in the scan"


def test_roles_of_every_cluster() -> None:
    assert "runs pods in the whole cluster" in told("", role="edit", kind="ClusterRole", wide=True)
    assert told("", role="cluster-admin", kind="ClusterRole", wide=True) == ["does anything in the whole cluster"]
    assert told("", role="view", kind="ClusterRole") == [
        "reads configuration in its namespace",
        "reads the logs of pods in its namespace",
    ]


def test_aggregated_roles() -> None:
    text = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: 'yes'}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: piece, labels: {part: 'yes'}}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
"""
    graph = draw(ACCOUNT, text, bound("", role="whole", kind="ClusterRole", wide=True))

    assert [p.text for p in graph.powers[RUNNER]] == ["reads secrets in the whole cluster"]


def test_an_identity_that_training_and_serving_share() -> None:
    serve = deployment("serve", "args: [--model=a/b]", "vllm/vllm-openai:v1", "serviceAccountName: runner")
    train = """
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  template:
    spec:
      serviceAccountName: runner
      restartPolicy: Never
      containers: [{name: t, image: 'pytorch:1', command: [torchrun, train.py], resources: {limits: {nvidia.com/gpu: 1}}}]
"""
    graph = draw(ACCOUNT, serve, train)

    assert one(graph, "ServiceAccount/runner").facts["roles"] == "online-inference, training"


GRAPH = """
apiVersion: serving.kserve.io/v1alpha1
kind: InferenceGraph
metadata: {name: chain}
spec: {nodes: {root: {routerType: Sequence, steps: [{serviceName: iris}]}}}
"""


def test_the_router_of_an_inference_graph_runs_as_default() -> None:
    found = edges(draw(GRAPH), "runs-as")["workload/-/InferenceGraph/chain", "identity/-/ServiceAccount/default"]

    assert lines(found) == ["3:chain"]
    assert found.certain
    assert found.facts["token"] == "unknown"


def sandboxes(account: str = "", pool: str = "runtime") -> str:
    return f"""
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxTemplate
metadata: {{name: python}}
spec: {{podTemplate: {{spec: {{{account} automountServiceAccountToken: false, containers: [{{name: c, image: 'x:1'}}]}}}}}}
---
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxWarmPool
metadata: {{name: runtime}}
spec: {{replicas: 2, sandboxTemplateRef: {{name: python}}}}
---
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxClaim
metadata: {{name: one}}
spec: {{warmPoolRef: {{name: {pool}}}}}
"""


def test_sandboxes_of_pools_and_claims_run_as_their_template_says() -> None:
    graph = draw(sandboxes("serviceAccountName: runner,"), ACCOUNT, bound(rule("get", "secrets")))
    found = edges(graph, "runs-as")

    assert {s for s, t in found if t == RUNNER} == {
        "workload/-/SandboxTemplate/python",
        "workload/-/SandboxWarmPool/runtime",
        "workload/-/SandboxClaim/one",
    }
    assert lines(found["workload/-/SandboxClaim/one", RUNNER]) == ["4:runner"]
    assert found["workload/-/SandboxWarmPool/runtime", RUNNER].facts["token"] == "not mounted"
    assert [p.kind for p in graph.powers[RUNNER]] == ["read-secrets"]
    assert ("workload/-/SandboxClaim/one", "workload/-/SandboxWarmPool/runtime") in edges(graph, "depends-on")


def test_sandboxes_of_a_template_without_an_account_run_as_default() -> None:
    found = edges(draw(sandboxes()), "runs-as")

    assert {s.rpartition("/")[2] for s, t in found if t.endswith("/default")} == {"runtime", "one"}
    assert lines(found["workload/-/SandboxWarmPool/runtime", "identity/-/ServiceAccount/default"]) == ["9:python"]


def test_a_pool_whose_template_is_not_there_runs_as_nobody_knows() -> None:
    assert {s for s, _ in edges(draw(sandboxes(pool="other")), "runs-as")} == {"workload/-/SandboxWarmPool/runtime"}
