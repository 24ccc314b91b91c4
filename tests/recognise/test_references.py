from __future__ import annotations

from textwrap import dedent

import pytest
from releases import architecture, scan

from hullmark.model.architecture import Architecture
from hullmark.model.finding import Verdict
from hullmark.model.terms import Outcome
from hullmark.recognise.charts.reference import Reference, home, references
from hullmark.recognise.scan import Scan
from hullmark.sources.helmcharts import referring
from hullmark.sources.kubernetes import resources
from hullmark.text.source import Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read

QDRANT = """\
    chart: qdrant
    repoURL: https://qdrant.github.io/qdrant-helm
    targetRevision: 1.15.4
"""
OPEN = "unauthenticated-vector-store"


def argo(source: str, kind: str = "source") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: app, namespace: argocd}}
spec:
  destination: {{namespace: ai}}
  {kind}:
{source}"""


def flux(spec: str, *others: str) -> str:
    release = f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: vectors, namespace: ai}}
spec:
{spec}"""
    repository = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: qdrant, namespace: flux-system}
spec: {url: https://qdrant.github.io/qdrant-helm}
"""
    return "---\n".join((release, repository, *others))


CHART = """\
  chart:
    spec:
      chart: qdrant
      version: 1.15.4
      sourceRef: {kind: HelmRepository, name: qdrant, namespace: flux-system}
"""


def told(text: str, check: str = OPEN) -> list[tuple[int, str]]:
    return [(f.at.line, f.message) for v in scan(text) if v.check == check for f in v.findings]


def unknown(text: str, check: str = OPEN) -> list[str]:
    return [v.reason for v in scan(text) if v.check == check and v.outcome is Outcome.UNKNOWN]


def line(text: str, part: str) -> int:
    return next(n for n, row in enumerate(text.split("\n"), 1) if part in row)


def test_parameters_win_over_values_and_point_at_themselves() -> None:
    values = "    helm:\n      valuesObject: {image: {tag: v1.15.4}}\n      parameters:\n        - {name: image.tag, value: latest}\n"
    text = argo(QDRANT + values)

    assert [at for at, _ in told(text, "floating-image-tag")] == [line(text, "value: latest")]


def test_a_parameter_reaches_into_lists() -> None:
    values = (
        "    helm:\n      parameters:\n"
        "        - {name: 'env[0].name', value: QDRANT__SERVICE__API_KEY}\n"
        "        - {name: 'env[0].value', value: s3cr3tS3cr3tS3cr3t9}\n"
    )
    text = argo(QDRANT + values)

    assert told(text) == []
    assert [at for at, _ in told(text, "plaintext-secret-in-env")] == [line(text, "s3cr3t")]


def test_values_are_ignored_beside_an_object_of_values() -> None:
    values = "    helm:\n      values: 'apiKey: true'\n      valuesObject: {replicaCount: 2}\n"

    assert told(argo(QDRANT + values)) != []


def test_null_takes_a_default_away() -> None:
    values = "    helm:\n      valuesObject:\n        containerSecurityContext: null\n"
    text = argo(QDRANT + values)

    assert [at for at, _ in told(text, "unset-non-root")] == [line(text, "chart: qdrant")]
    assert told(argo(QDRANT), "unset-non-root") == []


@pytest.mark.parametrize("file", ["values-prod.yaml", "$values/qdrant.yaml"])
def test_files_of_values_are_unknown(file: str) -> None:
    text = argo(f"{QDRANT}    helm: {{valueFiles: [{file}]}}\n")

    assert told(text) == []
    assert unknown(text) == [f"values file '{file}' is not in the scan"]


def test_values_beside_a_file_count_all_the_same() -> None:
    text = argo(f"{QDRANT}    helm:\n      valueFiles: [a.yaml]\n      valuesObject:\n        image: {{tag: latest}}\n")

    assert [at for at, _ in told(text, "floating-image-tag")] == [line(text, "tag: latest")]


def test_every_source_of_an_application_is_read() -> None:
    text = argo(
        "    - {chart: qdrant, repoURL: 'https://qdrant.github.io/qdrant-helm', targetRevision: 1.15.4}\n"
        "    - {chart: weaviate, repoURL: 'https://weaviate.github.io/weaviate-helm', targetRevision: 16.8.0}\n"
        "    - {repoURL: 'https://git.example/x', ref: values}\n",
        "sources",
    )

    assert [at for at, _ in told(text)] == [7, 8]


def test_a_folder_of_the_publishers_repository_is_the_chart() -> None:
    git = "    path: charts/qdrant\n    repoURL: https://github.com/qdrant/qdrant-helm.git\n    targetRevision: qdrant-1.15.4\n"

    assert [at for at, _ in told(argo(git))] == [line(argo(git), "path:")]
    assert told(argo(git.replace("qdrant/qdrant-helm", "acme/platform"))) == []


def test_the_template_of_an_application_set_is_read() -> None:
    text = dedent("""\
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: {name: stores, namespace: argocd}
        spec:
          generators: [{list: {elements: [{cluster: a}]}}]
          template:
            metadata: {name: "{{cluster}}-qdrant"}
            spec:
              destination: {namespace: ai}
              source:
                chart: qdrant
                repoURL: https://qdrant.github.io/qdrant-helm
                targetRevision: 1.15.4
                helm:
                  values: |
                    apiKey: false
                    replicaCount: {{replicas}}
        """)
    (workload,) = architecture(text).workloads

    assert [at for at, _ in told(text)] == [line(text, "apiKey: false")]
    assert workload.podsets[0].replicas.wanted is None
    assert (
        told(text.replace("spec:\n  gen", "spec:\n  templatePatch: '{}'\n  gen", 1).replace("apiKey: false", "x: 1"))
        == []
    )


def config(values: str) -> str:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shared, namespace: ai}}\ndata:\n  values.yaml: |\n{values}"
    )


FROM = CHART + "  valuesFrom:\n    - {kind: ConfigMap, name: shared}\n"


def test_values_of_a_config_map_are_found_in_the_config_map() -> None:
    text = flux(FROM, config("    image:\n      tag: latest\n    apiKey: true\n"))

    assert [at for at, _ in told(text, "floating-image-tag")] == [line(text, "tag: latest")]
    assert told(text) == []


def test_values_in_place_win_over_those_of_objects_and_later_objects_over_earlier() -> None:
    other = config("    image: {tag: main}\n").replace("name: shared", "name: other")
    first = config("    image: {tag: latest}\n")
    both = FROM + "    - {kind: ConfigMap, name: other}\n"

    assert "main" in told(flux(both, first, other), "floating-image-tag")[0][1]
    assert told(flux(both + "  values: {image: {tag: v1.15.4}}\n", first, other), "floating-image-tag") == []


def test_values_of_a_secret_in_the_open_are_read() -> None:
    secret = config("    image: {tag: latest}\n").replace("ConfigMap", "Secret").replace("\ndata", "\nstringData")
    text = flux(FROM.replace("ConfigMap", "Secret"), secret)

    assert [at for at, _ in told(text, "floating-image-tag")] == [line(text, "tag: latest")]
    assert unknown(text.replace("\nstringData", "\ndata")) == ["values of Secret 'shared' are not read"]


def test_what_an_object_that_is_not_there_may_change_is_not_told() -> None:
    gone = "    - {kind: Secret, name: gone}\n"
    before = flux(FROM + gone, config("    image: {tag: latest}\n"))
    after = flux(FROM.replace("valuesFrom:\n", f"valuesFrom:\n{gone}"), config("    image: {tag: latest}\n"))

    assert told(before, "floating-image-tag") == []
    assert [at for at, _ in told(after, "floating-image-tag")] == [line(after, "tag: latest")]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{kind: ConfigMap, name: gone}", "values of ConfigMap 'gone' are not in the scan"),
        ("{kind: Secret, name: keys}", "values of Secret 'keys' are not read"),
        ("{kind: ConfigMap, name: shared, targetPath: 'a[x]'}", "target path 'a[x]' is not understood"),
    ],
)
def test_what_is_not_in_the_scan_is_unknown(entry: str, reason: str) -> None:
    text = flux(f"{CHART}  valuesFrom:\n    - {entry}\n", config("    a: 1\n"))

    assert told(text) == []
    assert unknown(text) == [reason]


def test_a_key_from_a_secret_is_a_key() -> None:
    text = flux(f"{CHART}  valuesFrom:\n    - {{kind: Secret, name: keys, valuesKey: k, targetPath: apiKey}}\n")

    assert told(text) == []
    assert unknown(text) == []


def test_post_renderers_may_change_everything() -> None:
    text = flux(CHART + "  postRenderers: [{kustomize: {patches: [{patch: x}]}}]\n")

    assert unknown(text) == ["its post-renderers may change what the chart makes"]


def test_a_chart_of_a_repository_that_is_not_in_the_scan_is_nobodys() -> None:
    text = flux(CHART).partition("---")[0]

    assert architecture(text).workloads == ()


def test_an_artifact_of_a_registry_is_a_chart() -> None:
    text = dedent("""\
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: OCIRepository
        metadata: {name: litellm, namespace: ai}
        spec: {url: "oci://ghcr.io/berriai/litellm-helm", ref: {tag: 1.1.0}}
        ---
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: gateway, namespace: ai}
        spec:
          chartRef: {kind: OCIRepository, name: litellm}
          values: {masterkey: sk-1234}
        """)

    assert [at for at, _ in told(text, "risky-chart-value")] == [line(text, "sk-1234")]


def test_a_helm_chart_object_is_followed() -> None:
    chart = dedent("""\
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmChart
        metadata: {name: q, namespace: flux-system}
        spec: {chart: qdrant, version: 1.15.4, sourceRef: {kind: HelmRepository, name: qdrant}}
        """)
    text = flux("  chartRef: {kind: HelmChart, name: q, namespace: flux-system}\n", chart)

    assert [at for at, _ in told(text)] == [line(text, "chartRef")]


def kustomization(text: str) -> Architecture:
    from hullmark.graph.build import build

    documents = [d for d in read(Source("overlay/kustomization.yaml", text)) if isinstance(d, Document)]
    return build([r for d in documents if (r := referring(d)) is not None])


HELM_CHARTS = """\
namespace: ai
helmCharts:
  - name: qdrant
    repo: https://qdrant.github.io/qdrant-helm
    version: 1.15.4
    releaseName: vectors
    namespace: ai
"""


def judged(arch: Architecture) -> list[Verdict]:
    from hullmark.checks.registry import checks
    from hullmark.engine.run import verdicts

    return [v for v in verdicts(arch, checks()) if v.check == OPEN]


def test_charts_of_a_kustomization() -> None:
    (plain,) = judged(kustomization(HELM_CHARTS))
    (fine,) = judged(kustomization(HELM_CHARTS + "    valuesInline: {apiKey: true}\n"))
    (filed,) = judged(kustomization(HELM_CHARTS + "    valuesFile: v.yaml\n"))
    (patched,) = judged(kustomization(HELM_CHARTS + "patches: [{path: p.yaml}]\n"))

    assert [f.at.line for f in plain.findings] == [3]
    assert fine.outcome is Outcome.PASS
    assert filed.reason == "values file 'v.yaml' is not in the scan"
    assert patched.reason == "patches of the kustomization may change what the chart makes"
    assert kustomization("resources: [a.yaml]\n").resources == ()


def test_a_files_values_win_over_inline_ones_if_they_are_merged_so() -> None:
    text = HELM_CHARTS + "    valuesFile: v.yaml\n    valuesMerge: merge\n    valuesInline: {apiKey: false}\n"
    (verdict,) = judged(kustomization(text))

    assert verdict.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Qdrant.github.io/qdrant-helm/", "qdrant.github.io/qdrant-helm"),
        ("oci://ghcr.io/berriai", "ghcr.io/berriai"),
        ("ghcr.io/berriai", "ghcr.io/berriai"),
        ("https://user:token@git.example/x.git", "git.example/x"),
        ("", ""),
    ],
)
def test_homes_are_compared_without_their_scheme(url: str, expected: str) -> None:
    assert home(url) == expected


def test_what_is_no_reference_is_none() -> None:
    for body in ("spec: 1", "spec: {source: 1}", "spec: {sources: [1, null, {}]}", "spec: {source: {chart: [a]}}"):
        text = f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\n{body}\n"
        found = list(resources(Source("a.yaml", text)))
        made: list[Reference] = [x for r in found for x in references(r, Scan([]))]  # type: ignore[arg-type]
        assert made == []


def test_values_that_are_many_are_bounded() -> None:
    text = argo(f"{QDRANT}    helm: {{valuesObject: {{a: [{'x, ' * 60_000}]}}}}\n")

    assert unknown(text) == ["its values are too many or too deep to be read"]


def test_values_that_are_deep_are_bounded() -> None:
    text = argo(f"{QDRANT}    helm: {{valuesObject: {{a: {'[' * 200}{']' * 200}}}}}\n")

    assert unknown(text) == ["its values are too many or too deep to be read"]


def test_values_that_are_no_yaml_are_unknown() -> None:
    for values in ("'a: [1'", "'- a'", "'a'"):
        assert unknown(argo(f"{QDRANT}    helm: {{values: {values}}}\n")) == ["its values are no YAML that can be read"]


def test_a_waiver_on_the_object_holds_for_what_its_chart_makes() -> None:
    from hullmark.engine.waivers import collect

    note = "hullmark.dev/waive.unauthenticated-vector-store: 'lab only; owner=me; expires=2099-01-01'"
    text = argo(QDRANT).replace("namespace: argocd}", f"namespace: argocd, annotations: {{{note}}}}}")
    arch = architecture(text)
    waivers = collect(arch, (), {OPEN: OPEN}, "2026-01-01")
    (workload,) = arch.workloads

    assert not waivers.notes
    assert workload.resource in waivers.annotated
