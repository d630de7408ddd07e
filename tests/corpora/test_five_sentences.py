"""The five sentences are quoted token by token, so nothing may re-segment or improve them."""

import re
import unicodedata
from pathlib import Path

import pytest

CORPORA = Path(__file__).parents[2] / "assets" / "corpora"
FILE = CORPORA / "five_sentences" / "train.tsv"

SENTENCES = [
    ("咖哥 喜欢 小冰", "KaGe likes XiaoBing"),
    ("我 爱 学习 人工智能", "I love studying AI"),
    ("深度学习 改变 世界", "DL changed the world"),
    ("自然 语言 处理 很 强大", "NLP is so powerful"),
    ("神经网络 非常 复杂", "Neural-Nets are complex"),
]
MEANING = {
    "KaGe": "咖哥", "likes": "喜欢", "XiaoBing": "小冰",
    "I": "我", "love": "爱", "studying": "学习", "AI": "人工智能",
    "DL": "深度学习", "changed": "改变", "the": "", "world": "世界",
    "NLP": "自然 语言 处理", "is": "", "so": "很", "powerful": "强大",
    "Neural-Nets": "神经网络", "are": "", "complex": "复杂",
}  # fmt: skip
POSSIBLE = {  # 很 and 非常 also do what "to be" does; 非常 has no English word of its own
    "the": "世界", "is": "很 强大", "are": "非常 复杂", "complex": "非常",
}  # fmt: skip


def rows() -> list[list[str]]:
    return [line.split("\t") for line in FILE.read_text(encoding="utf-8").split("\n")[:-1]]


def links(row: list[str], sign: str) -> dict[str, list[str]]:
    source, target, alignment = (column.split(" ") for column in row)
    found: dict[str, list[str]] = {word: [] for word in target}
    for j, t in (link.split(sign) for link in alignment if sign in link):
        found[target[int(t)]].append(source[int(j)])
    return found


def test_the_file_is_clean_text() -> None:
    text = FILE.read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text and "\ufeff" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    for row in rows():
        assert len(row) == 3
        assert all(column and column == " ".join(column.split()) for column in row)


def test_the_header_names_the_columns() -> None:
    assert rows()[0] == ["source", "target", "alignment"]


def test_the_sentences_are_as_given() -> None:
    assert [(source, target) for source, target, _ in rows()[1:]] == SENTENCES


@pytest.mark.parametrize("column", [0, 1], ids=["source", "target"])
def test_each_side_has_eighteen_words(column: int) -> None:
    assert len({word for row in rows()[1:] for word in row[column].split(" ")}) == 18


@pytest.mark.parametrize("row", rows()[1:], ids=lambda row: row[1])
def test_links_are_written_as_source_then_target(row: list[str]) -> None:
    source, target, alignment = (column.split(" ") for column in row)
    order = []
    for link in alignment:
        assert re.fullmatch("[0-9][-?][0-9]", link)
        j, t = int(link[0]), int(link[2])
        assert j < len(source) and t < len(target)
        order.append((t, j))
    assert order == sorted(set(order))


@pytest.mark.parametrize("row", rows()[1:], ids=lambda row: row[1])
def test_a_word_is_surely_linked_to_its_meaning_alone(row: list[str]) -> None:
    assert links(row, "-") == {word: MEANING[word].split() for word in row[1].split(" ")}


@pytest.mark.parametrize("row", rows()[1:], ids=lambda row: row[1])
def test_what_is_debatable_is_only_possible(row: list[str]) -> None:
    expected = {word: POSSIBLE.get(word, "").split() for word in row[1].split(" ")}
    assert links(row, "?") == expected


@pytest.mark.parametrize("word", ["the", "is", "are"])
def test_a_word_without_a_counterpart_is_not_scored(word: str) -> None:
    row = next(row for row in rows() if word in row[1].split(" "))
    assert links(row, "-")[word] == []


def test_every_word_is_in_the_list_of_words() -> None:
    lines = (CORPORA / "words.tsv").read_text(encoding="utf-8").split("\n")
    listed = {line.split("\t")[0] for line in lines[1:-1]}
    assert {word for row in rows()[1:] for word in row[0].split(" ")} - listed == set()
