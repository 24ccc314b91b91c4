"""Pipeline puts a model into service that nothing has tested.

A run that trains and then deploys replaces the model that answers people by whatever came out, also when the data was wrong, the loss went up or the new model is worse for some of those
whom it is about. A gate between the two (an evaluation that fails the run, a condition on its result, or a person who approves) keeps the old model until the new one has shown what it can.

Looked at are Argo workflows and Tekton pipelines with a step that trains and, behind it, a step that puts a model into service or into the registry: one that makes a serving object, or
runs or is called as such. Any step between them whose role, name or command speaks of evaluating, testing, comparing or approving is a gate, as is any `when` or `suspend` in the pipeline
and any threshold that the training is given. Steps kept elsewhere (`templateRef`, `taskRef`) that are not in the scan leave the question open. Gates in another repository cannot be seen.

To fix it, add a step between the two that evaluates the model and fails below a threshold, or wait for approval (Argo: `suspend`).

```yaml bad
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: retrain}
spec:
  entrypoint: main
  templates:
    - name: main
      dag:
        tasks:
          - {name: train, template: train}
          - {name: deploy, template: deploy, dependencies: [train]}
    - name: train
      container: {image: 'registry.example/train:1.0.0', command: [torchrun, train.py]}
    - name: deploy  # finding: step 'deploy' puts into service what step 'train' has made, and nothing between them tests it
      resource:
        action: apply
        manifest: |
          apiVersion: serving.kserve.io/v1beta1
          kind: InferenceService
          metadata: {name: churn}
          spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://models/churn'}}}
```

```yaml good
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: retrain}
spec:
  entrypoint: main
  templates:
    - name: main
      dag:
        tasks:
          - {name: train, template: train}
          - {name: evaluate, template: evaluate, dependencies: [train]}
          - {name: deploy, template: deploy, dependencies: [evaluate]}
    - name: train
      container: {image: 'registry.example/train:1.0.0', command: [torchrun, train.py]}
    - name: evaluate
      container: {image: 'registry.example/train:1.0.0', command: [python, evaluate.py, --min-auc=0.8]}
    - name: deploy
      resource:
        action: apply
        manifest: |
          apiVersion: serving.kserve.io/v1beta1
          kind: InferenceService
          metadata: {name: churn}
          spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://models/churn'}}}
```

```yaml unknown
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: retrain}  # unknown: whether something tests the model between step 'train' and step 'deploy': template 'common' is not in the scan
spec:
  entrypoint: main
  templates:
    - name: main
      dag:
        tasks:
          - {name: train, template: train}
          - {name: second, templateRef: {name: common, template: second}, dependencies: [train]}
          - {name: deploy, template: deploy, dependencies: [train, second]}
    - name: train
      container: {image: 'registry.example/train:1.0.0', command: [torchrun, train.py]}
    - name: deploy
      resource:
        action: apply
        manifest: |
          apiVersion: serving.kserve.io/v1beta1
          kind: InferenceService
          metadata: {name: churn}
          spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://models/churn'}}}
```

See MITRE ATLAS [AML.M0008, validate AI model](https://atlas.mitre.org/mitigations/AML.M0008), AWS's [MLOps checklist on
training](https://docs.aws.amazon.com/prescriptive-guidance/latest/mlops-checklist/training.html) (results are checked before promotion), and how Argo waits for
[approval](https://argo-workflows.readthedocs.io/en/latest/intermediate-inputs/).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, EdgeKind, Graph
from hullmark.model.finding import Finding
from hullmark.model.resource import Ref
from hullmark.model.terms import SERVING, TRAINERS, Confidence, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.tree import Node

_KINDS = ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "Pipeline", "PipelineRun")
_TRAINS = regex(r"(?:^|[-_./ ])(?:re)?train(?:ing|er)?(?:$|[-_./ ])|fine-?tun", re.IGNORECASE)
_NO_TRAINING = regex(r"split|upload|download|cleanup|notify", re.IGNORECASE)
_RELEASES = regex(
    r"deploy|promot(?:e|ion)|release|register[-_ ]?model|model[-_ ]?regist|set_registered_model_alias|transition_model"
    r"|publish[-_ ]?model|(?:^|[-_ ])serve(?:$|[-_ ])",
    re.IGNORECASE,
)
"""What steps that hand a model on are called, or run."""

_TESTS = regex(
    r"eval|valid|test|metric|score|scor(?:ing|e)|compar|approv|accept|gate|check|bench|champion|threshold|judge|review|analy[sz]",
    re.IGNORECASE,
)
_THRESHOLD = regex(
    r"threshold|min[-_](?:acc|f1|auc|score|precision|recall)|max[-_](?:loss|wer|error|rmse|latency)", re.IGNORECASE
)
_MOST, _FEW = 1000, 50
"""Steps and tasks that are looked at, and those of them that release or test."""


@check(Workload, severity=Severity.HIGH, confidence=Confidence.MEDIUM, kinds=_KINDS)
def unevaluated_release(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.ref.group not in ("argoproj.io", "tekton.dev") or not _both(workload, arch):
        return
    graph, whole = arch.wiring, arch.wiring.of(workload)
    steps = _parts(arch).get(whole.id, []) if whole is not None else []
    tasks = list(islice(_tasks(workload), _MOST))
    if _gated(workload, tasks):
        return
    for release in islice((s for s in steps if _releases(s, graph)), _FEW):
        before = _before(release, graph)
        trained = next((s for s in before if _trains(s) and s is not release), None)
        if trained is None or _THRESHOLD.search(_text(trained)):
            continue
        tests = islice((s for s in before if _tests(s)), _FEW)
        if any(t is trained for s in tests for t in _before(s, graph)):
            continue
        unseen = next((name for name in map(_elsewhere, tasks) if name and not _known(name, arch)), "")
        if unseen:
            raise Undecided(
                f"whether something tests the model between step '{trained.label}' and step '{release.label}': "
                f"template '{unseen}' is not in the scan"
            )
        yield Finding(
            f"step '{release.label}' puts into service what step '{trained.label}' has made, and nothing between them tests it",
            release.place or workload.at(),
            related=((trained.place, "the step that trains"),) if trained.place is not None else (),
            advice="evaluate the model between the two and fail below a threshold, or wait for approval",
        )
        return


@lru_cache(maxsize=1)
def _parts(arch: Architecture) -> Mapping[str, list[Component]]:
    """The steps of each pipeline."""
    found: dict[str, list[Component]] = {}
    for component in arch.wiring.components:
        if component.parent:
            found.setdefault(component.parent, []).append(component)
    return found


@lru_cache(maxsize=1)
def _serving(arch: Architecture) -> frozenset[Ref]:
    """The pipelines whose steps make what serves."""
    return frozenset(w.resource.host for w in arch.workloads if w.resource.host is not None and w.role in SERVING)


def _both(workload: Workload, arch: Architecture) -> bool:
    """Whether there may be a step of each sort at all: most pipelines need no graph to tell."""
    names = [string(t.value, "name") for t in islice(_templates(workload), _MOST)]
    words = [*names, *(c.argv.text for c in workload.containers)]
    trains = any(p.role in TRAINERS for p in workload.podsets) or any(_TRAINS.search(w) for w in words)
    return trains and (workload.ref in _serving(arch) or any(_RELEASES.search(w) for w in words))


def _templates(workload: Workload) -> Iterator[Node]:
    for at in (
        ("spec", "templates"),
        ("spec", "workflowSpec", "templates"),
        ("spec", "tasks"),
        ("spec", "pipelineSpec", "tasks"),
    ):
        yield from workload.resource.node.children(*at)


def _tasks(workload: Workload) -> Iterator[Node]:
    """The tasks and steps of an Argo workflow, and those of a Tekton pipeline."""
    for template in _templates(workload):
        yield template
        yield from template.children("dag", "tasks")
        for group in template.children("steps"):
            yield from group.children()


def _gated(workload: Workload, tasks: list[Node]) -> bool:
    """Whether a condition or an approval stands anywhere in the pipeline."""
    return any(t.get("when") is not None or t.get("suspend") is not None for t in tasks)


def _elsewhere(task: Node) -> str:
    return string(task.value, "templateRef", "name") or string(task.value, "taskRef", "name")


def _known(name: str, arch: Architecture) -> bool:
    return any(
        (kind, name) in arch.by_name for kind in ("WorkflowTemplate", "ClusterWorkflowTemplate", "Task", "ClusterTask")
    )


def _before(step: Component, graph: Graph) -> list[Component]:
    """The steps that a step waits for, directly or not."""
    found: dict[str, Component] = {}
    level = [step.id]
    while level and len(found) < _MOST:
        targets = [e.target for one in level for e in graph.out(one, EdgeKind.DEPENDS_ON)]
        level = [t for t in dict.fromkeys(targets) if t not in found and graph.by_id[t].parent]
        found.update((t, graph.by_id[t]) for t in level)
    return list(found.values())


def _text(step: Component) -> str:
    """What a step is called, and what it runs."""
    containers = step.podset.containers if step.podset is not None else ()
    return " ".join([step.label, *(c.argv.text for c in containers)])


def _role(step: Component) -> Role:
    return Role(step.facts.get("role", "generic"))


def _trains(step: Component) -> bool:
    named = _role(step) in TRAINERS or bool(_TRAINS.search(step.label))
    return named and not _NO_TRAINING.search(step.label)


def _tests(step: Component) -> bool:
    return _role(step) is Role.EVALUATION or bool(_TESTS.search(_text(step)))


def _releases(step: Component, graph: Graph) -> bool:
    made = (graph.by_id[e.target] for e in graph.out(step.id, EdgeKind.DEPENDS_ON))
    if any(c.workload is not None and c.workload.role in SERVING and not c.parent for c in made):
        return True
    return any(True for _ in graph.out(step.id, EdgeKind.PROMOTES)) or bool(_RELEASES.search(_text(step)))
