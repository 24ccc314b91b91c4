"""How often a training run saves its state, as its command says."""

from __future__ import annotations

from typing import NamedTuple

from hullmark.model.container import Container
from hullmark.model.truth import natural
from hullmark.text.source import Place

STEP_FLAGS = (
    *("--save-interval", "--save_interval", "--save-steps", "--save_steps"),
    *("--checkpoint.interval", "--checkpointing-steps", "--checkpointing_steps"),
)
"""Flags that say after how many steps a run saves: Megatron-LM (``--save-interval``), transformers (``--save_steps``),
torchtitan (``--checkpoint.interval``), diffusers (``--checkpointing_steps``). Sources:
https://github.com/NVIDIA/Megatron-LM/blob/main/megatron/training/arguments.py,
https://huggingface.co/docs/transformers/main_classes/trainer,
https://github.com/pytorch/torchtitan/blob/main/docs/checkpoint.md and
https://huggingface.co/docs/diffusers/training/text2image."""

SECOND_FLAGS = ("--save_interval_secs", "--save_checkpoints_secs")
"""Flags that say after how many seconds: of TF-Slim's ``train_image_classifier.py`` and of programs around Estimator's
``save_checkpoints_secs``. Source:
https://github.com/tensorflow/models/blob/master/research/slim/train_image_classifier.py."""


class Interval(NamedTuple):
    """How often a run saves, as written: after so many steps, or else seconds."""

    steps: int | None
    place: Place
    seconds: float | None = None

    def hours(self, step: float | None) -> float | None:
        """How long that is when a step takes so many hours; None where nobody knows how long one takes."""
        if self.seconds is not None:
            return self.seconds / 3600
        return None if step is None or self.steps is None else self.steps * step


def interval(container: Container) -> Interval | None:
    """The interval that a container's command gives; None for none, and for what is no whole number above zero."""
    for flags in (STEP_FLAGS, SECOND_FLAGS):
        value = natural(container.argv.flag(*flags) or "")
        if value:
            place = container.argv.place(*flags)
            return Interval(value, place) if flags is STEP_FLAGS else Interval(None, place, float(value))
    return None
