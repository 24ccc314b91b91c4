"""Ray takes jobs from anyone.

Whoever reaches a Ray head's dashboard, client or GCS port runs code on every node of the cluster, with its models, data and tokens; that is by design, and has been
exploited at scale ("ShadowRay"). Nothing but the network stands between, unless token authentication is on.

A cluster with `authOptions.mode: token`, with `RAY_AUTH_MODE=token` on head and workers, with KubeRay's own `networkPolicy`, or isolated by a NetworkPolicy is not reported.
`dashboard-host: 0.0.0.0` says nothing: KubeRay sets it by itself.

To fix it, set `authOptions: {mode: token}` (Ray 2.52 and later), and admit only the clients you know by a NetworkPolicy.

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: shared  # finding: Ray cluster 'shared' runs code for whoever reaches it
spec:
  rayVersion: "2.52.0"
  headGroupSpec:
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.52.0
```

```yaml good
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: shared
spec:
  rayVersion: "2.52.0"
  authOptions:
    mode: token
  headGroupSpec:
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.52.0
```

See [Ray: security](https://docs.ray.io/en/latest/ray-security/index.html), [Ray: token authentication](https://docs.ray.io/en/latest/ray-security/token-auth.html) and
[CVE-2023-48022](https://www.cve.org/CVERecord?id=CVE-2023-48022).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.terms import Severity
from hullmark.model.truth import Undecided, is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.source import Key
from hullmark.text.tree import dig, mapping

_SPECS: dict[str, tuple[Key, ...]] = {
    "RayCluster": ("spec",),
    "RayService": ("spec", "rayClusterConfig"),
    "RayJob": ("spec", "rayClusterSpec"),
    "RayCronJob": ("spec", "jobTemplate", "rayClusterSpec"),
}


@check(Workload, severity=Severity.HIGH, kinds=tuple(_SPECS))
def unauthenticated_ray_cluster(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    spec = mapping(workload.resource.node.value, *_SPECS[workload.ref.kind])
    if workload.ref.group != "ray.io" or not spec or not workload.podsets:
        return
    mode = string(spec, "authOptions", "mode")
    if is_placeholder(mode):
        raise Undecided("the mode of authentication is a placeholder")
    if mode == "token" or dig(spec, "networkPolicy") is not None or _token_in_environment(workload):
        return
    isolation = [arch.around(p).ingress.isolated for p in workload.podsets]
    if all(isolation):
        return
    if None in isolation:
        raise Undecided("whether a network policy selects the pods of the cluster is not known")
    yield Finding(
        f"Ray cluster '{workload.name}' runs code for whoever reaches it",
        workload.at(),
        advice="set authOptions.mode to token, and admit only known clients by a NetworkPolicy",
    )


def _token_in_environment(workload: Workload) -> bool:
    """Whether every pod set has a container that is told to use tokens; the submitter is a client."""
    serving = [p for p in workload.podsets if p.name != "submitter"]
    return bool(serving) and all(any(c.env("RAY_AUTH_MODE") == "token" for c in p.containers) for p in serving)
