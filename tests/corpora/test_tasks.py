"""The corpora that are no translations keep their rules: every claim is checked on their files.

Reverse turns strings of symbols round, labels name the kind of each word, summaries shorten,
dialogue replies, and questions are answered from two facts.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from seq2seq_core.data.bundled import (
    CORPORA_FOLDER,
    CORPUS_NAMES,
    TRANSLATION_CORPORA,
    load_bundled,
)
from seq2seq_core.data.corpus import build_corpus

SIZES = {  # training and held-out pairs
    "reverse": (600, 100), "labels": (120, 30), "summaries": (114, 28), "dialogue": (118, 29),
    "questions": (900, 100),
}  # fmt: skip
FEWEST = {"reverse": 100, "labels": 3, "summaries": 4, "dialogue": 3, "questions": 40}
PARTS = ("train", "held_out")

TAGS = {
    "PER": {"我", "你", "他", "她", "老师", "妈妈", "小冰", "咖哥"},
    "TIME": {"昨天", "今天", "明天", "每天"},
    "VERB": {
        "看",
        "写",
        "买",
        "喝",
        "画",
        "要",
        "在",
        "信",
        "喜欢",
        "借给",
        "还给",
        "寄给",
        "送给",
    },
    "AUX": {"要"},
    "ASP": {"了"},
    "NUM": {"一", "两"},
    "CLF": {"本", "封", "张", "个", "件", "把", "杯"},
    "ADJ": {"新", "漂亮", "便宜", "红色", "热", "有趣"},
    "DE": {"的"},
    "NOUN": {
        *("书", "信", "票", "画", "苹果", "毛衣", "伞", "椅子", "茶", "咖啡"),
        *("家", "学校", "图书馆", "公园"),
    },
    "BA": {"把"},
    "ADV": {"不", "很"},
    "DET": {"这", "那"},
    "PREP": {"在"},
}
AMBIGUOUS = {
    "要": {"VERB", "AUX"}, "把": {"CLF", "BA"}, "画": {"VERB", "NOUN"}, "在": {"VERB", "PREP"},
    "信": {"VERB", "NOUN"},
}  # fmt: skip
MEASURES = {
    "本": {"书"}, "封": {"信"}, "张": {"票", "画", "照片"}, "个": {"苹果", "鸡蛋", "面包"},
    "件": {"毛衣"}, "把": {"伞", "椅子"}, "杯": {"茶", "咖啡", "牛奶"}, "部": {"小说", "电影"},
    "篇": {"文章"}, "份": {"报纸"},
}  # fmt: skip
DROPPED = {  # what a summary leaves out
    *("昨天", "今天", "早上", "下午", "晚上", "，", "一", "两", "三", "很多", "很"),
    *("有趣", "新", "旧", "便宜", "漂亮", "好吃", "长", "重要", "热", "的"),
    *("在", "图书馆", "学校", "书店", "商店", "火车站", "家", "公园", "饭馆"),
    *MEASURES,
}


class Pair(NamedTuple):
    source: list[str]
    target: list[str]
    links: list[str]

    def __repr__(self) -> str:
        return f"{' '.join(self.source)} -> {' '.join(self.target)} ({' '.join(self.links)})"

    @property
    def places(self) -> list[tuple[int, int]]:
        """(source position, target position) of each link."""
        return [(int(j), int(t)) for j, t in (link.split("-") for link in self.links)]


def read(path: Path) -> list[Pair]:
    lines = path.read_text(encoding="utf-8").split("\n")[1:-1]
    return [Pair(*(column.split() for column in line.split("\t"))) for line in lines]


CORPUS = {
    name: {part: read(CORPORA_FOLDER / name / f"{part}.tsv") for part in PARTS} for name in SIZES
}
ALL = {name: corpus["train"] + corpus["held_out"] for name, corpus in CORPUS.items()}
each_corpus = pytest.mark.parametrize("name", SIZES)
each_part = pytest.mark.parametrize("part", PARTS)


# The files


def test_every_corpus_that_is_shipped_has_its_tests() -> None:
    assert {*CORPUS_NAMES} == {*TRANSLATION_CORPORA, *SIZES}


@each_corpus
@each_part
def test_the_file_is_clean_text(name: str, part: str) -> None:
    text = (CORPORA_FOLDER / name / f"{part}.tsv").read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text and "\ufeff" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    lines = [line.split("\t") for line in text.split("\n")[:-1]]
    assert lines[0] == ["source", "target", "alignment"]
    for columns in lines:
        assert len(columns) == 3 and columns[0] and columns[1]
        assert columns == [" ".join(column.split()) for column in columns]


@each_corpus
def test_the_lesson_reads_every_row(name: str) -> None:
    found = load_bundled(name)
    assert (len(found.rows), len(found.held_out)) == SIZES[name]
    for rows in (found.rows, found.held_out):
        assert build_corpus(rows, "space").problems == ()


@each_corpus
def test_no_source_stands_twice_so_nothing_held_out_stands_in_training(name: str) -> None:
    counts = Counter(" ".join(pair.source) for pair in ALL[name])
    assert [source for source, times in counts.items() if times > 1] == []


@each_corpus
@pytest.mark.parametrize("column", ["source", "target"])
def test_every_held_out_word_is_known_from_training(name: str, column: str) -> None:
    counts = Counter(word for pair in CORPUS[name]["train"] for word in getattr(pair, column))
    held_out = {word for pair in CORPUS[name]["held_out"] for word in getattr(pair, column)}
    assert {word: counts[word] for word in held_out if counts[word] < FEWEST[name]} == {}


@each_corpus
def test_links_stay_inside_and_follow_the_target(name: str) -> None:
    for pair in ALL[name]:
        assert all(re.fullmatch("(0|[1-9][0-9]?)-(0|[1-9][0-9]?)", link) for link in pair.links)
        assert all(j < len(pair.source) and t < len(pair.target) for j, t in pair.places), pair
        order = [(t, j) for j, t in pair.places]
        assert order == sorted(set(order)), pair


@pytest.mark.parametrize("name", ["labels", "summaries", "dialogue"])
def test_a_counted_thing_has_its_measure_word(name: str) -> None:
    """A number, 这 or 那 is followed by a measure word, and that by a noun it goes with."""
    counted = set().union(*MEASURES.values())
    for pair in ALL[name]:
        for words in (pair.source, pair.target):
            for place, word in enumerate(words):
                if word in ("一", "两", "三", "这", "那"):
                    measure, *rest = words[place + 1 :]
                    noun = next(word for word in rest if word in counted)
                    assert noun in MEASURES[measure], pair


def test_every_chinese_word_is_in_the_list_of_words() -> None:
    lines = (CORPORA_FOLDER / "words.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    listed = {line.split("\t")[0] for line in lines}
    said = {w for pairs in ALL.values() for pair in pairs for w in pair.source + pair.target}
    assert {word for word in said if "\u4e00" <= word[0] <= "\u9fff"} - listed == set()


# Reverse


def test_reverse_is_reverse() -> None:
    assert [pair for pair in ALL["reverse"] if pair.target != pair.source[::-1]] == []


def test_each_reversed_symbol_is_linked_to_where_it_stood() -> None:
    for pair in ALL["reverse"]:
        last = len(pair.source) - 1
        assert pair.places == [(last - t, t) for t in range(last + 1)], pair


def test_no_symbol_stands_twice_in_a_string_so_each_has_one_place_to_look_at() -> None:
    assert [pair for pair in ALL["reverse"] if len({*pair.source}) < len(pair.source)] == []


@each_part
def test_strings_of_every_length_and_symbol_are_there(part: str) -> None:
    pairs = CORPUS["reverse"][part]
    lengths = Counter(len(pair.source) for pair in pairs)
    assert lengths.keys() == {3, 4, 5, 6, 7, 8}
    assert min(lengths.values()) >= len(pairs) / 10
    assert {symbol for pair in pairs for symbol in pair.source} == {*"ABCDEFGHIJ"}


# Labels


def test_there_is_a_label_for_every_word_and_it_is_linked_to_it() -> None:
    for pair in ALL["labels"]:
        assert len(pair.source) == len(pair.target), pair
        assert pair.places == [(i, i) for i in range(len(pair.source))], pair


def test_a_word_has_the_labels_of_its_kind_and_no_others() -> None:
    said: dict[str, set[str]] = {tag: set() for tag in TAGS}
    for pair in ALL["labels"]:
        for word, tag in zip(pair.source, pair.target, strict=True):
            said[tag].add(word)
    assert {t: ws ^ TAGS[t] for t, ws in said.items() if ws ^ TAGS[t]} == {}


@each_part
def test_an_ambiguous_word_stands_on_both_sides_and_no_other_word_does(part: str) -> None:
    tags = defaultdict(Counter)
    for pair in CORPUS["labels"][part]:
        for word, tag in zip(pair.source, pair.target, strict=True):
            tags[word][tag] += 1
    found = {word: {*counts} for word, counts in tags.items() if len(counts) > 1}
    assert found == AMBIGUOUS
    fewest = min(count for word in AMBIGUOUS for count in tags[word].values())
    assert fewest >= (8 if part == "train" else 1)


@pytest.mark.parametrize(
    ("word", "tag", "after"),
    [  # what the label of an ambiguous word follows from
        ("要", "VERB", {"NUM", "DET"}), ("要", "AUX", {"VERB", "PREP", "BA"}),
        ("把", "CLF", {"NOUN", "ADJ"}), ("把", "BA", {"NOUN", "DET"}),
        ("画", "VERB", {"NOUN", "ASP"}), ("在", "PREP", {"NOUN"}), ("在", "VERB", {"NOUN"}),
        ("信", "VERB", {"PER"}),
    ],
)  # fmt: skip
def test_the_neighbours_decide(word: str, tag: str, after: set[str]) -> None:
    found = set()
    for pair in ALL["labels"]:
        for here, label, following in zip(pair.source, pair.target, pair.target[1:], strict=False):
            if (here, label) == (word, tag):
                found.add(following)
    assert found == after


def test_zai_is_a_verb_where_no_other_follows() -> None:
    for pair in ALL["labels"]:
        for place, (word, tag) in enumerate(zip(pair.source, pair.target, strict=True)):
            if word == "在":
                assert (tag == "PREP") == ("VERB" in pair.target[place + 1 :]), pair


# Summaries


def test_a_summary_is_what_is_left_of_the_long_sentence() -> None:
    for pair in ALL["summaries"]:
        assert pair.target == [word for word in pair.source if word not in DROPPED], pair
        assert len(pair.target) == 4 and pair.target[2] == "了", pair  # who, did, what
        assert len(pair.source) >= 2 * len(pair.target), pair


def test_each_word_of_a_summary_is_linked_to_itself() -> None:
    for pair in ALL["summaries"]:
        assert [t for _, t in pair.places] == [*range(len(pair.target))], pair
        assert all(pair.source[j] == pair.target[t] for j, t in pair.places), pair


@each_part
def test_the_one_who_acts_stands_in_more_than_one_place(part: str) -> None:
    places = Counter(pair.source.index(pair.target[0]) for pair in CORPUS["summaries"][part])
    assert places.keys() == {0, 3} and min(places.values()) >= len(CORPUS["summaries"][part]) / 3


# Dialogue

SLOTS = [  # what is said, and the reply that takes up what stands in it
    (r"你好 ， 我 叫 (\S+)", r"你好 ， \1 ， 很 高兴 认识 你"),
    (r"你 喜欢 (\S+) 吗 ？", r"喜欢 ， 我 每天 \\S+ 一 \\S+ \1"),
    (r"(\S+) 喜欢 (\S+) 吗 ？", r"喜欢 ， \1 每天 \\S+ 一 \\S+ \2"),
    (r"我 渴 了 ， 有 (\S+) 吗 ？", r"有 ， 我 给 你 倒 一 杯 \1"),
    (r"(\S+) 渴 了 ， 有 (\S+) 吗 ？", r"有 ， 我 给 \1 倒 一 杯 \2"),
    (r"我 饿 了 ， 有 (\S+) 吗 ？", r"有 ， 我 给 你 拿 一 个 \1"),
    (r"(\S+) 饿 了 ， 有 (\S+) 吗 ？", r"有 ， 我 给 \1 拿 一 个 \2"),
    (r"我 (\S+) 想 (\S+) (\S+)", r"好 ， 我们 \1 去 \2 \3"),
    (r"\S+ (?:昨天|今天) \S+ 了 一 (\S+) (\S+)", r"那 \1 \2 \\S+ 吗 ？"),
    (r"(\S+) 在 (\S+) 吗 ？", r"对 ， \1 在 \2"),
    (r"谢谢 你 ， \S+", r"不 客气"),
    (r"(\S+) 见 ， \S+", r"\1 见"),
]


@each_part
def test_a_reply_takes_up_what_was_said(part: str) -> None:
    used = set()
    for pair in CORPUS["dialogue"][part]:
        said = " ".join(pair.source)
        number, match, reply = next(
            (i, found, reply)
            for i, (pattern, reply) in enumerate(SLOTS)
            if (found := re.fullmatch(pattern, said))
        )
        assert re.fullmatch(match.expand(reply), " ".join(pair.target)), pair
        used.add(number)
    assert len(used) >= (len(SLOTS) if part == "train" else 9)


def test_a_word_that_is_taken_up_is_linked_to_itself() -> None:
    # not 我 and 你, who change places; and one 一 counts another thing than the other
    silent = {"，", "？", "吗", "了", "我", "你", "我们", "一"}
    for pair in ALL["dialogue"]:
        expected = [
            (pair.source.index(word), t)
            for t, word in enumerate(pair.target)
            if word not in silent and pair.source.count(word) == pair.target.count(word) == 1
        ]
        assert pair.places == expected, pair


# Questions

FACTS = re.compile(
    r"(\S+) (在|喜欢) (\S+) 。 (\S+) \2 (\S+) 。 (?:(\S+) \2 (哪儿|什么)|谁 \2 (\S+)) ？"
)


def test_the_answer_follows_from_the_facts() -> None:
    for pair in ALL["questions"]:
        match = FACTS.fullmatch(" ".join(pair.source))
        assert match, pair
        one, verb, first, other, second, who, asked, what = match.groups()
        assert one != other and first != second, pair
        facts = {one: first, other: second} if who else {first: one, second: other}
        assert pair.target == [facts[who or what]], pair
        assert not asked or asked == {"在": "哪儿", "喜欢": "什么"}[verb], pair


def test_an_answer_is_linked_to_where_the_facts_give_it() -> None:
    for pair in ALL["questions"]:
        assert len(pair.places) == 1 and pair.places[0][0] < 8, pair  # the question comes after
        assert pair.source[pair.places[0][0]] == pair.target[0], pair


def test_no_question_is_held_out_about_facts_that_stand_together_in_training() -> None:
    def facts(part: str) -> set[str]:
        return {" ".join(pair.source[:8]) for pair in CORPUS["questions"][part]}

    assert len(facts("held_out")) == 25 and facts("train") & facts("held_out") == set()


def test_guessing_between_the_two_facts_is_right_half_the_time() -> None:
    first = sum(pair.places[0][0] < 4 for pair in ALL["questions"]) / len(ALL["questions"])
    assert first == pytest.approx(0.5, abs=0.05)
