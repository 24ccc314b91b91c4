"""What counts as a credential: names, shapes and look-alikes."""

from __future__ import annotations

import pytest

from hullmark.model.credentials import credential, secretive, tokens


@pytest.mark.parametrize(
    "name",
    [
        "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "NGC_API_KEY", "OPENAI_API_KEY", "LITELLM_MASTER_KEY", "WEBUI_SECRET_KEY",
        "QDRANT__SERVICE__API_KEY", "AWS_SECRET_ACCESS_KEY", "POSTGRES_PASSWORD", "DB_PASS", "apiKey", "vllmApiKey",
        "hf-token", "requirepass", "JWT_SECRET", "API_KEY_2", "PGPASSWORD", "MONGOPASSWORD", "REDISCLI_AUTH",
    ],
)  # fmt: skip
def test_names_that_ask_for_a_credential(name: str) -> None:
    assert secretive(name)


@pytest.mark.parametrize(
    "name",
    [
        "MAX_TOKENS", "TOKENIZERS_PARALLELISM", "TOKENIZER", "EOS_TOKEN", "PAD_TOKEN", "TOKEN_LIMIT", "SECRET_NAME",
        "HF_TOKEN_FILE", "AWS_ACCESS_KEY_ID", "BYPASS", "COMPASS", "RAY_AUTH_MODE", "key", "token", "PUBLIC_KEYS",
        "initial-cluster-token", "ETCD_INITIAL_CLUSTER_TOKEN", "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
    ],
)  # fmt: skip
def test_names_that_only_sound_alike(name: str) -> None:
    assert not secretive(name)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("X", "nvapi-" + "aB3_" * 4 + "Zy9xWv8uTs7rQp6oNm5lKj4i", "token"),
        ("X", "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6", "token"),
        ("X", "-----BEGIN RSA PRIVATE KEY-----", "token"),
        ("DB_PASSWORD", "123456", "literal"),
        ("DB_PASSWORD", "my-secret", "slot"),
        ("LITELLM_MASTER_KEY", "sk-1234", "literal"),
        ("X", "mongodb://root:example@db", "slot"),
        ("API_KEY", "{{ .Values.key }}", "slot"),
        ("API_KEY", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "slot"),
        ("AZURE_STORAGE_ACCESS_KEY", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq", "token"),
        ("AWS_KEY", "AKIAIOSFODNN7EXAMPLE", None),
        ("API_TOKEN", "4096", None),
        ("USE_PASSWORD", "1", None),
        ("JWT_SECRET", "gateway-jwt-secret", None),
        ("PASSWORD", "$2b$12$abcdefghijklmnopqrstuv", None),
        ("PASSWORD", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub", None),
        ("PASSWORD", "$apr1$x7k2$1nQ7l2gk9h3o4p5q6r7s8", None),
        ("PASSWORD", "pbkdf2:sha256:260000$ab12cd34$0123456789abcdef", None),
        ("ServerApp.password", "'sha1:74ba40f8a388:c913541b7ee99d15d5ed31d4226bf7838f83a50e'", None),
        ("ServerApp.password", "''", None),
        ("API_KEY", '"123456"', "literal"),
        ("TOKEN_URL", "https://login.example/oauth/token", None),
        ("API_TOKEN", "https://login.example/oauth/token", None),
        ("API_KEY", "vault:secret/data/openai#key", None),
        ("X", "hf_" + "a" * 34, None),
    ],
)  # fmt: skip
def test_values(name: str, value: str, kind: str | None) -> None:
    found = credential(name, value)

    assert (found and found.kind) == kind


def test_a_token_is_found_inside_a_text_but_not_inside_a_word() -> None:
    token = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345"

    assert [c.text for c in tokens(f"curl -H 'Authorization: Bearer {token}'")] == [token]
    assert not list(tokens(f"half_done{token}"))


def test_long_texts_take_linear_time() -> None:
    assert not list(tokens("eyJ" * 300_000 + "sk-" * 300_000))


def test_a_long_word_is_no_scheme_and_takes_linear_time() -> None:
    assert credential("X", "a" * 300_000) is None


def test_keys_that_begin_alike_are_told_apart() -> None:
    bodies = {
        "sk-lf-4b7e02c9-51d8-4f3a-9c66-8e1fd7a02b35": "Langfuse secret key",
        "sk-or-v1-" + "0a1b2c3d" * 8: "OpenRouter API key",
    }
    for key, issuer in {**bodies, "sk-proj-" + "aB3dE5gH" * 5: "OpenAI API key"}.items():
        (found,) = tokens(f"key: {key}")
        assert (found.issuer, found.text) == (issuer, key)
