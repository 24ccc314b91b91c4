"""What Compose files define, put by `hullmark.sources.compose.service` as Deployments are."""

from __future__ import annotations

from hullmark.model.terms import Role
from hullmark.recognise.kinds import Kind, Table

KINDS: Table = {
    "ComposeService.compose-spec.io": Kind(),
    "ComposeModel.compose-spec.io": Kind((), Role.ONLINE_INFERENCE),
}
"""Services, and the models that Docker runs beside them."""
