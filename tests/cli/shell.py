"""Runs the command line as a user does, in a scrubbed environment."""

import os
import subprocess
import sys
from pathlib import Path

TRAINER = """\
apiVersion: v1
kind: Pod
metadata:
  name: trainer
spec:
  containers:
    - name: train
      image: registry.example/train:1.4.2
      securityContext:
        privileged: true  # needed once
"""


def hullmark(
    cwd: Path, *words: str, stdin: str | None = None, options: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    scrubbed = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment}
    return subprocess.run(
        [sys.executable, *options, "-m", "hullmark", *words],
        cwd=cwd,
        env=scrubbed,
        input="" if stdin is None else stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
