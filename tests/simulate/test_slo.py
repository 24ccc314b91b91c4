"""Objectives, journeys and dependencies: what a file says, what is wrong with it and where, and what manifests tell."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from building import architecture

from hullmark.model.errors import HullmarkError
from hullmark.model.rates import shipped
from hullmark.simulate.simulation import Simulation, simulate
from hullmark.simulate.slo import Slo, read
from hullmark.text.source import Source
from hullmark.text.yaml import read as read_yaml

FULL = """\
services:
  web: {target: 99.9, window: 7d, hard: [api]}
  api: {needs: 50%, soft: {cache: 0.5}, one_of: [[openai, anthropic]], ignores: cache-admin, start_only: [hub]}
journeys:
  - {name: ask, path: [web, api], target: 99.5, users: 0.7}
third_parties:
  openai: {contract: 99.9, repair: 2h, region: us}
  anthropic: {failures: llm_api}
  cache: {events: 2, exposure: 400d}
  hub: {}
"""


def said(text: str) -> Slo:
    return read(Source("slo.yaml", text), shipped())


def test_everything_is_read() -> None:
    found = said(FULL)
    web, api = found.services
    assert web.promised is not None
    assert (web.promised.target, web.promised.window) == (0.999, 7 * 86_400)
    assert web.promised.budget == pytest.approx(604.8)
    assert api.pods(5) == 3
    assert [(r.kind, r.names, r.capacity) for r in api.relies] == [
        ("start_only", ("hub",), 1.0),
        ("ignores", ("cache-admin",), 1.0),
        ("soft", ("cache",), 0.5),
        ("one_of", ("openai", "anthropic"), 1.0),
    ]
    (ask,) = found.journeys
    assert (ask.name, ask.path, ask.users) == ("ask", ("web", "api"), 0.7)
    assert ask.promised is not None
    assert ask.promised.window == 30 * 86_400
    assert found.rates is not None
    rates = {party.name: found.rates[party.failures] for party in found.parties}
    assert rates["openai"].unavailability == pytest.approx(0.001)
    assert (rates["openai"].kind, rates["openai"].repair_hours) == ("contract", 2.0)
    assert rates["anthropic"].name == "llm_api"
    assert rates["cache"].per_hour == pytest.approx(2.5 / 9_600)
    assert found.parties[0].region == "us"


WRONG = {
    "services: {a: {target: 100}}": (1, "no error budget"),
    "services:\n  a: {target: 0}": (2, "'target' is 0"),
    "services:\n  a:\n    target: -1": (3, "'target' is -1"),
    "services:\n  a:\n    needs: 0": (3, "'needs' is 0"),
    "services:\n  a:\n    needs: 120%": (3, "'needs' is '120%'"),
    "services:\n  a:\n    needs: many": (3, "'needs' is 'many'"),
    "services:\n  a:\n    window: 30d": (3, "no 'target'"),
    "services:\n  a:\n    soft: {b: 1.5}": (3, "'b' is 1.5"),
    "services:\n  a:\n    one_of: [[b]]": (3, "names one"),
    "services:\n  a:\n    one_of: [[b, 1]]": (3, "not a string"),
    "services:\n  a:\n    hards: [b]": (3, "unknown key"),
    "journeys:\n  - name: j": (2, "no 'path'"),
    "journeys:\n  - path: [a]": (2, "no 'name'"),
    "journeys:\n  - {name: j, path: [a]}\n  - {name: j, path: [a]}": (3, "two journeys"),
    "journeys:\n  - {name: j, path: [a], users: -0.1}": (2, "'users' is -0.1"),
    "third_parties:\n  x: {contract: 100}": (2, "nobody promises"),
    "third_parties:\n  x: {contract: 99, per_year: 3}": (2, "both"),
    "third_parties:\n  x: {failures: llm_ap}": (2, "no value 'llm_ap'"),
    "third_parties:\n  x: {events: 2}": (2, "without 'exposure'"),
    "third_parties:\n  x: {per_year: -3}": (2, "'per_year' is -3"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_at_its_line(text: str) -> None:
    line, message = WRONG[text]
    with pytest.raises(HullmarkError, match=message) as caught:
        said(text)
    assert caught.value.place is not None
    assert caught.value.place.line == line


def schema() -> Any:
    return jsonschema_rs.validator_for(json.loads(files("hullmark.simulate").joinpath("slo.schema.json").read_text()))


def plain(text: str) -> Any:
    return json.loads(json.dumps(next(iter(read_yaml(Source("t", text)))).root))  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [FULL, "services: {a: null}\njourneys: null"])
def test_the_schema_accepts_what_is_read(text: str) -> None:
    schema().validate(plain(text))
    said(text)


BEYOND_SCHEMA = ("120%", "window: 30d", "two journeys", "contract: 99, per", "llm_ap", "events: 2", "name: j}\n")


@pytest.mark.parametrize(
    "text",
    [t for t, (_, m) in WRONG.items() if not any(b in t for b in BEYOND_SCHEMA) and m != "two journeys"],
)
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    assert not schema().is_valid(plain(text))


SERVED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: c
          image: "example.com/{name}:1"
          resources: {{requests: {{cpu: 1, memory: 1Gi}}}}
          env: [{env}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}
"""
CALLS_API = "{name: API_URL, value: 'http://api'}"
CALLS_MODELS = "{name: A_URL, value: 'https://api.openai.com/v1'}, {name: B_URL, value: 'https://api.anthropic.com/v1'}"
CALLS_WEB = "{name: WEB_URL, value: 'http://web'}"
CHAIN = (SERVED.format(name="web", env=CALLS_API), SERVED.format(name="api", env=CALLS_MODELS))


def simulated(slo: str, *manifests: str) -> Simulation:
    return simulate(architecture(*(manifests or CHAIN)), promised=Source("slo.yaml", slo) if slo else None)


def test_calls_are_hard_and_model_apis_are_alternatives() -> None:
    found = {(d.source, d.kind, len(d.targets)) for d in simulated("").network.dependencies}
    assert found == {("Deployment/web", "hard", 1), ("Deployment/api", "one_of", 2)}


def test_what_is_declared_replaces_what_is_seen() -> None:
    one = simulated("services: {web: {soft: {api: 0.5}}, api: {hard: [openai], ignores: [anthropic]}}")
    found = {(d.source, d.kind, *d.targets) for d in one.network.dependencies}
    openai = next(name for name in one.network.outside if "openai" in name)
    assert ("Deployment/web", "soft", "Deployment/api") in found
    assert ("Deployment/api", "hard", openai) in found
    assert not any(kind == "one_of" for _, kind, *_ in found)
    hit = next(b for b in one.blasts if b.failure.name == openai)
    assert [i.service.name for i in hit.impacts] == ["Deployment/api"]


def test_losses_go_up_the_chains() -> None:
    net = simulated("services: {api: {one_of: [openai, anthropic]}}").network
    assert net.down({"Deployment/api"}) == {"Deployment/api", "Deployment/web"}
    assert net.down(net.outside[:1]) == set(net.outside[:1])
    assert net.down(net.outside) >= {"Deployment/web", "Deployment/api"}


def test_circles_that_are_seen_do_not_fall_by_themselves() -> None:
    around = (SERVED.format(name="web", env=CALLS_API), SERVED.format(name="api", env=CALLS_WEB))
    net = simulated("", *around).network
    assert net.down(()) == frozenset()
    assert len(net.down({"Deployment/web"})) == 2


def test_needs_decide() -> None:
    one = simulated("services: {web: {needs: 2}}")
    web = next(s for s in one.services if s.name == "Deployment/web")
    assert [(n.name, n.pods) for n in web.needs] == [("needed", 2)]


MISTAKES = {
    "services:\n  wob: {target: 99}": (2, "no service 'wob'"),
    "services:\n  web: {needs: 3}": (2, "needs 3 pods and has 2"),
    "services:\n  web: {hard: [apy]}": (2, "no service or third party 'apy'"),
    "services:\n  web: {start_only: [api]}": (2, "only third parties"),
    "services:\n  web: {hard: [web]}": (2, "needs itself"),
    "services:\n  web: {hard: [api]}\n  api:\n    hard: [web]": (4, "circle: Deployment/web → Deployment/api → Dep"),
    "journeys:\n  - {name: j, path: [nobody]}": (2, "no service 'nobody'"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_names_that_mean_nothing_and_circles_are_told(text: str) -> None:
    line, message = MISTAKES[text]
    with pytest.raises(HullmarkError, match=message) as caught:
        simulated(text)
    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_a_name_of_two_services_is_refused() -> None:
    other = SERVED.format(name="web", env="").replace("{name: web}", "{name: web, namespace: other}")
    with pytest.raises(HullmarkError, match="several services"):
        simulated("services: {web: {target: 99}}", *CHAIN, other)


@pytest.mark.parametrize(
    ("slo", "note"),
    [
        ("", "nothing in the scan is seen to use it"),
        ("services: {web: {start_only: [vault]}}\n", "pods that start in the meantime wait for it"),
        ("services: {web: {hard: [vault]}}\n", ""),
    ],
)
def test_what_only_the_file_says_of_a_third_party_counts_as_use(slo: str, note: str) -> None:
    one = simulated(slo + "third_parties: {vault: {failures: third_party_api}}")
    (failure,) = (b.failure for b in one.blasts if b.failure.name == "vault")
    assert note in failure.note
    assert bool(note) == bool(failure.note)
