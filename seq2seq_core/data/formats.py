"""Corpora from files and into files: tab- or comma-separated, JSON, exported sentence pairs.

Nothing is ever unpacked or executed, and the encoding of a text is never guessed: where it is not
UTF-8, GB18030, the other one that Chinese texts come in, is offered for the learner to choose.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from seq2seq_core.data import anki
from seq2seq_core.data.corpus import HEADER, LINK_PATTERN, Row
from seq2seq_core.data.tokenizers import CJK
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS

ENCODINGS = ("utf-8", "gb18030")
FORMATS = ("tsv", "csv", "json")
MAGIC_BYTES = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
MAX_COLUMNS = 50  # a table of sentence pairs has two or three
MAX_ROWS = 100_000  # a longer table is refused before it is parsed: that would take seconds
HEADERS = {HEADER, ("zh", "en"), ("chinese", "english"), ("源", "目标"), ("中文", "英文")}
ALIGNMENT_COLUMN = "alignment"
LINE_END = re.compile("\r\n|[\n\r]")
# a spreadsheet runs a cell that begins like this; the sign ' in front makes it text again
FORMULA = re.compile(r"'*[=+\-@]")
ESCAPED_FORMULA = re.compile(r"'+[=+\-@]")


class TsvDialect(csv.Dialect):
    """Plain lines: a quotation mark is a character like any other."""

    delimiter, quoting, lineterminator, quotechar = "\t", csv.QUOTE_NONE, "\n", None


class CsvDialect(csv.Dialect):
    """As spreadsheets write it."""

    delimiter, quoting, lineterminator, quotechar = ",", csv.QUOTE_ALL, "\n", '"'
    doublequote = strict = True


def check_not_packed(data: bytes) -> None:
    for magic, name in MAGIC_BYTES.items():
        if data.startswith(magic):
            raise CorpusError("packed", kind=name)


def decode_text(data: bytes, encoding: str) -> str:
    """Raises UnicodeDecodeError, or CorpusError with code not_text."""
    text = data.decode(encoding)
    if "\0" in text:
        raise CorpusError("not_text")
    return text.removeprefix("\ufeff")


def is_decodable(data: bytes, encoding: str) -> bool:
    try:
        decode_text(data, encoding)
    except (UnicodeDecodeError, CorpusError):
        return False
    return True


def decode_upload(data: bytes, encoding: str = "utf-8") -> str:
    """The text of an uploaded file. A byte order mark is taken off.

    Raises CorpusError with code too_large, packed, not_text or offer_gb18030.
    """
    if len(data) > LIMITS.upload_bytes:
        raise CorpusError("too_large", limit=LIMITS.upload_bytes // 2**20)
    check_not_packed(data)
    try:
        return decode_text(data, encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and is_decodable(data, "gb18030"):
            raise CorpusError("offer_gb18030") from None
        raise CorpusError("not_text") from error


def first_line(text: str) -> str:
    """The first line that is not blank."""
    text_start = len(text) - len(text.lstrip())
    line_start = max(text.rfind("\n", 0, text_start), text.rfind("\r", 0, text_start)) + 1
    return LINE_END.split(text[line_start:], maxsplit=1)[0]


def check_row_count(row_count: int) -> None:
    if row_count > max(MAX_ROWS, LIMITS.cli_pairs):
        raise CorpusError("too_many_pairs", count=row_count, limit=LIMITS.cli_pairs)


def split_lines(text: str) -> list[str]:
    """The lines, ended by \\n, \\r or both: str.splitlines knows eight signs more, and a file of
    nothing but those is no table. Raises CorpusError with code too_many_pairs before it splits."""
    check_row_count(text.count("\n") + text.count("\r") - text.count("\r\n"))
    return LINE_END.split(text)


def detect_format(text: str, file_name: str) -> str:
    """The format json or anki, or the delimiter of a table."""
    suffix, opening_line = file_name.lower().rpartition(".")[2], first_line(text)
    if anki.FILE_HEADER.match(opening_line):
        return "anki"
    if suffix == "json" or (suffix not in FORMATS and opening_line.lstrip()[:1] in ("[", "{")):
        return "json"
    if suffix == "tsv" or "\t" in opening_line:
        return "\t"
    if suffix == "csv":  # spreadsheets write semicolons where numbers have a decimal comma
        lines = [line for line in split_lines(text) if line.strip()]
        if all(";" in line for line in lines) and not all("," in line for line in lines):
            return ";"
    return "," if "," in opening_line else "\t"


def unescape_formula(cell: str) -> str:
    return cell[1:] if ESCAPED_FORMULA.match(cell) else cell


def parse_table(text: str, delimiter: str, dialect: type[csv.Dialect]) -> list[list[str]]:
    """Raises CorpusError, code too_many_pairs, too_many_columns, field_too_long or bad_quotes."""
    lines = io.StringIO("\n".join(split_lines(text)), newline="")
    table: list[list[str]] = []
    try:
        for number, cells in enumerate(csv.reader(lines, dialect, delimiter=delimiter), 1):
            if len(cells) > MAX_COLUMNS:
                raise CorpusError("too_many_columns", row=number, count=len(cells))
            table.append([unescape_formula(cell) for cell in cells])
    except csv.Error as error:
        row = len(table) + 1
        if "field limit" in str(error):  # 131,072 characters
            raise CorpusError("field_too_long", row=row, limit=LIMITS.characters) from None
        raise CorpusError("bad_quotes", row=row) from None
    return table


def reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise CorpusError("json_key_twice", key=key[:20].encode(errors="replace").decode())
    return entry


def reject_number(_digits: str) -> None:
    raise CorpusError("json_shape")


def parse_json(text: str) -> list[list[str]]:
    """Pairs as lists, or as objects with source and target (zh and en).

    Raises CorpusError with code json_broken, json_too_deep, json_key_twice or json_shape.
    """
    try:
        entries = json.loads(
            text,
            object_pairs_hook=reject_duplicate_keys,
            parse_constant=reject_number,
            parse_int=reject_number,
        )
    except RecursionError:
        raise CorpusError("json_too_deep") from None
    except json.JSONDecodeError as error:
        raise CorpusError("json_broken", line=error.lineno) from None
    if not isinstance(entries, list):
        raise CorpusError("json_shape")
    check_row_count(len(entries))
    table: list[list[str]] = []
    if any(isinstance(entry, dict) for entry in entries):
        table.append([*HEADER, ALIGNMENT_COLUMN])
    for entry in entries:
        if isinstance(entry, dict):
            entry = [
                entry.get("source", entry.get("zh")),
                entry.get("target", entry.get("en")),
                entry.get(ALIGNMENT_COLUMN, ""),
            ]
        if not isinstance(entry, list) or not all(isinstance(cell, str) for cell in entry):
            raise CorpusError("json_shape")
        table.append(entry)
    return table


def is_tatoeba_row(cells: Sequence[str]) -> bool:
    """Whether this is a line of Tatoeba's own pairs: number, sentence, number, sentence."""
    return len(cells) == 4 and cells[0].isdecimal() and cells[2].isdecimal()


def build_row(cells: Sequence[str], has_alignment: bool) -> Row:
    """Source, target and alignment.

    Where no header says that the third cell is an alignment it counts as one only if it looks like
    one: exported sentence pairs carry their licence there.
    """
    source, target, third_cell, *_ = [*cells, "", "", ""]
    links = third_cell.split()
    is_alignment = has_alignment or (bool(links) and all(map(LINK_PATTERN.fullmatch, links)))
    return Row(source, target, third_cell if is_alignment else "")


def parse_rows(text: str, file_name: str) -> list[Row]:
    """The rows of a text in the format that its file name and its first line say.

    Raises CorpusError with code no_rows, what parse_table and parse_json raise, or too_many_pairs
    far over every limit: build_corpus and the store know the exact ones.
    """
    file_format = detect_format(text, file_name)
    if file_format == "json":
        table = parse_json(text)
    elif file_format == "anki":
        export = anki.parse_export(text)
        notes = parse_table(export.text, export.delimiter, CsvDialect)
        table = [export.sentence_fields(cells) for cells in notes]
    else:
        table = parse_table(text, file_format, TsvDialect if file_format == "\t" else CsvDialect)
    table = [cells for cells in table if any(cell.strip() for cell in cells)]  # no blank lines
    if all(is_tatoeba_row(cells) for cells in table):
        table = [[cells[1], cells[3]] for cells in table]
    header = [cell.strip().lower() for cell in table[0]] if table else []
    if tuple(header[:2]) in HEADERS:
        table = table[1:]
    if not table:
        raise CorpusError("no_rows")
    return [build_row(cells, header[2:3] == [ALIGNMENT_COLUMN]) for cells in table]


def read_file(path: Path) -> list[Row]:
    """The rows of a UTF-8 file on this computer, of any size and in any format of parse_rows.

    Raises CorpusError with code cannot_read, not_utf8, or in_file around what parse_rows raises.
    """
    try:
        data = path.read_bytes()
        check_not_packed(data)
        return parse_rows(decode_text(data, "utf-8"), path.name)
    except OSError as error:
        raise CorpusError("cannot_read", path=path, reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise CorpusError("not_utf8", path=path, position=error.start) from None
    except CorpusError as error:
        raise CorpusError("in_file", path=path, problem=error) from None


@cache
def load_opencc() -> Callable[[str], str]:
    from opencc import OpenCC  # only here: its dictionaries take a moment to load

    return OpenCC("t2s").convert


def to_simplified(text: str) -> str:
    """The text in simplified characters where it holds Chinese ones, by OpenCC's dictionaries."""
    return load_opencc()(text) if CJK.search(text) else text


def to_simplified_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows in simplified characters, the script of the lesson."""
    return [Row(to_simplified(r.source), to_simplified(r.target), r.alignment) for r in rows]


def has_traditional(rows: Sequence[Row]) -> bool:
    """Whether any row holds traditional characters."""
    return to_simplified_rows(rows) != list(rows)


def escape_formula(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def dump_rows(rows: Iterable[Row], file_format: str) -> bytes:
    """The rows as a file in one of FORMATS; parse_rows reads them back exactly.

    In the two table formats a cell that a spreadsheet would run as a formula gets a ' in front.
    """
    if file_format == "json":
        pairs = [
            {"source": r.source, "target": r.target, ALIGNMENT_COLUMN: r.alignment} for r in rows
        ]
        return (json.dumps(pairs, ensure_ascii=False, indent=1) + "\n").encode()
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, CsvDialect if file_format == "csv" else TsvDialect)
    writer.writerow([*HEADER, ALIGNMENT_COLUMN])
    for row in rows:
        writer.writerow(map(escape_formula, (row.source, row.target, row.alignment)))
    # spreadsheets take a CSV for UTF-8 only where it says so
    return (("\ufeff" if file_format == "csv" else "") + lines.getvalue()).encode()
