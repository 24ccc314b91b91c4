"""The techniques that steps and prizes amount to, by the ids of MITRE ATLAS and MITRE ATT&CK.

Names are the frameworks' own, of the versions that are named here; a test compares them with an excerpt of the data:
https://atlas.mitre.org/techniques and https://attack.mitre.org/techniques/enterprise/.
"""

from __future__ import annotations

from typing import NamedTuple

ATLAS, ATTACK = "2026.09", "19.2"
"""The versions of the frameworks' content that ids and names are of."""


class Technique(NamedTuple):
    """A technique of a framework."""

    id: str
    name: str

    @property
    def link(self) -> str:
        """Its page."""
        if self.id.startswith("AML."):
            return f"https://atlas.mitre.org/techniques/{self.id}"
        return f"https://attack.mitre.org/techniques/{self.id.replace('.', '/')}"


TECHNIQUES = {
    "public-application": (
        Technique("AML.T0049", "Exploit Public-Facing Application"),
        Technique("T1190", "Exploit Public-Facing Application"),
    ),
    "exposed-service": (
        Technique("AML.T0132", "Misconfigured or Publicly Exposed AI Services"),
        Technique("T1133", "External Remote Services"),
    ),
    "inference-api": (Technique("AML.T0040", "AI Model Inference API Access"),),
    "prompt-injection": (Technique("AML.T0051", "LLM Prompt Injection"),),
    "agent-tools": (Technique("AML.T0053", "AI Agent Tool Invocation"),),
    "unsafe-artifact": (
        Technique("AML.T0011.000", "User Execution: Unsafe AI Artifacts"),
        Technique("T1195.002", "Supply Chain Compromise: Compromise Software Supply Chain"),
    ),
    "model-supply-chain": (Technique("AML.T0010.003", "AI Supply Chain Compromise: Model"),),
    "interpreter": (
        Technique("AML.T0050", "Command and Scripting Interpreter"),
        Technique("T1059", "Command and Scripting Interpreter"),
    ),
    "escape": (
        Technique("AML.T0105", "Escape to Host"),
        Technique("T1611", "Escape to Host"),
    ),
    "unsecured-credentials": (
        Technique("AML.T0055", "Unsecured Credentials"),
        Technique("T1552", "Unsecured Credentials"),
    ),
    "token": (Technique("T1528", "Steal Application Access Token"),),
    "valid-accounts": (
        Technique("AML.T0012", "Valid Accounts"),
        Technique("T1078", "Valid Accounts"),
    ),
    "deploy-container": (Technique("T1610", "Deploy Container"),),
    "container-command": (Technique("T1609", "Container Administration Command"),),
    "account-manipulation": (Technique("T1098.006", "Account Manipulation: Additional Container Cluster Roles"),),
    "network-discovery": (Technique("T1046", "Network Service Discovery"),),
    "remote-services": (Technique("T1021", "Remote Services"),),
    "local-data": (
        Technique("AML.T0037", "Data from Local System"),
        Technique("T1005", "Data from Local System"),
    ),
    "collect-artifacts": (Technique("AML.T0035", "AI Artifact Collection"),),
    "full-model": (Technique("AML.T0044", "Full AI Model Access"),),
    "repositories": (
        Technique("AML.T0036", "Data from Information Repositories"),
        Technique("T1213", "Data from Information Repositories"),
    ),
    "poison-data": (Technique("AML.T0020", "Training Data Poisoning"),),
    "poison-rag": (Technique("AML.T0070", "RAG Poisoning"),),
    "compute": (Technique("T1496.001", "Resource Hijacking: Compute Hijacking"),),
    "bill": (
        Technique("AML.T0034", "Cost Harvesting"),
        Technique("T1496.004", "Resource Hijacking: Cloud Service Hijacking"),
    ),
}  # fmt: skip
"""Techniques by the name that rules give them."""
