"""What pods have to do before they serve."""

from __future__ import annotations

from building import architecture

from hullmark.simulate.effective import Assumption
from hullmark.simulate.recovery import Probe, Start
from hullmark.simulate.startup import probe, start_of

SERVER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  selector: {matchLabels: {app: llm}}
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.10.0
          args: [--model, MODEL]
          resources: {limits: {nvidia.com/gpu: 1}}
          readinessProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 20}
        - {name: proxy, image: envoy:1}
"""


def started(text: str) -> tuple[Start, list[str]]:
    noted: list[Assumption] = []
    (workload,) = architecture(text).workloads
    return start_of(workload.podsets[0], noted), [a.text for a in noted]


def test_a_model_server_fetches_loads_and_warms_up() -> None:
    start, noted = started(SERVER.replace("MODEL", "meta-llama/Llama-3.1-8B-Instruct"))
    assert start == Start(image=20.0, model=16.0, warm=60.0, ready=10.0)
    assert noted == ["Deployment 'llm': 20 GB of images"]


def test_a_model_whose_name_does_not_tell_is_assumed() -> None:
    start, noted = started(SERVER.replace("MODEL", "example/finetuned"))
    assert start.model == 15.0
    assert "model 'example/finetuned' has 15 GB" in noted[1]


def test_a_model_in_the_image_comes_with_the_image() -> None:
    mounted = SERVER.replace(
        "readinessProbe", "volumeMounts: [{name: m, mountPath: /weights}]\n          readinessProbe"
    )
    start, noted = started(SERVER.replace("MODEL", "/weights/a"))
    assert start.model == 0.0
    assert len(noted) == 1
    start, _ = started(mounted.replace("MODEL", "/weights/a"))
    assert start.model == 15.0


def test_an_ordinary_service_is_quick() -> None:
    plain = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx:1}]}"
    start, _ = started(plain)
    assert start == Start(image=0.3)


def test_probes_have_defaults() -> None:
    assert probe({}) == Probe(0.0, 10.0, 3, 1.0)
    assert probe(None) == Probe()
