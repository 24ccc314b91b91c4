"""What exists at one provider only: models, indexes, features, vectors and agents that nobody else can run.

Data to extend; the providers are called as the graph calls them. Providers that serve open weights by an interface which
others offer too are none: whoever asks them can ask somebody else, or run the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hullmark.model.architecture import Architecture
from hullmark.model.component import Component, Edge, EdgeKind
from hullmark.model.workload import Workload
from hullmark.text.regex import regex
from hullmark.text.source import Place

MODELS = frozenset({
    "OpenAI", "Azure OpenAI", "Anthropic", "Google Gemini", "Vertex AI", "Amazon Bedrock", "Cohere", "xAI", "Perplexity",
    "AI21", "Amazon SageMaker", "Databricks", "Azure ML endpoint", "watsonx",
})  # fmt: skip
"""Weights that are not published, or an interface that only this cloud has:
https://platform.openai.com/docs/models, https://docs.anthropic.com/en/docs/about-claude/models, https://ai.google.dev/gemini-api/docs/models,
https://docs.cohere.com/docs/models, https://docs.aws.amazon.com/bedrock/latest/APIReference/, https://docs.x.ai/docs/models."""

INDEXES = frozenset({
    "Pinecone", "turbopuffer", "Azure AI Search", "Amazon Kendra", "Amazon S3 Vectors", "Vertex AI Vector Search",
    "Vertex AI Search", "Amazon SageMaker Feature Store", "Tecton",
})  # fmt: skip
"""Indexes and feature stores without a program that others may run: https://docs.pinecone.io/guides/get-started/overview,
https://turbopuffer.com/docs, https://learn.microsoft.com/azure/search/, https://docs.aws.amazon.com/kendra/latest/dg/,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors.html, https://cloud.google.com/vertex-ai/docs/vector-search/overview,
https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store.html, https://docs.tecton.ai/."""

STORES = frozenset({"vector store"})
"""Categories of providers whose others have open source behind them."""

_AGENTS: Mapping[str, tuple[str, str]] = {
    "bedrock-agent-runtime.": ("", "Amazon Bedrock"),
    "bedrock-agentcore.": ("", "Amazon Bedrock AgentCore"),
    "services.ai.azure.com": ("/api/projects", "Azure AI Foundry"),
    "aiplatform.googleapis.com": ("reasoningEngines", "Vertex AI Agent Engine"),
    "dialogflow.googleapis.com": ("", "Dialogflow"),
}
"""Parts of hosts, and of paths, where a cloud runs the agent itself: https://docs.aws.amazon.com/bedrock/latest/userguide/agents.html,
https://learn.microsoft.com/azure/ai-foundry/agents/, https://cloud.google.com/vertex-ai/generative-ai/docs/agent-engine/overview."""

_VARIABLES: Mapping[str, tuple[str, str]] = {
    "BEDROCK_MODEL_ID": ("model", "Amazon Bedrock"),
    "BEDROCK_KNOWLEDGE_BASE_ID": ("index", "Amazon Bedrock knowledge base"),
    "BEDROCK_KB_ID": ("index", "Amazon Bedrock knowledge base"),
    "BEDROCK_AGENT_ID": ("agent", "Amazon Bedrock"),
}
"""Variables, also with ``AWS_`` before them, that name what is used by an id: https://docs.aws.amazon.com/bedrock/latest/userguide/."""

_EMBEDDINGS = regex(
    r"(?:^|[/:])(text-embedding-(?:ada-002|3-small|3-large|00[45])|textembedding-gecko\S*|gemini-embedding-\S+"
    r"|embed-(?:english|multilingual)-(?:light-)?v[23]\S*|embed-v4\S*|voyage-(?!4-nano)[\w.-]+|amazon\.titan-embed-\S+|cohere\.embed-\S+)$",
    re.IGNORECASE,
)
"""Embedding models whose weights are not published: other models cannot search what they have embedded.
https://platform.openai.com/docs/guides/embeddings, https://docs.cohere.com/docs/cohere-embed, https://docs.voyageai.com/docs/embeddings,
https://ai.google.dev/gemini-api/docs/embeddings, https://docs.aws.amazon.com/bedrock/latest/userguide/titan-embedding-models.html."""

_EMBEDS = regex(r"embed", re.IGNORECASE)


class Bond(NamedTuple):
    """Something that exists at one provider only: of which sort (model, index, vectors, agent), whose it is, and where that is said."""

    sort: str
    name: str
    place: Place | None
    text: str


def bonds(workload: Workload, parts: tuple[Component, ...], arch: Architecture) -> Iterator[Bond]:
    """All that a workload is tied to."""
    for edge in (e for c in parts for e in arch.wiring.out(c.id, EdgeKind.CALLS)):
        yield from _called(edge, arch.wiring.by_id[edge.target])
    for container in workload.containers:
        for variable in container.environment.values():
            sort, name = _VARIABLES.get(variable.name.removeprefix("AWS_"), ("", ""))
            if sort and variable.value != "":
                yield Bond(sort, name, variable.node.at(), f"variable '{variable.name}'")
            elif _EMBEDS.search(variable.name) and (found := _EMBEDDINGS.search(variable.value or "")):
                yield Bond("vectors", found[1], variable.node.at(), f"variable '{variable.name}'")
        for flag in (
            "--embedding-model",
            "--embedding-model-id",
            "--embedding-model-name",
            "--embed-model",
            "--embedder",
        ):
            for value in container.argv.values(flag):
                if found := _EMBEDDINGS.search(value):
                    yield Bond("vectors", found[1], container.argv.place(flag), f"flag '{flag}'")


def _called(edge: Edge, target: Component) -> Iterator[Bond]:
    host, name, why = target.facts.get("host", ""), target.facts.get("provider", ""), edge.evidence[0]
    agent = next((a for part, (path, a) in _AGENTS.items() if part in host and path in edge.facts.get("path", "")), "")
    if agent:
        yield Bond("agent", agent, why.place, why.text)
    elif name == "Voyage AI":
        yield Bond("vectors", name, why.place, why.text)
    elif name in INDEXES:
        yield Bond("index", name, why.place, why.text)
    elif name in MODELS:
        yield Bond("model", name, why.place, why.text)
