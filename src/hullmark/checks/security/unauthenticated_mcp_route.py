"""MCP route lets anonymous clients through.

The gateway adds the upstream's credentials to every call, so a route without a policy of its own lends them to whoever
reaches the gateway. A backend's `securityPolicy` is what the gateway shows the upstream, not what it asks of clients. A
SecurityPolicy of Envoy Gateway that is attached to the route's Gateway and authenticates counts.

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

See Envoy AI Gateway's [MCP guide](https://aigateway.envoyproxy.io/docs/0.5/capabilities/mcp/) and MITRE ATLAS
[AML.T0053](https://atlas.mitre.org/techniques/AML.T0053).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.resource import Resource
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, string
from hullmark.text.tree import dig, items, mapping

_WAYS = ("oauth", "apiKeyAuth", "extAuth", "jwt", "basicAuth")


@check(Resource, severity=Severity.HIGH, kinds=["MCPRoute"])
def unauthenticated_mcp_route(route: Resource, arch: Architecture) -> Iterator[Finding]:
    policy = mapping(route.spec, "securityPolicy")
    if not any(policy.get(way) is not None for way in _WAYS) and not _fronted(route, arch):
        if policy.get("authorization") is not None:
            raise Undecided("whether the rules of its authorization ask for an identity is not known")
        advice = "set spec.securityPolicy with oauth, apiKeyAuth or extAuth"
        yield Finding(f"'{route.ref.name}' lets anonymous clients call its tools", route.place, advice=advice)


def _fronted(route: Resource, arch: Architecture) -> bool:
    """Whether a policy of Envoy Gateway authenticates at one of the route's Gateways."""
    parents = {string(p, "name") for p in items(route.spec, "parentRefs")}
    for policy in arch.kinds("SecurityPolicy"):
        targets = [dig(policy.spec, "targetRef"), *items(policy.spec, "targetRefs")]
        attached = any(string(t, "kind") == "Gateway" and string(t, "name") in parents for t in targets)
        same = policy.ref.group == "gateway.envoyproxy.io" and policy.ref.namespace == route.ref.namespace
        if same and attached and any(dig(policy.spec, way) is not None for way in (*_WAYS, "oidc")):
            return True
    return False
