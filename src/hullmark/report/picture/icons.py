"""Icons of roles and components, drawn for this project: strokes on a grid of 24 by 24."""

from __future__ import annotations

_CYLINDER = "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
_CHIP = "M7 7h10v10H7zM10 10h4v4h-4zM9 7V3M15 7V3M9 21v-4M15 21v-4M7 9H3M7 15H3M21 9h-4M21 15h-4"
_CURVE = "M3 4v16h18M7 15l4-5 3 3 6-7M16 6h4v4"
_CLOUD = "M7 18a4.5 4.5 0 0 1-.5-9A6 6 0 0 1 18 8.6 4.7 4.7 0 0 1 17.5 18z"
_BOX = "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5"
_DOTS = "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01"

_CARD = "M3 7h18v10H3zM8 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM16 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 17v3M18 17v3"
_GLOBE = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.4 5.6 12 3z"

ICONS = {
    "online-inference": _CHIP,
    "batch-inference": "M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
    "edge-inference": "M8 14h8v6H8zM12 14v-4M9.2 9.8a4 4 0 0 1 5.6 0M6.3 7a8 8 0 0 1 11.4 0M11 17h2",
    "training": _CURVE,
    "fine-tuning": "M4 6h9M17 6h3M15 4v4M4 12h3M11 12h9M9 10v4M4 18h9M17 18h3M15 16v4",
    "evaluation": "M9 4h6v3H9zM9 5H5v16h14V5h-4M8 14l3 3 5-6",
    "data-preparation": "M4 4h16l-6 8v7l-4 2v-9z",
    "hyperparameter-search": "M4 20V10M10 20V4M16 20v-7M22 20v-4",
    "pipeline": "M3 9h5v6H3zM16 3h5v6h-5zM16 15h5v6h-5zM8 12h4M12 12V6h4M12 12v6h4",
    "notebook": "M6 3h13v18H6zM10 3v18M3 7h3M3 12h3M3 17h3M13 8h3M13 12h3",
    "experiment-tracking": "M3 12h4l3-8 4 16 3-8h4",
    "model-registry": "M3 4h18v5H3zM5 9v11h14V9M10 13h4",
    "feature-store": "M3 4h18v16H3zM3 9h18M3 15h18M9 4v16M15 4v16",
    "embedding": _DOTS,
    "inference-router": "M3 12h6M9 12l8-6M9 12l8 6M14 5.5L17 6l-.6 3M14 18.5l3-.5-.6-3",
    "llm-gateway": "M4 20V9l8-6 8 6v11M9 20v-6h6v6M4 20h16",
    "vector-store": _CYLINDER,
    "rag-service": "M5 3h9l4 4v5M5 3v18h7M8 9h6M8 13h3M17 21a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM19.6 20l2.4 2",
    "agent": "M5 9h14v10H5zM12 9V5M12 5h.01M9 13.5h.01M15 13.5h.01M9.5 16.5h5M2 12v4M22 12v4",
    "mcp-server": "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
    "guardrail": "M12 3l8 3v6c0 5-3.4 7.8-8 9-4.6-1.2-8-4-8-9V6zM9 12l2 2 4-4",
    "ai-ui": "M4 5h16v11h-8l-4 4v-4H4zM8 9h8M8 12.5h5",
    "model-loader": "M12 3v11M7.5 10l4.5 4.5 4.5-4.5M4 19h16",
    "accelerator-platform": _CARD,
    "generic": _BOX,
    "entry": _GLOBE,
    "service": "M8 4l-5 8 5 8M16 4l5 8-5 8",
    "route": "M12 3v18M12 5h7l2 2.5-2 2.5h-7M12 12H5l-2 2.5L5 17h7",
    "data-store": _CYLINDER,
    "bucket": "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6l2 13c.2 1.2 2.8 2 6 2s5.8-.8 6-2l2-13",
    "model": _BOX,
    "secret": "M8 18a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 11l9-9M16 6l3 3M13.5 8.5l2 2",
    "identity": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-4.2 3.6-6 8-6s7.4 1.8 8 6",
    "config": "M4 7h10M18 7h2M16 5v4M4 17h2M10 17h10M8 15v4",
    "external": _CLOUD,
    "managed-service": _CLOUD,
}  # fmt: skip
"""Path data by role or kind of component."""


def icon(name: str) -> str:
    """The path of an icon; the box for what has none."""
    return ICONS.get(name, _BOX)
