"""References to charts, as Argo CD, Flux and Kustomize write them.

Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ (parameters win over ``valuesObject``, that over ``values``,
that over ``valueFiles``), https://fluxcd.io/flux/components/helm/helmreleases/ (``valuesFrom`` in order, ``values`` last) and
https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/helmchartargs.go. Another way to refer to a chart is another
function in `READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hullmark.model.kustomization import patches
from hullmark.model.resource import Resource, Values
from hullmark.model.truth import string
from hullmark.recognise.charts.setting import keys, typed
from hullmark.recognise.scan import Scan
from hullmark.text.source import Key
from hullmark.text.tree import Map, Node, Value, dig, items

SECRET = "<set from a Secret>"  # noqa: S105 - it stands for one
"""What stands for a single value of a Secret: a chart that takes one there is given no secret in the open."""


class Layer(NamedTuple):
    """Values that one place sets: ``value`` at ``node``, below ``keys``. A text is read as YAML where ``parsed``."""

    node: Node
    value: Value
    keys: tuple[Key, ...] = ()
    parsed: bool = False


class Reference(NamedTuple):
    """A chart that is used, and the values that are set for it, the weakest first.

    ``home`` is the repository without its scheme, empty where it is not known. ``node`` is the value that names the chart. ``unread`` is
    the reason why not all values are known.
    """

    chart: str
    home: str
    version: str
    release: str
    namespace: str
    node: Node
    layers: tuple[Layer, ...] = ()
    unread: str = ""

    @property
    def homes(self) -> tuple[str, ...]:
        """The ways to write where the chart is from: with and without its name."""
        return (self.home, f"{self.home}/{self.chart}") if self.home else ()


Reader = Callable[[Resource, Scan], Iterator[Reference]]


def references(resource: Resource, scan: Scan) -> Iterator[Reference]:
    """The charts that an object refers to."""
    reader = READERS.get(f"{resource.ref.kind}.{resource.ref.group}")
    if reader is not None:
        yield from reader(resource, scan)


def home(url: str) -> str:
    """A repository's URL in the form of the table: lower case, without scheme, user, trailing slash and ``.git``."""
    text = url.strip().lower().partition("://")[2] or url.strip().lower()
    return text.rpartition("@")[2].rstrip("/").removesuffix(".git")


Given = Mapping[str, Values]
"""The files of values that an object names and that are in the scan, by their name."""


def _given(resource: Resource) -> Given:
    return {values.name: values for values in resource.values}


def _files(entries: Sequence[str], given: Given) -> tuple[list[Layer], str]:
    """The layers of files of values, and why not all of them are known.

    What an unknown file may change is left out: it hides what comes before it, and nothing that comes after it.
    """
    layers: list[Layer] = []
    unread = ""
    for entry in entries:
        values = given.get(entry, Values(entry, None, f"values file '{entry}' is not in the scan"))
        if values.node is None:
            layers, unread = [], unread or values.unread
        elif isinstance(values.node.value, Map):
            layers.append(Layer(values.node, values.node.value))
        elif values.node.value is not None:
            layers, unread = [], unread or f"values file '{entry}' is no mapping"
    return layers, unread


def _argo(resource: Resource, scan: Scan) -> Iterator[Reference]:
    """An Application, or the template of an ApplicationSet."""
    del scan
    top: tuple[Key, ...] = ("spec",)
    given = _given(resource)
    name, namespace = resource.ref.name, ""
    patched = ""
    if resource.ref.kind == "ApplicationSet":
        top = ("spec", "template", "spec")
        name = string(resource.node.value, "spec", "template", "metadata", "name") or name
        patched = "a template's patch may change its values" if dig(resource.spec, "templatePatch") else ""
    namespace = string(resource.node.value, *top, "destination", "namespace")
    spec = resource.node.child(*top)
    for source in () if spec is None else _sources(spec):
        found = _argo_chart(source)
        if found is None:
            continue
        chart, where, node, version = found
        layers, unread = _argo_values(source, given)
        release = string(source.value, "helm", "releaseName") or name
        space = string(source.value, "helm", "namespace") or namespace
        yield Reference(chart, where, version, release, space, node, layers, unread or patched)


def _sources(spec: Node) -> Iterator[Node]:
    """``sources`` replace ``source`` where there are any."""
    many = list(spec.children("sources"))
    single = spec.child("source")
    yield from many if many else () if single is None else (single,)


def _argo_chart(source: Node) -> tuple[str, str, Node, str] | None:
    """Chart, repository, the node that names it, and version: a chart's name, an OCI artifact, or a folder of a repository."""
    value = source.value
    url, chart, folder = string(value, "repoURL"), string(value, "chart"), string(value, "path")
    version = string(value, "targetRevision")
    node = source.child("chart")
    if chart and node is not None:
        return chart, home(url), node, version
    node = source.child("repoURL")
    if node is not None and url.startswith("oci://") and folder in ("", "."):
        where, _, name = home(url).rpartition("/")
        return name, where, node, version
    node = source.child("path")
    if node is not None and folder and dig(value, "ref") is None:
        return folder.rstrip("/").rpartition("/")[2], home(url), node, version
    return None


def _argo_values(source: Node, given: Given) -> tuple[tuple[Layer, ...], str]:
    helm = source.child("helm")
    if helm is None:
        return (), ""
    layers, unread = _files([str(entry) for entry in items(helm.value, "valueFiles")], given)
    whole, text = helm.child("valuesObject"), helm.child("values")
    if whole is not None and isinstance(whole.value, Map):
        layers.append(Layer(whole, whole.value))
    elif text is not None and isinstance(text.value, str):
        layers.append(Layer(text, text.value, parsed=True))
    for node in helm.children("parameters"):
        path, value = keys(string(node.value, "name")), node.child("value")
        if path is None or value is None:
            unread = unread or "a parameter is not understood"
            continue
        forced = dig(node.value, "forceString") is True
        shown = value.value if not isinstance(value.value, str) else typed(value.value, as_string=forced)
        layers.append(Layer(value, shown, path))
    for node in helm.children("fileParameters"):
        path = keys(string(node.value, "name"))
        if path is None:
            unread = unread or "a parameter is not understood"
        else:
            layers.append(Layer(node, "<set from a file>", path))
    return tuple(layers), unread


def _flux(resource: Resource, scan: Scan) -> Iterator[Reference]:
    """A HelmRelease: its chart's source is an object of its own."""
    node, space = resource.node, resource.ref.namespace
    spec = resource.spec
    target = string(spec, "targetNamespace")
    release = string(spec, "releaseName") or (f"{target}-{resource.ref.name}" if target else resource.ref.name)
    unread = "its post-renderers may change what the chart makes" if items(spec, "postRenderers") else ""
    chart = node.child("spec", "chart", "spec")
    if chart is not None and (named := chart.child("chart")) is not None and isinstance(named.value, str):
        where = _flux_source(dig(chart.value, "sourceRef"), space, scan)
        for field in ("valuesFiles", "valuesFile"):
            if dig(chart.value, field):
                unread = "a values file inside the chart is not in the scan"
        name = named.value.rstrip("/").rpartition("/")[2]
        found = Reference(name, where, string(chart.value, "version"), release, target or space, named)
    elif (named := node.child("spec", "chartRef", "name")) is not None:
        indirect = _flux_reference(resource, named, scan)
        if indirect is None:
            return
        found = indirect._replace(release=release, namespace=target or space)
    else:
        return
    layers, missing = _flux_values(resource, scan)
    yield found._replace(layers=layers, unread=unread or missing)


def _flux_source(reference: Value, space: str, scan: Scan) -> str:
    """The URL of the source object that a chart is taken from; empty when it is not in the scan."""
    found = scan.find(string(reference, "kind"), string(reference, "namespace") or space, string(reference, "name"))
    return "" if found is None else home(string(found.spec, "url"))


def _flux_reference(resource: Resource, named: Node, scan: Scan) -> Reference | None:
    """What a ``chartRef`` leads to: an OCI artifact, or a HelmChart."""
    reference = dig(resource.spec, "chartRef")
    space = string(reference, "namespace") or resource.ref.namespace
    kind, name = string(reference, "kind"), string(reference, "name")
    found = scan.find(kind, space, name)
    if found is None:
        return None
    if kind == "OCIRepository":
        where, _, chart = home(string(found.spec, "url")).rpartition("/")
        version = string(found.spec, "ref", "tag")
        return Reference(chart, where, version, "", "", named)
    if kind == "HelmChart":
        where = _flux_source(dig(found.spec, "sourceRef"), found.ref.namespace, scan)
        chart = string(found.spec, "chart").rstrip("/").rpartition("/")[2]
        return Reference(chart, where, string(found.spec, "version"), "", "", named)
    return None


def _flux_values(resource: Resource, scan: Scan) -> tuple[tuple[Layer, ...], str]:
    """The values of objects, then those written in place."""
    layers: list[Layer] = []
    unread = ""
    for entry in resource.node.children("spec", "valuesFrom"):
        layer = _flux_object(entry, resource, scan)
        if isinstance(layer, Layer):
            layers.append(layer)
        else:  # it may change what came before it
            layers, unread = [], unread or layer
    inline = resource.node.child("spec", "values")
    if inline is not None and isinstance(inline.value, Map):
        layers.append(Layer(inline, inline.value))
    return tuple(layers), unread


def _flux_object(entry: Node, resource: Resource, scan: Scan) -> Layer | str:
    """The values that one entry of ``valuesFrom`` brings, or why they are not known."""
    kind, name = string(entry.value, "kind"), string(entry.value, "name")
    key = string(entry.value, "valuesKey") or "values.yaml"
    target = string(entry.value, "targetPath")
    path = keys(target) if target else ()
    if path is None:
        return f"target path '{target}' is not understood"
    secret = kind == "Secret"
    if secret and path:
        return Layer(entry, SECRET, path)
    found = scan.find(kind, resource.ref.namespace, name)
    data = None if found is None else found.node.child("stringData" if secret else "data", key)
    if data is None or not isinstance(data.value, str):
        return f"values of {kind or 'object'} '{name}' are " + ("not read" if secret else "not in the scan")
    return Layer(data, typed(data.value) if path else data.value, path, parsed=not path)


def _kustomize(resource: Resource, scan: Scan) -> Iterator[Reference]:
    """The ``helmCharts`` of a kustomization; its patches may change what the charts make."""
    del scan
    patched = patches(resource.node.value)
    given = _given(resource)
    for entry in resource.node.children("helmCharts"):
        named = entry.child("name")
        if named is None or not isinstance(named.value, str):
            continue
        value = entry.value
        layers, missing = _kustomize_values(entry, given)
        unread = missing or ("patches of the kustomization may change what the chart makes" if patched else "")
        release = string(value, "releaseName") or named.value
        yield Reference(
            named.value, home(string(value, "repo")), string(value, "version"), release,
            resource.ref.namespace or string(value, "namespace"), named, tuple(layers), unread,
        )  # fmt: skip


def _kustomize_values(entry: Node, given: Given) -> tuple[list[Layer], str]:
    """The values of an entry: those in place over its file, under it or instead of it, then further files."""
    how = string(entry.value, "valuesMerge")
    inline = entry.child("valuesInline")
    written = [Layer(inline, inline.value)] if inline is not None and isinstance(inline.value, Map) else []
    own = string(entry.value, "valuesFile")
    layers, unread = _files([own] if own and not (written and how == "replace") else [], given)
    if how != "merge":
        layers += written
    elif not unread:  # the file wins: without it nothing that is written here is certain
        layers = [*written, *layers]
    more, missing = _files([str(each) for each in items(entry.value, "additionalValuesFiles")], given)
    return (more if missing else [*layers, *more]), unread or missing


READERS: Mapping[str, Reader] = {
    "Application.argoproj.io": _argo,
    "ApplicationSet.argoproj.io": _argo,
    "HelmRelease.helm.toolkit.fluxcd.io": _flux,
    "Kustomization.kustomize.config.k8s.io": _kustomize,
}
"""How each kind refers to charts."""
