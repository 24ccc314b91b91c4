"""What steps of pipelines do with a model, by the words they are called by and the calls of the programs they run.

KServe's Python client, MLflow's registry (https://mlflow.org/docs/latest/ml/model-registry/), Kubeflow's Model Registry
(https://www.kubeflow.org/docs/components/model-registry/), Vertex AI's components
(https://cloud.google.com/vertex-ai/docs/pipelines/gcpc-list) and SageMaker's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hullmark.text.regex import regex
from hullmark.text.tree import Node, items

RELEASES = regex(
    r"deploy|promot(?:e|ion)|release|register[-_ ]?model|model[-_ ]?regist|set_registered_model_alias|transition_model"
    r"|publish[-_ ]?model|(?:^|[-_ ])serve(?:$|[-_ ])|kserve-component|kservedeployer|upload[-_ ]model",
    re.IGNORECASE,
)
"""What steps that hand a model on are called, or run."""

RELEASING_CALLS = regex(
    r"\bset_registered_model_alias\(|\btransition_model_version_stage\(|\bregister_model\(|\bregistered_model_name\s*="
    r"|KServeClient\(|V1beta1InferenceService\(|create_inference_?service|['\"]inferenceservices['\"]"
    r"|\bModel\.upload\(|\bendpoint\.deploy\(|\bmodel\.deploy\(|\bcreate_endpoint\(|\bupdate_endpoint\(|\bcreate_model_package\("
)
"""Calls by which a program registers a model or puts it into service."""

TESTS = regex(
    r"eval|valid|(?<!la)(?<!at)test|metric|score|scor(?:ing|e)|compar|approv|accept|(?<![a-z])gate(?![a-z])|check(?!point)|bench"
    r"|champion|threshold|judge|(?<!p)review|analy[sz]",
    re.IGNORECASE,
)
"""What steps that look at a model are called, or run."""

TESTING_CALLS = regex(
    r"\bevaluate\w*\(|\b\w+_score\(|\broc_auc|\bclassification_report\(|\bconfusion_matrix\(|\bmean_(?:squared|absolute)_error\("
    r"|\.score\(|\blog_metric\(|\blm_eval\b"
)
"""Calls by which a program measures a model."""

THRESHOLD = regex(
    r"threshold|min(?:imum)?[-_](?:acc|f1|auc|score|precision|recall)|max(?:imum)?[-_](?:loss|wer|error|rmse|latency)",
    re.IGNORECASE,
)
"""What a bound is called that a model has to keep."""

TRAINS = regex(r"(?:^|[-_./ ])(?:re)?train(?:ing|er)?(?:$|[-_./ ])|fine-?tun", re.IGNORECASE)
NO_TRAINING = regex(r"split|upload|download|cleanup|notify", re.IGNORECASE)
"""What steps that train are called, unless they only prepare it or speak of it."""

_BOOTSTRAP = "program_path=$(mktemp"
_PROGRAM = regex(r"(?:^|\n)[^\S\n]*def \w+\(")


_LONGEST = 100_000
"""Characters of a program that are looked at."""


def command(container: Node | None) -> Iterator[str]:
    """The words of a container's command and arguments as they are written."""
    for key in ("command", "args"):
        yield from (w for w in items(container.value, key) if isinstance(w, str)) if container is not None else ()


def is_lightweight(container: Node) -> bool:
    """Whether a container runs a Python function that Kubeflow's compiler has put into its command.

    Not every word in such a program says what the step is for (``train_test_split``); its name does, and what it calls.
    """
    return any(_BOOTSTRAP in word for word in command(container))


def program(container: Node | None) -> str:
    """The Python program that a container carries in its command; empty for anything else."""
    return next((word[:_LONGEST] for word in command(container) if _PROGRAM.search(word)), "")
