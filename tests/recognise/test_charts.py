from __future__ import annotations

import re
from textwrap import dedent, indent

import pytest
from chart_cases import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import application, architecture, release, scan

from hullmark.checks.registry import checks
from hullmark.engine.run import verdicts
from hullmark.graph.build import build
from hullmark.model.finding import Verdict
from hullmark.model.release import DEFAULT
from hullmark.model.terms import Outcome, Reach, Role
from hullmark.recognise.charts.reference import READERS, Reference
from hullmark.recognise.charts.row import Chart
from hullmark.recognise.charts.setting import keys, typed
from hullmark.recognise.charts.table import CHARTS, find
from hullmark.recognise.charts.versions import number, unseen
from hullmark.recognise.releases import REFERRING

BY_ID = {chart.id: chart for chart in CHARTS}
ROWS = {risk.check for chart in CHARTS for risk in chart.risks}
UNKNOWN = "99.0.0"
MARK = re.compile(r"  # ([a-z-]+)$", re.MULTILINE)


def known(chart: Chart) -> str:
    return chart.seen[1] or UNKNOWN


def found(outcomes: list[Verdict], ids: set[str] = ROWS) -> list[tuple[int, str]]:
    return sorted((f.at.line, v.check) for v in outcomes if v.check in ids for f in v.findings)


def test_every_chart_has_cases_and_a_source() -> None:
    assert {name.partition(",")[0] for name in CASES} == set(BY_ID)
    assert len(BY_ID) == len(CHARTS)
    for chart in CHARTS:
        assert chart.sources
        assert all(url.startswith("https://") for url in chart.sources)
        assert all(home == home.lower() and "://" not in home for home in chart.homes)
        if chart.seen[0]:
            first, last = number(chart.seen[0]), number(chart.seen[1])
            assert first is not None
            assert last is not None
            assert first <= last
        else:
            assert not chart.defaults, "defaults hold in versions"


def test_rows_are_for_checks_that_exist() -> None:
    assert {check.id for check in checks()} >= ROWS


@pytest.mark.parametrize("name", CASES)
def test_risky_values_are_found_on_their_lines(name: str) -> None:
    chart = BY_ID[name.partition(",")[0]]
    text = application(chart, UNKNOWN, dedent(CASES[name].bad))
    expected = [(text.count("\n", 0, m.start()) + 1, m[1]) for m in MARK.finditer(text)]

    assert found(scan(MARK.sub("", text))) == sorted(expected)


def test_every_row_is_shown_to_be_found() -> None:
    shown: set[tuple[str, str]] = set()
    for name, case in CASES.items():
        chart = BY_ID[name.partition(",")[0]]
        for version, values in ((UNKNOWN, MARK.sub("", dedent(case.bad))), (known(chart), "")):
            text = application(chart, version, values)
            messages = {f.message.removesuffix(DEFAULT) for v in scan(text) for f in v.findings}
            shown |= {(chart.id, r.path) for r in chart.risks if r.text.format(name="app") in messages}

    missing = {(chart.id, risk.path) for chart in CHARTS for risk in chart.risks} - shown
    assert missing == set()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.good])
def test_other_values_are_fine(name: str) -> None:
    chart = BY_ID[name.partition(",")[0]]
    outcomes = scan(application(chart, known(chart), dedent(CASES[name].good)))

    assert found(outcomes) == []
    assert [f.fix for v in outcomes for f in v.findings if f.fix] == [], "nothing there can be edited"
    assert [v for v in outcomes if v.check in ROWS and v.outcome is Outcome.UNKNOWN] == []


@pytest.mark.parametrize("name", [name for name in CASES if "," not in name])
def test_defaults_count_where_they_are_known(name: str) -> None:
    chart = BY_ID[name]
    text = application(chart, known(chart), "")
    line = next(n for n, row in enumerate(text.split("\n"), 1) if "chart:" in row)
    outcomes = scan(text)

    assert found(outcomes) == sorted((line, check) for check in CASES[name].absent)
    told = [f for v in outcomes for f in v.findings if v.check in ROWS]
    assert all(f.message.endswith(DEFAULT) and not f.at.exact and not f.at.editable for f in told)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.id)
@pytest.mark.parametrize("version", [UNKNOWN, "", "~1.2", "1.x", "{{version}}", "HEAD"])
def test_nothing_is_said_of_what_is_not_known(chart: Chart, version: str) -> None:
    """Whatever a check concludes from absence, it must not do so for a chart whose defaults are unknown."""
    outcomes = scan(application(chart, version, ""))
    # That Ollama's Service leads to something that asks nobody holds in every version.
    said = {v.check for v in outcomes if v.findings} - {"shared-ollama"}

    assert said == set()
    assert not [v for v in outcomes if v.outcome is Outcome.ERROR]
    if chart.risks:
        assert any(v.outcome is Outcome.UNKNOWN and v.check in ROWS for v in outcomes)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.id)
def test_a_chart_of_somebody_else_is_another_chart(chart: Chart) -> None:
    def of(home: str) -> Chart | None:
        blank = build([]).resources
        assert blank == ()
        return find(Reference(chart.name, home, "", "", "", None))  # type: ignore[arg-type]

    assert all(of(home) is chart or of(home.rpartition("/")[0]) is chart for home in chart.homes)
    assert of("charts.example.com/mirror") is None
    assert of("") is None
    assert of(f"{chart.homes[0]}.evil.example") is None
    assert of(f"evil.example/{chart.homes[0]}") is None


def test_the_same_name_means_what_its_publisher_says() -> None:
    values = "tracking: {auth: {enabled: false}}\n"
    theirs = application(BY_ID["bitnami/mlflow"], UNKNOWN, values)
    ours = application(BY_ID["mlflow"], "1.11.5", values)

    assert [c for _, c in found(scan(theirs))] == ["unauthenticated-mlflow"]
    told = next(f.message for v in scan(ours) for f in v.findings if v.check == "unauthenticated-mlflow")
    assert told == "'app' serves every run and model without a sign-in (the chart's default)"


_HARDENING = {
    "unset-non-root", "unset-privilege-escalation", "undropped-capabilities", "unset-seccomp-profile", "writable-root-filesystem",
}  # fmt: skip
_OFF = "containerSecurityContext: {enabled: false, runAsUser: 0, privileged: true}\n"


@pytest.mark.parametrize(
    ("chart", "part", "version"),
    [("redis", "master", "17.15.6"), ("postgresql", "primary", "15.5.4"), ("bitnami/mlflow", "tracking", "2.1.0")],
)
def test_a_security_context_that_is_off_is_none(chart: str, part: str, version: str) -> None:
    both = f"{part}:\n  {_OFF}  podSecurityContext: {{enabled: false, runAsNonRoot: true}}\n"
    text = application(BY_ID[chart], version, both)
    outcomes = scan(text)
    line = next(n for n, row in enumerate(text.split("\n"), 1) if "containerSecurityContext" in row)

    assert found(outcomes, _HARDENING | {"privileged-container", "root-user"}) == [
        (line, check) for check in sorted(_HARDENING)
    ]
    assert not any(f.message.endswith(DEFAULT) for v in outcomes if v.check in _HARDENING for f in v.findings)


def test_what_the_pods_context_says_is_not_known_where_it_is_left_to_the_chart() -> None:
    outcomes = scan(application(BY_ID["redis"], "17.15.6", f"master:\n  {_OFF}"))

    assert found(outcomes, _HARDENING | {"privileged-container", "root-user"}) == []
    assert {v.check for v in outcomes if v.outcome is Outcome.UNKNOWN} >= _HARDENING


def test_a_context_that_is_on_counts_and_so_does_one_of_a_version_nobody_read() -> None:
    on = "master: {containerSecurityContext: {enabled: true, privileged: true}}\n"

    assert [c for _, c in found(scan(application(BY_ID["redis"], "17.15.6", on)), {"privileged-container"})] != []
    off = scan(application(BY_ID["redis"], "12.0.0", f"master:\n  {_OFF}"))
    assert [c for _, c in found(off, {"privileged-container"})] != []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = sorted({p for c in CHARTS for r in c.risks for p in (r.path, *r.unless, *r.when)})


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHARTS), st.dictionaries(st.sampled_from(PATHS), JSON, max_size=4), st.data())
def test_hostile_values_are_survived(chart: Chart, hostile: dict[str, object], data: st.DataObject) -> None:
    import json

    tops = ("image", "service", "ingress", "env", "extraEnvVars", "resources", "servingEngineSpec", "hub", "server")
    values: dict[str, object] = {top: data.draw(JSON) for top in data.draw(st.sets(st.sampled_from(tops)))}
    for path, value in hostile.items():
        at: dict[str, object] = values
        *above, last = re.split(r"[.\[]", path.rstrip("]"))
        for key in above:
            inner = at.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at[last] = value
    text = application(chart, known(chart), json.dumps(values))

    assert not [v for v in scan(text) if v.outcome is Outcome.ERROR]


def test_what_a_chart_makes_is_part_of_the_architecture() -> None:
    arch = release(
        BY_ID["qdrant"],
        "1.15.4",
        """
        replicaCount: 3
        image: {tag: v1.15.4}
        service: {type: LoadBalancer}
        ingress:
          enabled: true
          className: nginx
          hosts: [{host: vectors.example, paths: [{path: /}]}]
        """,
    )
    (workload,) = arch.workloads
    (podset,) = workload.podsets

    assert (workload.ref.kind, workload.namespace, workload.role, workload.engine) == (
        "HelmRelease", "ai", Role.VECTOR_STORE, "qdrant",
    )  # fmt: skip
    assert podset.replicas.wanted == 3
    assert podset.containers[0].image.text == "qdrant/qdrant:v1.15.4"
    assert arch.exposure(workload).reach is Reach.PUBLIC
    assert {r.ref.kind for r in arch.around(podset).services} == {"Service"}
    assert [r.host for r in arch.around(podset).routes] == ["vectors.example"]


def test_an_image_without_a_tag_is_the_charts_to_complete() -> None:
    (workload,) = release(BY_ID["ollama"], "1.2.0", "image: {repository: harbor.example/ai/llama}").workloads
    image = workload.containers[0].image

    assert image.unknown
    assert image.repository == "ai/llama"
    assert workload.engine == "ollama"


def test_a_model_of_the_production_stack_is_a_command_line() -> None:
    arch = release(
        BY_ID["vllm-stack"],
        "0.1.16",
        """
        servingEngineSpec:
          modelSpec:
            - name: llama
              repository: vllm/vllm-openai
              tag: v0.10.0
              modelURL: meta-llama/Llama-3.1-8B-Instruct
              replicaCount: 2
              requestGPU: 2
              vllmConfig:
                tensorParallelSize: 4
                extraArgs: [--trust-remote-code]
        """,
    )
    (workload,) = arch.workloads
    names = [podset.name for podset in workload.podsets]
    told = {v.check: v.findings[0].at for v in verdicts(arch, checks()) if v.findings}

    assert names == ["llama", "router"]
    assert [m.id for m in workload.models] == ["meta-llama/Llama-3.1-8B-Instruct"]
    assert told["trusted-remote-code"].source.text[slice(*told["trusted-remote-code"].span)] == "--trust-remote-code"
    assert "mismatched-accelerator-count" in told
    at = told["unpinned-model"]
    assert at.source.text[slice(*at.span)] == "meta-llama/Llama-3.1-8B-Instruct"


def test_a_ray_cluster_is_one() -> None:
    arch = release(
        BY_ID["ray-cluster"],
        "1.4.2",
        """
        service: {type: LoadBalancer}
        head: {resources: {limits: {cpu: 2}}}
        worker: {replicas: 3, resources: {limits: {nvidia.com/gpu: 1}}}
        additionalWorkerGroups: {small: {disabled: true}, large: {replicas: 2}}
        """,
    )
    (workload,) = arch.workloads

    assert str(workload.ref) == "RayCluster ai/vectors-kuberay"
    assert [p.replicas.wanted for p in workload.podsets] == [1, 3, 2]
    assert [a.resource for p in workload.podsets for a in p.accelerators] == ["nvidia.com/gpu"]
    assert arch.exposure(workload).reach is Reach.PUBLIC


@pytest.mark.parametrize(
    ("version", "known_"),
    [
        ("1.15.4", True), ("v1.0.0", True), ("qdrant-1.2.3", True), ("0.7.6", True), ("0.7.5", False), ("1.15.5", False),
        ("", False), ("*", False), (">=1.0.0", False), ("1.2", False), ("${VERSION}", False), ("main", False), ("1.2.3-rc.1", True),
    ],
)  # fmt: skip
def test_defaults_hold_in_versions_that_were_read(version: str, known_: bool) -> None:
    assert (unseen("qdrant", version, ("0.7.6", "1.15.4")) == "") is known_


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b.c", ("a", "b", "c")),
        ("a[0].b", ("a", 0, "b")),
        (r"notes.example\.com/x", ("notes", "example.com/x")),
        ("a[0][1]", ("a", 0, 1)),
        ("", None), ("[0]", None), ("a[x]", None), (".a", None), ("a[99999]", None),
    ],
)  # fmt: skip
def test_paths_of_parameters(path: str, expected: tuple[str | int, ...] | None) -> None:
    assert keys(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("null", None), ("12", 12), ("012", "012"), ("-3", -3), ("1.5", "1.5"), ("", ""), ("yes", "yes")],
)
def test_types_of_parameters(text: str, expected: object) -> None:
    assert typed(text) == expected
    assert type(typed(text)) is type(expected)
    assert typed(text, as_string=True) == text


def test_the_light_list_of_kinds_is_that_of_the_readers() -> None:
    assert set(READERS) == REFERRING


def test_values_of_a_string_keep_their_lines() -> None:
    text = application(BY_ID["qdrant"], "1.15.4", indent("image:\n  tag: latest\n", ""), as_text=True)
    line = next(n for n, row in enumerate(text.split("\n"), 1) if "tag: latest" in row)

    assert (line, "floating-image-tag") in found(scan(text), {"floating-image-tag"})


def test_containers_in_the_values_of_a_known_chart_are_told_once() -> None:
    values = """\
modelArtifacts: {uri: "hf://Qwen/Qwen3-0.6B"}
decode:
  containers: [{name: vllm, image: ghcr.io/llm-d/llm-d:v0.3.0, modelCommand: vllmServe}]
"""
    chart = BY_ID["llm-d-modelservice"]
    (workload,) = release(chart, known(chart), values).workloads
    # An Application lies in another namespace than what it deploys.
    (other,) = architecture(application(chart, known(chart), values)).workloads

    for one in (workload, other):
        assert [m.id for c in one.containers for m in c.models] == ["Qwen/Qwen3-0.6B"]


ROUTES = [
    ("open-webui", "route", "parentRefs: [{name: public, namespace: gateways}]"),
    ("ollama", "httpRoute", "parentRefs: [{name: public, namespace: gateways}]"),
    ("litellm-helm", "httpRoute", "gatewayName: public, gatewayNamespace: gateways"),
    ("jupyterhub", "httpRoute", "gateway: {name: public, namespace: gateways}"),
    ("mlflow", "httpRoute", "parentRefs: [{name: public, namespace: gateways}]"),
    ("langfuse", "langfuse.httpRoute", "parentRefs: [{name: public, namespace: gateways}]"),
    ("argo-workflows", "server.httproute", "parentRefs: [{name: public, namespace: gateways}]"),
    ("vllm-stack", "routerSpec.route.main", "parentRefs: [{name: public, namespace: gateways}]"),
]


def below(path: str, value: str) -> str:
    for key in reversed(path.split(".")):
        value = f"{{{key}: {value}}}"
    return value


@pytest.mark.parametrize(("chart", "path", "parent"), ROUTES)
def test_a_route_of_the_gateway_api_is_a_way_in(chart: str, path: str, parent: str) -> None:
    shown = f"{{enabled: true, hostnames: [ai.example], {parent}}}"
    arch = release(BY_ID[chart], UNKNOWN, below(path, shown))
    (route,) = arch.by_kind["HTTPRoute"]
    reached = [w for w in arch.workloads for p in w.podsets for r in arch.around(p).routes if r.host == "ai.example"]

    assert route.node.get("spec", "parentRefs")[0]["name"] == "public"
    assert reached
    assert arch.exposure(reached[0]).reach is Reach.PUBLIC
    assert release(BY_ID[chart], UNKNOWN, below(path, shown.replace("true", "false"))).by_kind.get("HTTPRoute") is None


def test_a_route_keeps_its_rules_and_their_filters() -> None:
    arch = release(
        BY_ID["ollama"],
        "1.50.0",
        """
        gateway: {enabled: true}
        httpRoute:
          enabled: true
          rules:
            - matches: [{path: {type: PathPrefix, value: /api}}]
              filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: OIDCAuth, name: staff}}]
        """,
    )
    (workload,) = arch.workloads
    (route,) = arch.around(workload.podsets[0]).routes

    assert (route.path, route.port, route.authenticated) == ("/api", "11434", "OIDCAuth 'staff'")


def test_a_model_that_is_switched_off_is_none() -> None:
    models = "servingEngineSpec: {{modelSpec: [{{name: llama, repository: vllm/vllm-openai, tag: v0.10.0{}}}]}}"
    named = {extra: [p.name for w in release(BY_ID["vllm-stack"], UNKNOWN, models.format(extra)).workloads for p in w.podsets]
             for extra in ("", ", enabled: false", ", raySpec: {enabled: true}", ", raySpec: {enabled: false}")}  # fmt: skip

    assert named == {
        "": ["llama", "router"],
        ", enabled: false": ["router"],
        ", raySpec: {enabled: true}": ["router"],
        ", raySpec: {enabled: false}": ["llama", "router"],
    }


def test_configuration_from_elsewhere_hides_what_decides() -> None:
    values = "customConfigMap: own\nextraConfigFiles: {user.yaml: 'a: 1'}\n"
    (told,) = [
        v for v in scan(application(BY_ID["milvus"], "4.2.45", values)) if v.check == "unauthenticated-vector-store"
    ]

    assert not told.findings
    assert told.reason == "'customConfigMap' decides, and what it names is not read"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("ingress: {enabled: true, rules: [{host: vectors.example, path: /}]}", ["vectors.example"]),
        ("ingress: {enabled: true, hosts: [{host: vectors.example}]}", ["vectors.example"]),
        ("ingress: {enabled: false, rules: [{host: vectors.example}]}", []),
    ],
)
def test_an_ingress_names_its_hosts_in_the_ways_of_charts(values: str, expected: list[str]) -> None:
    arch = release(BY_ID["milvus"], "4.2.45", values)

    assert [r.host for w in arch.workloads for r in arch.around(w.podsets[0]).routes] == expected
