"""What is not known to be open is shown as that: in the inventory, in JSON, in the note of a finding."""

from __future__ import annotations

from tests.engine.scanning import result
from tests.graph.graph_manifests import CHAT

from hullmark.checks.registry import checks
from hullmark.model.terms import Outcome, Reach
from hullmark.report.workloads import workloads

TEXT = f"""{CHAT}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: chat, namespace: infra}}
spec: {{parentRefs: [{{name: edge}}], rules: [{{backendRefs: [{{name: chat, namespace: ml, port: 80}}]}}]}}
"""


def test_what_may_be_public_is_shown_as_that() -> None:
    found = result(TEXT, checks())
    arch = found.architecture
    [shown] = workloads(arch, arch.workloads)
    unauthenticated = [v for v in found.undecided if v.check == "unauthenticated-public-inference"]

    assert (shown["exposure"], shown["impact"]) == ("cluster", "moderate")
    assert shown["exposure_unknown"] == "whether a ReferenceGrant of namespace 'ml' permits it is not in the scan"
    assert [(v.outcome, v.reason) for v in unauthenticated] == [(Outcome.UNKNOWN, shown["exposure_unknown"])]
    assert {s.reach for s in found.findings if s.subject.kind == "Deployment"} == {Reach.CLUSTER}
    assert not [s for s in found.findings if s.check == "unauthenticated-public-inference"]
