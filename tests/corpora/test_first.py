"""The corpus First is data that a learner trusts: natural, consistent, and never contradicted.

The files are read here as plain text, and every claim is checked from the words alone.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import pytest

CORPORA = Path(__file__).parents[2] / "assets" / "corpora"
FILES = {name: CORPORA / "first" / f"{name}.tsv" for name in ("train", "held_out")}
WORDS = CORPORA / "words.tsv"

SUBJECTS = {
    "我": "I", "你": "you", "他": "he", "她": "she",
    "老师": "teacher", "小冰": "XiaoBing", "咖哥": "KaGe",
}  # fmt: skip
TIMES = {"昨天": ["yesterday"], "今天": ["today"], "明天": ["tomorrow"], "每天": ["every", "day"]}
NUMBERS = {"一", "两", "三"}
DEMONSTRATIVES = {"这": "this", "那": "that"}
MEASURES = {
    "本": {"书"}, "份": {"报纸"}, "封": {"信"}, "部": {"小说", "电影"}, "张": {"票"},
    "个": {"苹果", "鸡蛋"}, "件": {"毛衣"}, "杯": {"茶", "咖啡"},
}  # fmt: skip
VERBS = {
    "看": {"书", "报纸", "信", "小说", "电影"},
    "写": {"信"},
    "买": {"书", "报纸", "小说", "票", "苹果", "鸡蛋", "毛衣", "咖啡"},
    "吃": {"苹果", "鸡蛋"},
    "喝": {"茶", "咖啡"},
}
ADJECTIVES = {
    "旧": {"书", "报纸", "毛衣"}, "有趣": {"书", "小说", "电影"}, "红色": {"毛衣", "苹果"},
    "便宜": {"毛衣", "票", "苹果", "鸡蛋"}, "热": {"茶", "咖啡"},
}  # fmt: skip
COUNTED = {  # one, several
    "书": ("book", "books"), "报纸": ("newspaper", "newspapers"), "信": ("letter", "letters"),
    "小说": ("novel", "novels"), "电影": ("movie", "movies"), "票": ("ticket", "tickets"),
    "苹果": ("apple", "apples"), "鸡蛋": ("egg", "eggs"), "毛衣": ("sweater", "sweaters"),
}  # fmt: skip
FORMS = {  # plain, past, and after he or she, where it is a habit
    "read": ("read", "read", "reads"), "write": ("write", "wrote", "writes"),
    "eat": ("eat", "ate", "eats"), "drink": ("drink", "drank", "drinks"),
    "buy": ("buy", "bought"), "watch": ("watch", "watched"),
}  # fmt: skip
READINGS = {"看": ["read", "watch"], "写": ["write"], "买": ["buy"], "吃": ["eat"], "喝": ["drink"]}
MEANING = {  # every English word with a sure link, and the Chinese word it must look at
    **{english: chinese for chinese, english in SUBJECTS.items()},
    **{word: time for time, words in TIMES.items() for word in words},
    **{word: noun for noun, pair in COUNTED.items() for word in pair},
    **{
        form: verb
        for verb, readings in READINGS.items()
        for reading in readings
        for form in FORMS[reading]
    },
    "a": "一", "an": "一", "two": "两", "three": "三", "this": "这", "that": "那",
    "cup": "杯", "cups": "杯", "tea": "茶", "coffee": "咖啡", "will": "要",
    "old": "旧", "interesting": "有趣", "red": "红色", "cheap": "便宜", "hot": "热",
}  # fmt: skip
ENGLISH = [*sorted(MEANING), "the", "of"]


class Pair(NamedTuple):
    source: list[str]
    target: list[str]
    links: list[str]

    def __repr__(self) -> str:
        return f"{' '.join(self.source)} -> {' '.join(self.target)} ({' '.join(self.links)})"

    def has(self, *words: str) -> bool:
        return {*words} <= {*self.source}

    def has_any(self, words: Collection[str]) -> bool:
        return not {*words}.isdisjoint(self.source)

    @property
    def noun(self) -> str:
        return self.source[-1]

    @property
    def verb(self) -> str:
        return next(word for word in self.source if word in VERBS)

    @property
    def quantity(self) -> str:
        return next(w for w in self.source if w in NUMBERS or w in DEMONSTRATIVES)

    @property
    def verb_form(self) -> str:
        return next(w for w in self.target if MEANING.get(w) in VERBS)


def read(path: Path) -> list[Pair]:
    lines = path.read_text(encoding="utf-8").split("\n")[1:]
    rows = [line.split("\t") for line in lines if line.count("\t") == 2]  # others: see below
    return [Pair(*(column.split(" ") for column in row)) for row in rows]


CORPUS = {name: read(path) for name, path in FILES.items()}
TRAIN, HELD_OUT = CORPUS["train"], CORPUS["held_out"]
PAIRS = TRAIN + HELD_OUT


# The files


@pytest.mark.parametrize("path", [*FILES.values(), WORDS], ids=lambda path: path.stem)
def test_the_file_is_clean_text(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text and "\ufeff" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    for line in text.split("\n")[:-1]:
        columns = line.split("\t")
        assert len(columns) == 3
        for column in columns:
            assert column and column == " ".join(column.split())  # no double or odd space


@pytest.mark.parametrize("name", FILES)
def test_the_header_names_the_columns(name: str) -> None:
    assert FILES[name].read_text(encoding="utf-8").split("\n")[0] == "source\ttarget\talignment"


@pytest.mark.parametrize(("name", "size"), [("train", 300), ("held_out", 100)])
def test_the_corpus_has_the_stated_size(name: str, size: int) -> None:
    assert len(CORPUS[name]) == size


@pytest.mark.parametrize(("column", "size"), [("source", 48), ("target", 63)])
def test_the_training_vocabulary_has_the_stated_size(column: str, size: int) -> None:
    assert len({word for pair in TRAIN for word in getattr(pair, column)}) == size


def test_the_corpus_has_these_chinese_words_and_no_others() -> None:
    nouns = {noun for some in MEASURES.values() for noun in some}
    expected = {*SUBJECTS, *TIMES, *NUMBERS, *DEMONSTRATIVES, *MEASURES, *nouns}
    expected |= {*VERBS, *ADJECTIVES, "了", "要", "的"}
    assert {word for pair in PAIRS for word in pair.source} == expected


def test_the_corpus_has_these_english_words_and_no_others() -> None:
    # without "watches", for that takes somebody who watches a movie every day
    assert {word for pair in PAIRS for word in pair.target} == {*ENGLISH}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("marker", "share"), [("了", 0.24), ("要", 0.13), ("每天", 0.08)])
def test_each_construction_has_its_share(name: str, marker: str, share: float) -> None:
    found = sum(pair.has(marker) for pair in CORPUS[name]) / len(CORPUS[name])
    assert found == pytest.approx(share / (0.24 + 0.13 + 0.08), abs=0.01)


def test_the_first_row_is_one_to_open_with() -> None:
    assert repr(TRAIN[0]).startswith(
        "小冰 昨天 买 了 两 件 红色 的 毛衣 -> XiaoBing bought two red sweaters yesterday"
    )


def test_the_first_ten_rows_show_what_there_is() -> None:
    opening = {word for pair in TRAIN[:10] for word in pair.source}
    assert {*SUBJECTS, *TIMES, *NUMBERS, *DEMONSTRATIVES, *VERBS, "了", "要", "的"} <= opening


# What is held out


@pytest.mark.parametrize("column", ["source", "target"])
def test_no_held_out_sentence_stands_in_training(column: str) -> None:
    seen = [getattr(pair, column) for pair in TRAIN]
    assert [pair for pair in HELD_OUT if getattr(pair, column) in seen] == []


@pytest.mark.parametrize(("column", "times"), [("source", 10), ("target", 5)])
def test_every_held_out_word_is_frequent_in_training(column: str, times: int) -> None:
    counts = Counter(word for pair in TRAIN for word in getattr(pair, column))
    held_out = {word for pair in HELD_OUT for word in getattr(pair, column)}
    assert {word: counts[word] for word in held_out if counts[word] < times} == {}


# What must not occur


def test_a_number_or_a_demonstrative_is_followed_by_a_measure_word() -> None:
    def is_bare(source: list[str]) -> bool:
        return any(
            here in NUMBERS | DEMONSTRATIVES.keys() and after not in MEASURES
            for here, after in zip(source, [*source[1:], ""], strict=True)
        )

    assert [pair for pair in PAIRS if is_bare(pair.source)] == []


@pytest.mark.parametrize(("measure", "nouns"), MEASURES.items())
def test_a_measure_word_agrees_with_its_noun(measure: str, nouns: set[str]) -> None:
    assert {pair.noun for pair in PAIRS if pair.has(measure)} == nouns
    assert [pair for pair in PAIRS if pair.noun in nouns and not pair.has(measure)] == []


def test_two_before_a_measure_word_is_never_er() -> None:
    assert [pair for pair in PAIRS if pair.has("二")] == []


def test_a_numbered_action_is_done_planned_or_habitual() -> None:
    markers = {"了", "要", "每天"}
    assert [p for p in PAIRS if p.has_any(NUMBERS) and not p.has_any(markers)] == []


@pytest.mark.parametrize("word", ["每天", "要", "明天", "没", "不", "正在", "喜欢"])
def test_done_never_stands_with(word: str) -> None:
    assert [pair for pair in PAIRS if pair.has("了", word)] == []


@pytest.mark.parametrize("word", ["昨天", "每天"])
def test_a_plan_never_stands_with(word: str) -> None:
    assert [pair for pair in PAIRS if pair.has("要", word)] == []


@pytest.mark.parametrize("marker", ["了", "要"])
def test_today_does_not_give_the_tense_away(marker: str) -> None:
    assert sum(pair.has("今天", marker) for pair in TRAIN) >= 10


@pytest.mark.parametrize("number", ["两", "三"])
def test_nobody_reads_several_novels_in_a_day(number: str) -> None:
    assert [p for p in PAIRS if p.has("看", "小说", number) and p.has_any(TIMES)] == []


def test_nobody_writes_a_novel() -> None:
    assert [pair for pair in PAIRS if pair.has("写", "小说")] == []


@pytest.mark.parametrize("word", DEMONSTRATIVES)
def test_no_statement_writes_this_or_that(word: str) -> None:
    assert [pair for pair in PAIRS if pair.has("写", word)] == []


@pytest.mark.parametrize(
    "words",
    [("旧", "电影"), ("新", "报纸"), ("红色", "信"), ("学",), ("画",)],
    ids="-".join,
)
def test_these_words_never_stand_together(words: tuple[str, ...]) -> None:
    assert [pair for pair in PAIRS if pair.has(*words)] == []


@pytest.mark.parametrize("noun", ["茶", "咖啡", "鸡蛋"])
def test_this_and_that_never_point_at(noun: str) -> None:
    assert [p for p in PAIRS if p.noun == noun and p.has_any(DEMONSTRATIVES)] == []


def test_this_and_that_take_no_adjective() -> None:
    assert [p for p in PAIRS if p.has_any(DEMONSTRATIVES) and p.has_any(ADJECTIVES)] == []


def test_this_and_that_take_no_number() -> None:
    assert [p for p in PAIRS if p.has_any(DEMONSTRATIVES) and p.has_any(NUMBERS)] == []


def test_people_act_and_are_never_acted_on() -> None:
    def people(source: list[str]) -> list[int]:
        return [place for place, word in enumerate(source) if word in SUBJECTS]

    assert [pair for pair in PAIRS if people(pair.source) != [0]] == []


@pytest.mark.parametrize("column", ["source", "target"])
def test_no_sentence_stands_twice(column: str) -> None:
    # so no Chinese sentence has two English references, nor the other way round
    counts = Counter(" ".join(getattr(pair, column)) for pair in PAIRS)
    assert [sentence for sentence, times in counts.items() if times > 1] == []


# What the rules leave open, and common sense does not


@pytest.mark.parametrize("noun", ["电影", "小说"])
def test_nobody_gets_through_one_every_day(noun: str) -> None:
    assert [pair for pair in PAIRS if pair.has("每天", noun)] == []


@pytest.mark.parametrize(
    "words",
    [("一", "便宜", "鸡蛋"), ("一", "便宜", "苹果"), ("三", "旧", "毛衣"), ("吃", "了", "这")],
    ids="-".join,
)
def test_nobody_says(words: tuple[str, ...]) -> None:
    # one cheap egg, three old sweaters; and an apple once eaten is no longer "this" apple
    assert [pair for pair in PAIRS if pair.has(*words)] == []


def test_you_are_told_the_day() -> None:
    # without one, telling people what they did sounds like an accusation
    assert [pair for pair in PAIRS if pair.has("你") and not pair.has_any(TIMES)] == []


# What each word goes with


@pytest.mark.parametrize("name", FILES)
def test_a_chinese_sentence_has_one_of_three_shapes(name: str) -> None:
    def one_of(words: Collection[str]) -> str:
        return f"(?:{'|'.join(sorted(words))})"

    verb = one_of(VERBS)
    start = "|".join([f"(?:(?:昨天|今天) )?{verb} 了", f"(?:明天|今天) 要 {verb}", f"每天 {verb}"])
    counted = f"{one_of(NUMBERS)} {one_of(MEASURES)} (?:{one_of(ADJECTIVES)} 的 )?"
    pointed = f"{one_of(DEMONSTRATIVES)} {one_of(MEASURES)} "
    nouns = one_of({noun for some in VERBS.values() for noun in some})
    shape = re.compile(f"{one_of(SUBJECTS)} (?:{start}) (?:{counted}|{pointed}){nouns}")
    assert [pair for pair in CORPUS[name] if not shape.fullmatch(" ".join(pair.source))] == []


def test_a_habit_is_counted_not_pointed_at() -> None:
    assert [pair for pair in PAIRS if pair.has("每天") and pair.has_any(DEMONSTRATIVES)] == []


@pytest.mark.parametrize(("verb", "nouns"), VERBS.items())
def test_a_verb_takes_only_its_nouns(verb: str, nouns: set[str]) -> None:
    assert {pair.noun for pair in PAIRS if pair.has(verb)} == nouns


@pytest.mark.parametrize(("adjective", "nouns"), ADJECTIVES.items())
def test_an_adjective_takes_only_its_nouns(adjective: str, nouns: set[str]) -> None:
    assert {pair.noun for pair in PAIRS if pair.has(adjective)} == nouns


@pytest.mark.parametrize("adjective", ADJECTIVES)
def test_an_adjective_is_tied_to_its_noun(adjective: str) -> None:
    described = [pair for pair in PAIRS if pair.has(adjective)]
    assert [pair for pair in described if pair.source[-3:-1] != [adjective, "的"]] == []


# The English


def translation(pair: Pair) -> list[str]:
    """What the rules make of the Chinese sentence."""
    subject, noun = pair.source[0], pair.noun
    who = ["the", "teacher"] if subject == "老师" else [SUBJECTS[subject]]
    verb = "watch" if noun == "电影" else READINGS[pair.verb][0]
    if pair.has("要"):
        does = ["will", FORMS[verb][0]]
    elif pair.has("了"):
        does = [FORMS[verb][1]]
    else:
        does = [FORMS[verb][0 if subject in ("我", "你") else 2]]

    several = pair.quantity in ("两", "三")
    how = [word for word, chinese in MEANING.items() if chinese in ADJECTIVES and pair.has(chinese)]
    if noun in COUNTED:
        what = [*how, COUNTED[noun][several]]
    else:
        what = ["cups" if several else "cup", "of", *how, "tea" if noun == "茶" else "coffee"]
    article = "an" if what[0][0] in "aeiou" else "a"
    many = {"一": article, "两": "two", "三": "three", **DEMONSTRATIVES}[pair.quantity]
    when = [word for time in pair.source if time in TIMES for word in TIMES[time]]
    return [*who, *does, many, *what, *when]


@pytest.mark.parametrize("name", FILES)
def test_the_english_is_what_the_rules_make_of_the_chinese(name: str) -> None:
    assert [pair for pair in CORPUS[name] if pair.target != translation(pair)] == []


def test_an_stands_before_a_vowel_and_a_before_a_consonant() -> None:
    follows = {"a": set[str](), "an": set[str]()}
    for pair in PAIRS:
        for here, after in zip(pair.target, pair.target[1:], strict=False):
            if here in follows:
                follows[here].add(after)
    assert all(word[0] in "aeiou" for word in follows["an"])
    assert not any(word[0] in "aeiou" for word in follows["a"])
    assert {"apple", "egg", "old", "interesting"} == follows["an"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_verb_of_a_habit_agrees_with(subject: str) -> None:
    habits = [pair for pair in PAIRS if pair.source[0] == subject and pair.has("每天")]
    assert habits
    third_person = subject not in ("我", "你")
    assert [pair for pair in habits if pair.verb_form.endswith("s") != third_person] == []


@pytest.mark.parametrize("marker", ["了", "要"])
def test_no_verb_takes_an_s_when(marker: str) -> None:
    marked = [pair for pair in PAIRS if pair.has(marker)]
    assert [pair for pair in marked if pair.verb_form.endswith("s")] == []


@pytest.mark.parametrize(
    ("noun", "reading"),
    [("电影", "watch"), ("书", "read"), ("报纸", "read"), ("信", "read"), ("小说", "read")],
)
def test_kan_is_read_or_watch_by_its_noun(noun: str, reading: str) -> None:
    seen = [pair for pair in PAIRS if pair.has("看", noun)]
    assert seen
    assert [pair for pair in seen if pair.verb_form not in FORMS[reading]] == []


def test_only_names_and_i_have_capitals() -> None:
    words = {word for pair in PAIRS for word in pair.target}
    assert {word for word in words if word != word.lower()} == {"I", "XiaoBing", "KaGe"}


def test_english_words_are_letters_without_punctuation() -> None:
    words = {word for pair in PAIRS for word in pair.target}
    assert [word for word in words if not re.fullmatch("[A-Za-z]+", word)] == []


# The gold alignment


def sides(pair: Pair, sign: str) -> list[tuple[int, int]]:
    return [(int(j), int(t)) for j, t in (x.split(sign) for x in pair.links if sign in x)]


@pytest.mark.parametrize("name", FILES)
def test_links_are_written_as_source_then_target(name: str) -> None:
    link = re.compile("(?:0|[1-9][0-9]*)[-?](?:0|[1-9][0-9]*)")
    assert [p for p in CORPUS[name] if not all(map(link.fullmatch, p.links))] == []


@pytest.mark.parametrize("name", FILES)
def test_links_stay_inside_the_sentences(name: str) -> None:
    def is_outside(pair: Pair) -> bool:
        links = sides(pair, "-") + sides(pair, "?")
        return any(j >= len(pair.source) or t >= len(pair.target) for j, t in links)

    assert [pair for pair in CORPUS[name] if is_outside(pair)] == []


@pytest.mark.parametrize("name", FILES)
def test_links_follow_the_english_and_none_is_given_twice(name: str) -> None:
    def order(pair: Pair) -> list[tuple[int, int]]:
        found = [re.split("[-?]", link) for link in pair.links]
        return [(int(target), int(source)) for source, target in found]

    assert [pair for pair in CORPUS[name] if order(pair) != sorted(set(order(pair)))] == []


@pytest.mark.parametrize("word", ENGLISH)
def test_a_word_is_surely_linked_to_its_meaning_alone(word: str) -> None:
    expected = [MEANING[word]] if word in MEANING else []
    said = [pair for pair in PAIRS if word in pair.target]
    assert said

    def linked(pair: Pair) -> list[str]:
        place = pair.target.index(word)
        return [pair.source[j] for j, t in sides(pair, "-") if t == place]

    assert [pair for pair in said if linked(pair) != expected] == []


def possible(word: str, source: list[str]) -> set[str]:
    """What else the word may look at, from the table of the words."""
    chinese = MEANING.get(word, "")
    if word == "the":
        allowed = {"老师"}
    elif word == "of":
        allowed = {"杯"}
    elif chinese in NUMBERS or chinese in DEMONSTRATIVES:
        allowed = {*MEASURES}
    elif chinese == "杯" or chinese in COUNTED or chinese in ("茶", "咖啡"):
        allowed = NUMBERS
    elif chinese in ADJECTIVES:
        allowed = {"的"}
    elif chinese in VERBS:
        allowed = {"了"}
    else:
        allowed = set()
    return allowed & {*source}


@pytest.mark.parametrize("word", ENGLISH)
def test_a_word_is_possibly_linked_to_its_neighbours_alone(word: str) -> None:
    def linked(pair: Pair) -> set[str]:
        place = pair.target.index(word)
        return {pair.source[j] for j, t in sides(pair, "?") if t == place}

    said = [pair for pair in PAIRS if word in pair.target]
    assert said
    assert [pair for pair in said if linked(pair) != possible(word, pair.source)] == []


def test_only_grammar_goes_without_a_sure_link() -> None:
    def unlinked(pair: Pair) -> set[str]:
        return {*pair.source} - {pair.source[j] for j, _ in sides(pair, "-")}

    grammar = {"了", "的", *MEASURES} - {"杯"}
    assert [pair for pair in PAIRS if unlinked(pair) != grammar & {*pair.source}] == []


# The list of words

NEUTRAL = (  # words of which one syllable has no tone of its own, or (哪儿) is no syllable
    *("了", "的", "吗", "便宜", "喜欢", "妈妈", "他们", "我们", "早上", "晚上", "椅子", "饺子"),
    *("漂亮", "什么", "认识", "谢谢", "客气", "哪儿"),
)


def entries() -> list[list[str]]:
    return [line.split("\t") for line in WORDS.read_text(encoding="utf-8").split("\n")[:-1]]


def test_the_list_of_words_has_its_header() -> None:
    assert entries()[0] == ["word", "pinyin", "gloss"]


def test_every_word_is_in_the_list_of_words() -> None:
    listed = {word for word, _, _ in entries()[1:]}
    assert {word for pair in PAIRS for word in pair.source} - listed == set()


def test_no_word_is_listed_twice() -> None:
    counts = Counter(word for word, _, _ in entries()[1:])
    assert [word for word, times in counts.items() if times > 1] == []


def test_words_are_listed_by_their_sound() -> None:
    def sound(entry: list[str]) -> tuple[str, str]:
        letters = [c for c in unicodedata.normalize("NFD", entry[1]) if c.isascii()]
        return "".join(letters).lower(), entry[0]

    assert entries()[1:] == sorted(entries()[1:], key=sound)


@pytest.mark.parametrize("entry", entries()[1:], ids=lambda entry: entry[0])
def test_pinyin_carries_its_tones(entry: list[str]) -> None:
    word, pinyin, _ = entry
    tones = sum(mark in "\u0300\u0301\u0304\u030c" for mark in unicodedata.normalize("NFD", pinyin))
    # second syllables without a tone of their own; 了 and 的 have none at all
    neutral = {"学生们": 2}.get(word, word in NEUTRAL)
    assert tones == len(word) - neutral


@pytest.mark.parametrize("entry", entries()[1:], ids=lambda entry: entry[0])
def test_a_gloss_fits_under_its_word(entry: list[str]) -> None:
    word, _, gloss = entry
    assert len(gloss) <= (16 if word == "的" else 14)


def test_le_is_glossed_done_and_never_past() -> None:
    glosses = {word: gloss for word, _, gloss in entries()[1:]}
    assert glosses["了"] == "done"
    assert not any("past" in gloss for gloss in glosses.values())
