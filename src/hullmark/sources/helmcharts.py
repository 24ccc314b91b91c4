"""Kustomizations as objects, where they name charts: known charts are then checked on the values they set.

Kustomize inflates ``helmCharts`` only with ``--enable-helm`` and by fetching them, which a scan never does
(https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from hullmark.model.resource import Ref, Resource
from hullmark.model.truth import string
from hullmark.sources.valuefiles import beside
from hullmark.text.tree import Document, Map, Seq, dig, items

GROUP = "kustomize.config.k8s.io"
"""The API group of kustomizations, which may leave it out."""


def referring(document: Document, namespace: str = "") -> Resource | None:
    """The kustomization of a document as an object, named after its folder; None where it names no charts.

    ``namespace`` is that of a kustomization which builds on it.
    """
    node = document.node
    if not isinstance(node.value, Map) or not items(node.value, "helmCharts"):
        return None
    version = string(node.value, "apiVersion").rpartition("/")[2] or "v1beta1"
    name = string(node.value, "metadata", "name") or os.path.basename(os.path.dirname(document.source.name)) or "."
    space = namespace or string(node.value, "namespace")
    values = beside(document.source.name, _files(items(node.value, "helmCharts")))
    return Resource(Ref("Kustomization", space, name, GROUP), version, node, values=values)


def _files(charts: Seq) -> Iterator[str]:
    """The files of values that charts are given."""
    for chart in charts:
        for entry in (dig(chart, "valuesFile"), *items(chart, "additionalValuesFiles")):
            if isinstance(entry, str) and entry:
                yield entry
