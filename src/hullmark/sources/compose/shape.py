"""Which files are Compose files: by their name and shape, or by an unmistakable shape alone."""

from __future__ import annotations

import os
import re

from hullmark.text.tree import Map, Seq, Value

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""The files that ``docker compose`` looks for, the first that is there (``cli/options.go`` in compose-go)."""

OVERRIDES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
"""The files that are merged over it unasked, of which again the first."""

_NAME = re.compile(r"(?:.+[._-])?(?:docker-)?compose(?:[._-].+)?\.(?:ya?ml|json)", re.IGNORECASE)

_SECTIONS = frozenset({"version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models"})
_SERVICE = frozenset({
    "annotations", "attach", "build", "blkio_config", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "configs",
    "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares",
    "cpus", "cpuset", "credential_spec", "depends_on", "deploy", "develop", "device_cgroup_rules", "devices", "dns", "dns_opt",
    "dns_search", "domainname", "entrypoint", "env_file", "environment", "expose", "extends", "external_links", "extra_hosts",
    "gpus", "group_add", "healthcheck", "hostname", "image", "init", "ipc", "isolation", "label_file", "labels", "links",
    "logging", "mac_address", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode",
    "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_stop",
    "privileged", "profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart", "runtime", "scale",
    "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs",
    "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from", "working_dir",
})  # fmt: skip
"""The fields of a service (https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json)."""

_LOOKED_AT = 200


def named(name: str) -> bool:
    """Whether a file is called as Compose files are (``compose.yaml``, ``docker-compose.gpu.yml``, ``rag-compose.yml``)."""
    return _NAME.fullmatch(os.path.basename(name)) is not None


def is_compose(name: str, root: Value) -> bool:
    """Whether a document is a Compose file.

    One that is called as one needs services (or includes) that may be some; any other must have nothing but what the
    specification knows, and a service with an image or a build.
    """
    if not isinstance(root, Map) or ("apiVersion" in root and "kind" in root):
        return False
    services, included = root.get("services"), isinstance(root.get("include"), Seq)
    if not isinstance(services, Map):
        return included and named(name) and "services" not in root
    looked_at = list(services.values())[:_LOOKED_AT]
    described = [s for s in looked_at if isinstance(s, Map)]
    if named(name):
        unlike = not looked_at or len(described) < len([s for s in looked_at if s is not None])
        return included or (not unlike and any(_like(s) for s in described)) or looked_at == [None]
    known = all(key in _SECTIONS or key.startswith("x-") for key in root)
    strict = bool(described) and len(described) == len(looked_at) and all(_only(s) for s in described)
    return known and strict and any(isinstance(s.get("image"), str) or "build" in s for s in described)


def _like(service: Map) -> bool:
    """Whether most of what a service says is what services say."""
    return not service or sum(_field(key) for key in service) * 2 > len(service)


def _only(service: Map) -> bool:
    return all(_field(key) for key in service)


def _field(key: str) -> bool:
    return key in _SERVICE or key.startswith("x-")
