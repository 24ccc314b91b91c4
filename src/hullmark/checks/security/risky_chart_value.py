"""Chart is given a risky value, or left to a risky default.

Most AI services are installed from charts of other people. What such a chart makes is not in the repository, only a few
values are: an Argo CD Application, a Flux HelmRelease or the `helmCharts` of a kustomization name the chart and set them. A line
too few is then enough for a gateway with everybody's password, or a tracker that forgets all runs when its pod moves.

The charts that are known, the values that matter and what they mean stand in [a table](../charts.md). A value that is set
is found on its own line. A value that is left out counts by the default of the chart, where the chart's version is one that was
read; the finding then says so and points at the reference to the chart. Values in files, ConfigMaps and Secrets
[of the scan](../sources.md#references-to-charts-that-are-not-here) are read too. In other versions, and where values come from elsewhere, the answer is unknown.

Charts are told by their name and where they are from: a chart of the same name by somebody else is not meant. What other
checks are about is theirs: images, resources and security contexts, secrets in variables, public Services,
unauthenticated vector stores, trackers and notebooks.

To fix it, set the value that the table names.

```yaml bad
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: flows
  namespace: argocd
spec:
  destination: {name: in-cluster, namespace: agents}
  source:
    repoURL: https://cowboysysop.github.io/charts/
    chart: flowise  # finding: 'flows' lets everyone read and change its flows, and use their keys (the chart's default)
    targetRevision: 3.10.0
    helm:
      valuesObject:
        persistence: {enabled: true}
        postgresql:
          enabled: true
          auth: {password: flowise}  # finding: the database of 'flows' has the password of the manual
```

```yaml good
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: flows
  namespace: argocd
spec:
  destination: {name: in-cluster, namespace: agents}
  source:
    repoURL: https://cowboysysop.github.io/charts/
    chart: flowise
    targetRevision: 3.10.0
    helm:
      valuesObject:
        config: {username: flows}
        existingSecret: flowise-login
        persistence: {enabled: true}
        postgresql:
          enabled: true
          auth: {existingSecret: flowise-database}
```

```yaml unknown
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: gateway  # unknown: values file '$values/gateway.yaml' is not in the scan
  namespace: argocd
spec:
  destination: {name: in-cluster, namespace: llm}
  sources:
    - chart: litellm-helm
      repoURL: ghcr.io/berriai
      targetRevision: 1.1.0
      helm:
        valueFiles: [$values/gateway.yaml]
    - repoURL: https://git.example/platform.git
      targetRevision: main
      ref: values
```

See [the known charts](../charts.md), Argo CD on [Helm](https://argo-cd.readthedocs.io/en/stable/user-guide/helm/), Flux on
[HelmReleases](https://fluxcd.io/flux/components/helm/helmreleases/), and MITRE ATLAS
[AML.T0049](https://atlas.mitre.org/techniques/AML.T0049).
"""

from collections.abc import Iterator

from hullmark.model.architecture import Architecture
from hullmark.model.check import check
from hullmark.model.finding import Finding
from hullmark.model.release import chosen
from hullmark.model.terms import Severity
from hullmark.model.workload import Workload


@check(Workload, severity=Severity.HIGH)
def risky_chart_value(workload: Workload, arch: Architecture) -> Iterator[Finding]:
    if workload.resource.release is not None:
        yield from chosen("risky-chart-value", workload, arch)
