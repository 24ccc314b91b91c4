"""MCP route lets anonymous clients through.

The gateway adds the upstream's credentials to every call, so a route without a policy of its own lends them to whoever
reaches the gateway. A backend's `securityPolicy` is what the gateway shows the upstream, not what it asks of clients.

To fix it, set `spec.securityPolicy` with `oauth`, `apiKeyAuth` or `extAuth`.

```yaml bad
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: MCPRoute
metadata:
  name: tools  # finding: 'tools' lets anonymous clients call its tools
spec:
  parentRefs:
    - name: gateway
  backendRefs:
    - name: github
      securityPolicy:
        apiKey:
          secretRef: {name: github}
```

```yaml good
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: MCPRoute
metadata:
  name: tools
spec:
  parentRefs:
    - name: gateway
  backendRefs:
    - name: github
      securityPolicy:
        apiKey:
          secretRef: {name: github}
  securityPolicy:
    oauth:
      issuer: https://login.example.com
```

See Envoy AI Gateway's [MCP guide](https://aigateway.envoyproxy.io/docs/capabilities/mcp/) and MITRE ATLAS
[AML.T0053](https://atlas.mitre.org/techniques/AML.T0053).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.text.tree import mapping

_WAYS = ("oauth", "apiKeyAuth", "extAuth", "jwt", "basicAuth")


@check(Resource, severity=Severity.HIGH, kinds=["MCPRoute"])
def unauthenticated_mcp_route(route: Resource, arch: Architecture) -> Iterator[Finding]:
    policy = mapping(route.spec, "securityPolicy")
    if not any(policy.get(way) is not None for way in _WAYS):
        advice = "set spec.securityPolicy with oauth, apiKeyAuth or extAuth"
        yield Finding(f"'{route.ref.name}' lets anonymous clients call its tools", route.place, advice=advice)
