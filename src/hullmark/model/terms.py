"""The words of the house as enumerations; their values are what users read and write."""

from __future__ import annotations

from enum import Enum, IntEnum


class _Level(IntEnum):
    """A step of a scale; ``word`` is what reports and configuration call it."""

    word: str

    def __init__(self, _step: int) -> None:
        self.word = self.name.lower()


class _Word(Enum):
    """One of a few words that are told apart by what they are, which is faster than by name: a scan asks millions of times."""

    __hash__ = object.__hash__


class Severity(_Level):
    """How bad a finding is in itself, whatever the workload."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(_Level):
    """How sure a check is that what it saw is what it says."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Impact(_Level):
    """What it would cost if the workload failed or leaked (FIPS 199's three levels)."""

    LOW = 0
    MODERATE = 1
    HIGH = 2


class Reach(_Level):
    """How far an API reaches: exposure E0 to E4."""

    LOOPBACK = 0
    ISOLATED = 1
    CLUSTER = 2
    INTERNAL = 3
    PUBLIC = 4


class Outcome(_Word):
    """What became of one check on one subject (XCCDF's words)."""

    PASS = "pass"  # noqa: S105 - a word, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"
    ERROR = "error"


class Platform(_Word):
    """What declarations are applied to."""

    KUBERNETES = "kubernetes"
    COMPOSE = "compose"


class Pillar(_Word):
    """What a check protects; the folder it lies in."""

    SECURITY = "security"
    COMPLIANCE = "compliance"
    RESILIENCE = "resilience"
    PERFORMANCE = "performance"
    COST = "cost"


class Role(_Word):
    """What a workload is for."""

    TRAINING = "training"
    FINE_TUNING = "fine-tuning"
    EVALUATION = "evaluation"
    DATA_PREPARATION = "data-preparation"
    HYPERPARAMETER_SEARCH = "hyperparameter-search"
    PIPELINE = "pipeline"
    NOTEBOOK = "notebook"
    EXPERIMENT_TRACKING = "experiment-tracking"
    MODEL_REGISTRY = "model-registry"
    FEATURE_STORE = "feature-store"
    ONLINE_INFERENCE = "online-inference"
    BATCH_INFERENCE = "batch-inference"
    EDGE_INFERENCE = "edge-inference"
    EMBEDDING = "embedding"
    INFERENCE_ROUTER = "inference-router"
    LLM_GATEWAY = "llm-gateway"
    VECTOR_STORE = "vector-store"
    RAG_SERVICE = "rag-service"
    AGENT = "agent"
    MCP_SERVER = "mcp-server"
    GUARDRAIL = "guardrail"
    AI_UI = "ai-ui"
    MODEL_LOADER = "model-loader"
    ACCELERATOR_PLATFORM = "accelerator-platform"
    GENERIC = "generic"


SERVING = frozenset({Role.ONLINE_INFERENCE, Role.EDGE_INFERENCE, Role.EMBEDDING})
"""Roles that answer requests from a model."""

TRAINERS = frozenset({Role.TRAINING, Role.FINE_TUNING, Role.HYPERPARAMETER_SEARCH})
"""Roles that run long, accelerator-bound optimisation."""

ORDINARY = frozenset(Role) - {Role.ACCELERATOR_PLATFORM}
"""Roles that have no business with the node they run on; device plugins and drivers do."""


class Sign(_Word):
    """What something is that a program is given to work with."""

    MODEL = "a model API"
    VECTORS = "a vector store"
    SEARCH = "a search engine"
    EMBEDDINGS = "embeddings"
    TOOLS = "an agent's tools"
    OFFERS = "tools that it offers"


class Theme(_Word):
    """What an absence is about; absences of one theme on one workload are read as one."""

    HARDENING = "hardening"
    RESOURCES = "resources"
    PROBES = "probes"
    AVAILABILITY = "availability"
    NETWORK = "network"
    SUPPLY_CHAIN = "supply chain"


class Safety(_Word):
    """Whether a fix may be applied without a human look."""

    SAFE = "safe"
    UNSAFE = "unsafe"
