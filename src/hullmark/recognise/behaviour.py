"""What applications are for that a team built itself, concluded from what they are given to work with.

No image or command names them: an application that is given a model API and a vector store answers from documents, one
that is given a model API and tools acts by itself. Nothing of that is certain, so it is told as probable, and two
signs of different sorts are asked for in one container. What only calls a model stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from hullmark.model.files import Finds, files, runs, within
from hullmark.model.terms import Role, Sign
from hullmark.model.workload import Evidence
from hullmark.recognise.signs import WATCHING, addressed, configured, imported, named
from hullmark.recognise.words import PURPOSES
from hullmark.text.regex import regex

if TYPE_CHECKING:
    from hullmark.model.container import Container, File
    from hullmark.model.workload import Workload
    from hullmark.text.source import Place

Signs = dict[Sign, Evidence]
"""The first evidence for each sign."""

Concluded = tuple[Role, tuple[Evidence, ...]]

_APART = regex(
    r"(?:^|[-_/.])(?:exporter|operator|controller(?:-manager)?|collector|runner|prometheus|grafana|alertmanager|otel\w*"
    r"|opentelemetry\w*|telegraf|fluent\w*|loki|jaeger|blackbox|uptime-kuma|gatus|homepage|homer|dashy|heimdall|glance|backstage"
    r"|k6|locust|bench\w*|load-?test\w*|loadgen\w*|pytest|e2e|jenkins|gitlab|argocd|airflow|dagster|prefect|kestra"
    r"|nginx|envoy|haproxy|traefik|caddy|kong|apisix|cloudflared|oauth2-proxy|external-secrets|backup|velero|attu|pgadmin"
    r"|code-server|coder|devcontainer|devbox|workspace)(?:$|[-_/.])"
)
"""What watches, tests, builds, schedules, operates or passes on to others, and so is given their addresses."""

_CHORES = regex(
    r"(?:^|[-_/ .])(?:tests?|pytest|smoke|backup|snapshots?|restore|migrat\w*|schema|alembic|cleanup|delete|drop|wait|rotate)"
    r"(?:$|[-_/ .])"
)
"""What tasks do to a store or for an application that is not what it is for."""

_FILLS = regex(
    r"ingest|(?:^|[-_/ ])(?:re)?index(?!\.\w)|embed|chunk|crawl|upsert|populat|vectori[sz]"
    r"|(?:^|[-_/ ])(?:load|loader|sync|import|importer|scrape\w*)(?:$|[-_. ])"
)
_FILLER = regex(r"ingest|indexer|embed(?:der|ding)?s?-(?:worker|queue|writer)|crawl|chunker|vectori[sz]er")
"""What tasks, and what services, are called that fill a vector store."""

_TESTS = next(pattern for role, pattern in PURPOSES if role is Role.EVALUATION)

_MCP_HOSTS = ("MCP_HOST", "MCP_SERVER_HOST")
_EVERYWHERE = frozenset({"0.0.0.0", "127.0.0.1", "localhost", "::", "[::]", "::1"})  # noqa: S104 - addresses to look for

_AGENT = regex(r"(?:^|[-_/])agents?(?:$|[-_/])")
_MODEL_NAMES = frozenset(
    {"MODEL_ID", "MODEL_NAME", "MODEL_PATH", "MODEL_DIR", "MODEL_URI", "HF_MODEL_ID", "HF_MODEL", "MODEL_REPO", "MODEL"}
)
_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "fastapi", "flask", "granian", "waitress-serve", "bentoml"})


def is_open(workload: Workload) -> bool:
    """Whether nothing tells what a workload is for, and it may be an application at all."""
    known = workload.role is not Role.GENERIC or workload.engine or workload.resource.release is not None
    return not (known or workload.template or workload.lifetime == "daemon" or len(workload.podsets) != 1)


def conclude(workload: Workload) -> Concluded | None:
    """What an open workload is probably for by what its containers are given; None where too little says so."""
    for container in workload.containers:
        if container.kind == "app":
            found = concluded(container, container.given)
            if found is not None:
                return found
            if container.accelerators and workload.lifetime == "service" and (serves := tuple(_serves(container))):
                return Role.ONLINE_INFERENCE, serves
    return None


def concluded(container: Container, given: Mapping[Sign, Evidence]) -> Concluded | None:
    """What a container with these signs is probably for."""
    if not given or any(_APART.search(text) for text in _called(container)):
        return None
    verdict = _task(container, given) if container.workload.lifetime == "task" else _service(container, given)
    return None if verdict is None else (verdict[0], (*given.values(), *verdict[1]))


def _service(container: Container, given: Mapping[Sign, Evidence]) -> Concluded | None:
    asks, retrieves = Sign.MODEL in given, Sign.VECTORS in given
    if Sign.TOOLS in given and (asks or (named_so := tuple(_words(container, _AGENT, *_called(container))))):
        return Role.AGENT, () if asks else named_so
    if retrieves and (fills := tuple(_words(container, _FILLER, container.workload.name, container.name))):
        return Role.DATA_PREPARATION, fills
    if (retrieves and (asks or Sign.EMBEDDINGS in given)) or (asks and {Sign.SEARCH, Sign.EMBEDDINGS} <= given.keys()):
        return Role.RAG_SERVICE, ()
    return (Role.MCP_SERVER, ()) if Sign.OFFERS in given and Sign.TOOLS not in given else None


def _task(container: Container, given: Mapping[Sign, Evidence]) -> Concluded | None:
    started = " ".join(word for word in container.argv.words[:6] if word[:1] != "-" and " " not in word)[:200]
    texts = (*_called(container), started)
    if any(_CHORES.search(text) for text in texts):
        return None
    if Sign.MODEL in given and (tests := tuple(_words(container, _TESTS, *texts))):
        return Role.EVALUATION, tests
    if Sign.MODEL in given and Sign.TOOLS in given:
        return Role.AGENT, ()
    if Sign.VECTORS not in given:
        return None
    fills = tuple(_words(container, _FILLS, *texts))
    return (Role.DATA_PREPARATION, fills) if fills or {Sign.MODEL, Sign.EMBEDDINGS} & given.keys() else None


def _words(container: Container, pattern: re.Pattern[str], *texts: str) -> Iterator[Evidence]:
    """The first of these texts about a container that speaks of a purpose."""
    for text in texts:
        if (found := pattern.search(text)) is not None:
            yield Evidence(f"probably: '{found[0].strip('-_/ ')}' in what it is called or runs", container.at())
            return


def _called(container: Container) -> tuple[str, ...]:
    return container.workload.name, container.name, container.image.repository


def signs(container: Container, scan: Finds) -> Signs:
    """What a container is given: in variables and arguments, in code, and in the files that it mounts."""
    found: Signs = {}
    for variable in container.environment.values():
        sign, value = named(variable.name), variable.value
        if sign is not None and sign not in found and value != "" and not (sign is Sign.OFFERS and value == "stdio"):
            found[sign] = _told(f"variable '{variable.name}'", sign, variable.node.at())
    _of_tools(container, found)
    for value, text, place in addresses(container):
        sign = addressed(value)
        if sign is not None and sign not in found:
            found[sign] = _told(text, sign, place())
    for sign, text, place in _code(container):
        found.setdefault(sign, _told(text, sign, place()))
    if any(mount.type in ("configMap", "projected") for mount in container.mounts):
        for file in files(container, scan):
            for sign, word in _written(container, file):
                if sign not in found:
                    found[sign] = _told(f"'{word}' in '{file.path}'", sign, within(file, word))
    return found


def _of_tools(container: Container, found: Signs) -> None:
    """A host beside the port of MCP is where a server listens, or where somebody else's is."""
    host = next((v for n in _MCP_HOSTS if (v := container.environment.get(n)) is not None), None)
    if host is None or host.value in _EVERYWHERE:
        return
    found.pop(Sign.OFFERS, None)
    if host.value:
        found.setdefault(Sign.TOOLS, _told(f"variable '{host.name}'", Sign.TOOLS, host.node.at()))


def _told(what: str, sign: Sign, place: Place) -> Evidence:
    return Evidence(f"probably: {what} tells of {sign.value}", place)


def addresses(container: Container) -> Iterator[tuple[str, str, Callable[[], Place]]]:
    """What a container is given that may be an address, each with what holds it and where; values are never told."""
    for variable in container.environment.values():
        if variable.value and ":" in variable.value and not WATCHING.search(variable.name):
            yield variable.value, f"variable '{variable.name}'", variable.node.at
    argv = container.argv
    if argv.launcher in ("curl", "wget", "nc"):
        return
    for word in chain.from_iterable(argv.segments):
        if ":" in word and "import " not in word:
            flag, given, value = word.partition("=")
            is_option = given and flag[:1] == "-" and ":" not in flag
            yield (
                value if is_option else word,
                f"argument '{flag}'" if is_option else "an argument",
                partial(argv.word_place, word),
            )


def _code(container: Container) -> Iterator[tuple[Sign, str, Callable[[], Place]]]:
    for word in chain.from_iterable(container.argv.segments):
        if "import " in word:
            yield from ((sign, f"'{shown}'", partial(container.argv.word_place, "")) for sign, shown in imported(word))


def _written(container: Container, file: File) -> tuple[tuple[Sign, str], ...]:
    if file.path.endswith(".py"):
        return imported(file.text.value) if runs(container, file) else ()
    return configured(file.text.value)


def _serves(container: Container) -> Iterator[Evidence]:
    """What says that a program of one's own with accelerators answers requests with a model; nothing unless all does."""
    name = next((n for n in container.environment if n in _MODEL_NAMES), None)
    if name is None or any(_APART.search(text) for text in _called(container)):
        return
    launched = container.argv.launcher
    if launched in _SERVERS or container.node.get("ports"):
        what = f"runs '{launched}'" if launched in _SERVERS else "declares ports"
        place = container.argv.word_place(launched) if launched in _SERVERS else container.at("ports")
        yield Evidence(f"probably: variable '{name}' names a model", container.environment[name].node.at())
        yield Evidence(f"probably: {what}", place)
        yield Evidence(f"probably: asks for '{container.accelerators[0].resource}'", container.accelerators[0].place)
