"""Files of every kind become rows or one sentence, and what is written is read back exactly."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.data import bundled
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Row, build_corpus
from seq2seq_core.data.formats import (
    FORMATS,
    decode_upload,
    dump_rows,
    has_traditional,
    parse_rows,
    read_file,
    to_simplified_rows,
)
from seq2seq_core.errors import MESSAGES, CorpusError

PAIRS = [Row("你好", "hi"), Row("再见", "bye")]


def parse_upload(data: bytes, name: str = "corpus.tsv", encoding: str = "utf-8") -> list[Row]:
    return parse_rows(decode_upload(data, encoding), name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("你好\thi\n再见\tbye\n".encode(), "a.tsv"),
        ("\ufeff你好\thi\r\n再见\tbye\r".encode(), "a.txt"),
        ("source,target\n你好,hi\n再见,bye\n".encode(), "a.csv"),
        ('\ufeff"你好","hi"\r\n"再见","bye"\r\n'.encode(), "<img src=x onerror=alert(1)>.csv"),
        ('[["你好", "hi"], ["再见", "bye"]]'.encode(), "a.json"),
        ('[{"zh": "你好", "en": "hi"}, {"source": "再见", "target": "bye"}]'.encode(), "a.txt"),
        ("你好\thi\tCC-BY 2.0 #1\n再见\tbye\tCC-BY 2.0 #2\n".encode(), "cmn.txt"),
        ("\ufeff11\t你好\t12\thi\n21\t再见\t22\tbye\n".encode(), "pairs from Tatoeba.tsv"),
        ("zh;en\n你好;hi\n再见;bye\n".encode(), "a.csv"),
        ("你好,hi\n再见,bye\n".encode(), "a.txt"),
        ("#separator:tab\n#html:true\n你好\thi\n再见\tbye\n".encode(), "Notes.txt"),
        (
            "#separator:Comma\r\n#html:true\r\n#guid column:1\r\n#notetype column:2\r\n"
            "#deck column:3\r\n#tags column:6\r\n"
            'x1,Basic,中文,<b>你</b>好[sound:a.mp3],"<div>""hi""</div>",t\r\n'
            "x2,Basic,中文,再见,&#98;ye&nbsp;,\r\n".replace('""hi""', "hi").encode(),
            "Notes.csv",
        ),
    ],
)
def test_every_format_is_read(data: bytes, name: str) -> None:
    assert [
        Row(clean_text(row.source), clean_text(row.target)) for row in parse_upload(data, name)
    ] == PAIRS


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_ends_of_lines_end_a_row(sign: str) -> None:
    """str.splitlines would make five rows of it."""
    text = f"a{sign}b\tc\r\nd\te{sign}f\rg\th\n"
    assert parse_rows(text, "a.tsv") == [
        Row(f"a{sign}b", "c"),
        Row("d", f"e{sign}f"),
        Row("g", "h"),
    ]


def test_an_export_keeps_its_direction_and_leaves_its_licence_behind() -> None:
    line = "Hi.\t嗨。\tCC-BY 2.0 (France) Attribution: tatoeba.org #538123 (CM)\n"
    assert parse_upload(line.encode(), "cmn.txt") == [Row("Hi.", "嗨。")]


def test_marks_of_anki_are_text_where_it_says_so() -> None:
    text = "#separator:tab\n#html:false\na<b\t&amp;\n"
    assert parse_rows(text, "Notes.txt") == [Row("a<b", "&amp;")]


def test_an_alignment_is_read_where_the_header_or_its_form_says_so() -> None:
    assert parse_rows("你 好\thi\t0-0 1?0\n", "a.tsv") == [Row("你 好", "hi", "0-0 1?0")]
    assert parse_rows("source\ttarget\talignment\n你\thi\t9\n", "a.tsv") == [Row("你", "hi", "9")]


def test_a_first_row_without_source_is_a_row_of_its_own() -> None:
    assert parse_rows("\thi, you\n[你]\thi\n", "a.tsv") == [Row("", "hi, you"), Row("[你]", "hi")]


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
        (b"[[" + b"1" * 5000 + b"]]", "a.json", "json_shape"),
        (b'["a", "b"', "a.json", "json_broken"),
        (b'"a,b\nc,d\n', "a.csv", "bad_quotes"),
        (b"a\tb\n" * 200_000, "a.tsv", "too_many_pairs"),
        (b"a,b\r" * 200_000, "a.csv", "too_many_pairs"),
        (b"\r\n\r" * 60_000, "a.txt", "too_many_pairs"),
        (b"\x0b" * 200_000, "a.tsv", "field_too_long"),
        (b"a\x0c" * 200_000, "a.tsv", "field_too_long"),
        (("\x85\u2028" * 200_000 + "a\tb").encode(), "a.txt", "field_too_long"),
        (b'[["a", "b"]' + b',["a", "b"]' * 200_000 + b"]", "a.json", "too_many_pairs"),
        (gzip.compress(b"\0" * 1000, mtime=0), "a.tsv", "packed"),
        (b"PK\x03\x04...", "a.csv", "packed"),
        (b"MZ\x90\x00" + b"\0" * 64, "a.csv", "not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.csv", "not_text"),
        (b"a\tb\n" * 2_000_000, "a.tsv", "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_corpus_is_named(data: bytes, name: str, code: str) -> None:
    with pytest.raises(CorpusError) as caught:
        parse_upload(data, name)
    assert caught.value.code == code
    assert str(caught.value)


def test_gb18030_is_read_when_the_reader_says_so() -> None:
    assert parse_upload("你好\thi\n再见\tbye\n".encode("gb18030"), encoding="gb18030") == PAIRS


def test_a_compressed_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(b"\0" * (100 << 20))
    tracemalloc.start()
    with pytest.raises(CorpusError):
        decode_upload(bomb)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_an_object_with_very_many_keys_is_read_in_one_go() -> None:
    keys = ",".join(f'"{number}":"x"' for number in range(200_000))
    with pytest.raises(CorpusError, match="no list"):
        parse_rows("{" + keys + "}", "a.json")


def test_traditional_characters_are_noticed_and_become_simplified_ones() -> None:
    rows = [Row("聖誕節 快到 了", "Christmas is near", "0-0"), Row("hello", "說")]
    assert has_traditional(rows)
    assert to_simplified_rows(rows) == [
        Row("圣诞节 快到 了", "Christmas is near", "0-0"),
        Row("hello", "说"),
    ]
    assert not has_traditional(to_simplified_rows(rows))


@pytest.mark.parametrize("name", bundled.CORPUS_NAMES)
def test_the_corpora_of_the_lesson_are_simplified_already(name: str) -> None:
    assert not has_traditional(bundled.load_bundled(name).rows)


def test_a_file_of_this_computer_is_read_in_every_format(tmp_path: Path) -> None:
    for file_format in FORMATS:
        path = tmp_path / f"corpus.{file_format}"
        path.write_bytes(dump_rows(PAIRS, file_format))
        assert read_file(path) == PAIRS


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (None, "cannot_read", "No such file"),
        ("你好\thi".encode("gbk"), "not_utf8", "byte 0"),
        (b"\x1f\x8b..", "in_file", "gzip"),
        (b"", "in_file", "no rows"),
        (b"a\0b", "in_file", "not a text table"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, data: bytes | None, code: str, message: str
) -> None:
    path = tmp_path / "corpus.tsv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CorpusError, match=message) as caught:
        read_file(path)
    assert caught.value.code == code and str(path) in str(caught.value)


def test_too_many_rows_are_refused_with_both_numbers() -> None:
    with pytest.raises(CorpusError, match="2001.*2000"):
        build_corpus(parse_upload("你 好\thello\n".encode() * 2001), "space")


# what a corpus holds is clean, see cleaning.clean_text
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=25).map(clean_text)
SIGNS = st.text("=+-@'\",;#[{＝1a <>&", max_size=8).map(clean_text)
LINKS = st.sampled_from(["", "0-0 1?2", "=1-1", "nonsense"])
ROWS = st.builds(Row, CELL | SIGNS, CELL | SIGNS, LINKS).filter(lambda row: row.source + row.target)


@pytest.mark.parametrize("file_format", FORMATS)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_written_is_read_back_exactly(file_format: str, rows: list[Row]) -> None:
    assert parse_upload(dump_rows(rows, file_format), f"corpus.{file_format}") == rows


def test_full_width_signs_are_no_formula_and_stay_as_they_are() -> None:
    for file_format in FORMATS:
        assert "'" not in dump_rows([Row("＝1+1", "＠x")], file_format).decode()


@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_no_cell_of_a_csv_is_a_formula(rows: list[Row]) -> None:
    text = decode_upload(dump_rows(rows, "csv"))
    for cells in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@given(st.binary(max_size=400), st.sampled_from(["a.tsv", "a.csv", "a.json"]))
def test_any_bytes_become_rows_or_one_sentence(data: bytes, name: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        try:
            rows = parse_upload(data, name, encoding)
        except CorpusError as error:
            assert error.code in MESSAGES and str(error)
        else:
            build_corpus(rows, "space")
