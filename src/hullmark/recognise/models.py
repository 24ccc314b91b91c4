"""Which models a container loads (MODELREF): from its flags, environment, image, volumes, and its object's fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hullmark.model.argv import programs
from hullmark.model.container import ModelReference
from hullmark.model.image import Image
from hullmark.model.truth import is_placeholder, string
from hullmark.text.regex import regex
from hullmark.text.source import Key, Place
from hullmark.text.tree import Node

if TYPE_CHECKING:
    from hullmark.model.container import Container
    from hullmark.model.workload import Workload


class Loading(NamedTuple):
    """How an engine is told its model: flags, variables, and flags and variables of the revision."""

    flags: tuple[str, ...]
    variables: tuple[str, ...] = ()
    revision_flags: tuple[str, ...] = ("--revision",)
    revision_variables: tuple[str, ...] = ()


_LLAMA = "llama-cpp"
_HUB_SERVER = Loading(("--model-id",), ("MODEL_ID",), ("--revision",), ("REVISION",))
LOADING = {
    "vllm": Loading(("--model", "--model-tag"), ("MODEL_ID", "VLLM_MODEL")),
    "tgi": _HUB_SERVER,
    "tei": _HUB_SERVER,
    "infinity": Loading(("--model-id",)),
    "sglang": Loading(("--model-path", "--model")),
    "triton": Loading(("--model-repository", "--model-store", "--model_repo", "--model-path", "--model")),
    "nim": Loading((), ("NIM_MODEL_NAME", "NIM_MODEL_PATH")),
    _LLAMA: Loading(("-hf", "-hfr", "--hf-repo", "-m", "--model"), ("LLAMA_ARG_HF_REPO", "LLAMA_ARG_MODEL")),
    "tf-serving": Loading(("--model-base-path",), ("MODEL_BASE_PATH",)),
    "torchserve": Loading(("--models", "--model-store")),
    "huggingface-server": Loading(("--model-id", "--model-dir"), ("MODEL_ID",), ("--model-revision", "--revision")),
    "openvino": Loading(("--model-path", "--source-model")),
    "jetstream": Loading(("--hf-checkpoint", "--model-path", "--model-id", "load_parameters_path"), ("MODEL_ID",)),
    "ray-serve": Loading(("--model",), ("MODEL_ID", "MODEL_NAME")),
    "lmdeploy": Loading(("--model-path",)),
}
"""How servers are told their model; others are looked up with `_ANY`."""

_ANY = Loading(
    (
        "--model-name-or-path",
        "--pretrained-model-name-or-path",
        "--model-id",
        "--base-model",
        "--model-path",
        "--hf-model",
        "--model",
        "--model-name",
        "--model-uri",
        "--weights",
        "--model-weights",
        "model.path",
        "model_name_or_path",
    ),
    (
        "MODEL_ID",
        "HF_MODEL_ID",
        "BASE_MODEL",
        "BASE_MODEL_ID",
        "MODEL_NAME_OR_PATH",
        "HF_MODEL",
        "MODEL_NAME",
        "MODEL_URI",
    ),
    ("--revision", "--model-revision"),
    ("REVISION", "MODEL_REVISION"),
)
"""For trainers and unknown programs; only unmistakable references count then."""

_Paths = tuple[tuple[Key, ...], ...]
DECLARED: dict[str, _Paths] = {
    "InferenceService": (("spec", "predictor", "storageUris", "*", "uri"),),
    "LLMInferenceService": (("spec", "model", "uri"), ("spec", "model", "lora", "adapters", "*", "uri")),
    "LLMInferenceServiceConfig": (("spec", "model", "uri"),),
    "TrainedModel": (("spec", "model", "storageUri"),),
    "LocalModelCache": (("spec", "sourceModelUri"),),
    "VLLMRuntime": (("spec", "model", "modelURL"),),
    "TrainJob": (("spec", "initializer", "model", "storageUri"),),
    "SeldonDeployment": (
        ("spec", "predictors", "*", "graph", "modelUri"),
        ("spec", "predictors", "*", "graph", "children", "*", "modelUri"),
    ),
    "Model": (("spec", "storageUri"), ("spec", "url"), ("spec", "adapters", "*", "url")),
    "NIMCache": (("spec", "source", "ngc", "modelPuller"),),
    "EmbeddingServer": (("spec", "model"),),
    "RAGEngine": (("spec", "embedding", "local", "modelID"),),
    "ComposeModel": (("spec", "model"),),
}
"""Fields of objects that name a model, by kind; ``*`` stands for every item."""

_WEIGHTS = regex(r"\.(?:pt|pth|onnx|safetensors|gguf|engine|tflite|h5|keras|ckpt|joblib)$")
"""How files of weights are called: a path to one is a model whoever is given it."""

_HUB_ID = regex(r"[\w.-]+/[\w.-]+")
_QUANTISED = regex(r"([\w.-]+/[\w.-]+):[\w.-]+")
"""A repository and which of its files llama.cpp takes (``-hf org/name:Q4_K_M``): a size, not a revision."""

_COMMIT = regex(r"[0-9a-f]{40}")
_SCHEME = regex(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
_SCHEMES = {
    "hf": "hub",
    "huggingface": "hub",
    "oci": "oci",
    "oci+native": "oci",
    "docker": "oci",
    "s3": "s3",
    "gs": "gs",
    "gcs": "gs",
    "abfs": "azure",
    "abfss": "azure",
    "wasb": "azure",
    "wasbs": "azure",
    "azure": "azure",
    "az": "azure",
    "pvc": "pvc",
    "file": "path",
    "ngc": "ngc",
    "ollama": "ollama",
    "http": "http",
    "https": "http",
}
_BEFORE, _AFTER = r"(?:^[ \t-]*|[{,][ \t]*)[\"']?", r"[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#,}]+)"
_SERVE_FIELDS = regex(rf"{_BEFORE}(model_source|model_id|MODEL_ID){_AFTER}", re.MULTILINE)
_SERVE_REVISION = regex(rf"{_BEFORE}revision{_AFTER}", re.MULTILINE)
"""The revision among an application's ``engine_kwargs``; it follows the model it is for."""

_DOWNLOADS = {"huggingface-cli": "download", "hf": "download", "ollama": "pull"}
_PYTHON_LOADS = regex(
    r"(?:from_pretrained\(|snapshot_download\(\s*(?:repo_id\s*=)?|repo_id\s*=)\s*[\"']([\w.-]+/[\w.-]+)[\"']"
)
_OLLAMA_NAME = regex(r"[\w.-]+(?:/[\w.-]+)*(?::[\w.-]+)?")
_NIM_IMAGE = regex(r"nim/(.+(?<!-nim))")
"""NIM images that are named after a model; ``llm-nim`` and its like load any."""

_NIM_HUB = ("spec", "source", "hf")
_AUXILIARY = frozenset(
    {"transformer", "explainer", "router", "scheduler", "tokenizer", "frontend", "submitter", "launcher", "initializer"}
)
"""Pod sets that do not load their object's model."""


def models_of(container: Container, workload: Workload) -> tuple[ModelReference, ...]:
    """The models a container loads, each once, with the places that name them."""
    found: dict[tuple[str, str], ModelReference] = {}
    for model in _all(container, workload):
        found.setdefault((model.scheme, model.id), model)
    return tuple(found.values())


def declared_models(workload: Workload) -> tuple[ModelReference, ...]:
    """The models an object names in its own fields, outside any container."""
    return tuple(_declared(workload))


_USER = regex(
    r"(?<=://)[^/@\s]{0,512}:[^/@\s]{0,512}@(?=[^/]+/)|(?<=^https://)[^/@\s]{1,512}@|(?<=^http://)[^/@\s]{1,512}@"
)
"""User and password before a host: no part of what a model is called, and nothing to show."""


def reference(text: str, place: Place, revision: str = "") -> ModelReference | None:
    """The model that a text names; None for a placeholder or what may be anything."""
    text = text.strip().strip("'\"")
    if not text or is_placeholder(text) or "$" in text or "{" in text:
        return None
    revision = "" if is_placeholder(revision) or "$" in revision else revision
    body, _, digest = _USER.sub("", text, count=1).partition("@")
    if digest and not digest.startswith("sha256:"):
        revision, digest = revision or digest, ""
    found = _SCHEME.fullmatch(body)
    if found is not None:
        return _with_scheme(found[1], found[2], revision, digest, place)
    if text.startswith("/"):
        return ModelReference("path", text, revision, "", place)
    if _HUB_ID.fullmatch(body) and not body.startswith((".", "-")):
        return ModelReference("hub", body, revision, digest, place)
    return None


def _with_scheme(scheme: str, rest: str, revision: str, digest: str, place: Place) -> ModelReference | None:
    kind = _SCHEMES.get(scheme, scheme)
    if not rest.strip("/"):
        return None
    if kind == "http":
        return _from_web(f"{scheme}://{rest}", revision, place)
    if kind == "hub":
        name, _, tag = rest.partition(":")
        return ModelReference("hub", name, revision or tag, digest, place)
    if kind in ("oci", "ollama"):
        head, slash, last = rest.rpartition("/")
        name, _, tag = last.partition(":")
        return ModelReference(kind, f"{head}{slash}{name}", revision or tag, digest, place)
    return ModelReference(kind, rest if kind != "path" else "/" + rest.lstrip("/"), revision, digest, place)


def _from_web(url: str, revision: str, place: Place) -> ModelReference:
    hub = re.match(
        r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+?)(?:\.git)?(?:/(?:resolve|blob|tree)/([\w.-]+).*)?/?$",
        url,
    )
    if hub is not None:
        return ModelReference("hub", hub[1], revision or hub[2] or "", "", place)
    return ModelReference("azure" if ".blob.core.windows.net/" in url else "http", url, revision, "", place)


def _all(container: Container, workload: Workload) -> Iterator[ModelReference]:
    yield from _from_fields(container)
    if container.engine or container.accelerators or workload.lifetime == "task" or container.kind == "init":
        yield from _from_flags(container)
        yield from _from_environment(container)
        yield from _from_downloads(container)
        yield from _from_initializer(container, workload)
    if container.engine:
        yield from _from_volumes(container)
        yield from _from_image(container)
    if _is_main(container):
        yield from _declared(workload)


def _is_main(container: Container) -> bool:
    """Whether it is the container that loads what its object names."""
    podset = container.podset
    if container.kind != "app" or podset.name.lower().rpartition("-")[2] in _AUXILIARY:
        return False
    first = next(iter(podset.node.children("containers")), None)
    return first is None or first.value is container.node.value


def _from_fields(container: Container) -> Iterator[ModelReference]:
    """KServe's fields of a predictor's model."""
    uri = string(container.node.value, "storageUri")
    if uri and (found := reference(uri, container.at("storageUri"))) is not None:
        yield found
    path = string(container.node.value, "storage", "path")
    if path and not is_placeholder(path):
        key = string(container.node.value, "storage", "key")
        yield ModelReference("s3", f"{key}/{path}" if key else path, "", "", container.at("storage", "path"))


def _loading(container: Container) -> tuple[Loading, bool]:
    known = LOADING.get(container.engine)
    return (_ANY, False) if known is None else (known, True)


def _revision(container: Container, loading: Loading) -> str:
    return container.argv.flag(*loading.revision_flags) or _variable(container, loading.revision_variables)


def _from_flags(container: Container) -> Iterator[ModelReference]:
    loading, sure = _loading(container)
    argv = container.argv
    if container.engine == "vllm" and (named := _served(argv.words)):
        found = _accept(container, named, argv.word_place(named), _revision(container, loading), sure=True)
        if found is not None:
            yield found
            return
    for flag in loading.flags if argv.flagged else ():
        for value in argv.values(flag):
            named = value.partition("=")[2] if container.engine == "torchserve" and "=" in value else value
            found = _accept(container, named, argv.place(flag), _revision(container, loading), sure=sure)
            if found is not None:
                yield found
                return


def _served(words: tuple[str, ...]) -> str:
    """The model after ``vllm serve``: the first word that is no flag."""
    if "serve" not in words:
        return ""
    at = words.index("serve") + 1
    return words[at] if at < len(words) and words[at][:1] != "-" else ""


def _accept(container: Container, text: str, place: Place, revision: str, *, sure: bool) -> ModelReference | None:
    if container.engine == _LLAMA and (sized := _QUANTISED.fullmatch(text)) is not None:
        text = sized[1]
    found = reference(text, place, revision)
    if found is None:
        return None
    if found.scheme == "hub" and "://" not in text and container.mount_for(f"/{text}") is not None:
        return ModelReference("path", text, revision, "", place)
    return found if sure or found.scheme != "path" or _WEIGHTS.search(found.id) else None


def _variable(container: Container, names: tuple[str, ...]) -> str:
    return next((v for n in names if (v := container.env(n))), "")


def _from_environment(container: Container) -> Iterator[ModelReference]:
    loading, sure = _loading(container)
    for name in loading.variables if container.environment else ():
        variable = container.environment.get(name)
        if variable is not None and variable.value:
            place, revision = variable.node.at("value"), _revision(container, loading)
            found = _accept(container, variable.value, place, revision, sure=sure)
            if found is not None:
                yield found
                return


_INITIALIZER = "trainer/model-initializer"


def _from_initializer(container: Container, workload: Workload) -> Iterator[ModelReference]:
    """What the initializer of Kubeflow Trainer fetches, unless the TrainJob says another model.

    https://www.kubeflow.org/docs/components/trainer/operator-guides/runtime/ (``STORAGE_URI``).
    """
    variable = container.environment.get("STORAGE_URI")
    if variable is None or workload.resource.node.get("spec", "initializer", "model", "storageUri") is not None:
        return
    if container.image.repository.endswith(_INITIALIZER):
        found = reference(variable.value or "", variable.node.at("value"))
        if found is not None:
            yield found


def _from_downloads(container: Container) -> Iterator[ModelReference]:
    """Models that are fetched by a command."""
    for segment in container.argv.segments:
        for program, action in programs(segment):
            wanted = _DOWNLOADS.get(program)
            if wanted is not None and (action == wanted or (program, action) == ("ollama", "run")):
                yield from _fetched(container, program, segment[segment.index(action) + 1 :])
    for text in (
        _PYTHON_LOADS.findall(container.argv.text)
        if "pretrained" in container.argv.text or "repo_id" in container.argv.text
        else ()
    ):
        found = reference(text, container.argv.word_place(text))
        if found is not None:
            yield found


def _fetched(container: Container, program: str, words: tuple[str, ...]) -> Iterator[ModelReference]:
    named = next((w for w in words if w[:1] != "-"), "")
    place = container.argv.word_place(named)
    if program == "ollama":
        if named and not is_placeholder(named) and _OLLAMA_NAME.fullmatch(named):
            name, _, tag = named.partition(":")
            yield ModelReference("ollama", name, tag, "", place)
        return
    found = reference(named, place, container.argv.flag("--revision") or "")
    if found is not None and "dataset" not in words:
        yield found


def _from_volumes(container: Container) -> Iterator[ModelReference]:
    """Models in images that are mounted as volumes."""
    for mount in container.mounts:
        text = string(mount.volume.value, "image", "reference") if mount.volume is not None else ""
        if text and mount.volume is not None:
            found = reference(f"oci://{text}", mount.volume.at("image", "reference"))
            if found is not None:
                yield found


def _from_image(container: Container) -> Iterator[ModelReference]:
    """NIM images carry, or fetch, the model they are named after."""
    if container.env("NIM_MODEL_NAME"):
        return
    found = _nim_image(container.image.text, container.at("image"))
    if found is not None:
        yield found


def _nim_image(text: str, place: Place) -> ModelReference | None:
    image = Image.parse(text)
    named = _NIM_IMAGE.fullmatch(image.repository) if image.registry == "nvcr.io" else None
    return None if named is None else ModelReference("ngc", named[1], image.tag, image.digest, place)


def _declared(workload: Workload) -> Iterator[ModelReference]:
    node = workload.resource.node
    for path in DECLARED.get(workload.ref.kind, ()):
        for found in node.select(path):
            text = found.value
            if isinstance(text, str):
                model = _nim_image(text, found.at()) if path[-1] == "modelPuller" else reference(text, found.at())
                if model is not None:
                    yield model
    if workload.ref.kind == "RayService":
        yield from _served_by_ray(node)
    if workload.ref.kind == "NIMCache" and (named := string(node.value, *_NIM_HUB, "modelName")):
        owner, revision = string(node.value, *_NIM_HUB, "namespace"), string(node.value, *_NIM_HUB, "revision")
        model = reference(f"{owner}/{named}", node.at(*_NIM_HUB, "modelName"), revision)
        if model is not None:
            yield model


def _served_by_ray(node: Node) -> Iterator[ModelReference]:
    """Models in the text of ``serveConfigV2``, read line by line so that the places are exact."""
    config = node.child("spec", "serveConfigV2")
    if config is None:
        return
    text = config.doc.source.text
    fields = list(_SERVE_FIELDS.finditer(text, config.span.start, config.span.end))
    sources = [f for f in fields if f[1] == "model_source"] or fields
    revisions = list(_SERVE_REVISION.finditer(text, config.span.start, config.span.end))
    ends = [*(f.start() for f in sources[1:]), config.span.end]
    for field, until in zip(sources, ends, strict=False):
        place = config.doc.place(field.start(2), field.end(2), config.path)
        revision = next((r[1] for r in revisions if field.start() < r.start() < until), "")
        if (found := reference(field[2], place, revision)) is not None:
            yield found
