"""MCP server accepts anonymous calls.

Tools act with the server's rights: they read repositories, query databases, send messages. A server that asks nobody for a
token does so for every pod that finds its port, and for every web page that gets a browser or an agent to call it.

A ToolHive server is safe with an OIDC or authorization-server reference; its proxy serves HTTP also where the server
itself speaks stdio. An external authentication reference is mostly what the proxy shows the upstream; it asks clients only
where it is an embedded authorization server. Other servers count when a Service leads to them, they do not speak stdio and
nothing in front authenticates; where their settings speak of OAuth, OIDC or JWT, the answer is unknown. Published ones are
critical, isolated ones medium.

To fix it, name an identity provider (`oidcConfigRef`), or put a gateway that authenticates in front.

```yaml bad
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPServer
metadata:
  name: fetch  # finding: mcp server 'fetch' accepts anonymous calls
spec:
  image: ghcr.io/stackloklabs/gofetch/server:1.0.1
  transport: streamable-http
  proxyPort: 8080
```

```yaml good
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPServer
metadata:
  name: fetch
spec:
  image: ghcr.io/stackloklabs/gofetch/server:1.0.1
  transport: streamable-http
  proxyPort: 8080
  oidcConfigRef:
    name: corporate
    audience: fetch
```

See the MCP specification's [authorization](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization),
ToolHive's [authentication](https://docs.stacklok.com/toolhive/guides-k8s/auth-k8s), OWASP
[LLM06:2025 Excessive Agency](https://genai.owasp.org/llmrisk/llm062025-excessive-agency/) and MITRE ATLAS
[AML.M0028](https://atlas.mitre.org/mitigations/AML.M0028).
"""

from collections.abc import Iterator

from hullmark.checks.security._reach import severity
from hullmark.model.architecture import Architecture, Exposure
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Confidence, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload

_TOOLHIVE = "toolhive.stacklok.dev"
_REFERENCES = ("oidcConfigRef", "oidcConfig", "authServerRef")
_SIGNS = ("OAUTH", "OIDC", "JWT", "JWKS", "AUTH_TOKEN", "AUTH_REQUIRED", "BEARER")
_BRIDGES = ("mcp-proxy", "supergateway", "mcpo")


@check(
    Workload,
    severity=Severity.HIGH,
    roles=[Role.MCP_SERVER],
    compose="do not publish it, or put a proxy that authenticates in front",
)
def unauthenticated_mcp_server(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    exposure = arch.exposure(workload)
    operated = workload.ref.group == _TOOLHIVE
    if (
        exposure.authenticated
        or not exposure.reached
        or (_asks(workload, arch) if operated else not _led_to(exposure) or _speaks_stdio(workload))
    ):
        return
    if not operated and (exposure.unknown or _may_ask(workload)):
        raise Undecided(exposure.unknown or "whether the server's own settings demand a token is not known")
    yield Finding(
        f"mcp server '{workload.name}' accepts anonymous calls",
        workload.at(),
        severity=severity(exposure),
        confidence=None if operated else Confidence.MEDIUM,
        related=tuple((hop.place, hop.text) for hop in exposure.path),
        advice="name an identity provider, or put a gateway that authenticates in front",
    )


def _led_to(exposure: Exposure) -> bool:
    """Whether a Service leads to it, or the services of its project find it by its name."""
    return bool(exposure.path) or exposure.enclosed


def _asks(workload: Workload, arch: Architecture) -> bool:
    spec = workload.resource.spec
    if workload.ref.kind == "VirtualMCPServer":
        return string(spec, "incomingAuth", "type") not in ("", "anonymous")
    if workload.ref.kind not in ("MCPServer", "MCPRemoteProxy") or any(spec.get(r) is not None for r in _REFERENCES):
        return True
    outward = string(spec, "externalAuthConfigRef", "name")
    if not outward:
        return False
    config = arch.find("MCPExternalAuthConfig", workload.namespace, outward)
    if config is None:
        raise Undecided(f"what MCPExternalAuthConfig '{outward}' does is not in the scan")
    return string(config.spec, "type") == "embeddedAuthServer"


def _speaks_stdio(workload: Workload) -> bool:
    """Whether the server answers its parent only; a proxy that makes HTTP of it says so by its own name."""
    servers = [c for c in workload.containers if c.long_running and c.engine == "mcp"]
    return bool(servers) and all(
        (c.argv.flag("--transport", "-t") or c.env("MCP_TRANSPORT") or "") == "stdio"
        and c.argv.launcher not in _BRIDGES
        for c in servers
    )


def _may_ask(workload: Workload) -> bool:
    containers = [c for c in workload.containers if c.long_running]
    names = [name.upper() for c in containers for name in c.environment]
    said = [*names, *(c.argv.text.upper() for c in containers)]
    return any(sign in text for sign in _SIGNS for text in said) or not all(c.environment_known for c in containers)
