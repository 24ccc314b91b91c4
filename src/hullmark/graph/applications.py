"""What a pod itself does before it answers: a proxy beside the program, or the program's own keys.

Sources of the switches: the projects' own references (docs.vllm.ai, docs.litellm.ai, huggingface.co/docs, qdrant.tech,
docs.weaviate.io, docs.openwebui.com, docs.ray.io, mlflow.org).
"""

from __future__ import annotations

import re

from hullmark.graph.authentication import Auth, strongest
from hullmark.model.container import Container, Variable
from hullmark.model.files import Finds, files, unread
from hullmark.model.resource import Resource
from hullmark.model.truth import string
from hullmark.model.workload import PodSet
from hullmark.text.regex import regex
from hullmark.text.tree import dig, items

PROXIES = (
    "oauth2-proxy",
    "oauth-proxy",
    "kube-rbac-proxy",
    "ose-kube-rbac-proxy",
    "origin-oauth-proxy",
    "pomerium",
    "authelia",
)
"""Image names of authenticating proxies."""

_FLAGS = ("--api-key", "--api-keys", "--api-key-file", "--api-token", "--auth-token")
"""Flags by which model servers demand a key (vLLM, SGLang, TGI, TEI, llama.cpp, LMDeploy, Infinity)."""

_KEYED = frozenset({"vllm", "sglang", "tgi", "tei", "llama-cpp", "lmdeploy", "infinity"})
"""The engines that have such a flag."""

_VARIABLES = (
    "VLLM_API_KEY", "LITELLM_MASTER_KEY", "LLAMA_API_KEY", "LLAMA_ARG_API_KEY", "INFINITY_API_KEY",
    "QDRANT__SERVICE__API_KEY", "CHROMA_SERVER_AUTHN_PROVIDER", "CHROMA_SERVER_AUTH_PROVIDER", "LOCALAI_API_KEY",
    "FLOWISE_USERNAME", "JUPYTERHUB_API_TOKEN",
)  # fmt: skip
"""Variables that do the same."""

_SWITCHES = {
    "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_OIDC_ENABLED": "true", "RAY_AUTH_MODE": "token",
}  # fmt: skip
"""Variables that switch authentication on with one value (Weaviate, Ray)."""

_API_KEY = frozenset({"tgi", "tei"})
"""Engines that read their key from ``API_KEY``."""

_SIGN_IN = {"open-webui": ("WEBUI_AUTH", "false"), "langflow": ("LANGFLOW_AUTO_LOGIN", "true")}
"""Programs that ask for a sign-in unless a variable has this value."""

_ALWAYS = frozenset({"jupyterhub", "n8n", "dify", "langfuse", "librechat"})
"""Programs that have a sign-in of their own which cannot be switched off by configuration alone."""


_MASTER_KEY = regex(r"^[ \t]*[\"']?master_key[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
"""LiteLLM's key in its configuration (https://docs.litellm.ai/docs/proxy/config_settings, ``general_settings``)."""

_FROM_ENVIRONMENT = "os.environ/"

_KEY_SINCE = (1, 104)
"""The release of LiteLLM that does not start without a key (``litellm/proxy/auth/master_key_boot_check.py``; added by
https://github.com/BerriAI/litellm/pull/42019), unless it is told to."""

_EVERYBODYS_KEY = "sk-1234"
_EVERYBODYS = ("LITELLM_MASTER_KEY", _EVERYBODYS_KEY)
"""The key of LiteLLM's manual, which the same release refuses as well: whoever knows the manual has it."""

_KEYLESS = "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"
_KEYLESS_SETTING = regex(
    r"^[ \t]*[\"']?dangerously_permit_weak_or_unset_master_key[\"']?[ \t]*:[ \t]*[Tt]rue\b", re.MULTILINE
)
_RELEASE = regex(r"(?:^|-)v?(\d{1,4})\.(\d{1,4})(?=[.-]|$)")
"""In tags such as ``v1.83.7-stable`` and ``main-v1.83.7-stable``."""


def at_pod(podset: PodSet, service: Resource | None, scan: Finds) -> Auth:
    """What authenticates inside a pod, for requests that come through a Service (None: to any port).

    A proxy beside the program counts unless the Service leads past it, to a port that another container declares.
    """
    running = [c for c in podset.containers if c.long_running]
    proxies = [c for c in running if c.image.repository.rpartition("/")[2].startswith(PROXIES)]
    if proxies and not _leads_past(service, [c for c in running if c not in proxies]):
        return proxies[0].image.repository.rpartition("/")[2]
    return strongest([_own(c, scan) for c in running if c not in proxies])


def _leads_past(service: Resource | None, others: list[Container]) -> bool:
    if service is None:
        return False
    declared = [
        dig(p.value, key) for c in others for p in c.node.children("ports") for key in ("containerPort", "name")
    ]
    ports = [p.value for p in service.node.children("spec", "ports")]
    targets = [dig(p, "targetPort") if dig(p, "targetPort") is not None else dig(p, "port") for p in ports]
    return any(isinstance(t, (int, str)) and t in declared for t in targets)


def _own(container: Container, scan: Finds) -> Auth:
    """What a program demands by itself; not known where part of its environment is not."""
    if not container.engine:
        return ""
    if flag := next((f for f in _FLAGS if container.argv.has(f)), ""):
        return flag
    names = (*_VARIABLES, "API_KEY") if container.engine in _API_KEY else _VARIABLES
    for name in names:
        variable = container.environment.get(name)
        if variable is not None and variable.origin == "unknown":
            return None
        if variable is not None and variable.value != "" and (name, variable.value) != _EVERYBODYS:
            return name
    for name, value in _SWITCHES.items():
        if (container.env(name) or "").lower() == value:
            return name
    if container.engine in _ALWAYS or container.engine in _SIGN_IN:
        return _signs_in(container)
    if container.engine == "litellm":
        return _configured(container, scan)
    hidden = container.engine in _KEYED and container.unseen
    return "" if container.environment_known and not hidden else None


def _signs_in(container: Container) -> Auth:
    """The sign-in of a program that has one, unless it is switched off."""
    name, _ = _SIGN_IN.get(container.engine, ("", ""))
    if name in container.environment and container.env(name) is None:
        return None
    return "" if open_to_all(container) else f"the sign-in of {container.engine}"


def open_to_all(container: Container) -> Variable | None:
    """The variable that switches off the sign-in which a program else has, if one does."""
    name, off = _SIGN_IN.get(container.engine, ("", ""))
    return container.environment[name] if name and (container.env(name) or "").lower() == off else None


def _configured(container: Container, scan: Finds) -> Auth:
    """LiteLLM's own master key in a configuration that it mounts, or a release that does not start without one.

    Not known where a configuration is not in the scan, or the release without a key is not.
    """
    texts = [file.text.value for file in files(container, scan)]
    for text in texts:
        if (found := _MASTER_KEY.search(text)) is not None and found[1] not in ("null", "~"):
            named = found[1].removeprefix(_FROM_ENVIRONMENT)
            literal = named == found[1]
            if (literal and named != _EVERYBODYS_KEY) or (
                named in container.environment and container.env(named) != _EVERYBODYS_KEY
            ):
                return "the master_key of its configuration"
    if not container.environment_known or unread(container, scan):
        return None
    if (container.env(_KEYLESS) or "").lower() == "true" or any(_KEYLESS_SETTING.search(text) for text in texts):
        return ""
    release = _RELEASE.search(container.image.tag)
    if release is None:
        return None
    return "the master key without which it does not start" if (int(release[1]), int(release[2])) >= _KEY_SINCE else ""


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Addresses that only what runs on the same machine reaches."""

_BINDS = (
    "--host",
    "--address",
    "--bind",
    "--listen",
    "--ip",
    "--http-address",
    "--bind-addr",
    "--server_name",
    "--listen-host",
)
"""Flags by which servers choose the address they listen on."""


def on_loopback(podset: PodSet) -> Container | None:
    """The container of a pod set that answers on the pod's own loopback only: because every running one says so."""
    running = [c for c in podset.containers if c.long_running]
    if running and all(_listens_inside(c) for c in running):
        return running[0]
    return None


def _listens_inside(container: Container) -> bool:
    address = container.argv.flag(*_BINDS) or container.env("OLLAMA_HOST") or ""
    host = address.removeprefix("http://")
    return host in LOOPBACK or host.rpartition(":")[0] in LOOPBACK


def host_ports(podset: PodSet) -> Container | None:
    """The first container that publishes a port of its node."""
    for container in podset.containers:
        for port in items(container.node.value, "ports"):
            if dig(port, "hostPort") and string(port, "hostIP") not in LOOPBACK:
                return container
    return None
