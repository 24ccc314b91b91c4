"""Addresses in texts, and what only looks like one."""

from __future__ import annotations

import time

import pytest

from hullmark.graph.components.addresses import Address, alone, bare, holds_hosts, its_own, never_called, urls


def seen(found: list[Address]) -> list[tuple[str, str, str]]:
    return [(a.scheme, a.host, a.port) for a in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://model:8000/v1", [("http", "model", "8000")]),
        ("HTTPS://Api.OpenAI.com", [("https", "api.openai.com", "")]),
        ("postgresql+psycopg://u:p@db.data.svc.cluster.local.:5432/app", [("postgresql+psycopg", "db.data.svc.cluster.local", "5432")]),
        ("jdbc:postgresql://db:5432/app", [("postgresql", "db", "5432")]),
        ("http://a:1/v1;https://b,http://c:2", [("http", "a", "1"), ("https", "b", ""), ("http", "c", "2")]),
        ("mongodb://a:1,b:2/x", [("mongodb", "a", "1"), ("mongodb", "b", "2")]),
        ("http://[fd00::1]:8080/x", [("http", "fd00::1", "8080")]),
        ("see (http://a/b), then http://c.", [("http", "a", ""), ("http", "c", "")]),
        ('curl -s "http://a:1/x" | sh', [("http", "a", "1")]),
        ("redis://:secret@cache:6379/0", [("redis", "cache", "6379")]),
        ("s3://bucket/path", [("s3", "bucket", "")]),
        ("file:///etc/x sqlite:///data.db", []),
        ("not a url", []),
        ("http://", []),
        ("://host", []),
    ],
)  # fmt: skip
def test_urls(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert seen(list(urls(text))) == expected


@pytest.mark.parametrize(
    "text", ["http://${HOST}/v1", "http://{{ .host }}/x", "http://model-$ENV", "http://a.{$domain}/x"]
)
def test_a_host_that_is_not_fully_written_says_so(text: str) -> None:
    assert all(a.open for a in urls(text))


def test_user_and_password_are_never_shown() -> None:
    [found] = urls("postgresql://admin:hunter2@db:5432/app?sslmode=require")

    assert "hunter2" not in repr(found)
    assert "admin" not in repr(found)
    assert found.shown == "postgresql://***@db:5432/app?sslmode=require"
    assert found.database == "app"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis:6379", [("", "redis", "6379")]),
        ("kafka-0.kafka:9092,kafka-1.kafka:9092", [("", "kafka-0.kafka", "9092"), ("", "kafka-1.kafka", "9092")]),
        ("web.front.svc", [("", "web.front.svc", "")]),
        ("web.front.svc.cluster.local:http", [("", "web.front.svc.cluster.local", "http")]),
        ("$(REDIS_CACHE_SERVICE_HOST):6379", [("", "redis-cache", "")]),
        ("12:30:45", []),
        ("registry.example/app:16", []),
        ("sha256:0123456789", []),
        ("user@host:22", []),
        ("a=b", []),
    ],
)
def test_hosts_without_a_scheme(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert seen(list(bare(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis", [("", "redis", "")]),
        ("a:9092, b:9092", [("", "a", "9092"), ("", "b", "9092")]),
        ("10.0.0.7", [("", "10.0.0.7", "")]),
        ("8080", []),
        ("two words", []),
        ("x" * 3000, []),
    ],
)
def test_values_that_are_hosts(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert seen(list(alone(text))) == expected


@pytest.mark.parametrize(
    "name", ["OPENAI_API_BASE_URL", "--qdrant-url", "redisAddress", "DB_HOST", "bootstrapServers", "upstream"]
)
def test_names_of_addresses(name: str) -> None:
    assert holds_hosts(name)


@pytest.mark.parametrize(
    "name", ["NO_PROXY", "CORS_ALLOW_ORIGINS", "OAUTH_REDIRECT_URI", "image", "$schema", "ALLOWED_HOSTS"]
)
def test_names_of_what_is_never_called(name: str) -> None:
    assert never_called(name)
    assert not holds_hosts(name)


@pytest.mark.parametrize(
    "name", ["WEBUI_URL", "--host", "EXTERNAL_URL", "KAFKA_ADVERTISED_LISTENERS", "PUBLIC_BASE_URL", "BIND_ADDRESS"]
)
def test_names_of_where_a_program_itself_is_found(name: str) -> None:
    assert its_own(name)
    assert not holds_hosts(name)


@pytest.mark.parametrize(
    "text", ["a" * 400_000, "http://" * 60_000, "a." * 200_000, "a:" * 200_000, "@" * 400_000, "http://[" * 50_000]
)
def test_the_work_is_linear_whatever_the_text(text: str) -> None:
    start = time.process_time()
    for find in (urls, bare, alone):
        list(find(text))

    assert time.process_time() - start < 5


def test_a_port_ends_where_a_directive_does() -> None:
    (found,) = urls("location / { proxy_pass http://chroma.k:8000; }")

    assert (found.host, found.port, found.text) == ("chroma.k", "8000", "chroma.k:8000")
