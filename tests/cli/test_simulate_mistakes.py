"""What is wrong in the files and options of ``hullmark simulate``: told at its line and column, with what to write instead.

Every case ends with 2 (usage or a mistake in a file), without a traceback.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hullmark.cli import main

MANIFESTS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 2
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: c, image: "example.com/NAME:1", resources: {requests: {cpu: 1, memory: 1Gi}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {selector: {app: NAME}, ports: [{port: 80}]}
---
"""
GOOD = "regions: [{name: r, zones: [a, b]}]\npools:\n  - {name: p, cpu: 4, memGiB: 16, count: 4}\n"
ZONES = "regions: [{name: r, zones: [a, b]}]\npools:\n"
POOL = ZONES + "  - {name: p, cpu: 4, memGiB: 16, count: 4, %s}\n"
SIZE = ZONES + "  - {name: p, %s}\n"
SERVICE = "services:\n  web: {%s}\n"
JOURNEY = "journeys:\n  - {name: j, %s}\n"
OBJECTIVE = GOOD + "slos:\n  - {journey: web, %s}\n"

TOPOLOGIES: dict[str, tuple[str, str, str]] = {
    POOL % "zone: [a, x]": ("3:55", "there is no zone 'x'", "known are a, b"),
    OBJECTIVE % "target: 100": ("5:28", "'target' is 100 %: no error budget is left", "aim lower"),
    OBJECTIVE % "target: 0.999": ("5:28", "'target' is 0.999 %: less than half of the time", "write 99.9"),
    OBJECTIVE % "target: 1": ("5:28", "'target' is 1 %", "in percent, such as 99.9"),
    OBJECTIVE % "target: 99.9999999999999": ("5:28", "no error budget is left", "aim lower"),
    OBJECTIVE % "target: 99.9, window: 0d": ("5:42", "'window' is no duration", "such as 30d"),
    OBJECTIVE % "target: 99.9, min_capacity: 70": ("5:48", "'min_capacity' is 70", "at most 1"),
    GOOD + "slos:\n  - {target: 99, journey: nobody}": ("5:27", "there is no service 'nobody'", "known are"),
    GOOD + "rates:\n  gpu_node: {per_year: -1}": ("5:24", "'per_year' is -1", "at least 0"),
    GOOD + "rates:\n  gpu_nod: {per_year: 1}": ("5:3", "there is no rate 'gpu_nod'", "did you mean 'gpu_node'?"),
    SIZE % "cpu: 0.5, memGiB: 16": ("3:3", "no node is large enough for a pod of Deployment 'web'", "larger nodes"),
    SIZE % "cpu: 1, memGiB: 16": ("3:6", "too small: 3 pods stay pending", "'count: 4' (3 more)"),
    "regions: here\npools: []\n": ("1:10", "'regions' is a list", "start each item"),
    "regions: {name: r}\npools: []\n": ("1:10", "'regions' is a list", "start each item"),
    ZONES + "  {name: p}\n": ("3:3", "'pools' is a list", "start each item"),
    ZONES + "  - p\n": ("3:5", "is a mapping", "key: value"),
    SIZE % "cpu: '4', memGiB: 16": ("3:20", "'cpu' is a number", "without quotes"),
    SIZE % "cpu: 4000m, memGiB: 16Gi": ("3:20", "'cpu' is a number", "without quotes and units"),
    SIZE % "cpu: true, memGiB: 16": ("3:20", "'cpu' is a number", "without quotes"),
    SIZE % "cpu: [4], memGiB: 16": ("3:20", "'cpu' is a number", "without quotes"),
    SIZE % "cpu: 0, memGiB: 16": ("3:20", "'cpu' is 0", "above 0"),
    SIZE % "cpu: .nan, memGiB: 16": ("3:20", "JSON has no .nan", "write a number"),
    SIZE % "cpu: 4, memGiB: .inf": ("3:31", "JSON has no .inf", "write a number"),
    SIZE % "cpu: 1e400, memGiB: 16": ("3:20", "'cpu' is a number", "write it"),
    SIZE % ("cpu: " + "9" * 6_000): ("3:20", "'cpu' is a number", "write it"),
    SIZE % "cpu: 4, memGiB: 16, count: 1e30": ("3:42", "'count' is 1e+30", "at most 5000"),
    SIZE % "cpu: 4, memGiB: 16, count: 0": ("3:42", "'count' is 0", "at least 1"),
    GOOD + "  - {name: p, cpu: 4, memGiB: 1}\n": ("4:12", "two pools 'p'", "a name of its own"),
    "regions:\n  - {name: r, zones: [a]}\n  - name: s\n    zones:\n      - b\n      - a\npools: []": (
        "6:9",
        "'a' stands twice",
        "differ",
    ),
    "regions: [{name: a, zones: [a]}]\npools: []": ("1:29", "'a' stands twice", "differ"),
    "regions: [{zones: [a]}]\npools: []\n": ("1:12", "has no 'name'", "add 'name"),
    "regions: [{name: r, zones: ['']}]\npools: []\n": ("1:29", "is empty", "give it a value"),
    "regions: [{name: r, zones: [1]}]\npools: []\n": ("1:29", "not a string", "in quotes"),
    'regions: [{name: r, zones: ["a b"]}]\npools: []\n': ("1:29", "can be no label", "letters, digits"),
    ZONES + '  - {name: "a\\nb", cpu: 4, memGiB: 16}\n': ("3:12", "can be no label", "letters, digits"),
    POOL % "labels: {tier: 1}": ("3:60", "'tier' is not a string", "in quotes"),
    POOL % "labels: {tier: {a: b}}": ("3:60", "'tier' is not a string", "in quotes"),
    POOL % "labels: {tier: -x}": ("3:60", "'-x' can be no label", "letters, digits"),
    POOL % "taints: ['gpu=true:NoSchedule']": ("3:54", "is a mapping", "key: value"),
    POOL % "autoscale: {min: 9, max: 2}": ("3:70", "outside 9 to 2", "min ≤ count ≤ max"),
    POOL % "autoscale: {max: 9, provisionMinutes: {p50: 20, p95: 6}}": ("3:98", "'p95' is 6", "p50"),
    POOL % "pods: 99999999999999999999999999": ("3:51", "'pods' is 1e+26", "at most 1024"),
    POOL % "gpu: 1.5": ("3:50", "'gpu' is 1.5", "whole number"),
    POOL % "gpu: 8, gpuResource: cpu": ("3:66", "accelerators are not 'cpu'", "such as nvidia.com/gpu"),
    POOL % "resources: {memory: 1}": ("3:57", "'memory' stands under 'resources'", "'memGiB'"),
    POOL % "memGib: 3": ("3:45", "unknown key 'memGib'", "did you mean 'memGiB'?"),
    POOL % "gpuDomain: nodes": ("3:56", "no value 'nodes'", "did you mean 'node'?"),
    GOOD + "region: []\n": ("4:1", "unknown key 'region'", "did you mean 'regions'?"),
    GOOD + "regions: [{name: q, zones: [z]}]\n": ("4:1", "'regions' repeats", "remove one"),
    GOOD + "control_plane: {kind: EKS}\n": ("4:23", "no value 'EKS'", "known are eks"),
    GOOD + "control_plane: {version: 1.34}\n": ("4:26", "not a string", "in quotes"),
    GOOD + "control_plane: {version: '1.²'}\n": ("4:26", "'1.²' is no version", '"1.34"'),
    GOOD + "control_plane: {version: '1...3'}\n": ("4:26", "is no version", '"1.34"'),
    GOOD + "control_plane: {node_monitor_grace_s: 40s}\n": ("4:39", "is a number", "without quotes and units"),
    GOOD + "control_plane: {deletes_dead_nodes_after: soon}\n": ("4:43", "no duration", "such as 30d"),
    GOOD + "bandwidth: {registry_GBps: -1}\n": ("4:28", "'registry_GBps' is -1", "above 0"),
    GOOD + "runs: {web: {days: 0}}\n": ("4:20", "'days' is 0", "above 0"),
    GOOD + "runs: {web: {start: 2026-13-01}}\n": ("4:21", "no day", "2026-12-01"),
    GOOD + "third_parties: {openai: {failures: llm}}\n": ("4:36", "no value 'llm'", "did you mean 'llm_api'?"),
    GOOD + "currency: 7\n": ("4:11", "not a string", "in quotes"),
    GOOD + "---\na: b\n": ("5:1", "is one document", "one mapping"),
    "": ("", "there is none in this file", "one mapping"),
    "# nothing\n": ("1:1", "there is none in this file", "one mapping"),
    "hello\n": ("1:1", "a topology is a mapping", "key: value"),
    "regions:\n\t- name: r\n": ("2:1", "a tab cannot indent", "spaces"),
    "regions: [{name: r, zones: [a]\npools: []\n": ("2:1", "not closed", "}"),
    "regions: " + "[" * 5_000: ("1:1009", "nested deeper", "flatten"),
}
OBJECTIVES: dict[str, tuple[str, str, str]] = {
    SERVICE % "target: 100": ("2:17", "'target' is 100 %: no error budget is left", "aim lower"),
    SERVICE % "target: 0.999": ("2:17", "'target' is 0.999 %: less than half of the time", "write 99.9"),
    SERVICE % "target: 1": ("2:17", "'target' is 1 %", "in percent, such as 99.9"),
    SERVICE % "target: 0": ("2:17", "'target' is 0 %", "such as 99.9"),
    SERVICE % "target: 99.9%": ("2:17", "'target' is a number", "without quotes and units"),
    SERVICE % "target: 101": ("2:17", "'target' is 101", "at most 100"),
    SERVICE % "target: 99.9, window: 0s": ("2:31", "'window' is no duration", "such as 30d"),
    SERVICE % "target: 99.9, window: 30": ("2:31", "'window' is not a string", "in quotes"),
    SERVICE % "target: 99.9, window: 99999999999999999999d": ("2:31", "no duration", "such as 30d"),
    "services:\n  web:\n    target: 99.9\n    needs: 9\n": ("4:12", "needs 9 pods and has 2", "more replicas"),
    SERVICE % "needs: 0.5": ("2:16", "'needs' is 0.5", "at least 1"),
    SERVICE % "needs: nan%": ("2:16", "'needs' is 'nan%'", "such as 70%"),
    SERVICE % "needs: 1_0%": ("2:16", "'needs' is '1_0%'", "such as 70%"),
    SERVICE % "targets: 99": ("2:9", "unknown key 'targets'", "did you mean 'target'?"),
    SERVICE % "hard: [web]": ("2:16", "'web' needs itself", "what it calls"),
    SERVICE % "hard: [1]": ("2:16", "not a string", "in quotes"),
    SERVICE % "hard: [apy]": ("2:16", "no service or third party 'apy'", "did you mean 'api'?"),
    SERVICE % "hard: [api], soft: {api: 0.5}": ("2:34", "'web' has 'api' as 'hard' and as 'soft'", "leave one"),
    SERVICE % "soft: {api: 50}": ("2:21", "'api' is 50", "at most 1"),
    SERVICE % "soft: [api]": ("2:15", "'soft' is a mapping", "key: value"),
    SERVICE % "one_of: [[api, api]]": ("2:18", "names one", "alternatives"),
    "services:\n  web: {hard: [api]}\n  api:\n    hard: [web]\n": ("4:12", "go in a circle", "the other way round"),
    "services:\n  web: {needs: 1}\n  Deployment/web: {needs: 2}\n": ("3:3", "are one service", "once"),
    "services:\n  wep: {needs: 1}\n": ("2:3", "there is no service 'wep'", "did you mean 'web'?"),
    "services: [web]\n": ("1:11", "'services' is a mapping", "key: value"),
    "service: {}\n": ("1:1", "unknown key 'service'", "did you mean 'services'?"),
    JOURNEY % "path: [web, nobody]": ("2:27", "there is no service 'nobody'", "known are"),
    JOURNEY % "path: []": ("2:21", "has no 'path'", "list its services"),
    JOURNEY % "path: [web], window: 3d": ("2:36", "a 'window' but no 'target'", "percent"),
    JOURNEY % "path: [web], users: 80": ("2:35", "'users' is 80", "at most 1"),
    "third_parties:\n  openai: {contract: 0.999}\n": ("2:22", "less than half of the time", "write 99.9"),
    "third_parties:\n  openai: {contract: 100}\n": ("2:22", "nobody promises 100 %", "such as 99.9"),
    "third_parties:\n  openai: {exposure: 30d}\n": ("2:22", "'exposure' without 'events'", "or 0"),
    "third_parties:\n  openai: {region: 1}\n": ("2:20", "not a string", "in quotes"),
}
RATES: dict[str, tuple[str, str, str]] = {
    "gpu_node:\n  events: -3\n  exposure: 400d\n": ("2:11", "'events' is -3", "at least 0"),
    "gpu_node:\n  events: 3\n  exposure: -400d\n": ("3:13", "no duration", "such as 30d"),
    "gpu_node:\n  per_year: 3\n  low: 5\n  high: 1\n": ("3:3", "unknown key 'low'", "known are"),
    "gpu_node: {event: 1}\n": ("1:12", "unknown key 'event'", "did you mean 'events'?"),
    "gpu_nod: {per_year: 1}\n": ("1:1", "there is no rate 'gpu_nod'", "did you mean 'gpu_node'?"),
    "gpu_node: {per_year: .nan}\n": ("1:22", "JSON has no .nan", "write a number"),
    "cpu_node: {per_year: 1e12}\n": ("1:22", "more than one failure a second", "component"),
    "cpu_node: {events: 9, exposure: 1s}\n": ("1:20", "more than one failure a second", "component"),
    "cpu_node: {per_year: 1, repair: 999999d}\n": ("1:33", "no repair", "at most 10y"),
    "cpu_node: {per_year: 1, repair: 0h}\n": ("1:33", "no duration", "such as 30d"),
    "cpu_node: {exposure: 30d}\n": ("1:22", "'exposure' without 'events'", "or 0"),
    "cpu_node: {}\n": ("1:1", "nothing is said of 'cpu_node'", "give 'events'"),
    "registry: {unavailability: 99.9}\n": ("1:28", "'unavailability' is 99.9", "at most 0.999999"),
    "registry: {unavailability: 0.1, per_year: 1}\n": ("1:28", "both 'per_year' and 'unavailability'", "one of them"),
    "registry: {events: 1.5, exposure: 1d}\n": ("1:20", "'events' is 1.5", "whole number"),
    "rates:\n  registry: {events: 1, exposure: 400d}\n": ("1:1", "there is no rate 'rates'", "known are"),
    "- a\n": ("1:1", "a file of rates is a mapping", "key: value"),
    "": ("", "there is none in this file", "one mapping"),
}
OPTIONS: dict[tuple[str, ...], tuple[str, str]] = {
    ("--years", "-1"): ("--years: '-1' is no number of at least 1", "whole number"),
    ("--years", "0"): ("--years: '0' is no number of at least 1", "whole number"),
    ("--years", "nan"): ("--years: 'nan' is no number", "whole number"),
    ("--years", "1000000000"): ("--years: '1000000000' is too many", "at most 100000"),
    ("--trials", "0"): ("--trials: '0' is no number of at least 1", "whole number"),
    ("--seed", "-1"): ("--seed: '-1' is no seed", "whole number"),
    ("--scenario", "nonsense"): ("--scenario: there is no scenario 'nonsense'", "known are node"),
    ("--scenario", "zon"): ("--scenario: there is no scenario 'zon'", "did you mean 'zone'?"),
    ("--scenario", ""): ("--scenario: there is no scenario ''", "known are node"),
    ("--scenario", "zone=nowhere"): ("scenario 'zone' has no target 'nowhere'", "known are zone-a"),
    ("--start", "tomorrow"): ("--start: 'tomorrow' is no day", "2026-12-01"),
    ("--topology", "nowhere.yaml"): ("'nowhere.yaml' cannot be read", "check that it exists"),
    ("--topology", ""): ("'' cannot be read", "check that it exists"),
    ("--slo", "."): ("'.' cannot be read: is a directory", "name a file in it"),
    ("--rates", "/dev/zero"): ("larger than 32 MB", "leave it out"),
    ("--topology", "-", "--slo", "-"): ("'-' stands for two inputs", "into a file"),
    ("--topology", "web.yaml"): ("a topology is one document", "one mapping"),
}


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "500")
    (tmp_path / "web.yaml").write_text(MANIFESTS.replace("NAME", "web") + MANIFESTS.replace("NAME", "api"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["simulate", "web.yaml", "--trials", "1000", *words]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert "bug in hullmark" not in found.err
    return found.err


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        pytest.param(option, text, said, id=f"{option[2:]}-{number}")
        for option, cases in (("--topology", TOPOLOGIES), ("--slo", OBJECTIVES), ("--rates", RATES))
        for number, (text, said) in enumerate(cases.items())
    ],
)
def test_a_mistake_is_told_at_its_line_and_column_with_what_to_write(
    option: str, text: str, said: tuple[str, str, str], system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at, message, hint = said
    (system / "said.yaml").write_text(text)
    err = told(capsys, option, "said.yaml")

    assert f"--> said.yaml{at and ':'}{at}\n" in err
    assert message in err.splitlines()[0]
    assert hint in err.partition("help: ")[2]


@pytest.mark.parametrize("option", ["--topology", "--slo", "--rates"])
@pytest.mark.parametrize(
    ("data", "at"), [(b"a: \xff\xfe\n", "1:4"), (b"regions\0: []\n", "1:8"), (bytes(range(256)), "1:1")]
)
def test_bytes_that_are_no_text_are_told_where_they_are(
    option: str, data: bytes, at: str, system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "said.yaml").write_bytes(data)
    assert f"--> said.yaml:{at}\n" in told(capsys, option, "said.yaml")


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_a_mistake_in_an_option_names_it(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    message, hint = OPTIONS[words]
    err = told(capsys, *words)
    assert message in err
    assert hint in err.partition("help: ")[2]


@pytest.mark.parametrize(
    ("annotation", "message", "hint"),
    [
        ("hullmark.dev/step-time: soon", "'soon' is no duration", "such as 30d"),
        ("hullmark.dev/step-time: -4s", "'-4s' is no duration", "such as 30d"),
        ("hullmark.dev/step-time: 4", "no string", "in quotes"),
        ("hullmark.dev/steptime: 4s", "nothing is declared", "did you mean 'hullmark.dev/step-time'?"),
    ],
)
def test_a_time_of_a_step_that_is_none_is_a_mistake_of_the_manifest(
    annotation: str, message: str, hint: str, system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MANIFESTS.replace(
        "metadata: {name: NAME}\nspec:\n  rep", "metadata:\n  name: web\n  annotations:\n    %s\nspec:\n  rep"
    )
    (system / "web.yaml").write_text(text.replace("NAME", "web") % annotation)
    err = told(capsys)
    assert f"--> web.yaml:6:{5 + annotation.index(': ') + 2}\n" in err
    assert message in err
    assert hint in err


def test_more_replicas_than_any_cluster_has_pods(system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (system / "web.yaml").write_text(MANIFESTS.replace("NAME", "web").replace("replicas: 2", "replicas: 1000000000"))
    err = told(capsys)
    assert "1,000,000,000 pods of Deployment 'web' are more than any cluster has" in err
    assert "--> web.yaml:5:13\n" in err


def test_a_number_of_pods_that_is_none_is_assumed_and_told_where_it_stands(
    system: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (system / "web.yaml").write_text(MANIFESTS.replace("NAME", "web").replace("replicas: 2", "replicas: two"))
    assert main(["simulate", "web.yaml", "--trials", "1000"]) == 0
    assert "the number of pods is not known; 1 assumed (web.yaml:5:13)" in capsys.readouterr().out
