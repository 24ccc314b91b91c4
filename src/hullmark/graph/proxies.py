"""Reverse proxies in Compose projects: which services they lead to, as far as labels and configuration prove.

Traefik and Caddy (with its Docker module) read labels of the services, nginx-proxy their ``VIRTUAL_HOST``; others are told
in their configuration, which is read where the project holds it, and by variables and flags. A route reaches as far as the
proxy itself is published.

https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/,
https://github.com/lucaslorentz/caddy-docker-proxy, https://github.com/nginx-proxy/nginx-proxy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from hullmark.graph.applications import PROXIES
from hullmark.graph.authentication import Auth, strongest
from hullmark.graph.calls import host_at, hosts_in
from hullmark.graph.compose import Networks, exposure
from hullmark.graph.routes import Arrival
from hullmark.graph.ways import MOST_WAYS, Way
from hullmark.model.architecture import Route
from hullmark.model.container import Container
from hullmark.model.resource import strings
from hullmark.model.terms import Reach
from hullmark.model.workload import PodSet, Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_TRAEFIK = regex(r"(?:^|/)traefik(?:-ee)?$")
_CADDY = regex(r"caddy-docker-proxy|(?:^|/)caddy$")
_NGINX_PROXY = regex(r"(?:nginxproxy|jwilder)/nginx-proxy")
_OTHERS = regex(r"(?:^|/)(?:nginx(?:-unprivileged)?|openresty|haproxy|envoy|caddy|traefik|httpd|swag)$")
_AUTHENTICATES = regex(
    r"auth_basic(?!\s+off)|auth_request|auth_jwt|auth_pass|basic_?auth|forward_?auth|digestauth|oauth2|http_auth|authorize"
    r"|AuthType|jwtauth|ext_authz|jwt_authn",
    re.IGNORECASE,
)
"""Words of the proxies' configurations that mean that somebody is asked who he is; where, only reading it all would tell."""

_ROUTER = regex(r"traefik\.(?:http|tcp)\.routers\.([^.]+)\.(\w+)(?:\.|$)", re.IGNORECASE)
_MIDDLEWARE = regex(r"traefik\.http\.middlewares\.([^.]+)\.(\w+)", re.IGNORECASE)
_ASKING = frozenset({"basicauth", "digestauth", "forwardauth"})
_HOST = regex(r"Host(?:SNI)?\(\s*[`'\"]([^`'\"]+)")


def proxied(networks: Networks) -> dict[PodSet, list[Arrival]]:
    """Every route that a proxy of a Compose project opens to another service of it, by what it leads to."""
    found: dict[PodSet, list[Arrival]] = {}
    for way in _ways(networks):
        for podset in way.podsets:
            arrived = found.setdefault(podset, [])
            if len(arrived) < MOST_WAYS:
                arrived.append(Arrival(way.route, None))
    return found


def _ways(networks: Networks) -> Iterator[Way]:
    middlewares = _middlewares(networks.services)
    for workload in networks.services:
        yield from _by_labels(workload, networks, middlewares)
        if any(_OTHERS.search(c.image.repository) or _signs_in(c) for c in workload.containers):
            yield from _by_settings(workload, networks)


def _way(target: Workload, route: tuple[str, Place], reach: Reach, authenticated: Auth) -> Way:
    host, place = route
    made = Route(target.resource, host, "/", target.name, "", None, authenticated, reach, place)
    return Way(made, "", target.namespace, target.podsets)


# -- labels -------------------------------------------------------------------------------------


def _labels(workload: Workload) -> dict[str, str]:
    return {**strings(workload.resource.node.get("spec", "labels")), **workload.resource.labels}


def _label_place(workload: Workload, key: str) -> Place:
    own = key in workload.resource.labels
    return workload.at("metadata", "labels", key) if own else workload.at("spec", "labels", key)


def _by_labels(workload: Workload, networks: Networks, middlewares: Mapping[str, str]) -> Iterator[Way]:
    labels = _labels(workload)
    routers = {m[1] for key in labels if (m := _ROUTER.match(key))}
    if labels.get("traefik.enable", "").lower() != "false" and (routers or "traefik.enable" in labels):
        for router in sorted(routers)[:MOST_WAYS] or [""]:
            yield _of_traefik(workload, router, labels, networks, middlewares)
    caddy = next((k for k in labels if re.fullmatch(r"caddy(?:_\d+)?", k)), None)
    if caddy is not None and any(k.startswith("caddy") and "reverse_proxy" in k for k in labels):
        asks = any(k.startswith("caddy") and _AUTHENTICATES.search(k) for k in labels)
        reach, own = _published(networks, workload, _CADDY)
        answer: Auth = "Caddy" if asks else own
        yield _way(workload, (labels[caddy], _label_place(workload, caddy)), reach, answer)
    for container in workload.containers:
        variable = container.environment.get("VIRTUAL_HOST")
        if variable is not None:
            reach, own = _published(networks, workload, _NGINX_PROXY)
            yield _way(workload, (variable.value or "", variable.node.at()), reach, own)


def _of_traefik(
    workload: Workload, router: str, labels: Mapping[str, str], networks: Networks, middlewares: Mapping[str, str]
) -> Way:
    settings = {
        m[2].lower(): (key, value) for key, value in labels.items() if (m := _ROUTER.match(key)) and m[1] == router
    }
    key, rule = settings.get("rule", ("", ""))
    host = _HOST.search(rule)
    reach, own = _published(networks, workload, _TRAEFIK)
    listed = [n.strip() for n in settings.get("middlewares", ("", ""))[1].split(",") if n.strip()]
    answers: list[Auth] = [_asked(name, middlewares) for name in listed]
    first = key or next((k for k in labels if k.lower().startswith("traefik.")), "")
    where = host[1] if host else "", _label_place(workload, first)
    return _way(workload, where, reach, strongest([*answers, own]))


def _middlewares(workloads: Iterable[Workload]) -> dict[str, str]:
    """The kinds of Traefik's middlewares that labels of the project define, by name."""
    found: dict[str, str] = {}
    for workload in workloads:
        for key in _labels(workload):
            if (match := _MIDDLEWARE.match(key)) is not None:
                found[match[1]] = match[2]
    return found


def _asked(name: str, middlewares: Mapping[str, str]) -> Auth:
    """What a middleware asks for; not known for one that is defined elsewhere, or is made of others."""
    bare, _, provider = name.partition("@")
    kind = middlewares.get(bare) if provider in ("", "docker", "swarm") else None
    if kind is None or kind.lower() in ("chain", "plugin"):
        return None
    return f"Traefik {kind}" if kind.lower() in _ASKING else ""


def _published(networks: Networks, target: Workload, image: re.Pattern[str]) -> tuple[Reach, Auth]:
    """How far the proxy of a project reaches, and what it demands of everyone; public and not known without one."""
    for workload in networks.services:
        if workload is target or workload.namespace != target.namespace:
            continue
        for container in workload.containers:
            if image.search(container.image.repository):
                return _reach(workload, networks), _everywhere(container)
    return Reach.PUBLIC, None


def _everywhere(container: Container) -> Auth:
    """What a proxy demands on every route: not known where its flags or files say something of it."""
    flags = container.argv.text.lower()
    return None if "http.middlewares" in flags or any("htpasswd" in m.path for m in container.mounts) else ""


def _reach(workload: Workload, networks: Networks) -> Reach:
    return max((exposure(p, networks, (), ()).reach for p in workload.podsets), default=Reach.CLUSTER)


# -- configuration ------------------------------------------------------------------------------


def _signs_in(container: Container) -> bool:
    return container.image.repository.rpartition("/")[2].startswith(PROXIES)


def _by_settings(workload: Workload, networks: Networks) -> Iterator[Way]:
    """The services that a proxy's configuration, variables and flags name."""
    reach = _reach(workload, networks)
    for container in workload.containers:
        asking = _signs_in(container)
        for node in networks.configured(container):
            answer: Auth = "" if _AUTHENTICATES.search(node.value) is None else None
            for name in hosts_in(node.value, networks.names):
                for target in networks.find(name, workload):
                    yield _way(target, ("", _named_in(node, name)), reach, answer)
        if asking:
            image = container.image.repository.rpartition("/")[2]
            values = [(v.value, v.node.at()) for v in container.environment.values() if v.value]
            words = [(word, container.argv.word_place(word)) for s in container.argv.segments for word in s]
            for text, place in (*values, *words):
                for name in hosts_in(text, networks.names):
                    for target in networks.find(name, workload):
                        yield _way(target, ("", place), reach, image)


def _named_in(node: Node, name: str) -> Place:
    """Where a text names a service as an address."""
    found = host_at(node.doc.source.text, name, *node.span)
    return node.at() if found is None else node.doc.place(*found, node.path)
