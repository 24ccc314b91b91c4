"""Templates of workflows that nothing runs, and manifests in steps whose parameters are written."""

from __future__ import annotations

import pytest
from drawing import draw, edges, one, pairs, text

FLOW = """
apiVersion: argoproj.io/v1alpha1
kind: KIND
metadata: {name: w}
spec:
  entrypoint: main
  HANDLER
  templates:
    - name: main
      FIRST
    - {name: a, container: {image: 'a:1', env: [{name: API_URL, value: 'http://one:80'}]}}
    - name: b
      serviceAccountName: admin
      container: {image: 'b:1', command: [torchrun, train.py, --output-dir, 's3://old/m'], env: [{name: API_URL, value: 'http://two:80'}]}
"""
STEPS = "steps: [[{name: s, template: a}]]"


def flow(kind: str = "Workflow", first: str = STEPS, handler: str = "podGC: {strategy: OnPodCompletion}") -> str:
    return FLOW.replace("KIND", kind).replace("FIRST", first).replace("HANDLER", handler)


def test_a_template_that_nothing_runs_is_there_and_does_nothing() -> None:
    graph = draw(flow())

    assert pairs(graph, "calls") == {("Workflow/w/a", "Service/one")}
    assert {s for s, _ in pairs(graph, "runs-as")} == {"Workflow/w/a"}
    assert not edges(graph, "trains")
    assert not edges(graph, "writes")
    assert one(graph, "Workflow/w/b").facts["runs"].startswith("no")
    assert "runs" not in one(graph, "Workflow/w/a").facts


@pytest.mark.parametrize(
    ("first", "handler"),
    [
        ("dag: {tasks: [{name: s, template: a}, {name: t, template: b, dependencies: [s]}]}", ""),
        ("steps: [[{name: s, template: a, onExit: b}]]", ""),
        ("steps: [[{name: s, template: a, hooks: {exit: {template: b}}}]]", ""),
        ("steps: [[{name: s, template: a}, {name: t, inline: {steps: [[{name: u, template: b}]]}}]]", ""),
        (STEPS, "onExit: b"),
        (STEPS, "hooks: {running: {template: b, expression: x}}"),
        ("steps: [[{name: s, template: a}, {name: t, template: '{{item}}', withItems: [b]}]]", ""),
        (STEPS, "workflowTemplateRef: {name: other}"),
    ],
)
def test_what_runs_or_may_run(first: str, handler: str) -> None:
    assert {s for s, _ in pairs(draw(flow(first=first, handler=handler)), "calls")} == {"Workflow/w/a", "Workflow/w/b"}


@pytest.mark.parametrize("kind", ["WorkflowTemplate", "ClusterWorkflowTemplate"])
def test_others_may_run_a_template_of_workflows(kind: str) -> None:
    assert {s.rpartition("/")[2] for s, _ in pairs(draw(flow(kind)), "calls")} == {"a", "b"}


def test_an_entry_point_that_is_not_there() -> None:
    assert len(pairs(draw(flow().replace("entrypoint: main", "entrypoint: other")), "calls")) == 2


SHIP = """
apiVersion: argoproj.io/v1alpha1
kind: KIND
metadata: {name: w}
spec:
  entrypoint: main
  arguments: {parameters: [{name: uri, value: 's3://models/m'}, {name: space, value: live}, {name: open}, {name: n, value: '3'}]}
  templates:
    - name: main
      steps: [[{name: s, template: ship, arguments: {parameters: [{name: name, value: iris}]}}MORE]]
    - name: ship
      inputs: {parameters: [{name: name}]}
      resource:
        action: apply
        manifest: |
          apiVersion: serving.kserve.io/v1beta1
          kind: InferenceService
          metadata:
            name: "{{inputs.parameters.name}}"
            namespace: "{{workflow.parameters.space}}"
            annotations: {open: "{{workflow.parameters.open}}"}
          spec:
            predictor:
              minReplicas: {{workflow.parameters.n}}
              model:
                modelFormat: {name: sklearn}
                storageUri: "{{workflow.parameters.uri}}"
"""


def shipped(kind: str = "Workflow", more: str = "") -> str:
    return SHIP.replace("KIND", kind).replace("MORE", more)


@pytest.mark.parametrize("kind", ["Workflow"])
def test_a_manifest_whose_parameters_are_written(kind: str) -> None:
    graph = draw(shipped(kind))
    model = edges(graph, "loads-model")["workload/live/InferenceService/iris", "model/s3/models/m"]

    assert ("workload/-/Workflow/w/ship", "workload/live/InferenceService/iris") in edges(graph, "depends-on")
    assert ("workload/-/Workflow/w/ship", "model/s3/models/m") in edges(graph, "promotes")
    assert model.evidence[0].place is not None
    assert text(model.evidence[0].place).strip('"') == "{{workflow.parameters.uri}}"


def test_what_others_may_give_stays_open() -> None:
    graph = draw(shipped("WorkflowTemplate"))

    assert ("workload/{{workflow.parameters.space}}/InferenceService/iris") in {c.id for c in graph.components}
    assert not edges(graph, "loads-model")


def test_a_step_that_runs_twice_makes_no_one_object() -> None:
    twice = ", {name: t, template: ship, arguments: {parameters: [{name: name, value: rose}]}}"
    ids = {c.id for c in draw(shipped(more=twice)).components}

    assert "workload/live/InferenceService/{{inputs.parameters.name}}" in ids
    assert not {i for i in ids if i.endswith(("/iris", "/rose"))}


def test_numbers_stay_open_for_nobody_knows_whether_they_are_texts() -> None:
    [service] = [c for c in draw(shipped()).components if c.kind.value == "workload" and c.label == "iris"]

    assert service.resource is not None
    assert service.resource.node.get("spec", "predictor", "minReplicas") == "{{workflow.parameters.n}}"
    assert service.resource.node.get("metadata", "annotations", "open") == "{{workflow.parameters.open}}"
