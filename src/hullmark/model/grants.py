"""Whose consent references across namespaces need in the Gateway API: the namespace's that they lead to.

It is given by ReferenceGrants. Without one a reference is not resolved: routes answer with an error, and listeners have no
certificate (https://gateway-api.sigs.k8s.io/reference/api-types/referencegrant/). A grant may lie outside a scan that does
not hold everything; a namespace that is left out may be any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hullmark.model.resource import Resource
from hullmark.model.truth import is_placeholder, string
from hullmark.text.tree import Value, items

GATEWAY_API = "gateway.networking.k8s.io"
"""The API group of Gateways, their routes, and grants."""


class Consent(NamedTuple):
    """Whether it is given, None where that is not known, and why it is not or may not be."""

    given: bool | None
    why: str = ""


GIVEN = Consent(given=True)
"""What holds where nobody is asked."""


class Referred(NamedTuple):
    """What a reference leads to."""

    group: str
    kind: str
    name: str
    namespace: str

    @classmethod
    def of(cls, reference: Value, kind: str, near: Resource) -> Referred:
        """What a reference means; ``kind`` is that of references of its sort, in the core group, which name none."""
        written = string(reference, "kind") or kind
        space = string(reference, "namespace") or near.ref.namespace
        return cls(string(reference, "group"), written, string(reference, "name"), space)


_Granted = tuple[str, str, str, str]
"""The namespace of a grant; group, kind and namespace of who may refer to what is in it."""


class Grants:
    """The ReferenceGrants of a scan; ``complete`` says that there are no others."""

    def __init__(self, resources: Iterable[Resource], *, complete: bool) -> None:
        self._complete = complete
        self._granted: dict[_Granted, set[tuple[str, str, str]]] = {}
        self._open: set[str] = set()
        for grant in resources:
            if grant.ref.kind == "ReferenceGrant" and grant.ref.group == GATEWAY_API:
                self._file(grant)

    def _file(self, grant: Resource) -> None:
        space = grant.ref.namespace
        targets = {(string(t, "group"), string(t, "kind"), string(t, "name")) for t in items(grant.spec, "to")}
        for source in items(grant.spec, "from"):
            key = (string(source, "group"), string(source, "kind"), string(source, "namespace"))
            self._granted.setdefault((space, *key), set()).update(targets)
            if any(is_placeholder(text) for text in (*key, *(n for *_, n in targets))):
                self._open.add(space)

    def permits(self, source: Resource, target: Referred) -> Consent:
        """Whether an object may refer to one that may be of another namespace."""
        here, there = source.ref.namespace, target.namespace
        if here == there or not here or not there:
            return GIVEN
        for space in (there, ""):
            granted = self._granted.get((space, source.ref.group, source.ref.kind, here), ())
            if any((target.group, target.kind, name) in granted for name in (target.name, "")):
                return GIVEN
        if self._complete and not {there, ""} & self._open and not is_placeholder(here) and not is_placeholder(there):
            return Consent(given=False, why=f"no ReferenceGrant of namespace '{there}' permits it")
        return Consent(None, f"whether a ReferenceGrant of namespace '{there}' permits it is not in the scan")
