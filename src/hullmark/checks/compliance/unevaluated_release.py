"""Pipeline puts a model into service that nothing has tested.

A run that trains and then deploys replaces the model that answers people by whatever came out, also when the data was wrong, the loss went up or the new model is worse for some of those
whom it is about. A gate between the two (an evaluation that fails the run, a condition on its result, or a person who approves) keeps the old model until the new one has shown what it can.

Looked at are Argo workflows, Tekton pipelines and compiled Kubeflow pipelines (the YAML of `kfp.compiler`, PipelineVersions, and Workflows made of either) with a step that trains and,
behind it, a step that puts a model into service or into the registry: one that makes a serving object, or runs or is called as such, or whose program calls a registry or KServe. Any step
between them whose role, name or command speaks of evaluating, testing, comparing or approving is a gate, as is any `suspend` in the pipeline, any condition, and any threshold that the
training is given. A condition that only looks at arguments of the run is none: it was decided before anything was trained. Of Kubeflow pipelines, conditions count that the release or a
step before it runs under. Steps kept elsewhere (`templateRef`, `taskRef`) that are not in the scan leave the question open. Gates in another repository cannot be seen.

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
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.component import Component, EdgeKind, Graph
from hullmark.model.finding import Finding
from hullmark.model.promotion import (
    NO_TRAINING,
    RELEASES,
    RELEASING_CALLS,
    TESTING_CALLS,
    TESTS,
    THRESHOLD,
    TRAINS,
    is_lightweight,
    program,
)
from hullmark.model.resource import Ref
from hullmark.model.terms import SERVING, TRAINERS, Confidence, Role, Severity
from hullmark.model.truth import Undecided, string
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node

_KINDS = (
    "Workflow",
    "CronWorkflow",
    "WorkflowTemplate",
    "ClusterWorkflowTemplate",
    "Pipeline",
    "PipelineRun",
    "PipelineSpec",
    "PipelineVersion",
    "PipelineJob",
)
_KUBEFLOW = "pipelines.kubeflow.org"
_GROUPS = frozenset({"argoproj.io", "tekton.dev", _KUBEFLOW})
_FILLED = regex(r"\{\{\s*([^{}]{1,300}?)\s*\}\}")
_PARAMETER = regex(r"(?:workflow|inputs)\.parameters\.([\w-]+)")
_LONGEST = 10_000
"""Characters of a condition that are looked at."""

_MOST, _FEW = 1000, 50
"""Steps and tasks that are looked at, and those of them that release or test."""


@check(Workload, severity=Severity.HIGH, confidence=Confidence.MEDIUM, kinds=_KINDS)
def unevaluated_release(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.ref.group not in _GROUPS:
        return
    compiled = _is_compiled(workload)
    if not compiled and not _both(workload, arch):
        return
    graph, whole = arch.wiring, arch.wiring.of(workload)
    steps = _parts(arch).get(whole.id, []) if whole is not None else []
    if compiled:
        yield from _of_tasks(steps, graph)
        return
    tasks = list(islice(_tasks(workload), _MOST))
    if _gated(workload, tasks):
        return
    for release in islice((s for s in steps if _releases(s, graph)), _FEW):
        before = _before(release, graph)
        trained = next((s for s in before if _trains(s) and s is not release), None)
        if trained is None or THRESHOLD.search(_text(trained)):
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
        yield _finding((release.label, release.place or workload.at()), (trained.label, trained.place))
        return


def _finding(release: tuple[str, Place], trained: tuple[str, Place | None]) -> Finding:
    return Finding(
        f"step '{release[0]}' puts into service what step '{trained[0]}' has made, and nothing between them tests it",
        release[1],
        related=((trained[1], "the step that trains"),) if trained[1] is not None else (),
        advice="evaluate the model between the two and fail below a threshold, or wait for approval",
    )


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
    trains = any(p.role in TRAINERS for p in workload.podsets) or any(TRAINS.search(w) for w in words)
    return trains and (workload.ref in _serving(arch) or any(RELEASES.search(w) for w in words))


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
    """Whether an approval stands anywhere in the pipeline, or a condition that looks at more than the arguments of the run."""
    at = ("spec", "workflowSpec") if workload.ref.kind == "CronWorkflow" else ("spec",)
    arguments = {string(p.value, "name") for p in workload.resource.node.children(*at, "arguments", "parameters")}
    whens = (t.get("when") for t in tasks)
    return any(t.get("suspend") is not None for t in tasks) or any(
        when is not None and not _is_argument(when, arguments) for when in whens
    )


def _is_argument(when: object, arguments: set[str]) -> bool:
    """Whether all that Argo fills in to a condition was said when the run was started."""
    found = _FILLED.findall(when[:_LONGEST]) if isinstance(when, str) else ()
    named = (_PARAMETER.fullmatch(reference) for reference in found)
    return bool(found) and all(name is not None and name[1] in arguments for name in named)


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
    """What a step is called, and what it runs; the program of a lightweight component is looked at for calls alone."""
    containers = step.podset.containers if step.podset is not None else ()
    return " ".join([step.label, *(c.argv.text for c in containers if not is_lightweight(c.node))])


def _calls(step: Component, calls: re.Pattern[str]) -> bool:
    containers = step.podset.containers if step.podset is not None else ()
    return any(calls.search(program(c.node)) for c in containers)


def _role(step: Component) -> Role:
    return Role(step.facts.get("role", "generic"))


def _trains(step: Component) -> bool:
    named = _role(step) in TRAINERS or bool(TRAINS.search(step.label))
    return named and not NO_TRAINING.search(step.label)


def _tests(step: Component) -> bool:
    return _role(step) is Role.EVALUATION or bool(TESTS.search(_text(step))) or _calls(step, TESTING_CALLS)


def _releases(step: Component, graph: Graph) -> bool:
    made = (graph.by_id[e.target] for e in graph.out(step.id, EdgeKind.DEPENDS_ON))
    if any(c.workload is not None and c.workload.role in SERVING and not c.parent for c in made):
        return True
    if any(True for _ in graph.out(step.id, EdgeKind.PROMOTES)) or RELEASES.search(_text(step)):
        return True
    return _calls(step, RELEASING_CALLS)


# -- compiled Kubeflow pipelines -----------------------------------------------------------------


def _is_compiled(workload: Workload) -> bool:
    """Whether it is a compiled Kubeflow pipeline, or a Workflow that one was compiled to."""
    if workload.ref.group == _KUBEFLOW or f"{_KUBEFLOW}/components-root" in workload.resource.annotations:
        return True
    parameters = workload.resource.node.children("spec", "arguments", "parameters")
    return any(string(p.value, "name") == "components-root" for p in parameters)


def _of_tasks(steps: list[Component], graph: Graph) -> Iterator[Finding]:
    """The first task that releases what no task has tested; a condition counts if it looks at what tasks have made."""
    waited = cache(lambda step: {s.id: s for s in _before(step, graph)})
    for release in islice((s for s in steps if _does(s, "releases")), _FEW):
        before = list(waited(release).values())
        trained = [s for s in before if _does(s, "trains") and s is not release]
        if not trained or any(_kept(release, one, before, waited) for one in trained[:_FEW]):
            continue
        unseen = next((s for s in (*before, release) if "missing" in s.facts), None)
        if unseen is not None:
            raise Undecided(
                f"whether something tests the model between step '{trained[0].label}' and step '{release.label}': "
                f"the component of step '{unseen.label}' is not in the pipeline"
            )
        if release.place is not None:
            yield _finding((release.label, release.place), (trained[0].label, trained[0].place))
        return


_Waited = Callable[[Component], Mapping[str, Component]]
"""What gives the steps that a step waits for, by id."""


def _kept(release: Component, trained: Component, before: list[Component], waited: _Waited) -> bool:
    """Whether a gate stands between what trains and what releases, or in one of the two."""
    if "bound" in trained.facts or "bound" in release.facts or _does(release, "tests"):
        return True
    between = [s for s in before if trained.id in waited(s)]
    judged = {trained.id, *(s.id for s in between)}
    deciding = (s.facts.get("decided-by", "").split(", ") for s in (*between, release))
    return any(_does(s, "tests") for s in between) or any(judged.intersection(names) for names in deciding)


def _does(step: Component, what: str) -> bool:
    return what in step.facts.get("does", "").split(", ")
