"""Failures beyond lost nodes and providers: crashes, accelerators, partitions, lemons, certificates, bad rollouts and more.

They are simulated when they are asked for (`hullmark.simulate.scenarios`). Four count always where the user said what they
rest on: accelerators of pools whose ``gpuDomain`` is ``device``, and crashes, hangs and rollouts whose rates are the user's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hullmark.model.architecture import Architecture
from hullmark.model.rates import Rate
from hullmark.model.resource import Resource
from hullmark.simulate.budgets import scaled
from hullmark.simulate.faults import Failure, accelerated, rate_of, reclaim
from hullmark.simulate.hangs import hangs
from hullmark.simulate.pods import Member
from hullmark.simulate.recovery import backoff
from hullmark.simulate.services import Service
from hullmark.simulate.standing import Standing
from hullmark.simulate.training import LEMON
from hullmark.text.regex import regex
from hullmark.text.tree import dig

CERTIFICATE = 90.0
"""Days that cert-manager's certificates are valid unless they say a duration
(``pkg/apis/certmanager/v1/const.go``: ``DefaultCertificateDuration``)."""

STUCK = "Kubernetes leaves a pod on the device it was given, so it crashes until somebody resets the device or deletes the pod"
"""https://www.kubernetes.dev/resources/keps/4680/."""


def always(standing: Standing, rates: Mapping[str, Rate], known: Sequence[Service]) -> Iterator[Failure]:
    """What counts without being asked for, because the user said what it rests on."""
    yield from accelerators(standing, rates, only_devices=True)
    if rates["pod_crash"].kind == "measured":
        yield from crashes(standing, rates)
    if rates["pod_hang"].kind == "measured":
        yield from hangs(standing, rates)
    if rates["bad_rollout"].kind == "measured":
        yield from rollouts(standing, rates, known)


def on_request(
    standing: Standing, rates: Mapping[str, Rate], known: Sequence[Service], arch: Architecture
) -> Iterator[Failure]:
    """Every failure of this module."""
    yield from crashes(standing, rates)
    yield from hangs(standing, rates)
    yield from accelerators(standing, rates, only_devices=False)
    yield from reclaims(standing, rates)
    yield from partitions(standing, rates)
    yield from lemons(standing, rates)
    yield from certificates(rates, known, arch)
    yield from rollouts(standing, rates, known)
    yield from stockouts(standing, rates)


def crashes(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """A container of each pod that ends by itself; kubelet starts it again where it is.

    Nothing is evicted and no image is fetched; the pod waits out the first back-off, loads its model, and warms up.
    """
    once, one = backoff(0), rates["pod_crash"]
    rate = replace(one, repair_hours=one.repair_hours + once / 3600)
    note = f"restarted in place after {once:g} s, twice as long each time it crashes again, at most {backoff(9):g} s"
    for pod, body in standing.body.items():
        node = standing.cluster.nodes[standing.cluster.placed[body]]
        yield Failure("crash", f"{node.name}/{pod.name}", "crashes of containers", rate, pods=(pod,), note=note)


def partitions(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """Each zone cut off from the control plane: its pods go on, but requests are sent to them no more."""
    note = (
        "its pods run on, and stop being asked once their nodes count as not ready; machines are not gone, so no object "
        "of a node is deleted and no volume detached. Nobody publishes how often: taken as often as zones are lost"
    )
    for zone, hit in _by_zone(standing):
        yield Failure("partition", zone, "partitions", replace(rates["zone"], kind="assumed"), hit, note=note)


def reclaims(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """All spot nodes of a pool in a zone at once, as when the price or the demand for an instance rises there."""
    note = "all of them at once, and none to be had meanwhile; as often as one is taken, at worst"
    for zone, nodes in _by_zone(standing):
        for pool in standing.topology.pools:
            hit = tuple(node for node in nodes if pool.spot and standing.pools[node] is pool)
            if len(hit) > 1:
                yield reclaim(f"{pool.name}/{zone}", pool, rates, hit, note)


def _by_zone(standing: Standing) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The nodes of each zone that has some."""
    for zone in standing.topology.zones:
        hit = tuple(i for i, node in enumerate(standing.topology.nodes) if (node.zone or "zone") == zone)
        if hit:
            yield zone, hit


def accelerators(standing: Standing, rates: Mapping[str, Rate], *, only_devices: bool) -> Iterator[Failure]:
    """One accelerator of each pod that holds some: it and those of its group stop."""
    for pod, member in standing.member.items():
        body = standing.body.get(pod)
        if body is None:
            continue
        node = standing.cluster.placed[body]
        pool = standing.pools[node]
        if only_devices and pool.gpu_domain != "device":
            continue
        count = sum(n for name, n in member.shape.requests.items() if _device(name))
        if count:
            one = rates["gpu"]
            yield Failure(
                "device",
                f"{standing.cluster.nodes[node].name}/{pod.name}",
                f"accelerators of pool '{pool.name}'",
                _times(one, count),
                pods=(pod,),
                note=STUCK,
            )


def _device(name: str) -> bool:
    """Whether a resource is counted in devices rather than cores and bytes."""
    return "/" in name and not name.startswith(("hugepages-", "kubernetes.io/"))


def _times(rate: Rate, factor: float) -> Rate:
    """A rate of so many components that fail alike."""
    low, high = (None if bound is None else bound * factor for bound in (rate.low, rate.high))
    exposure = None if rate.exposure is None else rate.exposure / factor
    return replace(rate, per_hour=rate.per_hour * factor, low=low, high=high, exposure=exposure)


def lemons(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """Each node with accelerators as a lemon."""
    note = (
        f"fails {LEMON:g} times as often as its neighbours: find it and take it out rather than wait for the next time"
    )
    for index, node in enumerate(standing.topology.nodes):
        if accelerated(node):
            pool = standing.pools[index]
            rate = replace(_times(rates[rate_of(pool, node)], LEMON), name="lemon_node", kind="assumed")
            yield Failure("lemon", node.name, f"lemons in pool '{pool.name}'", rate, (index,), note=note)


def certificates(rates: Mapping[str, Rate], known: Sequence[Service], arch: Architecture) -> Iterator[Failure]:
    """Each certificate of cert-manager that is not renewed in time: all who mount its Secret stop at once."""
    for resource in arch.kinds("Certificate"):
        if resource.ref.group != "cert-manager.io":
            continue
        secret = resource.node.get("spec", "secretName")
        users = tuple(s.member for s in known if isinstance(secret, str) and _mounts(s.member, secret, resource))
        yield Failure(
            "certificate",
            resource.ref.name,
            "certificates",
            rates["certificate_expiry"],
            users=users,
            note=f"{_validity(resource)}; all who use it stop on the same day",
        )


def _validity(resource: Resource) -> str:
    days, before = (_days(resource.node.get("spec", key)) for key in ("duration", "renewBefore"))
    valid = f"valid {CERTIFICATE:g} days, cert-manager's default" if days is None else f"valid {days:g} days"
    whole = CERTIFICATE if days is None else days
    left = before if before is not None else whole / 3
    return f"{valid}, renewed {left:g} days before its end: nobody notices for as long that this fails"


_DURATION = regex(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


def _days(value: object) -> float | None:
    """A duration of Go in whole hours, minutes and seconds, as days."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return round(hours / 24 + minutes / 1_440 + seconds / 86_400, 3)


def _mounts(member: Member, secret: str, certificate: Resource) -> bool:
    if (member.workload.namespace or "default") != (certificate.ref.namespace or "default"):
        return False
    volumes = [node.value for node in member.podset.volumes.values()]
    return any(dig(v, "secret", "secretName") == secret for v in volumes)


def rollouts(standing: Standing, rates: Mapping[str, Rate], known: Sequence[Service]) -> Iterator[Failure]:
    """A bad version of each service: with a readiness probe a rollout stops at its first pods, without one it goes on."""
    for service in known:
        member = service.member
        if member.workload.lifetime != "service" or member.workload.ref.kind not in ("Deployment", "StatefulSet"):
            continue
        lost, why = _replaced(service)
        pods = tuple(pod for pod in member.pods if pod in standing.body)[:lost]
        yield Failure("rollout", service.name, "bad rollouts", rates["bad_rollout"], pods=pods, note=why)


def _replaced(service: Service) -> tuple[int, str]:
    """How many pods of a bad version take the place of good ones before somebody rolls it back, and why."""
    member, count = service.member, service.pods
    spec = member.workload.resource.node
    if spec.get("spec", "strategy", "type") == "Recreate":
        return count, "strategy Recreate stops all pods before the new ones start"
    if not any(c.long_running and c.spec.get("readinessProbe") is not None for c in member.podset.containers):
        return count, "no readiness probe: pods count as ready once they run, and the rollout replaces them all"
    if member.workload.ref.kind == "StatefulSet":
        return 1, "stops at the first pod, which does not get ready"
    written = spec.get("spec", "strategy", "rollingUpdate", "maxUnavailable")
    gone = _unavailable("25%" if written is None else written, count)
    return gone, f"the readiness probe holds it: {gone} of {count} pods are taken away for pods that never get ready"


def _unavailable(value: object, count: int) -> int:
    """``maxUnavailable`` in pods: percentages are rounded down.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return min(max(value, 0), count)
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit() and len(value) <= 4:
        return count - scaled(f"{max(100 - int(value[:-1]), 0)}%", count)
    return count


def stockouts(standing: Standing, rates: Mapping[str, Rate]) -> Iterator[Failure]:
    """The loss of each node or zone while no autoscaler gets a node: no quota left, or no instance to be had."""
    topology = standing.topology
    note = "no pool can grow meanwhile; as often as that, at worst: if every loss meets it"
    for index, node in enumerate(topology.nodes):
        rate = rates[rate_of(standing.pools[index], node)]
        yield Failure("stockout", node.name, "stockouts", rate, (index,), note=note)
    for zone, hit in _by_zone(standing):
        yield Failure("stockout", zone, "stockouts", rates["zone"], hit, note=note)
