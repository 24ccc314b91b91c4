"""What is wrong with a text, said to a person: a `Problem` with its place and what to do about it."""

from __future__ import annotations

import re

from hullmark.text.regex import regex
from hullmark.text.source import MAX_SIZE, Place, Problem, Source, Span
from hullmark.text.tree import MAX_DEPTH

_UNREADABLE = regex("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML's reader refuses: control characters, and the lone surrogates that stand for broken bytes."""

_LINE_END = regex(r"[\r\n]|$")

_EXPLAINED = {
    "mapping values are not allowed in this context": (
        "a ':' makes a mapping where none can be",
        "put the value in quotes, or correct the indentation",
    ),
    "did not find expected key": ("a key was expected here", "correct the indentation of this line"),
    "did not find expected '-' indicator": ("a list item was expected here", "correct the indentation of this line"),
    "did not find expected node content": ("a value is missing here", "remove the extra punctuation, or add the value"),
    "did not find expected ',' or '}'": ("the '{' before this is not closed", "add a ',' or a '}'"),
    "did not find expected ',' or ']'": ("the '[' before this is not closed", "add a ',' or a ']'"),
    "could not find expected ':'": (
        "a ':' was expected after a key before this",
        "add the ':', or correct the indentation",
    ),
    "found unexpected end of stream": ("this quote is never closed", "close the quote"),
    "found unexpected document indicator": ("this quote is never closed", "close the quote"),
    "found unknown escape character": (
        "this escape does not exist in YAML",
        "use single quotes, or double the backslash",
    ),
    "found invalid Unicode character escape code": (
        "this escape is not a character",
        "write the character itself: YAML has no surrogate pairs",
    ),
    "did not find expected hexdecimal number": ("an escape needs hexadecimal digits here", "complete the escape"),
    "block sequence entries are not allowed in this context": (
        "a list cannot start on this line",
        "start the list on a line of its own, or put the '-' in quotes",
    ),
    "block mapping keys are not allowed in this context": ("a mapping cannot start on this line", ""),
    "did not find expected <document start>": (
        "a directive is not followed by its document",
        "remove the '%' line, which Kubernetes does not read",
    ),
    "did not find expected alphabetic or numeric character": (
        "an anchor or alias has no name",
        "put the value in quotes",
    ),
    "found a tab character where an indentation space is expected": (
        "a tab cannot indent here",
        "indent with spaces",
    ),
    "found unexpected ':'": ("a ':' ends this value inside brackets", "put the value in quotes"),
    "found undefined tag handle": ("this tag has no definition", "remove the tag, or put the value in quotes"),
}


class Refused(Exception):  # noqa: N818 (it names what happened, as StopIteration does)
    """A document that Kubernetes would not accept; offsets count from the start of its chunk."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.start, self.end, self.hint = start, end, hint

    def problem(self, source: Source, base: int) -> Problem:
        """The refusal as a problem; ``base`` is where the chunk starts."""
        return Problem(str(self), Place(source, Span(base + self.start, base + self.end)), self.hint)


def too_large(source: Source) -> Problem:
    """A text beyond the limit of the reader."""
    message = f"longer than {MAX_SIZE >> 20} million characters"
    return Problem(message, Place(source, Span(0, 0)), "split the file, or leave it out")


def too_deep(start: int) -> Refused:
    """Nesting beyond the limit of the reader."""
    return Refused(f"nested deeper than {MAX_DEPTH} levels", start, start + 1, "flatten the document, or leave it out")


def separator(found: re.Match[str]) -> Refused:
    """A line that starts with ``---`` and goes on, which apimachinery refuses; group 1 is the rest."""
    rest = found[1].rstrip()
    message = f"'{rest[:40]}' follows '---' on its line"
    return Refused(message, found.start(1), found.start(1) + len(rest), "start the document on the next line")


def unreadable(chunk: str) -> Refused:
    """Why a chunk is not even text to YAML's reader."""
    found = _UNREADABLE.search(chunk)
    if found is None:
        return Refused("not readable as text", 0, 0)
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        return Refused(f"byte 0x{code - 0xDC00:02x} is not UTF-8", *found.span(), "save the file as UTF-8")
    return Refused(
        f"control character U+{code:04X} is not allowed",
        *found.span(),
        "remove it, or write it as an escape in double quotes",
    )


def grammar(chunk: str, problem: str, context: str, at: int, opening: int) -> Refused:
    """Why a chunk does not follow YAML's grammar, from libyaml's words and the offsets it names.

    ``opening`` is where the construct starts that libyaml was in.
    """
    if problem.startswith("exceeded maximum nesting depth"):
        return too_deep(min(at, len(chunk)))  # libyaml has a limit of its own since 0.2.6, the same as ours
    if context == "while scanning a quoted scalar" and problem.startswith("found unexpected"):
        at = opening
    at = min(at, len(chunk))
    ending = _LINE_END.search(chunk, at)
    begin = chunk.rfind("\n", 0, at) + 1
    if (placeholder := chunk.find("{{", begin, ending.start() if ending else at)) >= 0:
        return template(placeholder, placeholder + 2)
    end = min(at + 1, len(chunk))
    if problem in ("found character that cannot start any token", "found a tab character that violates indentation"):
        return _token(chunk[at:end], at, end)
    if problem == "did not find expected key" and "flow" in context:
        problem = "did not find expected ',' or '}'"
    message, hint = _EXPLAINED.get(problem, (problem, "put the value in quotes, or correct the line"))
    return Refused(message, at, end, hint)


def template(start: int, end: int) -> Refused:
    """A placeholder of a template, which is no value before the template is rendered."""
    return Refused(
        "'{{' starts a template placeholder, not a value", start, end, "render the template first and check the result"
    )


def _token(character: str, at: int, end: int) -> Refused:
    if character == "\t":
        return Refused("a tab cannot indent or separate here", at, end, "indent with spaces")
    return Refused(f"a value cannot start with '{character}'", at, end, "put the value in quotes")
