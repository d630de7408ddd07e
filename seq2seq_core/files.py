"""Corpora from files and into files: tab- or comma-separated, JSON, exported sentence pairs.

Nothing is ever unpacked or executed, and a text that is not UTF-8 is never guessed: the one other
encoding that Chinese texts come in, GB18030, is offered and taken when the reader says so.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from seq2seq_core.corpus import HEADER, LINK, Row
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS

ENCODINGS = ("utf-8", "gb18030")
FORMATS = ("tsv", "csv", "json")
PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
COLUMNS = 50  # a table of sentence pairs has two or three
HEADERS = {HEADER, ("zh", "en"), ("chinese", "english"), ("源", "目标"), ("中文", "英文")}
# a spreadsheet runs what begins like this; the sign ' in front makes it text again
FORMULA = re.compile(r"'*[=+\-@]")
ESCAPED = re.compile(r"'+[=+\-@]")


class Tabs(csv.Dialect):
    """Plain lines: a quotation mark is a character like any other."""

    delimiter, quoting, lineterminator, quotechar = "\t", csv.QUOTE_NONE, "\n", None


class Commas(csv.Dialect):
    """As spreadsheets write it."""

    delimiter, quoting, lineterminator, quotechar = ",", csv.QUOTE_ALL, "\n", '"'
    doublequote = True


def text_of(data: bytes, encoding: str = "utf-8") -> str:
    """The text of a file. A byte order mark is taken off.

    Raises CorpusError with code too_large, packed, not_text, not_utf8 or offer_gb18030.
    """
    if len(data) > LIMITS.upload_bytes:
        raise CorpusError("too_large", limit=LIMITS.upload_bytes // 2**20)
    for magic, name in PACKED.items():
        if data.startswith(magic):
            raise CorpusError("packed", kind=name)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and decodes(data, "gb18030"):
            raise CorpusError("offer_gb18030") from None
        raise CorpusError("not_text") from error
    if "\0" in text:
        raise CorpusError("not_text")
    return text.removeprefix("\ufeff")


def decodes(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def rows_of(text: str, name: str) -> list[Row]:
    """The rows of a text in the format that its file name and its first line say.

    Raises CorpusError with code no_rows, too_many_columns, field_too_long, or a JSON one.
    """
    first = text.lstrip().split("\n", 1)[0]
    if name.lower().endswith(".json") or first[:1] in ("[", "{"):
        cells = cells_of_json(text)
    else:
        cells = cells_of_table(text, "\t" if "\t" in first or "," not in first else ",")
    rows = [row_of(line) for line in cells if any(cell.strip() for cell in line)]
    if rows and (rows[0].source.strip().lower(), rows[0].target.strip().lower()) in HEADERS:
        rows = rows[1:]
    if not rows:
        raise CorpusError("no_rows")
    return rows


def row_of(cells: Sequence[str]) -> Row:
    """Source, target, and links where a third cell holds any: others keep their licence there."""
    source, target, third, *_ = [*cells, "", "", ""]
    links = third.split()
    return Row(source, target, third if links and all(map(LINK.fullmatch, links)) else "")


def cells_of_table(text: str, delimiter: str) -> list[list[str]]:
    """Raises CorpusError with code too_many_columns or field_too_long."""
    lines = io.StringIO("\n".join(text.splitlines()) if delimiter == "\t" else text, newline="")
    reader = csv.reader(lines, Tabs if delimiter == "\t" else Commas)
    table: list[list[str]] = []
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > COLUMNS:
                raise CorpusError("too_many_columns", row=number, count=len(cells))
            table.append([unescape(cell) for cell in cells])
    except csv.Error:  # a field over 131,072 characters
        raise CorpusError("field_too_long", row=len(table) + 1, limit=LIMITS.characters) from None
    return table


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for key in (keys := [key for key, _ in pairs]):
        if keys.count(key) > 1:
            raise CorpusError("json_key_twice", key=key[:20])
    return dict(pairs)


def no_number(name: str) -> None:
    raise CorpusError("json_shape")


def cells_of_json(text: str) -> list[list[str]]:
    """Pairs as lists, or as objects with source and target (zh and en).

    Raises CorpusError with code json_broken, json_too_deep, json_key_twice or json_shape.
    """
    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
    except RecursionError:
        raise CorpusError("json_too_deep") from None
    except json.JSONDecodeError as error:
        raise CorpusError("json_broken", line=error.lineno) from None
    if not isinstance(value, list):
        raise CorpusError("json_shape")
    table: list[list[str]] = []
    for entry in value:
        if isinstance(entry, dict):
            entry = [
                entry.get("source", entry.get("zh")),
                entry.get("target", entry.get("en")),
                entry.get("alignment", ""),
            ]
        if not isinstance(entry, list) or not all(isinstance(cell, str) for cell in entry):
            raise CorpusError("json_shape")
        table.append(entry)
    return table


def escape(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    return cell[1:] if ESCAPED.match(cell) else cell


def written(rows: Iterable[Row], form: str) -> bytes:
    """The rows as a file in one of FORMATS; rows_of reads them back exactly.

    In the two table formats a cell that a spreadsheet would run as a formula gets a ' in front.
    """
    if form == "json":
        pairs = [{"source": r.source, "target": r.target, "alignment": r.alignment} for r in rows]
        return (json.dumps(pairs, ensure_ascii=False, indent=1) + "\n").encode()
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, Commas if form == "csv" else Tabs)
    writer.writerow([*HEADER, "alignment"])
    for row in rows:
        writer.writerow([escape(row.source), escape(row.target), row.alignment])
    # spreadsheets take a CSV for UTF-8 only where it says so
    return (("\ufeff" if form == "csv" else "") + lines.getvalue()).encode()
