"""Data stores: who runs them, who reads and writes, shared or owned."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, one, pairs, service

POSTGRES = deployment("db", "ports: [{containerPort: 5432}]", "postgres:16") + "---" + service("db", 5432)


def client(name: str, value: str, variable: str = "DATABASE_URL", more: str = "") -> str:
    return deployment(name, f"env: [{{name: {variable}, value: '{value}'}}]{more}")


def test_a_database_is_a_store_that_its_workload_serves() -> None:
    graph = draw(POSTGRES)

    assert pairs(graph, "serves") == {("Deployment/db", "postgresql/db")}
    assert one(graph, "postgresql/db").facts == {"type": "postgresql", "sort": "database", "sharing": "unused"}


def test_databases_of_one_server_are_told_apart() -> None:
    graph = draw(
        POSTGRES,
        client("a", "postgresql://u:p@db/one"),
        client("b", "postgresql+asyncpg://u:p@db:5432/two"),
        client("c", "postgresql://u:p@db/two"),
    )

    assert one(graph, "postgresql/db/one").facts["sharing"] == "owned"
    assert "sharing" not in one(graph, "postgresql/db").facts
    two = one(graph, "postgresql/db/two")
    assert (two.facts["sharing"], two.facts["used-by"], two.parent) == ("shared", "2", "data-store/-/postgresql/db")
    assert not any(e.certain for e in edges(graph, "writes").values())


@pytest.mark.parametrize(
    ("value", "store"),
    [
        (
            "postgresql://u:p@warehouse.example.com:5432/limits",
            "data-store/external/postgresql/warehouse.example.com/limits",
        ),
        ("mongodb+srv://u:p@c0.abcde.mongodb.net/app", "data-store/external/mongodb/c0.abcde.mongodb.net/app"),
        ("redis://x.cache.amazonaws.com:6379/0", "data-store/external/redis/x.cache.amazonaws.com/0"),
        ("amqp://rabbit:5672", "data-store/-/rabbitmq/rabbit"),
        ("redis://cache.data.svc:6379", "data-store/data/redis/cache"),
    ],
)
def test_stores_that_the_scan_does_not_hold(value: str, store: str) -> None:
    graph = draw(client("a", value))

    assert {t for _, t in edges(graph, "reads")} == {store}
    assert any(s.startswith(store.rpartition("/")[0]) or s == store for s, _ in edges(graph, "depends-on"))


def test_hosted_stores_lie_with_their_provider() -> None:
    graph = draw(client("a", "https://idx-abc.svc.us-east-1.pinecone.io", "PINECONE_HOST"))
    [(_, target)] = edges(graph, "reads")

    assert graph.by_id[target].facts["type"] == "Pinecone"
    assert {t for _, t in edges(graph, "calls")} == {"external/idx-abc.svc.us-east-1.pinecone.io"}


QDRANT = deployment("qdrant", "ports: [{containerPort: 6333}]", "qdrant/qdrant:v1") + "---" + service("qdrant", 6333)


def test_who_writes_and_who_reads_an_index() -> None:
    job = """
apiVersion: batch/v1
kind: Job
metadata: {name: prepare-data}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: i
          image: pytorch:1
          command: [python, preprocess.py, --url=http://qdrant:6333]
          resources: {limits: {nvidia.com/gpu: 1}}
"""
    rag = deployment("rag", "env: [{name: QDRANT_URL, value: 'http://qdrant:6333'}]", "example/my-rag:1")
    graph = draw(QDRANT, job, rag)

    assert {s for s, t in pairs(graph, "writes")} == {"Job/prepare-data"}
    assert {s for s, t in pairs(graph, "reads")} == {"Deployment/rag"}
    facts = one(graph, "qdrant/qdrant").facts
    assert (facts["sharing"], facts["readers"], facts["writers"]) == ("shared", "rag-service", "data-preparation")


@pytest.mark.parametrize(
    ("name", "reads", "writes", "certain"),
    [
        ("--output-dir", False, True, True),
        ("--train-data", True, False, True),
        ("--artifacts-destination", False, True, True),
        ("--somewhere", True, False, False),
    ],
)
def test_buckets_by_what_the_setting_says(name: str, reads: bool, writes: bool, certain: bool) -> None:
    graph = draw(deployment("a", f"args: ['{name}=s3://bucket/path']"))
    store = "data-store/bucket/s3/bucket"
    found = {kind: edges(graph, kind) for kind in ("reads", "writes")}

    assert [bool(found[k]) for k in ("reads", "writes")] == [reads, writes]
    for edge in (*found["reads"].values(), *found["writes"].values()):
        assert (edge.target, edge.certain) == (store, certain)


def test_containers_of_azure_accounts() -> None:
    graph = draw(deployment("a", "args: ['--input=abfss://docs@acc.dfs.core.windows.net/x']"))

    assert {t for _, t in edges(graph, "reads")} == {"data-store/bucket/azure/acc/docs"}


def test_a_claim_that_several_use_is_shared() -> None:
    def user(name: str, more: str = "") -> str:
        return deployment(
            name,
            f"volumeMounts: [{{name: d, mountPath: /d{more}}}]",
            spec="volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]",
        )

    graph = draw(user("a"), user("b", ", readOnly: true"))
    facts = one(graph, "PersistentVolumeClaim/data").facts

    assert (facts["sharing"], facts["used-by"]) == ("shared", "2")
    assert pairs(graph, "writes") == {("Deployment/a", "PersistentVolumeClaim/data")}


def test_an_operator_s_database() -> None:
    text = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\nspec: {instances: 3}\n"
    graph = draw(text, client("a", "postgresql://u:p@main-rw:5432/app"))

    assert {t for _, t in edges(graph, "calls")} == {"service/-/Cluster/main"}
    assert {t for _, t in edges(graph, "reads")} == {"data-store/-/postgresql/main/app"}


def test_exporters_and_consoles_are_no_stores() -> None:
    graph = draw(deployment("a", image="oliver006/redis_exporter:v1"), deployment("b", image="dpage/pgadmin4:8"))

    assert edges(graph, "serves") == {}


def test_a_source_of_events_only_reads() -> None:
    text = """
apiVersion: sources.knative.dev/v1
kind: KafkaSource
metadata: {name: source}
spec:
  bootstrapServers: ['kafka-bootstrap.streams.svc:9092']
  topics: [t]
  sink: {ref: {apiVersion: v1, kind: Service, name: sink}}
"""
    graph = draw(text)

    assert edges(graph, "reads")
    assert edges(graph, "writes") == {}


def test_an_artifact_goes_one_way() -> None:
    def step(way: str) -> str:
        return f"""
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: w}}
spec:
  entrypoint: s
  templates:
    - name: s
      container: {{image: busybox}}
      {way}: {{artifacts: [{{name: a, path: /a, plugin: {{name: p, configuration: "bucket: b\\nendpoint: minio:9000"}}}}]}}
"""

    written, read = draw(step("outputs")), draw(step("inputs"))

    assert (bool(edges(written, "reads")), bool(edges(written, "writes"))) == (False, True)
    assert (bool(edges(read, "reads")), bool(edges(read, "writes"))) == (True, False)
