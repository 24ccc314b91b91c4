"""How wide text is, without a font at hand: widths of Helvetica, which the fonts in use are close to.

The figures are the advance widths of Adobe's metrics for Helvetica, in thousandths of the font size
(https://github.com/adobe-type-tools/font-tech-notes, AFM files of the core 14 fonts).
"""

from __future__ import annotations

_WIDTHS = {
    " ": 278, "!": 278, '"': 355, "#": 556, "$": 556, "%": 889, "&": 667, "'": 191, "(": 333, ")": 333, "*": 389,
    "+": 584, ",": 278, "-": 333, ".": 278, "/": 278, ":": 278, ";": 278, "<": 584, "=": 584, ">": 584, "?": 556,
    "@": 1015, "[": 278, "\\": 278, "]": 278, "_": 556, "f": 278, "i": 222, "j": 222, "k": 500, "l": 222, "m": 833,
    "r": 333, "s": 500, "t": 278, "v": 500, "w": 722, "x": 500, "y": 500, "z": 500, "c": 500, "A": 667, "B": 667,
    "C": 722, "D": 722, "E": 667, "F": 611, "G": 778, "H": 722, "I": 278, "J": 500, "K": 667, "L": 556, "M": 833,
    "N": 722, "O": 778, "P": 667, "Q": 778, "R": 722, "S": 667, "T": 611, "U": 722, "V": 667, "W": 944, "X": 667,
    "Y": 667, "Z": 611, "…": 1000, "·": 278,
}  # fmt: skip
_USUAL, _WIDE = 556, 1000
_INTER = 1.04
"""Inter is a little wider; what is measured too wide is clipped too early, which harms less than text that runs over."""

BOLD = 1.14
"""How much wider bold text is."""


def width(text: str, size: float, factor: float = 1.0) -> float:
    """The width of a text in the unit of ``size``."""
    units = sum(_WIDTHS.get(c, _WIDE if ord(c) > 0x2E80 else _USUAL) for c in text)
    return units * size * factor * _INTER / 1000


def clipped(text: str, room: float, size: float, factor: float = 1.0) -> str:
    """The text, or as much of it as fits with an ellipsis; of long names the end tells most, so the middle goes."""
    if width(text, size, factor) <= room:
        return text
    keep = len(text)
    while keep > 2:
        keep -= 1
        head, tail = (keep + 1) // 2, keep // 2
        short = f"{text[:head]}…{text[-tail:]}"
        if width(short, size, factor) <= room:
            return short
    return "…"
