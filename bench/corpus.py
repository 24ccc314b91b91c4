"""The inputs of the benchmarks: real manifests, repeated until there are enough of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ONE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: ml}
spec:
  replicas: 2
  selector: {matchLabels: {app: chat}}
  template:
    metadata: {labels: {app: chat}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model, mistralai/Mistral-7B-Instruct-v0.3]
          ports: [{containerPort: 8000}]
          resources: {limits: {nvidia.com/gpu: 1}}
---
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: ml}
spec:
  selector: {app: chat}
  ports: [{port: 80, targetPort: 8000}]
"""


def manifests() -> list[Path]:
    """The manifests to repeat: `HULLMARK_CORPUS`, the shared corpus if it lies beside the project, else our examples."""
    for folder in (os.environ.get("HULLMARK_CORPUS", ""), ROOT.parent / "shared" / "corpus", ROOT / "examples"):
        found = sorted(Path(folder).rglob("*.y*ml")) if folder else []
        if found:
            return found
    raise SystemExit("no manifests to measure with: set HULLMARK_CORPUS to a folder of them")


def lay_out(folder: Path, files: int) -> int:
    """Fill a folder with so many files, copy after copy of the corpus in folders of their own; returns their bytes."""
    sources = manifests()
    size = 0
    for number in range(files):
        copy, which = divmod(number, len(sources))
        target = folder / f"copy-{copy:03}" / f"{which:03}-{sources[which].name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sources[which], target)
        size += target.stat().st_size
    return size
