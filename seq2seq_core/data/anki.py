"""Notes exported from Anki as text: lines beginning with # say how the others are to be read.

https://docs.ankiweb.net/importing/text-files.html#file-headers
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

META = re.compile(
    "#(separator|html|columns|deck|notetype|tags|if matches|(?:guid|notetype|deck|tags) column):"
    "([^\r\n]*)[\r\n]*"
)
SEPARATORS = {
    "tab": "\t",
    "comma": ",",
    "semicolon": ";",
    "space": " ",
    "pipe": "|",
    "colon": ":",
}
BREAK = re.compile("<(?:br|/?div|/?p|/?li)[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>|\[sound:[^\[\]]*\]")


@dataclass(frozen=True)
class Notes:
    text: str  # the lines after those with #
    delimiter: str
    html: bool
    aside: frozenset[int]  # columns that belong to Anki, counted from 1

    def sides(self, cells: Sequence[str]) -> list[str]:
        """The first two fields of a note, as plain text."""
        fields = [cell for number, cell in enumerate(cells, 1) if number not in self.aside]
        return [plain(field) if self.html else field for field in fields[:2]]


def plain(field: str) -> str:
    return html.unescape(TAG.sub("", BREAK.sub(" ", field)))


def notes_of(text: str) -> Notes:
    """What the first lines of an export say, and the rest of it."""
    said: dict[str, str] = {}
    text = text.lstrip()
    start = 0
    while match := META.match(text, start):
        said[match[1]] = match[2].strip().lower()
        start = match.end()
    columns = {number for name, number in said.items() if name.endswith(" column")}
    return Notes(
        text[start:],
        SEPARATORS.get(said.get("separator", "tab"), "\t"),
        said.get("html") == "true",
        frozenset(int(number) for number in columns if re.fullmatch("[0-9]{1,2}", number)),
    )
