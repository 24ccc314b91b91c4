"""What is referred to and not in the scan: unknown, unless the scan is said to be complete."""

from __future__ import annotations

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.finding import Verdict
from hullmark.model.resource import Resource
from hullmark.model.terms import Outcome
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

DANGLING = [c for c in checks() if c.id.startswith("dangling-")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: chat, namespace: ml}}
spec:
  {spec}
"""
SECRET = POD.format(
    spec="containers: [{name: c, image: a, env: [{name: T, valueFrom: {secretKeyRef: {name: hub, key: token}}}]}]"
)
CLAIM = POD.format(spec="volumes: [{name: v, persistentVolumeClaim: {claimName: weights}}]\n  containers: [{name: c}]")
ACCOUNT = POD.format(spec="serviceAccountName: reader\n  containers: [{name: c, image: a}]")
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: ml}
spec: {selector: {app: chat}}
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: chat, namespace: ml}
spec: {scaleTargetRef: {kind: Deployment, name: chat}, maxReplicas: 3}
"""
ROUTE = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: chat, namespace: ml}
spec: {defaultBackend: {service: {name: chat, port: {name: http}}}}
"""
CASES = {
    "Secret 'hub' is not there": SECRET,
    "PersistentVolumeClaim 'weights' is not there": CLAIM,
    "ServiceAccount 'reader' is not there": ACCOUNT,
    "service 'chat' selects no pods": SERVICE,
    "'chat' leads to Service 'chat', which is not there": ROUTE,
    "'chat' scales Deployment 'chat', which is not there": SCALER,
}


def outcomes(text: str, *, complete: bool) -> list[Verdict]:
    found = [r for r in resources(Source("a.yaml", text)) if isinstance(r, Resource)]
    every = verdicts(build(found, complete=complete), DANGLING)
    return [v for v in every if v.outcome is not Outcome.PASS]


@pytest.mark.parametrize(("message", "text"), CASES.items())
def test_what_is_not_in_the_scan_is_unknown_unless_it_is_complete(message: str, text: str) -> None:
    (open_case,) = outcomes(text, complete=False)
    (closed,) = outcomes(text, complete=True)

    assert (open_case.outcome, open_case.findings) == (Outcome.UNKNOWN, ())
    assert [f.message for f in closed.findings] == [message]


@pytest.mark.parametrize(
    "maker",
    [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: hub, namespace: ml}\nstringData: {token: x}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: hub, namespace: ml}\n",  # another program fills it in
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: ml}\n"
        "spec: {target: {name: hub}}\n",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: hub, namespace: ml}\n",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: hub, namespace: ml}\n",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x, namespace: ml}\nspec: {secretName: hub}\n",
        "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: x, namespace: ml}\n"
        "spec: {secretObjects: [{secretName: hub}]}\n",
    ],
)
@pytest.mark.parametrize("complete", [False, True])
def test_what_something_in_the_scan_makes_is_there(maker: str, complete: bool) -> None:
    assert outcomes(SECRET + "---\n" + maker, complete=complete) == []


def test_what_an_operator_may_make_stays_unknown() -> None:
    maker = "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: x}\n"
    (verdict,) = outcomes(SECRET + "---\n" + maker, complete=True)

    assert verdict.outcome is Outcome.UNKNOWN


def test_optional_references_may_dangle() -> None:
    assert outcomes(SECRET.replace("key: token", "key: token, optional: true"), complete=True) == []


def test_a_namesake_elsewhere_is_named() -> None:
    other = "apiVersion: v1\nkind: Secret\nmetadata: {name: hub, namespace: web}\n"
    (verdict,) = outcomes(SECRET + "---\n" + other, complete=True)

    assert [why for f in verdict.findings for _, why in f.related] == ["one of this name is in namespace 'web'"]


@pytest.mark.parametrize("complete", [False, True])
def test_a_claim_of_a_volume_that_a_template_replaces_need_not_be_there(complete: bool) -> None:
    text = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: ml}
spec:
  selector: {matchLabels: {app: db}}
  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: a}], volumes: [{name: d, persistentVolumeClaim: {claimName: gone}}]}
"""
    assert outcomes(text, complete=complete) == []


def test_nulls_are_absent() -> None:
    text = POD.format(
        spec="volumes: [{name: v, configMap: null}]\n  containers: [{name: c, envFrom: [{secretRef: null}]}]"
    )

    assert outcomes(text, complete=True) == []


@pytest.mark.parametrize("port", ["{name: http}", "{number: 80}"])
def test_a_port_is_found_by_name_and_by_number(port: str) -> None:
    made = "apiVersion: v1\nkind: Service\nmetadata: {name: chat, namespace: ml}\n"
    made += "spec: {type: ExternalName, ports: [{name: http, port: 80}]}\n"

    assert outcomes(ROUTE.replace("{name: http}", port) + "---\n" + made, complete=True) == []


def test_a_service_of_knative_has_ports_of_its_own() -> None:
    made = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: chat, namespace: ml}\nspec: {}\n"

    assert outcomes(ROUTE + "---\n" + made, complete=True) == []


CROSSING = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat, namespace: infra}
spec: {rules: [{backendRefs: [{name: chat, namespace: ml, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: ml}
spec: {type: ExternalName, externalName: chat.example.com, ports: [{port: 80}]}
"""
GRANT = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: g, namespace: ml}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}]
  to: [{group: '', kind: Service}]
"""


def test_a_reference_across_namespaces_needs_a_grant() -> None:
    (open_case,) = outcomes(CROSSING, complete=False)
    (closed,) = outcomes(CROSSING, complete=True)

    assert "whether a ReferenceGrant of namespace 'ml' permits it" in open_case.reason
    assert [f.message for f in closed.findings] == [
        "'chat' leads to Service 'chat' of namespace 'ml', which permits no such reference"
    ]
    assert outcomes(CROSSING + GRANT, complete=False) == outcomes(CROSSING + GRANT, complete=True) == []
    assert outcomes(CROSSING.replace("infra", "ml"), complete=True) == []
