"""Parameters of Argo workflows, as the pods of their steps are given them."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.truth import string
from hullmark.model.workload import PodSet, Workload
from hullmark.recognise import parameters as written


class Handed(NamedTuple):
    """The parameters of one workflow; for other kinds there are none."""

    known: written.Parameters

    def filled(self, text: str, podset: PodSet) -> list[str]:
        """What a text of a step may say in the end; nothing if a parameter of it has no value that is written."""
        template = "" if podset.template is None else string(podset.template.value, "name")
        return self.known.filled(text, template)


def parameters(workload: Workload) -> Handed:
    """The parameters of a workflow, which its steps ask for one after the other."""
    return Handed(written.parameters(workload.resource))
