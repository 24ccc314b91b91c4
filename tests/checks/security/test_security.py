"""What pages cannot say about security findings: severities, safety, and that credentials stay out of words."""

from __future__ import annotations

import pytest

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Safety, Severity
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source

CHECKS = {c.id: c for c in checks()}


def findings(check: str, text: str) -> list[Finding]:
    objects = [o for o in resources(Source("a.yaml", text)) if isinstance(o, Resource)]
    return [f for v in verdicts(build(objects), [CHECKS[check]]) for f in v.findings]


def pod(container: str = "", spec: str = "") -> str:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
    return f"{head}  containers: [{{name: m, image: 'x:1', {container}}}]\n{spec}"


def capability(name: str) -> str:
    return pod(f"securityContext: {{capabilities: {{add: [{name}]}}}}")


def mounted(path: str, *, read_only: bool) -> str:
    mount = f"volumeMounts: [{{name: v, mountPath: /x, readOnly: {str(read_only).lower()}}}]"
    return pod(mount, f"  volumes: [{{name: v, hostPath: {{path: {path}}}}}]\n")


def variable(value: str) -> str:
    return pod(f"env: [{{name: API_KEY, value: {value!r}}}]")


@pytest.mark.parametrize(
    ("check", "text", "severity"),
    [
        ("added-capability", capability("SYS_ADMIN"), Severity.CRITICAL),
        ("added-capability", capability("SYS_PTRACE"), Severity.HIGH),
        ("added-capability", capability("NET_RAW"), Severity.MEDIUM),
        ("added-capability", capability("IPC_LOCK"), Severity.LOW),
        ("sensitive-host-path", mounted("/", read_only=False), Severity.CRITICAL),
        ("sensitive-host-path", mounted("/proc", read_only=False), Severity.HIGH),
        ("sensitive-host-path", mounted("/proc", read_only=True), Severity.MEDIUM),
        ("plaintext-secret-in-env", variable("9f86d081884c7d659a2feaa0c55ad015"), Severity.CRITICAL),
        ("plaintext-secret-in-env", variable("letmein"), Severity.HIGH),
        ("plaintext-secret-in-env", variable("<key>"), Severity.MEDIUM),
        ("host-network", pod("resources: {limits: {rdma/ib: 1}}", "  hostNetwork: true\n"), Severity.LOW),
        ("host-network", pod("", "  hostNetwork: true\n"), None),
    ],
)
def test_severity(check: str, text: str, severity: Severity | None) -> None:
    assert [f.severity for f in findings(check, text)] == [severity]


@pytest.mark.parametrize("value", ["9f86d081884c7d659a2feaa0c55ad015", "letmein"])
def test_credentials_are_marked_and_not_repeated(value: str) -> None:
    (found,) = findings("plaintext-secret-in-env", variable(value))

    assert found.secret
    assert found.at.source.text[found.at.span.start : found.at.span.end].strip("'") == value
    assert value not in f"{found.message}{found.label}{found.advice}"
    assert found.fix is not None
    assert found.fix.safety is Safety.UNSAFE
    assert value not in "".join(e.text for e in found.fix.edits)


@pytest.mark.parametrize(
    ("context", "safety"),
    [("{runAsNonRoot: true}", Safety.SAFE), ("{runAsUser: 5}", Safety.SAFE), ("{}", Safety.UNSAFE)],
)
def test_dropping_capabilities_is_safe_for_who_is_not_root(context: str, safety: Safety) -> None:
    (found,) = findings("undropped-capabilities", pod(f"securityContext: {context}"))

    assert found.fix is not None
    assert found.fix.safety is safety


def test_programs_that_call_sudo_are_not_hardened_unseen() -> None:
    (found,) = findings("unset-privilege-escalation", pod("command: [sudo, serve]"))

    assert found.fix is not None
    assert found.fix.safety is Safety.UNSAFE
