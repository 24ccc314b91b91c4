"""Indexes whose server tells readers from writers, and the keys that programs take for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.container import Container
from hullmark.model.truth import is_placeholder, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node, mapping


class Index(NamedTuple):
    """A sort of index: what its credentials are called, and how one that only reads is made.

    ``general`` says that it need not hold vectors, ``mixed`` that programs keep other things beside them.
    """

    called: re.Pattern[str]
    advice: str
    general: bool = False
    mixed: bool = False


def _index(words: str, advice: str, *, general: bool = False, mixed: bool = False) -> Index:
    return Index(regex(words, re.IGNORECASE), advice, general, mixed)


_QDRANT, _WEAVIATE, _MILVUS = r"qdrant|vector", r"weaviate|wcd|wcs|vector", r"milvus|zilliz|vector"
INDEXES: Mapping[str, Index] = {
    # https://qdrant.tech/documentation/security/#read-only-api-key
    "qdrant": _index(_QDRANT, "give it Qdrant's read-only key"),
    "Qdrant Cloud": _index(_QDRANT, "give it a key with read-only access"),
    # https://docs.weaviate.io/deploy/configuration/authorization
    "weaviate": _index(_WEAVIATE, "give it the key of a user that may only read (read-only list, or role viewer)"),
    "Weaviate Cloud": _index(_WEAVIATE, "give it a read-only key"),
    # https://milvus.io/docs/privilege_group.md
    "milvus": _index(_MILVUS, "give it a user whose role holds only CollectionReadOnly"),
    "Zilliz Cloud": _index(_MILVUS, "give it a user whose role holds only CollectionReadOnly"),
    # https://docs.pinecone.io/guides/production/security-overview#api-keys
    "Pinecone": _index(r"pinecone|vector", "give it a key with the role DataPlaneViewer"),
    # https://www.elastic.co/docs/deploy-manage/api-keys/elasticsearch-api-keys
    "elasticsearch": _index(r"elastic|(?:^|_)es_|vector|search", "give it an API key that may only read", general=True),
    # https://docs.opensearch.org/latest/security/access-control/users-roles/
    "opensearch": _index(r"opensearch|(?:^|_)os_|vector|search", "give it a user that may only read", general=True),
    # https://www.postgresql.org/docs/current/sql-grant.html
    "postgresql": _index(
        r"postgres|pg|(?:^|_)(?:db|database|dsn)(?:_|$)|vector",
        "give it a role that may only SELECT",
        general=True,
        mixed=True,
    ),
    # https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
    "redis": _index(r"redis|valkey|vector", "give it an ACL user that may only read", general=True, mixed=True),
}
"""By the type that the graph gives to data stores. Chroma, Marqo and others know one sort of key only, and are left out."""

_CREDENTIAL = regex(r"key|token|pass|pwd|secret|credential", re.IGNORECASE)
_ADDRESS = regex(r"(?:^|_)(?:url|uri|dsn)(?:_|$)|conn", re.IGNORECASE)
"""Addresses of databases hold the password; those of other indexes do not."""

_NO_FILES = regex(r"^tls\.|\.(?:key|crt|pem|jks|p12)$|^ca[-_.]", re.IGNORECASE)
"""Files of certificates, which are no key of an index."""

_USER = regex(r"user(?:name)?$|_role$", re.IGNORECASE)

Key = tuple[str, str, str]
"""The namespace and name of a Secret, and a key in it."""


def keys(workload: Workload, index: Index, arch: Architecture) -> dict[Key, Place]:
    """The keys of Secrets that it takes for an index: in variables, as sets of variables that are known, and as files."""
    found: dict[Key, Place] = {}
    for container in workload.containers:
        for named, secret, key, place in (
            *_variables(container),
            *_imported(container, arch),
            *_files(container, arch),
        ):
            opens = _CREDENTIAL.search(named) or (index.mixed and _ADDRESS.search(named))
            if secret and not is_placeholder(secret) and index.called.search(named) and opens:
                found.setdefault((workload.namespace, secret, key), place)
    return found


def sets(workload: Workload, index: Index, arch: Architecture) -> set[tuple[str, str]]:
    """The Secrets that it takes whole and whose keys nobody can know: all variables of one, or all files of one that is called like the index."""
    found = set[str]()
    for container in workload.containers:
        found.update(string(s.value, "secretRef", "name") for s in container.node.children("envFrom"))
        for mount in container.mounts:
            for secret, items in _mounted(mount.volume):
                if items is None and index.called.search(f"{secret} {mount.path}"):
                    found.add(secret)
    unknown = (n for n in found if n and _held(n, workload, arch) is None)
    return {(workload.namespace, name) for name in unknown}


def users(workload: Workload, index: Index) -> set[str]:
    """What it calls itself to an index, as far as that is written: a name, or the key of a Secret."""
    found = set[str]()
    for container in workload.containers:
        for variable in container.environment.values():
            if _USER.search(variable.name) and index.called.search(variable.name):
                reference = mapping(variable.node.value, "valueFrom", "secretKeyRef")
                said = f"{string(reference, 'name')}/{string(reference, 'key')}" if reference else variable.value
                found.update((said,) if said else ())
    return found


# -- where keys come from ------------------------------------------------------------------------

_Found = tuple[str, str, str, Place]
"""What a key is called where it is used, the Secret and the key, and where that is said."""


def _variables(container: Container) -> Iterator[_Found]:
    for entry in container.node.children("env"):
        reference = entry.child("valueFrom", "secretKeyRef")
        if reference is not None:
            yield (
                string(entry.value, "name"),
                string(reference.value, "name"),
                string(reference.value, "key"),
                reference.at(),
            )


def _imported(container: Container, arch: Architecture) -> Iterator[_Found]:
    for source in container.node.children("envFrom"):
        secret, prefix = string(source.value, "secretRef", "name"), string(source.value, "prefix")
        for key in _held(secret, container.workload, arch) or ():
            yield f"{prefix}{key}", secret, key, source.at("secretRef", "name")


def _files(container: Container, arch: Architecture) -> Iterator[_Found]:
    """Files of Secrets; what one is called is told by its path and by its Secret."""
    for mount in container.mounts:
        for secret, items in _mounted(mount.volume):
            chosen = (
                {string(i.value, "key"): i.at("key") for i in items}
                if items is not None
                else {key: mount.node.at("name") for key in _held(secret, container.workload, arch) or ()}
            )
            for key, place in chosen.items():
                if not _NO_FILES.search(key):
                    yield f"{secret}_{mount.path}_{key}", secret, key, place


def _mounted(volume: Node | None) -> Iterator[tuple[str, list[Node] | None]]:
    """The Secrets of a volume, each with the items that are chosen of it; None for all."""
    if volume is None:
        return
    own = volume.child("secret")
    if own is not None:
        yield string(own.value, "secretName"), _items(own)
    for source in volume.children("projected", "sources"):
        part = source.child("secret")
        if part is not None:
            yield string(part.value, "name"), _items(part)


def _items(node: Node) -> list[Node] | None:
    return list(node.children("items")) if node.get("items") is not None else None


def _held(secret: str, workload: Workload, arch: Architecture) -> tuple[str, ...] | None:
    """The keys of a Secret of the scan; None when it is not there, or may be one of several."""
    named = [s for s in arch.by_name.get(("Secret", secret), ()) if not s.ref.group]
    found = [s for s in named if s.ref.namespace in ("", workload.namespace)] if secret else []
    if len(found) != 1:
        return None
    value = found[0].node.value
    return tuple(dict.fromkeys((*mapping(value, "data"), *mapping(value, "stringData"))))
