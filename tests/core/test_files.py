"""Files of every kind become rows or one sentence, and what is written is read back exactly."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.corpus import Row, read_rows
from seq2seq_core.errors import MESSAGES, CorpusError
from seq2seq_core.files import FORMATS, rows_of, text_of, written
from seq2seq_core.text import clean

PAIRS = [Row("你好", "hi"), Row("再见", "bye")]


def read(data: bytes, name: str = "corpus.tsv", encoding: str = "utf-8") -> list[Row]:
    return rows_of(text_of(data, encoding), name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("你好\thi\n再见\tbye\n".encode(), "a.tsv"),
        ("\ufeff你好\thi\r\n再见\tbye\r".encode(), "a.txt"),
        ("source,target\n你好,hi\n再见,bye\n".encode(), "a.csv"),
        ('\ufeff"你好","hi"\r\n"再见","bye"\r\n'.encode(), "<img src=x onerror=alert(1)>.csv"),
        ('[["你好", "hi"], ["再见", "bye"]]'.encode(), "a.json"),
        ('[{"zh": "你好", "en": "hi"}, {"source": "再见", "target": "bye"}]'.encode(), "a.txt"),
        ("你好\thi\tCC-BY 2.0 #1\n再见\tbye\tCC-BY 2.0 #2\n".encode(), "anki.txt"),
    ],
)
def test_every_format_is_read(data: bytes, name: str) -> None:
    assert read(data, name) == PAIRS


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"zh\ten\n", "a.tsv", "no_rows"),
        (b"", "a.tsv", "no_rows"),
        ("你好\thello\n".encode("gbk"), "a.tsv", "offer_gb18030"),
        (("a," * 10_000 + "\n").encode(), "a.csv", "too_many_columns"),
        (("a" * 140_000 + ",b\n").encode(), "a.csv", "field_too_long"),
        (b"[" * 100_000, "a.json", "json_too_deep"),
        (b"[[NaN,Infinity]]", "a.json", "json_shape"),
        (b"[[1, 2]]", "a.json", "json_shape"),
        (b'{"a": "b"}', "a.json", "json_shape"),
        (b'[{"zh":"a","zh":"b","en":"c"}]', "a.json", "json_key_twice"),
        (b"[] x", "a.json", "json_broken"),
        (gzip.compress(b"\0" * 1000), "a.tsv", "packed"),
        (b"PK\x03\x04...", "a.csv", "packed"),
        (b"MZ\x90\x00" + b"\0" * 64, "a.csv", "not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.csv", "not_text"),
        (b"a\tb\n" * 2_000_000, "a.tsv", "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_corpus_is_named(data: bytes, name: str, code: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read(data, name)
    assert caught.value.code == code
    assert str(caught.value)


def test_gb18030_is_read_when_the_reader_says_so() -> None:
    assert read("你好\thi\n再见\tbye\n".encode("gb18030"), encoding="gb18030") == PAIRS


def test_a_compressed_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(b"\0" * (100 << 20))
    tracemalloc.start()
    with pytest.raises(CorpusError):
        text_of(bomb)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_too_many_rows_are_refused_with_both_numbers() -> None:
    with pytest.raises(CorpusError, match="2001.*2000"):
        read_rows(read("你 好\thello\n".encode() * 2001), "space")


# what a corpus holds is clean, see text.clean
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(clean)
FORMULAS = st.sampled_from(["=1+1", "+1", "-2+3", "@x", "'=1", "''-1", "'quoted'", "＝1+1"])
ROWS = st.builds(
    Row, (CELL | FORMULAS).filter(bool), CELL | FORMULAS, st.sampled_from(["", "0-0 1?2"])
)


@pytest.mark.parametrize("form", FORMATS)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_written_is_read_back_exactly(form: str, rows: list[Row]) -> None:
    assert read(written(rows, form), f"corpus.{form}") == rows


@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_no_cell_of_a_csv_is_a_formula(rows: list[Row]) -> None:
    text = text_of(written(rows, "csv"))
    for cells in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@given(st.binary(max_size=400), st.sampled_from(["a.tsv", "a.csv", "a.json"]))
def test_any_bytes_become_rows_or_one_sentence(data: bytes, name: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        try:
            rows = read(data, name, encoding)
        except CorpusError as error:
            assert error.code in MESSAGES and str(error)
        else:
            read_rows(rows, "space")
