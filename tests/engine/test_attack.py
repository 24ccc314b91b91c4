"""Attack paths: each rule leads on where it should and nowhere else, and a repair that is counted really cuts."""

from __future__ import annotations

import pytest
from tests.engine.scanning import result

from hullmark.checks.registry import checks
from hullmark.engine.attack import search as looking
from hullmark.engine.attack.attack import Attack, attacks
from hullmark.engine.attack.path import Entry, Gain, Hold, Path, Prize, Stand, Step
from hullmark.engine.attack.prizes import KINDS
from hullmark.engine.attack.search import search
from hullmark.engine.attack.techniques import TECHNIQUES
from hullmark.engine.merge import merge
from hullmark.sources import Reading
from hullmark.sources.unit import Unit


def attack(text: str) -> Attack:
    found = merge([(Unit("deploy", "manifests", Reading((), (), (), 1)), result(text, checks()))])
    (made,) = attacks(found)
    return made


def ways(text: str, kind: str = "") -> list[Path]:
    return [path for path in attack(text).paths if not kind or path.prize.kind == kind]


def deployment(name: str, container: str, pod: str = "") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: ml}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      {pod or "automountServiceAccountToken: false"}
      containers:
        - name: main
          {container}
---
"""


def service(name: str, port: int, kind: str = "ClusterIP") -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: ml}}
spec: {{type: {kind}, selector: {{app: {name}}}, ports: [{{port: {port}}}]}}
---
"""


VLLM = deployment(
    "chat",
    "image: vllm/vllm-openai:v0.11.0\n          args: [--model, org/model]\n          ports: [{containerPort: 8000}]\n"
    "          resources: {limits: {nvidia.com/gpu: 1}}",
)
NOTEBOOK = deployment(
    "lab",
    "image: quay.io/jupyter/scipy-notebook:2025-01-01\n          args: [start-notebook.sh, --NotebookApp.token='']\n"
    "          ports: [{containerPort: 8888}]\n          securityContext: {privileged: true}",
    "serviceAccountName: lab",
)
ADMIN = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: lab, namespace: ml}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: lab}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: lab, namespace: ml}]
---
"""


def test_a_public_model_server_gives_away_its_accelerators() -> None:
    (path,) = ways(VLLM + service("chat", 8000, "LoadBalancer"), "accelerators")

    assert path.entry.text == "anybody on the internet"
    assert [s.check for s in path.findings] == ["unauthenticated-public-inference"]
    assert path.cost == 2
    assert path.unknown == ()


CROSSING = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat, namespace: infra}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: chat, namespace: ml, port: 8000}]}]}
---
"""
PERMIT = """\
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: infra, namespace: ml}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}]
  to: [{group: '', kind: Service}]
"""


def test_a_path_through_a_route_that_may_not_be_permitted_says_so() -> None:
    (path,) = ways(VLLM + service("chat", 8000) + CROSSING, "accelerators")
    (permitted,) = ways(VLLM + service("chat", 8000) + CROSSING + PERMIT, "accelerators")

    assert "whether a ReferenceGrant of namespace 'ml' permits it is not in the scan" in path.unknown
    assert path.findings == ()
    assert permitted.unknown == ()
    assert [s.check for s in permitted.findings] == ["unauthenticated-public-inference"]


def test_what_is_not_reached_is_not_attacked() -> None:
    assert ways(VLLM) == []
    assert ways(VLLM + service("chat", 8000)) == []


def test_a_public_notebook_ends_in_the_whole_cluster_and_on_its_node() -> None:
    found = ways(NOTEBOOK + service("lab", 8888, "LoadBalancer") + ADMIN)
    kinds = {(path.entry.text, path.prize.kind) for path in found}

    assert ("anybody on the internet", "cluster-admin") in kinds
    assert ("anybody on the internet", "node") in kinds
    assert found[0].prize.kind == "cluster-admin"
    steps = [step.text for step in next(p for p in found if p.entry.text == "anybody on the internet").steps]
    assert steps[-2:] == ["takes the token of account 'lab'", "does anything in the whole cluster, as 'lab'"]


def test_a_token_that_is_not_mounted_is_not_taken() -> None:
    safe = NOTEBOOK.replace(
        "serviceAccountName: lab", "serviceAccountName: lab\n      automountServiceAccountToken: false"
    )
    kinds = {path.prize.kind for path in ways(safe + service("lab", 8888, "LoadBalancer") + ADMIN)}

    assert "cluster-admin" not in kinds
    assert "node" in kinds


def test_a_repair_that_is_counted_cuts() -> None:
    text = NOTEBOOK + service("lab", 8888, "LoadBalancer") + ADMIN
    made = attack(text)
    admin = next(c for c in made.chokes if c.checks == ("cluster-admin-binding",))
    without = attack(NOTEBOOK + service("lab", 8888, "LoadBalancer"))

    assert admin.of == len(made.paths)
    assert admin.cut == len(made.paths) - len(without.paths) > 0


def test_a_model_that_others_publish_is_a_way_in() -> None:
    remote = VLLM.replace("[--model, org/model]", "[--model, org/model, --trust-remote-code]")
    (path,) = ways(remote, "accelerators")

    assert path.entry.text == "whoever can change model 'org/model' where it is published"
    assert {s.check for s in path.findings} == {"trusted-remote-code", "unpinned-model"}


def test_a_pinned_model_stays_what_it_is() -> None:
    pinned = VLLM.replace(
        "[--model, org/model]",
        "[--model, org/model, --trust-remote-code, --revision, 0123456789abcdef0123456789abcdef01234567]",
    )

    assert ways(pinned) == []


def test_pinning_a_model_cuts_what_its_publisher_can_do() -> None:
    made = attack(VLLM.replace("[--model, org/model]", "[--model, org/model, --trust-remote-code]"))

    assert {choke.checks for choke in made.chokes} == {("trusted-remote-code",), ("unpinned-model",)}


def test_nobody_wins_what_they_have_by_coming_in() -> None:
    bucket = VLLM.replace("[--model, org/model]", "[--model, s3://weights/model, --trust-remote-code]")
    lab = NOTEBOOK.replace("securityContext: {privileged: true}", "resources: {limits: {nvidia.com/gpu: 1}}")

    assert "model-weights" not in {path.prize.kind for path in ways(bucket)}
    assert all(path.steps for path in ways(lab, "accelerators"))


def test_an_agent_is_only_assumed_to_have_tools_that_go_so_far() -> None:
    agent = deployment("agent", "image: langchain/langgraph-api:3.11\n          ports: [{containerPort: 8000}]")
    secret = "          env: [{name: KEY, valueFrom: {secretKeyRef: {name: key, key: k}}}]\n---\n"
    (path,) = ways(agent.replace("---\n", "") + secret + service("agent", 8000, "LoadBalancer"), "secrets")

    assert path.unknown[-1] == "how far the tools of 'agent' go cannot be seen"


def test_whoever_stands_before_a_store_is_only_assumed_to_pass_everything_on() -> None:
    ui = deployment(
        "ui",
        "image: ghcr.io/open-webui/open-webui:v0.6.5\n          ports: [{containerPort: 8080}]\n"
        "          env: [{name: WEBUI_AUTH, value: 'False'}, {name: VECTOR_DB, value: qdrant}, {name: QDRANT_URI, value: 'http://vectors:6333'}]",
    )
    store = deployment("vectors", "image: qdrant/qdrant:v1.15.0\n          ports: [{containerPort: 6333}]")
    (path,) = ways(ui + service("ui", 8080, "LoadBalancer") + store + service("vectors", 6333), "data")

    assert path.unknown == ("that 'ui' asks 'vectors' for whatever it is told",)


def test_ways_that_several_findings_open_are_cut_by_mending_all() -> None:
    ray = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray, namespace: ml}
spec:
  headGroupSpec:
    serviceType: LoadBalancer
    rayStartParams: {dashboard-host: 0.0.0.0}
    template:
      spec:
        containers:
          - {name: head, image: "rayproject/ray:2.50.0", resources: {limits: {nvidia.com/gpu: 1}}}
"""
    best = attack(ray).chokes[0]

    assert best.checks == ("exposed-ray-control-plane", "unauthenticated-ray-control-plane")
    assert best.cut == best.of


def test_what_had_to_be_assumed_is_said() -> None:
    ui = deployment(
        "ui",
        "image: ghcr.io/acme/gradio:5.0\n          ports: [{containerPort: 8080}]\n"
        "          env: [{name: OPENAI_BASE_URL, value: 'http://chat:8000/v1'}]",
    )
    found = ways(ui + service("ui", 8080, "LoadBalancer") + VLLM + service("chat", 8000), "accelerators")

    assert found
    assert all(path.unknown == ("whether it asks its users for a name cannot be seen",) for path in found)


def test_only_known_techniques_and_prizes_are_named() -> None:
    text = NOTEBOOK + service("lab", 8888, "LoadBalancer") + ADMIN + VLLM + service("chat", 8000, "LoadBalancer")
    names = {name for path in ways(text) for step in path.steps for name in step.techniques}

    assert names <= set(TECHNIQUES)
    assert {path.prize.kind for path in ways(text)} <= set(KINDS)
    assert all(name in TECHNIQUES for _, _, used in KINDS.values() for name in used)


def test_the_same_text_gives_the_same_paths() -> None:
    text = NOTEBOOK + service("lab", 8888, "LoadBalancer") + ADMIN
    one, other = ([(p.entry.text, p.prize, p.components) for p in ways(text)] for _ in range(2))

    assert one == other


def test_of_several_ways_the_cheapest_is_taken() -> None:
    a, b, c = (Stand(name, Hold.CONTROL) for name in "abc")
    steps = {
        a: [Step(a, b, "far", (), cost=1), Step(a, c, "straight", (), cost=5)],
        b: [Step(b, c, "on", (), cost=1), Step(b, a, "back", (), cost=1)],
    }
    prize = Prize("data", "it", 4)
    (path,) = search([Entry(a, "x")], lambda s: steps.get(s, []), lambda s: [Gain(prize)] if s == c else [])

    assert [step.text for step in path.steps] == ["far", "on"]
    assert path.cost == 2
    assert path.components == ("a", "b", "c")


def test_a_stand_that_leads_to_very_many_is_left_only_by_ways_that_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry gets what it would get if all steps from there were followed, also where the first is its own anyway."""
    hub = Stand("hub", Hold.REACH)
    doors = [Stand(f"door-{n}", Hold.CONTROL) for n in range(5)]
    rooms = [Stand(f"room-{n}", Hold.REACH) for n in range(600)]
    halls = [Stand(f"hall-{n}", Hold.CONTROL) for n in range(5)]
    steps = {door: [Step(door, hall, "goes in", ())] for door, hall in zip(doors, halls, strict=True)}
    steps |= {hall: [Step(hall, hub, "looks around", (), cost=n)] for n, hall in enumerate(halls)}
    steps[hub] = [Step(hub, room, "enters", (), cost=1 + (n * 7) % 5) for n, room in enumerate(rooms)]
    steps[rooms[3]] = [Step(rooms[3], rooms[599], "passes through", (), cost=0)]
    steps[doors[4]].append(Step(doors[4], rooms[250], "climbs", (), cost=1))
    prizes = {
        room: [Gain(Prize("data", f"{n % 9}", 4), of=f"door-{n % 10 // 2}")] for n, room in enumerate(rooms) if n % 2
    }
    prizes[rooms[250]] = [Gain(Prize("data", "8", 4)), Gain(Prize("data", "rare", 4))]
    entries = [Entry(door, door.component, given=frozenset({"data"})) for door in doors]

    def found() -> list[Path]:
        return search(entries, lambda s: steps.get(s, []), lambda s: prizes.get(s, []))

    narrowed = found()
    monkeypatch.setattr(looking, "_MANY", 10_000)

    assert narrowed == found()
    assert len(narrowed) == 5 * 10
    assert [p.components for p in narrowed if p.prize.text == "rare"][-1] == ("door-3", "hall-3", "hub", "room-250")


AGENT = (
    deployment(
        "agent",
        "image: langchain/langgraph-api:3.11\n          ports: [{containerPort: 8000}]",
        "serviceAccountName: agent",
    )
    + service("agent", 8000, "LoadBalancer")
    + """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: runs, namespace: ml}
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runs, namespace: ml}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runs}
subjects: [{kind: ServiceAccount, name: agent}]
---
"""
)


def boss(namespace: str) -> str:
    return f"""\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: boss}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}
subjects: [{{kind: ServiceAccount, name: boss, namespace: {namespace}}}]
"""


def test_whoever_runs_pods_runs_them_as_the_strongest_account_of_the_namespace() -> None:
    (path,) = ways(AGENT + boss("ml"), "cluster-admin")

    assert [step.target.component for step in path.steps][-2:] == [
        "identity/ml/ServiceAccount/boss",
        "trust-boundary/cluster",
    ]
    assert "cluster-admin-binding" in {f.check for f in path.steps[-1].findings}
    assert all(step.evidence for step in path.steps[-2:])


def test_an_account_of_another_namespace_is_out_of_reach() -> None:
    assert not ways(AGENT + boss("kube-system"), "cluster-admin")


def test_whoever_runs_pods_mounts_the_secrets_of_the_namespace() -> None:
    assert {p.prize.text for p in ways(AGENT, "secrets")} == {"all secrets of namespace 'ml'"}


NAMESPACES = "".join(
    f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{kubernetes.io/metadata.name: {name}}}}}\n---\n"
    for name in ("ml", "lab", "shop")
)
REFUSING = """\
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: lock}
spec:
  priority: 10
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: ml}}}
  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: WHO}}}]}]
---
"""
INDEX = deployment("index", "image: qdrant/qdrant:v1.14.0\n          ports: [{containerPort: 6333}]") + service(
    "index", 6333
)
WORKBENCH = deployment("lab", "image: quay.io/jupyter/scipy-notebook:2025-01-01").replace(
    "namespace: ml", "namespace: lab"
)


def test_whom_a_policy_refuses_does_not_get_there_by_way_of_the_cluster() -> None:
    text = NAMESPACES + INDEX + WORKBENCH

    assert [p.prize.kind for p in ways(text)] == ["data"]
    assert not ways(text + REFUSING.replace("WHO", "lab"))


def test_whom_a_policy_does_not_name_still_gets_there() -> None:
    (path,) = ways(NAMESPACES + INDEX + WORKBENCH + REFUSING.replace("WHO", "shop"))

    assert [s.target.component.rpartition("/")[2] for s in path.steps] == ["index", "index"]
    assert not any(step.unknown for step in path.steps)


CLOSED = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: index, namespace: ml}
spec:
  podSelector: {matchLabels: {app: index}}
  policyTypes: [Ingress]
  ingress: [{from: [PEER]}]
---
"""


def closed(peer: str, more: str = "") -> list[Path]:
    return ways(NAMESPACES + INDEX + WORKBENCH + CLOSED.replace("PEER", peer) + more)


def test_what_is_closed_to_others_is_reached_by_whom_it_is_open_to() -> None:
    from_lab = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab}}"
    (whole,) = closed(f"{{{from_lab}}}")
    (named,) = closed(f"{{{from_lab}, podSelector: {{matchLabels: {{app: lab}}}}}}")

    assert whole.prize.kind == named.prize.kind == "data"
    assert [e.text for e in whole.steps[0].evidence] == ["NetworkPolicy 'index'"]
    assert not closed("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}")


def test_an_open_door_is_no_use_to_whom_an_administrator_refuses() -> None:
    opened = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab}}}"

    assert not closed(opened, REFUSING.replace("WHO", "lab"))


def test_every_step_says_what_shows_it() -> None:
    steps = [step for path in ways(AGENT + boss("ml") + INDEX) for step in path.steps]

    assert "uses 'agent' as anybody does" in {step.text for step in steps}
    assert all(any(e.place for e in step.evidence) or step.findings for step in steps)
