"""What the applications of a RayService speak: those that Ray's own builders make are OpenAI-compatible.

The builders: https://docs.ray.io/en/latest/serve/llm/index.html (``ray.serve.llm``) and, before Ray 2.43,
https://github.com/ray-project/ray-llm (``rayllm``, once ``aviary``). ``build_llm_deployment`` and
``build_dp_deployment`` make deployments that only other deployments call; what else an import path names is
somebody's own program.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.recognise.embedded import documents
from hullmark.text.regex import regex
from hullmark.text.tree import Node

HTTP_PORT = 8000
"""The port of Serve's HTTP proxy unless ``http_options`` say otherwise, https://docs.ray.io/en/latest/serve/configure-serve-deployment.html."""

_OPENAI = regex(
    r"ray\.serve\.llm(?:\.builders)?[:.]build_(?:pd_|dp_)?openai_app|rayllm:app|(?:rayllm|aviary)\.backend:router_application"
)
_MOST_APPLICATIONS = 64


class Application(NamedTuple):
    """An application of a Serve configuration: where it answers, and the text that names what it is built by."""

    prefix: str
    built_by: Node

    @property
    def openai(self) -> bool:
        """Whether it is OpenAI-compatible; of one that is not nothing is known."""
        return _OPENAI.fullmatch(string(self.built_by.value).strip()) is not None


class Serve(NamedTuple):
    """What a RayService is told to serve, and the port of the HTTP proxy before it."""

    applications: tuple[Application, ...] = ()
    port: int = HTTP_PORT


def serve(resource: Resource) -> Serve:
    """The applications that a RayService configures: in ``serveConfigV2``, or in ``serveConfig`` of v1alpha1."""
    if resource.ref.kind != "RayService" or resource.ref.group != "ray.io":
        return Serve()
    config, old = resource.node.child("spec", "serveConfigV2"), resource.node.child("spec", "serveConfig", "importPath")
    read = tuple(documents(config)) if config is not None and isinstance(config.value, str) else ()
    found = [Application("/", old)] if old is not None else []
    found += (
        Application(string(one.value, "route_prefix") or "/", path)
        for document in read
        for one in islice(document.node.children("applications"), _MOST_APPLICATIONS)
        if (path := one.child("import_path")) is not None
    )
    ports = (document.node.get("http_options", "port") for document in read)
    port = next((p for p in ports if isinstance(p, int) and not isinstance(p, bool)), HTTP_PORT)
    return Serve(tuple(found), port)
