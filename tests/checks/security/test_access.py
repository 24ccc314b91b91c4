"""How bad findings about access and supply chains are, which pages and cases do not say."""

from __future__ import annotations

import pytest
from test_security import findings

from hullmark.model.terms import Severity

POD = "      containers: [{{name: c, image: '{image}', {rest}}}]\n"


def deployment(image: str, rest: str = "", name: str = "a") -> str:
    head = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: a}}}}\n"
    return (
        f"{head}  template:\n    metadata: {{labels: {{app: a}}}}\n    spec:\n{POD.format(image=image, rest=rest)}---\n"
    )


def service(extra: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{selector: {{app: a}}, ports: [{{port: 8000}}], {extra}}}\n---\n"


def policy() -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
        "spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress]}\n"
    )


def head(extra: str, spec: str = "") -> str:
    container = "{containers: [{name: h, image: 'rayproject/ray:2.52.0'}]}"
    cluster = f"apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {{name: r}}\nspec:\n{spec}  headGroupSpec:\n"
    return f"{cluster}    {extra}\n    template: {{spec: {container}}}\n"


def ingress(notes: str) -> str:
    backend = "backend: {service: {name: r-head-svc, port: {number: 8265}}}"
    meta = f"metadata: {{name: r, annotations: {{{notes}}}}}"
    return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\n{meta}\nspec: {{rules: [{{http: {{paths: [{{path: /, {backend}}}]}}}}]}}\n"


VLLM, QDRANT, NOTEBOOK = (
    "vllm/vllm-openai:v0.18.0",
    "qdrant/qdrant:v1.15.0",
    "quay.io/jupyter/scipy-notebook:2025-10-20",
)
COMMIT = "005ad3404e59d6023443cb575daa05336842228a"
PUBLIC = service("type: LoadBalancer")
TRUST = "args: [--trust-remote-code, '--model={}']"
NO_TOKEN = "args: [start-notebook.sh, --ServerApp.token=]"
INSTALL = "command: [pip, install, x]"
PIPE = "command: [sh, -c, 'curl https://get.example | sh']"


@pytest.mark.parametrize(
    ("check", "text", "severity"),
    [
        ("unauthenticated-public-inference", deployment(VLLM) + PUBLIC, None),
        (
            "unauthenticated-public-inference",
            deployment(VLLM) + service("type: LoadBalancer, loadBalancerSourceRanges: [8.8.8.0/24]"),
            Severity.HIGH,
        ),
        ("exposed-ray-control-plane", head("serviceType: LoadBalancer"), None),
        (
            "exposed-ray-control-plane",
            head("serviceType: LoadBalancer", "  authOptions: {mode: token}\n"),
            Severity.HIGH,
        ),
        (
            "exposed-ray-control-plane",
            head(
                "headService: {metadata: {annotations: {networking.gke.io/load-balancer-type: Internal}}, spec: {type: LoadBalancer}}"
            ),
            Severity.HIGH,
        ),
        ("exposed-ray-control-plane", ingress("x: y"), None),
        ("exposed-ray-control-plane", ingress("nginx.ingress.kubernetes.io/auth-url: 'https://l'"), Severity.HIGH),
        ("exposed-ray-control-plane", ingress("nginx.ingress.kubernetes.io/ssl-passthrough: 'true'"), Severity.HIGH),
        ("trusted-remote-code", deployment(VLLM, TRUST.format("acme/chat")), Severity.CRITICAL),
        ("trusted-remote-code", deployment(VLLM, TRUST.format("/models/chat")), Severity.MEDIUM),
        (
            "trusted-remote-code",
            deployment(VLLM, f"args: [--trust-remote-code, --model=acme/chat, --revision={COMMIT}]"),
            Severity.MEDIUM,
        ),
        ("unpinned-model", deployment(VLLM, "args: [--model=acme/chat]"), None),
        ("unpinned-model", deployment(VLLM, "args: [--model=acme/chat, --revision=main]"), Severity.LOW),
        ("unsafe-weight-format", deployment(VLLM, "args: [--model=acme/chat, --load-format=pt]"), None),
        ("unsafe-weight-format", deployment(VLLM, "args: [--model=/m, --load-format=pt]"), Severity.MEDIUM),
        ("package-install-at-start", deployment("python:3.12", INSTALL), None),
        ("package-install-at-start", deployment("python:3.12", PIPE), Severity.HIGH),
        ("package-install-at-start", deployment("ghcr.io/acme/github-mcp-server:1.2", INSTALL), Severity.HIGH),
        ("package-install-at-start", deployment("python:3.12", "command: [uvx, mcp-server-fetch]"), Severity.HIGH),
        ("unauthenticated-vector-store", deployment(QDRANT) + service("type: ClusterIP"), None),
        ("unauthenticated-vector-store", deployment(QDRANT) + PUBLIC, Severity.CRITICAL),
        ("unauthenticated-vector-store", deployment(QDRANT) + policy(), Severity.MEDIUM),
        ("ephemeral-vector-store", deployment(QDRANT), None),
        ("ephemeral-vector-store", deployment(QDRANT, name="answer-cache"), Severity.LOW),
        ("unauthenticated-notebook", deployment(NOTEBOOK, NO_TOKEN), None),
        ("unauthenticated-notebook", deployment(NOTEBOOK, NO_TOKEN) + PUBLIC, Severity.CRITICAL),
        (
            "unauthenticated-notebook",
            deployment(NOTEBOOK, "args: [x, --ServerApp.disable_check_xsrf=True]"),
            Severity.MEDIUM,
        ),
    ],
)
def test_severity(check: str, text: str, severity: Severity | None) -> None:
    assert [f.severity for f in findings(check, text)] == [severity]


def test_old_ray_is_not_told_to_demand_a_token() -> None:
    (found,) = findings("unauthenticated-ray-control-plane", head("rayStartParams: {}", "  rayVersion: '2.46.0'\n"))

    assert "move from Ray 2.46.0 to 2.52" in found.advice
