"""Tool server takes calls from anyone.

A Model Context Protocol server acts with its own credentials on behalf of whoever calls it. Without authentication that is every pod that reaches its port, among them one
that a prompt has turned.

Servers that speak over standard input inside one pod have no port and are not reported; ToolHive publishes those over HTTP, so there it counts.

To fix it, configure OIDC (`oidcConfigRef` of an MCPServer, `securityPolicy` of an MCPRoute), and admit only the agent by a NetworkPolicy.

```yaml bad
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPServer
metadata:
  name: fetch  # finding: tool server 'fetch' takes calls from anyone who reaches it
spec:
  image: ghcr.io/stackloklabs/gofetch/server:1.0.2
  transport: streamable-http
```

```yaml good
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPServer
metadata:
  name: fetch
spec:
  image: ghcr.io/stackloklabs/gofetch/server:1.0.2
  transport: streamable-http
  oidcConfigRef:
    name: corporate
    audience: fetch
```

See [MCP: security best practices](https://modelcontextprotocol.io/specification/2025-06-18/basic/security_best_practices) and
[OWASP LLM06:2025 Excessive Agency](https://genai.owasp.org/llmrisk/llm062025-excessive-agency/).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Reach, Role, Severity
from hullmark.model.truth import string
from hullmark.model.workload import Workload
from hullmark.text.tree import dig

_CLIENT_AUTH = ("oidcConfigRef", "oidcConfig", "authServerRef", "externalAuthConfigRef", "authzConfig")
_HTTP = frozenset({"sse", "streamable-http", "http", "streamablehttp"})


@check(Workload, severity=Severity.HIGH, roles=(Role.MCP_SERVER,))
def unauthenticated_mcp_server(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(workload)
    if exposure.authenticated or not _anonymous(workload):
        return
    isolated = bool(workload.podsets) and all(arch.around(p).ingress.isolated for p in workload.podsets)
    yield Finding(
        f"tool server '{workload.name}' takes calls from anyone who reaches it",
        workload.at(),
        severity=Severity.CRITICAL if exposure.reach is Reach.PUBLIC else Severity.MEDIUM if isolated else None,
        advice="configure OIDC, and admit only the agent by a NetworkPolicy",
    )


def _anonymous(workload: Workload) -> bool:
    spec = workload.resource.spec
    if workload.ref.kind in ("MCPServer", "MCPRemoteProxy") and workload.ref.group == "toolhive.stacklok.dev":
        return not any(dig(spec, key) is not None for key in _CLIENT_AUTH)
    if workload.ref.kind == "VirtualMCPServer":
        return string(spec, "incomingAuth", "type") == "anonymous"
    return any(_speaks_http(c.argv.flag("--transport", "-t")) or c.argv.has("--mcp-http") for c in workload.containers)


def _speaks_http(transport: str | None) -> bool:
    return transport is not None and transport.lower() in _HTTP
