"""Ray's control plane asks for no token.

Whoever reaches the dashboard (8265), the client port (10001) or the GCS (6379) of a Ray cluster can run code on all of
its nodes: that is what they are for. Attackers look for such clusters (ShadowRay, CVE-2023-48022).

A cluster is safe when it demands a token (`authOptions.mode: token`, or `RAY_AUTH_MODE=token` on the head and every
worker group) or a network policy isolates its head, KubeRay's own included (`networkPolicy`, whose mode is `DenyAll`
unless it says otherwise; the operator must have that feature switched on). An absent `authOptions` means no
authentication. `tlsOptions` and `RAY_USE_TLS` do not help alone: they secure Ray's gRPC, and the dashboard, which takes
jobs, is plain HTTP. That it listens on every address is KubeRay's default and says nothing. Clusters whose ports are
published are reported by `exposed-ray-control-plane`; a RayJob that runs on a cluster of somebody else's declares none.

To fix it, set `authOptions: {mode: token}`, which needs Ray 2.52 and KubeRay 1.6, or a policy that denies ingress. Use
TLS as well, because the token travels in clear.

```yaml bad
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: trainers
spec:  # finding: ray cluster of 'trainers' runs whatever anyone on the network sends it
  rayVersion: "2.52.0"
  headGroupSpec:
    rayStartParams: {}
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0
```

```yaml good
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: trainers
spec:
  rayVersion: "2.52.0"
  authOptions:
    mode: token
  headGroupSpec:
    rayStartParams: {}
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0
```

See Ray's [token authentication](https://docs.ray.io/en/latest/ray-security/token-auth.html), [the same with
KubeRay](https://docs.ray.io/en/master/kuberay/user-guides/auth.html),
[network policies](https://docs.ray.io/en/master/kuberay/user-guides/network-policy.html),
[TLS](https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/tls.html) and MITRE ATLAS
[AML.CS0023, ShadowRay](https://atlas.mitre.org/studies/AML.CS0023).
"""

from collections.abc import Iterator

from hullmark.checks.security._ray import cluster, declares_token, demands_token
from hullmark.checks.security._reach import severity
from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.image import Image
from hullmark.model.terms import Platform, Reach, Severity
from hullmark.model.truth import Undecided, is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.source import Place

_LOOPBACK = ("127.0.0.1", "localhost")
_TOKENS_SINCE = (2, 52, 0)
"""The first Ray with token authentication (https://docs.ray.io/en/latest/ray-security/token-auth.html)."""


@check(
    Workload,
    severity=Severity.HIGH,
    compose="demand a token (Ray 2.52 or newer), and publish the ports on 127.0.0.1 only",
)
def unauthenticated_ray_control_plane(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    release = workload.resource.release
    if release is not None and release.gap:
        raise Undecided(release.gap)
    path = cluster(workload.resource)
    place = workload.at(*path, "authOptions") if path else _started(workload)
    if place is None or (path and _protected(workload, path)) or demands_token(workload.podsets):
        return
    exposure = arch.exposure(workload)
    composed = workload.platform is Platform.COMPOSE
    isolated = [arch.around(p).ingress.isolated for p in workload.podsets[:1]]
    if True in isolated or (composed and (not exposure.reached or exposure.reach is Reach.ISOLATED)):
        return
    if None in isolated:
        raise Undecided("whether a network policy isolates the head is not known")
    yield Finding(
        f"ray cluster of '{workload.name}' runs whatever anyone on the network sends it",
        place,
        severity=severity(exposure) if composed else None,
        related=tuple((hop.place, hop.text) for hop in exposure.path) if composed else (),
        advice=_advice(workload, path),
    )


def _protected(workload: Workload, path: tuple[str, ...]) -> bool:
    node = workload.resource.node
    if declares_token(node, path):
        return True
    policy = node.get(*path, "networkPolicy")
    mode = string(policy, "mode")
    if is_placeholder(mode):
        raise Undecided("'networkPolicy.mode' is filled in elsewhere")
    return policy is not None and (mode or "DenyAll") in ("DenyAll", "DenyAllIngress")


def _advice(workload: Workload, path: tuple[str, ...]) -> str:
    """What its Ray allows for: older releases know no token."""
    written = string(workload.resource.node.value, *path, "rayVersion") if path else ""
    version = Image.parse(f"ray:{written}").version if written else None
    if version is not None and version < _TOKENS_SINCE:
        return f"deny ingress with a NetworkPolicy, or move from Ray {written} to 2.52 and demand a token"
    return "demand a token (Ray 2.52 or newer), or deny ingress with a NetworkPolicy"


def _started(workload: Workload) -> Place | None:
    """Where a pod that is not KubeRay's starts a head."""
    if workload.ref.group == "ray.io":
        return None
    for container in workload.containers:
        for words in container.argv.segments:
            if words[0].rpartition("/")[2] == "ray" and words[1:2] == ("start",) and "--head" in words:
                inside = any(word.endswith(_LOOPBACK) for word in words if "--node-ip-address" in word)
                return None if inside else container.argv.word_place("--head")
    return None
