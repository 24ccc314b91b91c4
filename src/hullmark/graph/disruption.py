"""PodDisruptionBudgets: which pods each protects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hullmark.graph.selection import Selections
from hullmark.model.architecture import Selection
from hullmark.model.resource import Resource
from hullmark.model.selectors import EVERYTHING, label_selector


def budgets(resources: Iterable[Resource], selections: Selections) -> Iterator[tuple[Resource, Selection]]:
    """Every budget with what it selects.

    A null selector selects nothing; an empty one selects the whole namespace in policy/v1 and nothing in
    v1beta1 (https://kubernetes.io/docs/reference/kubernetes-api/policy/pod-disruption-budget-v1/).
    """
    for budget in resources:
        if budget.ref.group != "policy":
            continue
        selector = label_selector(budget.node.get("spec", "selector"))
        if selector is None or (selector == EVERYTHING and budget.version == "v1beta1"):
            yield budget, Selection(())
        else:
            yield budget, selections.of(budget, selector)
