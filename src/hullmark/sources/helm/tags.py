"""Which line of a template printed a line of a document.

Every line of a template that prints something is given a tag: a YAML comment of its own before it, or one behind it where it
begins with an action. helm renders the tagged templates too, and the tags come out where their lines went, through
conditions, loops and named templates. Where a document without its tags is not exactly the one that was rendered
without any, its tags say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from hullmark.sources.helm.template import Line, lines

_ENTRY = re.compile(r"""(?:- +)*(?:[\w./-]+|"[^"\n]*"|'[^'\n]*'):(?:\s|\{\{|$)|- """)
"""What an entry of a YAML mapping or list starts with."""

_SEPARATOR = re.compile(r"---|\.\.\.")
_TAG = re.compile(r"#[~=]\d+~")
_ALONE = re.compile(r"[ \t]*#~(\d+)~")
_BEHIND = re.compile(r" #=(\d+)~")


_Note = tuple[list[int], list[int]]
"""The numbers of the tags before a line and behind it."""


class Tag(NamedTuple):
    """A tag: the template and the 1-based line it stands for, and where it goes.

    ``opens`` tells one before a line from one behind it. ``several`` says that its line may print several, ``clean`` that
    nothing untagged is printed between it and the tag before it. ``literal`` is what the line begins with whatever the
    values are.
    """

    template: str
    line: int
    offset: int
    opens: bool = False
    several: bool = True
    clean: bool = True
    indent: str = ""
    literal: str = ""


def tags(template: str, text: str) -> list[Tag]:
    """The tags for a template, in order.

    In a named template there are some only if it holds entries of YAML: what holds a name or a number is used inside lines.
    """
    if _TAG.search(text):
        return []
    found: list[Tag] = []
    clean = True
    for named, group in groupby(lines(text), key=lambda line: line.named):
        inside = list(group)
        if named and not any(_ENTRY.match(text, line.first) for line in inside):
            continue
        for line in inside:
            tag = _tag(template, text, line)
            if tag is None:
                clean = clean and bool(_SEPARATOR.match(text, line.first))
            else:
                found.append(tag._replace(clean=clean))
                clean = True
        clean = clean or bool(named)
    return found


def _tag(template: str, text: str, line: Line) -> Tag | None:
    start, first = line.start, line.first
    if line.action and line.end is not None and not line.trims_right and not line.alternates:
        return Tag(template, line.number, line.end)
    if start is None or (line.action and (line.trims_left or start == first)) or _SEPARATOR.match(text, first):
        return None
    end = text.find("\n", first)
    literal = text[first : end if end >= 0 else len(text)].partition("{{")[0].rstrip()
    return Tag(
        template, line.number, start, opens=True, several=line.prints > 0, indent=text[start:first], literal=literal
    )


def tagged(text: str, found: Iterable[tuple[int, Tag]]) -> str:
    """The text of a template with its tags, each with its number."""
    parts, at = [], 0
    for number, tag in found:
        parts.append(text[at : tag.offset])
        parts.append(f"{tag.indent}#~{number}~\n" if tag.opens else f" #={number}~")
        at = tag.offset
    return "".join((*parts, text[at:]))


def untagged(document: str) -> str:
    """A document without its tags."""
    return "\n".join(line for line, *_ in _lines(document))


def owners(document: str, plain: str, known: Sequence[Tag]) -> list[Tag | None] | None:
    """The tag of each line of a plain document, from the same document with tags.

    None for a line that cannot be told, and None altogether where the two documents differ in more than single lines.
    """
    if _TAG.search(plain):
        return None
    found = list(_lines(document))
    wanted = plain.split("\n")
    if len(found) != len(wanted) or any(_differ(line, other) for (line, *_), other in zip(found, wanted, strict=True)):
        return None
    return list(_owners(wanted, [(opening, behind) for _, opening, behind in found], known))


def _lines(document: str) -> Iterator[tuple[str, list[int], list[int]]]:
    """The lines of a document without its tags, with the numbers of those that stand before and behind each."""
    opening: list[int] = []
    for line in document.split("\n"):
        if alone := _ALONE.fullmatch(line.rstrip("\r")):
            opening.append(int(alone.group(1)))
        else:
            yield _BEHIND.sub("", line), opening, [int(number) for number in _BEHIND.findall(line)]
            opening = []


def _differ(one: str, other: str) -> bool:
    """Whether two lines are not the same line, though perhaps with another value: a checksum sees the tags."""
    return one != other and (one.partition(":")[0] != other.partition(":")[0] or ":" not in one)


def _owners(plain: Sequence[str], notes: Sequence[_Note], known: Sequence[Tag]) -> Iterator[Tag | None]:
    before: Tag | None = None
    for index, (opening, behind) in enumerate(notes):
        if opening:
            before = _tag_of(opening[-1], known)
            yield before if before and plain[index].strip().startswith(before.literal) else None
        else:
            after = _tag_of(behind[0], known) if behind else _next(notes, index, known)
            if after is not None and not after.opens:
                yield after if after.clean else None
            else:
                yield before if before and before.several and (after is None or after.clean) else None
        if behind:
            before = _tag_of(behind[-1], known)


def _next(notes: Sequence[_Note], index: int, known: Sequence[Tag]) -> Tag | None:
    """The first tag after a line."""
    for opening, behind in notes[index + 1 :]:
        if opening or behind:
            return _tag_of((*opening, *behind)[0], known)
    return None


def _tag_of(number: int, known: Sequence[Tag]) -> Tag | None:
    return known[number] if number < len(known) else None
