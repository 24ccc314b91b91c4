"""Agents, MCP servers and the sandboxes agents run code in.

Sources: the CRDs of kagent-dev/kagent, stacklok/toolhive and kubernetes-sigs/agent-sandbox.
"""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.assemble import Fields, flat
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Count, Kind, Pods, Table
from hullmark.recognise.toolhive import server

_AGENT = Fields(
    "kagent",
    container="command=cmd args resources securityContext volumeMounts imagePullPolicy",
    pod="volumes imagePullSecrets tolerations affinity nodeSelector serviceAccountName securityContext=podSecurityContext",
)
_KAGENT = (
    Pods("spec.byo.deployment", labels={"app": "kagent", "kagent": "{name}"}, assemble=flat(_AGENT)),
    Pods("spec.declarative.deployment", labels={"app": "kagent", "kagent": "{name}"}, assemble=flat(_AGENT)),
)
_BY_OPERATOR = frozenset({"image", "command", "readiness-probe", "resources"})
_SANDBOX = Pods("spec", "podTemplate", replicas=ONE)
_NAME = {"toolhive-name": "{name}"}


def _proxy(name: str) -> Kind:
    """A server of ToolHive's own, of which the object shows only what is laid over it."""
    injected = frozenset({"image", "command", "security-context", "liveness-probe", "readiness-probe", "resources"})
    return Kind((Pods(labels=_NAME, assemble=server(name)),), Role.MCP_SERVER, injected=injected)


KINDS: Table = {
    "Agent.kagent.dev": Kind(_KAGENT, Role.AGENT, injected=_BY_OPERATOR),
    "SandboxAgent.kagent.dev": Kind(_KAGENT, Role.AGENT, injected=_BY_OPERATOR),
    "AgentHarness.kagent.dev": Kind(_KAGENT, Role.AGENT, injected=_BY_OPERATOR),
    "MCPServer.kagent.dev": Kind((Pods("spec.deployment", assemble=flat(_AGENT)),), Role.MCP_SERVER),
    "ToolServer.kagent.dev": Kind((), Role.MCP_SERVER),
    "RemoteMCPServer.kagent.dev": Kind((), Role.MCP_SERVER),
    "MCPServer.toolhive.stacklok.dev": Kind(
        (Pods(replicas=Count("backendReplicas"), labels=_NAME, assemble=server("mcp")),),
        Role.MCP_SERVER,
        injected=frozenset({"security-context"}),
    ),
    "VirtualMCPServer.toolhive.stacklok.dev": _proxy("vmcp"),
    "MCPRemoteProxy.toolhive.stacklok.dev": _proxy("toolhive"),
    "MCPServerEntry.toolhive.stacklok.dev": Kind((), Role.MCP_SERVER),
    "EmbeddingServer.toolhive.stacklok.dev": Kind((Pods(assemble=server("embedding")),), Role.EMBEDDING),
    "Sandbox.agents.x-k8s.io": Kind((_SANDBOX,), Role.AGENT),
    "SandboxTemplate.extensions.agents.x-k8s.io": Kind(
        (_SANDBOX._replace(replicas=CLUSTER_DECIDES),), Role.AGENT, template=True
    ),
    "SandboxWarmPool.extensions.agents.x-k8s.io": Kind((), Role.AGENT),
    "SandboxClaim.extensions.agents.x-k8s.io": Kind((), Role.AGENT),
}
"""Kinds of agents and their tools."""
