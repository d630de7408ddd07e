"""Notes exported from Anki as text: lines beginning with # say how the others are to be read.

https://docs.ankiweb.net/importing/text-files.html#file-headers
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

FILE_HEADER = re.compile(
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
BREAK_TAG = re.compile("<(?:br|/?div|/?p|/?li)[^<>]*>", re.IGNORECASE)
MARKUP = re.compile(r"<[^<>]*>|\[sound:[^\[\]]*\]")


def strip_html(field: str) -> str:
    """The text of a field; sounds are left out like tags."""
    return html.unescape(MARKUP.sub("", BREAK_TAG.sub(" ", field)))


@dataclass(frozen=True)
class AnkiExport:
    text: str  # the lines after those with #
    delimiter: str
    has_html: bool
    metadata_columns: frozenset[int]  # columns that belong to Anki, counted from 1

    def sentence_fields(self, cells: Sequence[str]) -> list[str]:
        """The first two fields of a note, as plain text."""
        fields = [cell for i, cell in enumerate(cells, 1) if i not in self.metadata_columns]
        return [strip_html(field) if self.has_html else field for field in fields[:2]]


def parse_export(text: str) -> AnkiExport:
    """What the first lines of an export say, and the rest of it."""
    headers: dict[str, str] = {}
    text, start = text.lstrip(), 0
    while match := FILE_HEADER.match(text, start):
        headers[match[1]] = match[2].strip().lower()
        start = match.end()
    columns = {number for name, number in headers.items() if name.endswith(" column")}
    return AnkiExport(
        text[start:],
        SEPARATORS.get(headers.get("separator", "tab"), "\t"),
        headers.get("html") == "true",
        frozenset(int(number) for number in columns if re.fullmatch("[0-9]{1,2}", number)),
    )
