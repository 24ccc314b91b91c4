"""Steps of pipelines: their order, what they make, what they read and write."""

from __future__ import annotations

from drawing import draw, edges, lines, one, pairs

DAG = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: tune}
spec:
  entrypoint: main
  serviceAccountName: runner
  templates:
    - name: main
      dag:
        tasks:
          - {name: prepare, template: prepare}
          - {name: train, template: train, dependencies: [prepare]}
          - {name: check, template: inner, depends: "train.Succeeded && (prepare || prepare.Failed)"}
          - {name: ship, template: ship, depends: check}
    - name: inner
      steps: [[{name: one, template: check}], [{name: two, template: report}]]
    - name: prepare
      container: {image: 'x:1', command: [python, preprocess.py]}
      outputs: {artifacts: [{name: data, s3: {bucket: datasets, key: d}}]}
    - name: train
      container: {image: 'pytorch:1', command: [torchrun, train.py]}
      inputs: {artifacts: [{name: data, s3: {bucket: datasets, key: d, endpoint: 'minio:9000', accessKeySecret: {name: s3, key: k}}}]}
    - name: check
      container: {image: 'x:1', command: [python, evaluate.py]}
    - name: report
      container: {image: 'x:1', command: [python, report.py]}
    - name: ship
      resource:
        action: apply
        manifest: |
          apiVersion: serving.kserve.io/v1beta1
          kind: InferenceService
          metadata: {name: served}
          spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://m/final'}}}
"""
RUN = "workload/-/Workflow/tune/"


def test_the_order_of_an_argo_dag() -> None:
    graph = draw(DAG)
    found = {(s.removeprefix(RUN), t.removeprefix(RUN)) for s, t in edges(graph, "depends-on")}

    assert found >= {
        ("train", "prepare"),
        ("check", "train"),
        ("report", "check"),
        ("ship", "check"),
        ("ship", "report"),
    }
    assert ("prepare", "train") not in found
    assert lines(edges(graph, "depends-on")[f"{RUN}train", f"{RUN}prepare"]) == ["12:[prepare]"]


def test_steps_are_parts_with_roles_of_their_own() -> None:
    graph = draw(DAG)

    assert one(graph, "tune/train").parent == "workload/-/Workflow/tune"
    assert one(graph, "tune/train").facts["role"] == "training"
    assert one(graph, "tune/prepare").facts["role"] == "data-preparation"
    assert one(graph, "tune/check").facts["role"] == "evaluation"


def test_what_steps_read_write_and_run_as() -> None:
    graph = draw(DAG)
    bucket = "data-store/bucket/s3/datasets"

    assert (f"{RUN}prepare", bucket) in edges(graph, "writes")
    assert (f"{RUN}train", bucket) in edges(graph, "reads")
    assert (f"{RUN}train", "service/-/Service/minio") in edges(graph, "calls")
    assert (f"{RUN}train", "secret/-/Secret/s3") in edges(graph, "reads")
    account = "identity/-/ServiceAccount/runner"
    assert {s.removeprefix(RUN) for s, t in edges(graph, "runs-as") if t == account} == {
        "prepare",
        "train",
        "check",
        "report",
        "ship",
    }


def test_a_step_that_puts_a_model_into_service() -> None:
    graph = draw(DAG)

    assert (f"{RUN}ship", "workload/-/InferenceService/served") in edges(graph, "depends-on")
    assert set(edges(graph, "promotes")) == {(f"{RUN}ship", "model/s3/m/final")}


def test_tekton() -> None:
    text = """
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  tasks:
    - name: fetch
      taskSpec: {steps: [{name: s, image: 'x:1'}]}
    - name: train
      runAfter: [fetch]
      taskRef: {name: trainer}
    - name: eval
      params: [{name: model, value: $(tasks.train.results.path)}]
      taskSpec: {steps: [{name: s, image: 'x:1'}]}
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: trainer}
spec: {steps: [{name: s, image: 'x:1'}]}
"""
    graph = draw(text)

    assert pairs(graph, "depends-on") == {
        ("Pipeline/p", "Task/trainer"),
        ("Task/trainer", "Pipeline/p/fetch"),
        ("Pipeline/p/eval", "Task/trainer"),
    }


def test_kubeflow_pipelines() -> None:
    text = """
apiVersion: pipelines.kubeflow.org/v2beta1
kind: PipelineVersion
metadata: {name: v1}
spec:
  pipelineSpec:
    components: {comp-train: {executorLabel: exec-train}}
    deploymentSpec: {executors: {exec-train: {container: {image: 'train:1'}}}}
    root:
      dag:
        tasks:
          prepare: {componentRef: {name: comp-prepare}}
          train: {componentRef: {name: comp-train}, dependentTasks: [prepare]}
"""
    graph = draw(text)

    assert pairs(graph, "depends-on") == {("PipelineVersion/v1/train", "PipelineVersion/v1/prepare")}
    assert one(graph, "v1/train").facts["image"] == "train:1"


def test_volcano_flows() -> None:
    text = """
apiVersion: flow.volcano.sh/v1alpha1
kind: JobFlow
metadata: {name: f}
spec: {flows: [{name: a}, {name: b, dependsOn: {targets: [a]}}]}
"""
    assert ("JobTemplate/b", "JobTemplate/a") in pairs(draw(text), "depends-on")


def test_trials_of_an_experiment() -> None:
    text = """
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: e}
spec:
  trialTemplate:
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: t, image: 'x:1'}]}}}
"""
    assert pairs(draw(text), "depends-on") == {("Experiment/e", "Job/e")}


def test_a_workflow_that_refers_to_itself_ends() -> None:
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: loop}
spec:
  entrypoint: a
  templates:
    - {name: a, steps: [[{name: x, template: a}], [{name: y, template: b}]]}
    - {name: b, dag: {tasks: [{name: t, template: a}, {name: u, template: b, depends: t}]}}
"""
    assert draw(text).components


def test_many_steps_that_all_wait_for_all_are_bounded() -> None:
    tasks = ", ".join(
        f"{{name: t{i}, template: s{i}, dependencies: [{', '.join(f't{j}' for j in range(i))}]}}" for i in range(400)
    )
    templates = "\n".join(f"    - {{name: s{i}, container: {{image: 'x:1'}}}}" for i in range(400))
    text = f"""
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: w}}
spec:
  templates:
    - {{name: m, dag: {{tasks: [{tasks}]}}}}
{templates}
"""

    assert len(edges(draw(text), "depends-on")) <= 300 * 64


API = """
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80}]}
"""


def test_what_steps_call() -> None:
    workflow = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: m
  templates:
    - name: m
      steps: [[{name: a, template: program}], [{name: b, template: shell}], [{name: c, template: request}]]
    - name: program
      script: {image: python, command: [python], source: "'''See http://docs.corp.io'''\\nget('http://api:80/x')\\n# http://nobody\\n"}
    - name: shell
      script: {image: alpine, command: [sh], source: "curl http://api:80/x\\n"}
    - name: request
      http: {url: 'http://hook.tools.svc:8080/x'}
"""
    task = """
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec: {steps: [{name: s, image: alpine, script: "#!/bin/sh\\ncurl http://api:80/x\\n"}]}
"""
    compiled = """
apiVersion: pipelines.kubeflow.org/v2beta1
kind: PipelineVersion
metadata: {name: v}
spec:
  pipelineSpec:
    root: {dag: {tasks: {train: {componentRef: {name: c}}}}}
    components: {c: {executorLabel: e}}
    deploymentSpec:
      executors:
        e: {container: {image: 'x:1', args: ['--tracking=http://mlflow:5000'], env: [{name: API_URL, value: 'http://api:80'}]}}
"""
    found = pairs(draw(API, workflow, task, compiled), "calls")

    assert found == {
        ("Workflow/w/program", "Service/api"),
        ("Workflow/w/shell", "Service/api"),
        ("Workflow/w/request", "service/tools/Service/hook"),
        ("Task/t/pods", "Service/api"),
        ("PipelineVersion/v/train", "Service/api"),
        ("PipelineVersion/v/train", "Service/mlflow"),
    }


def test_secrets_in_the_configuration_of_a_plugin() -> None:
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec:
  entrypoint: make
  templates:
  - name: make
    container: {image: 'x:1'}
    outputs:
      artifacts:
      - name: out
        path: /tmp/out
        plugin:
          name: s3
          configuration: |
            endpoint: minio:9000
            accessKeySecret:
              name: minio-cred
              key: accesskey
"""
    [edge] = [e for (s, t), e in edges(draw(text), "reads").items() if t.startswith("secret/")]

    assert (edge.source, edge.target) == ("workload/-/Workflow/flow/make", "secret/-/Secret/minio-cred")
    assert lines(edge) == ["18:minio-cred"]


def test_arguments_of_a_workflow_are_calls_of_the_steps_that_use_them() -> None:
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec:
  entrypoint: start
  onExit: other
  arguments:
    artifacts: [{name: tool, http: {url: 'https://tools.acme.dev/tool'}}]
    parameters:
    - {name: repo, value: 'https://git.acme.dev/app'}
    - {name: api, value: 'https://api.acme.dev'}
    - {name: spare, value: 'https://spare.acme.dev'}
  templates:
  - name: start
    inputs: {artifacts: [{name: tool, path: /tool}], parameters: [{name: from, value: '{{workflow.parameters.repo}}'}]}
    container: {image: 'git:1', args: [clone, '{{inputs.parameters.from}}']}
  - name: other
    container: {image: 'x:1', env: [{name: API_URL, value: '{{workflow.parameters.api}}/v1'}]}
"""
    found = edges(draw(text), "calls")

    assert set(found) == {
        ("workload/-/Workflow/flow/start", "external/tools.acme.dev"),
        ("workload/-/Workflow/flow/start", "external/git.acme.dev"),
        ("workload/-/Workflow/flow/other", "external/api.acme.dev"),
        ("workload/-/Workflow/flow", "external/spare.acme.dev"),
    }
    assert lines(found["workload/-/Workflow/flow/start", "external/git.acme.dev"]) == [
        "16:'{{inputs.parameters.from}}'"
    ]
