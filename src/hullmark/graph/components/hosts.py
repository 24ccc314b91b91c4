"""Who stands behind well-known hosts: model APIs, hubs, telemetry, clouds. Data to extend, one row a provider.

``*.x`` means every host below ``x``, ``*-x`` every host that ends so. The URL after each provider is where its hosts
are documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple


class Provider(NamedTuple):
    """Who runs a host, what for, and where that is documented. ``managed`` marks what a cloud runs for its customer."""

    name: str
    category: str
    source: str
    managed: bool = False


LLM, HUB, TELEMETRY, VECTORS, TOOLS = "model API", "model hub", "telemetry", "vector store", "tool API"
CODE, PACKAGES, IMAGES, STORAGE = "code host", "package index", "image registry", "object storage"
DATABASE, QUEUE, CLOUD_API, SIGN_IN, MESSAGES = "database", "queue", "cloud API", "identity provider", "messaging"


def _rows(category: str, text: str, *, managed: bool = False) -> dict[str, Provider]:
    """Lines of ``provider | hosts | source``."""
    found: dict[str, Provider] = {}
    for line in text.strip().splitlines():
        name, hosts, source = (part.strip() for part in line.split("|"))
        found.update(dict.fromkeys(hosts.split(), Provider(name, category, source, managed)))
    return found


PROVIDERS: Mapping[str, Provider] = {
    **_rows(LLM, """
        OpenAI | api.openai.com *.api.openai.com | https://platform.openai.com/docs/api-reference/introduction
        Azure OpenAI | *.openai.azure.com *.cognitiveservices.azure.com *.services.ai.azure.com *.inference.ai.azure.com | https://learn.microsoft.com/azure/ai-services/openai/reference
        Anthropic | api.anthropic.com | https://docs.anthropic.com/en/api/overview
        Google Gemini | generativelanguage.googleapis.com | https://ai.google.dev/api
        Vertex AI | aiplatform.googleapis.com *-aiplatform.googleapis.com | https://cloud.google.com/vertex-ai/docs/reference/rest
        Mistral AI | api.mistral.ai codestral.mistral.ai | https://docs.mistral.ai/api/
        Cohere | api.cohere.com api.cohere.ai | https://docs.cohere.com/reference/about
        Groq | api.groq.com | https://console.groq.com/docs/api-reference
        Together AI | api.together.xyz api.together.ai | https://docs.together.ai/reference
        Fireworks AI | api.fireworks.ai | https://docs.fireworks.ai/api-reference/introduction
        DeepSeek | api.deepseek.com | https://api-docs.deepseek.com/
        xAI | api.x.ai | https://docs.x.ai/docs/api-reference
        Perplexity | api.perplexity.ai | https://docs.perplexity.ai/api-reference
        OpenRouter | openrouter.ai | https://openrouter.ai/docs/api-reference/overview
        Replicate | api.replicate.com | https://replicate.com/docs/reference/http
        NVIDIA API catalogue | integrate.api.nvidia.com ai.api.nvidia.com | https://docs.api.nvidia.com/nim/reference/llm-apis
        Hugging Face inference | api-inference.huggingface.co router.huggingface.co *.endpoints.huggingface.cloud | https://huggingface.co/docs/inference-providers/index
        AI21 | api.ai21.com | https://docs.ai21.com/reference
        Voyage AI | api.voyageai.com | https://docs.voyageai.com/reference
        Jina AI | api.jina.ai | https://jina.ai/api-dashboard/
        ElevenLabs | api.elevenlabs.io | https://elevenlabs.io/docs/api-reference/introduction
        Deepgram | api.deepgram.com | https://developers.deepgram.com/reference
        AssemblyAI | api.assemblyai.com | https://www.assemblyai.com/docs/api-reference
        Stability AI | api.stability.ai | https://platform.stability.ai/docs/api-reference
        Alibaba Model Studio | dashscope.aliyuncs.com dashscope-intl.aliyuncs.com | https://www.alibabacloud.com/help/en/model-studio/
        Moonshot AI | api.moonshot.cn api.moonshot.ai | https://platform.moonshot.ai/docs
        Zhipu AI | open.bigmodel.cn | https://open.bigmodel.cn/dev/api
        Cerebras | api.cerebras.ai | https://inference-docs.cerebras.ai/api-reference
        SambaNova | api.sambanova.ai | https://docs.sambanova.ai/cloud/api-reference
        watsonx | *.ml.cloud.ibm.com | https://cloud.ibm.com/apidocs/watsonx-ai
        Databricks | *.cloud.databricks.com *.azuredatabricks.net *.gcp.databricks.com | https://docs.databricks.com/en/machine-learning/model-serving/
        Azure ML endpoint | *.inference.ml.azure.com | https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online
    """),
    **_rows(HUB, """
        Hugging Face | huggingface.co *.huggingface.co hf.co *.hf.co | https://huggingface.co/docs/hub/index
        NVIDIA NGC | nvcr.io ngc.nvidia.com *.ngc.nvidia.com | https://docs.nvidia.com/ngc/
        Ollama library | registry.ollama.ai ollama.com ollama.ai | https://github.com/ollama/ollama/blob/main/docs/faq.mdx
        ModelScope | modelscope.cn *.modelscope.cn | https://modelscope.cn/docs
        Kaggle | kaggle.com *.kaggle.com | https://www.kaggle.com/docs/api
        Civitai | civitai.com | https://github.com/civitai/civitai/wiki/REST-API-Reference
        PyTorch downloads | download.pytorch.org | https://pytorch.org/hub/
    """),
    **_rows(TELEMETRY, """
        Langfuse | cloud.langfuse.com us.cloud.langfuse.com *.cloud.langfuse.com | https://langfuse.com/docs
        LangSmith | api.smith.langchain.com *.api.smith.langchain.com | https://docs.smith.langchain.com/
        Weights & Biases | api.wandb.ai wandb.ai *.wandb.ai | https://docs.wandb.ai/models/track/environment-variables
        Comet | comet.com *.comet.com *.comet.ml | https://www.comet.com/docs/
        Neptune | app.neptune.ai *.neptune.ai | https://docs.neptune.ai/
        Arize | otlp.arize.com app.arize.com app.phoenix.arize.com | https://docs.arize.com/
        Helicone | api.helicone.ai oai.helicone.ai *.helicone.ai | https://docs.helicone.ai/
        Braintrust | api.braintrust.dev | https://www.braintrust.dev/docs
        PostHog | app.posthog.com *.i.posthog.com | https://posthog.com/docs/api
        Sentry | *.sentry.io sentry.io | https://docs.sentry.io/
        Datadog | *.datadoghq.com *.datadoghq.eu | https://docs.datadoghq.com/getting_started/site/
        New Relic | *.newrelic.com *.nr-data.net | https://docs.newrelic.com/docs/new-relic-solutions/get-started/networks/
        Honeycomb | api.honeycomb.io *.honeycomb.io | https://docs.honeycomb.io/
        Grafana Cloud | *.grafana.net | https://grafana.com/docs/grafana-cloud/
        vLLM usage statistics | stats.vllm.ai | https://docs.vllm.ai/en/latest/usage/usage_stats/
    """),
    **_rows(VECTORS, """
        Pinecone | *.pinecone.io | https://docs.pinecone.io/reference/api/introduction
        Weaviate Cloud | *.weaviate.cloud *.weaviate.network | https://docs.weaviate.io/cloud
        Qdrant Cloud | *.cloud.qdrant.io | https://qdrant.tech/documentation/cloud/
        Zilliz Cloud | *.zillizcloud.com *.cloud.zilliz.com | https://docs.zilliz.com/
        Chroma Cloud | api.trychroma.com | https://docs.trychroma.com/cloud/
        turbopuffer | *.turbopuffer.com | https://turbopuffer.com/docs
        Vertex AI Vector Search | *.vdb.vertexai.goog | https://cloud.google.com/vertex-ai/docs/vector-search/query-index-public-endpoint
        Vertex AI Search | discoveryengine.googleapis.com *-discoveryengine.googleapis.com | https://cloud.google.com/generative-ai-app-builder/docs/reference/rest
    """),
    **_rows(TOOLS, """
        Tavily | api.tavily.com | https://docs.tavily.com/
        Serper | google.serper.dev | https://serper.dev/
        SerpApi | serpapi.com | https://serpapi.com/search-api
        Brave Search | api.search.brave.com | https://api-dashboard.search.brave.com/app/documentation
        Exa | api.exa.ai | https://docs.exa.ai/
        Firecrawl | api.firecrawl.dev | https://docs.firecrawl.dev/
        GitHub Copilot MCP | api.githubcopilot.com | https://github.com/github/github-mcp-server
        E2B | *.e2b.dev api.e2b.dev | https://e2b.dev/docs
    """),
    **_rows(CODE, """
        GitHub | github.com *.github.com *.githubusercontent.com *.github.io | https://docs.github.com/
        GitLab | gitlab.com *.gitlab.com | https://docs.gitlab.com/
        Bitbucket | bitbucket.org *.bitbucket.org | https://support.atlassian.com/bitbucket-cloud/
    """),
    **_rows(PACKAGES, """
        PyPI | pypi.org *.pypi.org files.pythonhosted.org | https://docs.pypi.org/
        NVIDIA PyPI | pypi.nvidia.com pypi.ngc.nvidia.com | https://docs.nvidia.com/
        npm | registry.npmjs.org | https://docs.npmjs.com/
        Anaconda | conda.anaconda.org repo.anaconda.com | https://docs.anaconda.com/
        Debian | deb.debian.org security.debian.org | https://www.debian.org/distrib/packages
        Ubuntu | archive.ubuntu.com security.ubuntu.com | https://packages.ubuntu.com/
        Maven Central | repo1.maven.org repo.maven.apache.org | https://central.sonatype.org/
        Go modules | proxy.golang.org | https://proxy.golang.org/
    """),
    **_rows(IMAGES, """
        Docker Hub | docker.io *.docker.io registry-1.docker.io | https://docs.docker.com/docker-hub/
        GitHub packages | ghcr.io | https://docs.github.com/en/packages
        Quay | quay.io *.quay.io | https://docs.quay.io/
        Kubernetes registry | registry.k8s.io k8s.gcr.io | https://kubernetes.io/blog/2022/11/28/registry-k8s-io-faster-cheaper-ga/
        Amazon ECR Public | public.ecr.aws | https://docs.aws.amazon.com/AmazonECR/latest/public/
    """),
    **_rows(IMAGES, """
        Amazon ECR | *.dkr.ecr.amazonaws.com | https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
        Google Artifact Registry | *.pkg.dev gcr.io *.gcr.io | https://cloud.google.com/artifact-registry/docs
        Azure Container Registry | *.azurecr.io | https://learn.microsoft.com/azure/container-registry/
    """, managed=True),
    **_rows(STORAGE, """
        Google Cloud Storage | storage.googleapis.com storage.cloud.google.com | https://cloud.google.com/storage/docs/request-endpoints
        Azure Storage | *.blob.core.windows.net *.dfs.core.windows.net *.file.core.windows.net | https://learn.microsoft.com/azure/storage/common/storage-account-overview
        Cloudflare R2 | *.r2.cloudflarestorage.com | https://developers.cloudflare.com/r2/api/s3/
        Backblaze B2 | *.backblazeb2.com | https://www.backblaze.com/docs/cloud-storage
    """, managed=True),
    **_rows(DATABASE, """
        Azure SQL | *.database.windows.net | https://learn.microsoft.com/azure/azure-sql/
        Azure Database for PostgreSQL | *.postgres.database.azure.com | https://learn.microsoft.com/azure/postgresql/
        Azure Database for MySQL | *.mysql.database.azure.com | https://learn.microsoft.com/azure/mysql/
        Azure Cache for Redis | *.redis.cache.windows.net | https://learn.microsoft.com/azure/azure-cache-for-redis/
        Azure Cosmos DB | *.documents.azure.com *.mongo.cosmos.azure.com | https://learn.microsoft.com/azure/cosmos-db/
        Azure AI Search | *.search.windows.net | https://learn.microsoft.com/azure/search/
        MongoDB Atlas | *.mongodb.net | https://www.mongodb.com/docs/atlas/
        Supabase | *.supabase.co *.supabase.com | https://supabase.com/docs
        Neon | *.neon.tech | https://neon.com/docs
        Upstash | *.upstash.io | https://upstash.com/docs
        Redis Cloud | *.redislabs.com *.redis-cloud.com *.redns.redis-cloud.com | https://redis.io/docs/latest/operate/rc/
        Elastic Cloud | *.elastic-cloud.com *.found.io *.es.io | https://www.elastic.co/docs
        Tecton | *.tecton.ai | https://docs.tecton.ai/
        Snowflake | *.snowflakecomputing.com | https://docs.snowflake.com/
        Aiven | *.aivencloud.com | https://aiven.io/docs
    """, managed=True),
    **_rows(QUEUE, """
        Confluent Cloud | *.confluent.cloud | https://docs.confluent.io/cloud/current/
        Azure Service Bus and Event Hubs | *.servicebus.windows.net | https://learn.microsoft.com/azure/event-hubs/
        CloudAMQP | *.cloudamqp.com | https://www.cloudamqp.com/docs/
        Google Pub/Sub | pubsub.googleapis.com | https://cloud.google.com/pubsub/docs
    """, managed=True),
    **_rows(SIGN_IN, """
        Microsoft Entra ID | login.microsoftonline.com login.microsoft.com | https://learn.microsoft.com/entra/identity-platform/
        Google sign-in | accounts.google.com oauth2.googleapis.com | https://developers.google.com/identity
        Auth0 | *.auth0.com | https://auth0.com/docs
        Okta | *.okta.com *.oktapreview.com | https://developer.okta.com/docs/
    """),
    **_rows(MESSAGES, """
        Slack | slack.com *.slack.com | https://api.slack.com/
        Telegram | api.telegram.org | https://core.telegram.org/bots/api
        Discord | discord.com *.discord.com | https://discord.com/developers/docs
        Microsoft Teams | *.webhook.office.com graph.microsoft.com | https://learn.microsoft.com/graph/
    """),
    **_rows(CLOUD_API, """
        Google Cloud | *.googleapis.com metadata.google.internal | https://cloud.google.com/apis/docs/overview
        Azure | *.azure.com *.azure.net *.windows.net | https://learn.microsoft.com/rest/api/azure/
    """, managed=True),
}  # fmt: skip
"""Providers by host."""

_AWS: Mapping[str, tuple[str, str]] = {
    "s3": ("Amazon S3", STORAGE),
    "bedrock": ("Amazon Bedrock", LLM),
    "bedrock-runtime": ("Amazon Bedrock", LLM),
    "bedrock-agent-runtime": ("Amazon Bedrock", LLM),
    "bedrock-agentcore": ("Amazon Bedrock", LLM),
    "runtime.sagemaker": ("Amazon SageMaker", LLM),
    "featurestore-runtime": ("Amazon SageMaker Feature Store", DATABASE),
    "kendra": ("Amazon Kendra", VECTORS),
    "s3vectors": ("Amazon S3 Vectors", VECTORS),
    "rds": ("Amazon RDS", DATABASE),
    "docdb": ("Amazon DocumentDB", DATABASE),
    "neptune": ("Amazon Neptune", DATABASE),
    "cache": ("Amazon ElastiCache", DATABASE),
    "redshift": ("Amazon Redshift", DATABASE),
    "es": ("Amazon OpenSearch Service", DATABASE),
    "aoss": ("Amazon OpenSearch Serverless", VECTORS),
    "dynamodb": ("Amazon DynamoDB", DATABASE),
    "kafka": ("Amazon MSK", QUEUE),
    "mq": ("Amazon MQ", QUEUE),
    "sqs": ("Amazon SQS", QUEUE),
    "sns": ("Amazon SNS", QUEUE),
    "kinesis": ("Amazon Kinesis", QUEUE),
    "secretsmanager": ("AWS Secrets Manager", CLOUD_API),
    "sts": ("AWS STS", SIGN_IN),
    "ecr": ("Amazon ECR", IMAGES),
}
"""AWS services by the label that names them in a host, https://docs.aws.amazon.com/general/latest/gr/rande.html."""


@lru_cache(maxsize=4096)
def provider(host: str) -> Provider | None:
    """Who runs a host; None if nobody known."""
    exact = PROVIDERS.get(host)
    if exact is not None:
        return exact
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws")):
        return _aws(host)
    first, dot, rest = host.partition(".")
    for at, character in enumerate(first):
        if character == "-" and (found := PROVIDERS.get(f"*{first[at:]}{dot}{rest}")) is not None:
            return found
    while rest:
        if (found := PROVIDERS.get(f"*.{rest}")) is not None:
            return found
        rest = rest.partition(".")[2]
    return None


def _aws(host: str) -> Provider:
    labels = host.split(".")
    for label in labels:
        service = next((s for s in _AWS if label == s or (s == "s3" and label.startswith("s3-"))), None)
        if service is not None:
            name, category = _AWS[service]
            return Provider(name, category, "https://docs.aws.amazon.com/general/latest/gr/rande.html", managed=True)
    if "sagemaker" in labels:
        return Provider(
            "Amazon SageMaker", LLM, "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html", managed=True
        )
    return Provider("AWS", CLOUD_API, "https://docs.aws.amazon.com/general/latest/gr/rande.html", managed=True)


class Key(NamedTuple):
    """A variable whose presence means calls to a provider, unless one of ``elsewhere`` sends them to another address."""

    host: str
    elsewhere: tuple[str, ...] = ()


_OPENAI = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_BASE_URL", "OPENAI_API_BASE_URLS", "OPENAI_ENDPOINT",
           "OPENAI_API_HOST", "OPENAI_PROXY", "OPENAI_API_ENDPOINT")  # fmt: skip
_HOSTED = ("LANGFUSE_HOST", "LANGFUSE_BASE_URL", "LANGFUSE_BASEURL")
_SMITH = ("LANGCHAIN_ENDPOINT", "LANGSMITH_ENDPOINT")
KEYS: Mapping[str, Key] = {
    "OPENAI_API_KEY": Key("api.openai.com", _OPENAI),
    "ANTHROPIC_API_KEY": Key("api.anthropic.com", ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "ANTHROPIC_API_BASE")),
    "GEMINI_API_KEY": Key("generativelanguage.googleapis.com", ("GEMINI_BASE_URL", "GEMINI_API_BASE_URL")),
    "MISTRAL_API_KEY": Key("api.mistral.ai", ("MISTRAL_BASE_URL", "MISTRAL_API_BASE")),
    "COHERE_API_KEY": Key("api.cohere.com", ("COHERE_API_URL", "CO_API_URL", "COHERE_BASE_URL")),
    "GROQ_API_KEY": Key("api.groq.com", ("GROQ_BASE_URL",)),
    "TOGETHER_API_KEY": Key("api.together.xyz", ("TOGETHER_BASE_URL",)),
    "FIREWORKS_API_KEY": Key("api.fireworks.ai", ("FIREWORKS_BASE_URL",)),
    "DEEPSEEK_API_KEY": Key("api.deepseek.com", ("DEEPSEEK_BASE_URL", "DEEPSEEK_API_BASE")),
    "OPENROUTER_API_KEY": Key("openrouter.ai", ("OPENROUTER_BASE_URL",)),
    "VOYAGE_API_KEY": Key("api.voyageai.com", ("VOYAGE_BASE_URL",)),
    "TAVILY_API_KEY": Key("api.tavily.com", ("TAVILY_BASE_URL",)),
    "SERPER_API_KEY": Key("google.serper.dev"),
    "WANDB_API_KEY": Key("api.wandb.ai", ("WANDB_BASE_URL",)),
    "LANGFUSE_SECRET_KEY": Key("cloud.langfuse.com", _HOSTED),
    "LANGCHAIN_API_KEY": Key("api.smith.langchain.com", _SMITH),
    "LANGSMITH_API_KEY": Key("api.smith.langchain.com", _SMITH),
    "COMET_API_KEY": Key("comet.com", ("COMET_URL_OVERRIDE",)),
    "NEPTUNE_API_TOKEN": Key("app.neptune.ai"),
}
"""Clients call their provider's public address where nothing else is said; the providers' pages above say so."""
