"""What a credential looks like: names that ask for one, values that are one, and the many that only look like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from hullmark.model.terms import Confidence, Severity
from hullmark.model.truth import is_placeholder
from hullmark.text.regex import regex
from hullmark.text.source import Place
from hullmark.text.tree import Node


class Credential(NamedTuple):
    """A credential in a text.

    ``kind`` is *token* (has an issuer's shape, or looks random), *literal* (a weak value where a credential
    belongs) or *slot* (a placeholder: the value arrives as plain text later). ``text`` is the credential itself
    and never shown.
    """

    kind: Literal["token", "literal", "slot"]
    text: str
    issuer: str = ""

    @property
    def severity(self) -> Severity:
        """How bad it is to have it in the open."""
        return {"token": Severity.CRITICAL, "literal": Severity.HIGH, "slot": Severity.MEDIUM}[self.kind]

    @property
    def confidence(self) -> Confidence:
        """Issuers' shapes are sure; names and randomness are good signs."""
        return Confidence.HIGH if self.issuer else Confidence.MEDIUM

    @property
    def noun(self) -> str:
        """What to call it."""
        if self.issuer:
            return f"{'an' if self.issuer[0] in 'AaEIiOo' else 'a'} {self.issuer}"
        return {"token": "a random-looking credential", "literal": "a literal credential"}.get(
            self.kind, "a placeholder"
        )


_ISSUERS = (
    ("Hugging Face token", "hf_", r"[A-Za-z0-9]{30,}"),
    ("NVIDIA API key", "nvapi-", r"[\w-]{40,}"),
    ("Anthropic API key", "sk-ant-", r"[\w-]{20,}"),
    ("Langfuse secret key", "sk-lf-", r"[\w-]{32,}"),
    ("OpenRouter API key", "sk-or-v1-", r"[\w-]{32,}"),
    ("OpenAI API key", "sk-", r"(?!lf-|or-v1-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    ("Groq API key", "gsk_", r"[A-Za-z0-9]{40,}"),
    ("Replicate token", "r8_", r"[A-Za-z0-9]{37}"),
    ("Pinecone API key", "pcsk_", r"\w{40,}"),
    ("LangSmith API key", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("Google API key", "AIza", r"[\w-]{35}"),
    *(("AWS access key", start, r"[A-Z0-9]{16}") for start in ("AKIA", "ASIA")),
    ("Azure storage key", "AccountKey=", r"[A-Za-z0-9+/]{40,}={0,2}"),
    *(("GitHub token", f"gh{kind}_", r"[A-Za-z0-9]{36,}") for kind in "pousr"),
    ("GitHub fine-grained token", "github_pat_", r"\w{50,}"),
    ("GitLab token", "glpat-", r"[\w-]{20,}"),
    *(("Slack token", f"xox{kind}-", r"[\w-]{10,}") for kind in "abprs"),
    ("JSON Web Token", "eyJ", r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    ("private key", "-----BEGIN ", r"(?:[A-Z]+ )*PRIVATE KEY-----"),
)
"""Issuers, what their tokens begin with and the shape of the rest, as the issuers document them."""

_SHAPES = tuple((issuer, start, regex(rf"{start}(?<![A-Za-z0-9]{start}){rest}")) for issuer, start, rest in _ISSUERS)
"""The look-behind stands after the literal start, which ``re`` can then skip to: every text of a scan is searched."""

_VARIED = 12
"""How many different characters a token has at least."""

_WORDS = regex(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_SECRETIVE = regex(
    r"(?:^|_)(?:token|secret|[a-z0-9]*(?:password|passwd|passphrase)|pwd|pass|requirepass|sshpass|rediscli_auth|pat|credentials?|secret_key_base"
    r"|apikey|accesskey|secretkey|(?:api|access|secret|private|master|encryption|signing|account|shared|auth|salt)_key)"
    r"(?:_\d+)?$"
)
_MODEL_TOKEN = regex(
    r"(?:^|_)(?:pad|eos|bos|unk|sep|cls|mask|stop|start|end|begin|special|image|video|audio|think|max|min|num|per|new|next"
    r"|prompt|input|output|first|prefix|suffix|initial_cluster)_token$|^token$|(?:^|_)(?:allow_empty|random(?:_root)?)_password$"
)
"""Names of the tokens that language models read and write, of etcd's name for a cluster, and of switches of database images;
a bare ``token`` says nothing by itself."""

_NOTHING = regex(
    r"(?:dummy|fake|mock|unused|ignored?|empty|none|null|nil|n/?a|[01]|true|false|yes|no|on|off|auto|-+|_|x"
    r"|no[-_]?(?:key|token|auth|api[-_]?key|password)|not[-_]?(?:needed|required|used|set|real)"
    r"|sk-(?:no[-_]?key|none|dummy|fake|not[-_]?needed)|ollama|lm-studio)(?:[-_.](?:key|token|required|needed|api-key|secret|value))*",
    re.IGNORECASE,
)
_SLOT = regex(
    r"your|insert|replace|change[-_ ]?(?:me|this|it)|todo|fixme|fill[-_ ]?(?:me|in)|example|placeholder|redacted"
    r"|nvapi-nvkey|x{4,}|\*{3,}|\.{3}|^<.*>$|^my[-_](?:\w+[-_])?(?:token|key|secret|password)$",
    re.IGNORECASE,
)
_ELSEWHERE = regex(
    r"\$\([A-Za-z_]\w*\)$|(?:\.{0,2}/|~/)[\w.@/-]*$|[a-z]:\\|os\.environ/|vault:|ref\+|secretref|arn:aws:|projects/[^/]+/secrets/"
    r"|[a-z][a-z0-9+.-]*://|(?:env|file|ssm|kms|secret|secrets|awssm|gcpsm|akv):|ENC\[|\$ANSIBLE_VAULT|sha\d+:"
    r"|\$?argon2|\$(?:2[aby]|apr1|[156y]|scrypt|pbkdf2[\w-]*)\$|(?:pbkdf2|scrypt)[:_$]"
    r"|\{(?:SSHA|CRYPT)\}|@",
    re.IGNORECASE,
)
"""Values that say where the credential is, or are encrypted or hashed."""

_NUMBER = regex(r"-?[\d._]+")
_OBJECT_NAME = regex(r"[a-z0-9.]+(?:-[a-z0-9.]+)*-?(?:secret|secrets|credential|credentials|creds|token|key|tls|auth)")
_DSN = regex(r"[a-z][a-z0-9+.-]{0,31}://[^\s:/@'\"]*:([^\s@/'\"]+)@")


def tokens(text: str) -> Iterator[Credential]:
    """Credentials that their issuer's shape gives away, anywhere in a text; documentation's examples are left out."""
    for issuer, start, shape in _SHAPES if len(text) >= _VARIED else ():
        if start in text:
            for match in shape.finditer(text):
                if len(set(match[0])) >= _VARIED and not _SLOT.search(match[0]):
                    yield Credential("token", match[0], issuer)
                    break


def secretive(name: str) -> bool:
    """Whether a name asks for a credential: it ends in a word for one (``HF_TOKEN``, not ``TOKEN_FILE``)."""
    return _known(name) if len(name) < _LONG else _asks(name)


def _asks(name: str) -> bool:
    flat = "_".join(_WORDS.findall(name)).lower()
    return _SECRETIVE.search(flat) is not None and _MODEL_TOKEN.search(flat) is None


_known = lru_cache(maxsize=1024)(_asks)
"""Names repeat from workload to workload: they are those of programs."""

_LONG = 100
"""Characters from which on a name is not kept."""


def credential(name: str, value: str) -> Credential | None:
    """The credential that a named value is or contains, if any."""
    for token in tokens(value):
        return token
    for match in _DSN.finditer(value) if "://" in value else ():
        return _graded(match[1])
    if not secretive(name):
        return None
    lower = name.lower()
    if lower.endswith(("token", "key")) and _NUMBER.fullmatch(value):
        return None
    found = _graded(value, reference=lower.endswith(("secret", "credentials", "credential")))
    half_public = lower.endswith(("access_key", "accesskey", "access-key")) and "secret" not in lower
    return None if half_public and found is not None and found.kind == "literal" else found


def settled(value: str) -> bool:
    """Whether a value said to be a credential is one: not empty, a placeholder, encrypted, or a word for nothing."""
    found = _graded(value.strip().replace("\n", "").replace(" ", "_"))
    return found is not None and found.kind != "slot"


def _graded(value: str, *, reference: bool = False) -> Credential | None:
    """The credential a value is, with its kind; ``reference`` allows for the name of a Secret object."""
    value = value.strip().strip("'\"")
    if not value or _ELSEWHERE.match(value) or _NOTHING.fullmatch(value):
        return None
    if is_placeholder(value) or value[0] == "$" or (len(value) < 80 and _SLOT.search(value)):
        return None if value.startswith("$(") else Credential("slot", value)
    if " " in value or "\n" in value or (reference and _OBJECT_NAME.fullmatch(value)):
        return None
    return Credential("token" if _random(value) else "literal", value)


def _random(value: str) -> bool:
    """Whether a value looks made by a generator: long, of letters and digits, with little repetition."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return mixed and len(value) >= 16 and len(set(value)) >= 10 and value.count("-") < 3


def spot(node: Node, text: str) -> Place:
    """Where a credential stands in a value: its own characters where they are written out, else the value."""
    if node.doc.margin is None:
        start = node.doc.source.text.find(text, node.span.start, node.span.end)
        if start >= 0:
            return node.doc.place(start, start + len(text), node.path)
    return node.at()
