"""What is counted in one sentence leads to the scores that stand beside it."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from seq2seq_core.evaluation.report import ScoredSentence
from seq2seq_core.evaluation.text_metrics import rouge_f1, sentence_bleu
from tests.pages.laboratory import metrics, page_text

pytestmark = pytest.mark.usefixtures("english")


def draw(output: str, reference: str) -> None:
    from pages.shared.evaluation.bleu_signature import draw_bleu_signature
    from pages.shared.evaluation.sentence_scores import draw_sentence_scores
    from seq2seq_core.evaluation.report import ScoredSentence
    from seq2seq_core.evaluation.text_metrics import score_texts

    sentence = ScoredSentence(
        ("书",), tuple(reference.split()), tuple(output.split()), reference, output, 0.0, 0.0
    )
    draw_sentence_scores(sentence)
    draw_bleu_signature(score_texts([output], [reference]).bleu_signature, sentence)


def shown(output: str, reference: str) -> AppTest:
    app = AppTest.from_function(draw, args=(output, reference)).run()
    assert not app.exception
    return app


CASES = [
    ("he reads two books today", "he reads two books today"),
    ("he reads books", "he reads two books today"),
    ("she", "he reads two books today"),
    ("", "he reads two books today"),
    ("he", "he"),
]


@pytest.mark.parametrize(("output", "reference"), CASES)
def test_the_scores_are_those_of_the_packages(output: str, reference: str) -> None:
    values = metrics(shown(output, reference))
    expected = sentence_bleu(output, reference).score
    assert values["BLEU with effective_order"] == f"{expected:.1f}"
    for name, f1 in zip(("1", "2", "L"), rouge_f1(output, reference), strict=True):
        assert values[f"ROUGE-{name} F1"] == f"{f1:.3f}"


@pytest.mark.parametrize(("output", "reference"), CASES)
def test_words_in_a_row_are_counted(output: str, reference: str) -> None:
    text = page_text(shown(output, reference))
    words, others = output.split(), reference.split()
    for n in range(1, 5):
        grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        known = {tuple(others[i : i + n]) for i in range(len(others) - n + 1)}
        (line,) = re.findall(rf"^{n} in a row: (.*)$", text, re.MULTILINE)
        if not grams:
            assert line == "there are none"
        else:
            assert line.startswith(f"{sum(gram in known for gram in grams)} of {len(grams)}")
    assert ("shorter than the reference" in text) == (len(words) < len(others))


def test_nothing_in_common_is_a_dash() -> None:
    text = page_text(shown("she", "he reads"))
    assert "Words in both: –" in text and "Neighbours in both: –" in text
    assert "It writes: –" in page_text(shown("", "he reads"))


def test_every_part_of_the_signature_is_explained() -> None:
    app = shown("he reads", "he reads")
    (signature,) = app.code
    (table,) = app.table
    parts = dict(part.split(":", 1) for part in signature.value.split("|"))
    assert list(table.value["part"]) == list(parts)
    assert list(table.value["all sentences"]) == list(parts.values())
    assert all(table.value["what it says"])
    differing = table.value[table.value["all sentences"] != table.value["one sentence"]]
    assert list(differing["part"]) == ["eff"]  # one sentence is too short for four in a row


def test_a_sentence_is_right_only_to_the_last_word() -> None:
    right = ScoredSentence(("a",), ("b", "c"), ("b", "c"), "b c", "b c", 100, 1)
    assert right.is_exact_match
    assert not ScoredSentence(("a",), ("b", "c"), ("b",), "b c", "b", 100, 1).is_exact_match
