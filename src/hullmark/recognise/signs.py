"""What the names and addresses that a program is given tell of: model APIs, vector stores, embeddings, tools.

Tables to extend. The names are those that clients read by themselves, with whatever an application puts before them:
https://github.com/openai/openai-python (``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``AZURE_OPENAI_ENDPOINT``),
https://docs.anthropic.com/en/api/client-sdks, https://docs.litellm.ai/docs/providers (one key a provider),
https://docs.embedchain.ai/components/vector-databases/qdrant, https://docs.pinecone.io/reference/python-sdk,
https://docs.weaviate.io/weaviate/client-libraries/python, https://milvus.io/docs, https://docs.trychroma.com/,
https://docs.spring.io/spring-ai/reference/api/vectordbs.html and
https://github.com/Azure-Samples/azure-search-openai-demo (``AZURE_OPENAI_EMB_DEPLOYMENT``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hullmark.model.terms import Sign
from hullmark.text.regex import regex


def _pattern(text: str) -> re.Pattern[str]:
    return regex(text, re.VERBOSE)


_AT = r"(?:BASE|URLS?|URI|HOST|ENDPOINTS?|ADDR(?:ESS)?|SERVER|SERVICE|DSN)"
_KEY = r"(?:API_?KEYS?|KEYS?|(?:API_|AUTH_)?TOKEN)"
_NAMES: tuple[tuple[Sign, re.Pattern[str]], ...] = (
    (Sign.EMBEDDINGS, _pattern(rf"""
        (?:^|_)EMBEDD(?:INGS?|ER)(?:_|$) | (?:^|_)EMB(?:ED)?_(?:MODEL|DIM\w*|DEPLOYMENT)(?:_|$) | (?:^|_)RERANK(?:ER|ING)?_
        | (?:^|_)TEI_(?:\w+_)?{_AT}$
    """)),
    (Sign.OFFERS, _pattern(r"^MCP_(?:(?:SERVER_|HTTP_|SSE_)?PORT|TRANSPORT)$")),
    (Sign.TOOLS, _pattern(r"""
        (?:^|_)MCP_(?!(?:PUBLIC|BASE|EXTERNAL|AUTH|OAUTH|OIDC|ISSUER)_)(?:[A-Z0-9]+_){0,4}(?:URLS?|URI|ENDPOINTS?)$
        | ^MCP_(?:SERVERS|CONFIG(?:_(?:FILE|PATH))?|SERVERS_CONFIG\w*)$ | ^TOOL(?:S|BOX|KIT)?_(?:\w+_)?URLS?$ | (?:^|_)A2A_\w*URLS?$
        | ^(?:TAVILY|E2B|COMPOSIO|ARCADE|BROWSERBASE)_API_KEY$
        | ^(?:CREWAI|AUTOGEN|LANGGRAPH|SMOLAGENTS|AGNO)_(?!(?:\w+_)?(?:URLS?|URI|HOST|ENDPOINTS?|KEY|TOKEN)$)
        | (?:^|_)AGENT_(?:MAX_)?(?:ITERATIONS|STEPS|TURNS|RECURSION_LIMIT)$ | ^MAX_AGENT_(?:ITERATIONS|STEPS|TURNS)$
    """)),
    (Sign.VECTORS, _pattern(rf"""
        (?:^|_)(?:QDRANT|PINECONE|WEAVIATE|MILVUS|ZILLIZ|TURBOPUFFER|MARQO|LANCE_?DB|PG_?VECTOR|VECTOR_?(?:STORE|DB|DATABASE))
            _(?:\w+_)?(?:{_AT}|{_KEY}|PORT|PATH|DIR|INDEX(?:_NAME)?|COLLECTIONS?(?:_NAME)?)$
        | (?:^|_)CHROMA(?:_?DB)?_(?:\w+_)?(?:{_AT}|API_?KEY|PORT|PATH|DIR(?:ECTORY)?|COLLECTIONS?(?:_NAME)?)$
        | (?:^|_)FAISS_(?:INDEX|PATH|DIR) | (?:^|_)VECTOR_?(?:STORE|DB)(?:_(?:TYPE|PROVIDER|BACKEND))?$
        | (?:^|_)(?:BEDROCK_)?KNOWLEDGE_BASE_ID$
    """)),
    (Sign.SEARCH, _pattern(rf"""
        (?:^|_)(?:ELASTIC(?:SEARCH)?|OPENSEARCH|AZURE_(?:AI_)?SEARCH|MONGODB_ATLAS|SUPABASE|NEO4J)_(?:\w+_)?(?:{_AT}|{_KEY})$
    """)),
    (Sign.MODEL, _pattern(rf"""
        (?:^|_)(?:(?:AZURE_?)?OPENAI|ANTHROPIC|CLAUDE|GEMINI|GOOGLE_GENERATIVE_AI|MISTRAL(?:AI)?|GROQ|COHERE|TOGETHER(?:_?AI)?
            |FIREWORKS(?:_AI)?|DEEPSEEK|OPENROUTER|PERPLEXITY|XAI|DASHSCOPE|MOONSHOT|ZHIPU(?:AI)?|WATSONX|BEDROCK|VLLM|OLLAMA
            |LITELLM|SGLANG|TGI|LLAMA_?CPP|LLM)
            _(?:\w+_)?(?:{_AT}|{_KEY}|DEPLOYMENT(?:_NAME)?|MODEL(?:_ID|_NAME)?|MODEL_?S?)$
        | ^(?:GOOGLE_API_KEY|HUGGINGFACEHUB_API_TOKEN|NVIDIA_API_KEY|CO_API_KEY)$
    """)),
)  # fmt: skip
"""Names of variables and settings, in capitals; the first that fits counts."""

_VALUES: tuple[tuple[Sign, re.Pattern[str]], ...] = (
    (Sign.VECTORS, _pattern(r"""
        (?:^|//|[@=,\s])(?:[a-z0-9-]{0,40}-)?(?:qdrant|milvus|weaviate|chroma(?:db)?)(?:-[a-z0-9-]{0,40})?
            (?:\.[a-z0-9.-]{1,99})?(?::\d{2,5}\b|/|$)
        | \.pinecone\.io\b | \.cloud\.qdrant\.io\b | \.weaviate\.(?:cloud|network)\b | \.zillizcloud\.com\b
        | \bapi\.trychroma\.com\b
    """)),
    (Sign.MODEL, _pattern(r"""
        (?:^|//|[@=,\s])(?:[a-z0-9-]{0,40}-)?(?:vllm|ollama|litellm|sglang)(?:-[a-z0-9-]{0,40})?
            (?:\.[a-z0-9.-]{1,99})?(?::\d{2,5}\b|/|$)
        | \bapi\.(?:openai|anthropic|groq|deepseek|fireworks|x)\.(?:com|ai)\b | \.openai\.azure\.com\b | \bapi\.mistral\.ai\b
        | \bgenerativelanguage\.googleapis\.com\b | \bopenrouter\.ai\b | \bapi\.together\.(?:xyz|ai)\b
    """)),
)  # fmt: skip
"""Hosts in addresses: programs by what their Services are called, providers by their own names."""

_CODE: tuple[tuple[Sign, re.Pattern[str]], ...] = (
    (Sign.TOOLS, _pattern(r"""
        ^[ \t]*(?:from|import)[ ](?:langgraph|crewai|autogen(?:_agentchat|_core)?|smolagents|pydantic_ai|google\.adk|agno)\b
        | ^[ \t]*from[ ]agents[ ]import\b | \b(?:create_react_agent|create_tool_calling_agent|AgentExecutor|MCPToolset)\(
    """)),
    (Sign.VECTORS, _pattern(r"""
        ^[ \t]*(?:from|import)[ ](?:qdrant_client|pinecone|weaviate|pymilvus|chromadb|faiss|lancedb|pgvector
            |langchain_(?:qdrant|pinecone|weaviate|milvus|chroma|postgres))\b
    """)),
    (Sign.MODEL, _pattern(r"""
        ^[ \t]*(?:from|import)[ ](?:openai|anthropic|litellm|ollama|mistralai|cohere|groq|google\.genai
            |langchain_(?:openai|anthropic|ollama|google_genai|mistralai|aws))\b
    """)),
)  # fmt: skip
"""What Python imports and makes (https://langchain-ai.github.io/langgraph/, https://docs.crewai.com/,
https://google.github.io/adk-docs/, https://openai.github.io/openai-agents-python/)."""
_CODE = tuple((sign, re.compile(p.pattern, p.flags | re.MULTILINE)) for sign, p in _CODE)

_LONGEST_NAME, _LONGEST, _LONGEST_FILE = 200, 2048, 64_000
"""Characters of a name, of a value and of a file that are looked at."""

WATCHING = regex(
    r"UPSTREAM|BACKEND|PROXY|SCRAPE|PROBE|HEALTH|TARGETS|MONITOR|ALLOWED|CORS|REDIRECT|(?:^|_)(?:HREF|LINK|ICON|PING)(?:$|_)",
    re.IGNORECASE,
)
"""Names of variables with addresses of what is passed on to, watched or let in, rather than asked."""

_LINE = regex(
    r"(?:^|[{,])[ \t]*(?:- )?[\"']?([A-Za-z][\w.-]{1,63})[\"']?[ \t]*[:=][ \t]*([\"'][^\"'\n]*[\"']|[^\n,}]*)",
    re.MULTILINE,
)
_WORTH = regex(
    r"openai|anthropic|gemini|mistral|vllm|ollama|litellm|llm|qdrant|pinecone|weaviate|milvus|chroma|pgvector|vector|mcp|agent",
    re.IGNORECASE,
)
"""What a file mentions that is worth to be read."""


@lru_cache(maxsize=8192)
def named(name: str) -> Sign | None:
    """What a variable or a setting with this name tells of (``Qdrant__Endpoint``, ``spring.ai.openai.api-key``)."""
    if len(name) > _LONGEST_NAME:
        return None
    shout = name.upper().replace("__", "_").replace("-", "_").replace(".", "_")
    return next((sign for sign, pattern in _NAMES if pattern.search(shout)), None)


@lru_cache(maxsize=8192)
def addressed(value: str) -> Sign | None:
    """What an address leads to; nothing for lists of what a proxy passes on or a monitor watches."""
    if ":" not in value or len(value) > _LONGEST:
        return None
    found = [sign for sign, pattern in _VALUES if pattern.search(value)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=256)
def imported(code: str) -> tuple[tuple[Sign, str], ...]:
    """What a Python program uses, each with the words that say so."""
    searched = ((sign, pattern.search(code, 0, _LONGEST_FILE)) for sign, pattern in _CODE)
    return tuple((sign, found[0].strip()) for sign, found in searched if found is not None)


@lru_cache(maxsize=256)
def configured(text: str) -> tuple[tuple[Sign, str], ...]:
    """What the lines of a settings file tell of, each with the name of the first setting; pods share their files."""
    told: dict[Sign, str] = {}
    for sign, name in _configured(text):
        told.setdefault(sign, name)
    return tuple(told.items())


def _configured(text: str) -> Iterator[tuple[Sign, str]]:
    if len(text) > _LONGEST_FILE or _WORTH.search(text) is None:
        return
    for line in _LINE.finditer(text):
        value = line[2].strip().strip("\"'")
        if line[1] == "mcpServers":
            yield Sign.TOOLS, line[1]
            continue
        if value in ("", "null", "~") or value[0] in "{[|>":
            continue
        sign = named(line[1]) or (None if WATCHING.search(line[1]) else addressed(value))
        if sign is not None:
            yield sign, line[1]
