"""Which cell, which word, and whether there is a loss to tell."""

from __future__ import annotations

import pytest

from pages.shared.inspection import step_words
from tests.pages.laboratory import ROWS, Laboratory, plain, select


def test_the_cell_reads_the_word_of_before_and_at_first_the_start(
    lab: Laboratory, english: None
) -> None:
    translation = select(lab, "gru").translation
    assert plain(step_words.cell_heading(translation, "decoder", 0)) == (
        "The decoder's cell at step 1: it reads <sos>."
    )
    second = plain(step_words.cell_heading(translation, "decoder", 1))
    assert second == f"The decoder's cell at step 2: it reads {translation.steps[0].token}."
    encoder = plain(step_words.cell_heading(translation, "encoder", 2))
    assert encoder == f"The encoder's cell at word 3: it reads {ROWS[0].source.split()[2]}."


def test_words_keep_their_side_whatever_language_they_are_read_in(
    lab: Laboratory, language: str
) -> None:
    heading = step_words.calculation_heading("book", {"source": "书"})
    assert {"target": "book"} in heading and {"source": "书"} in heading
    alone = step_words.calculation_heading("book", None)
    assert {"target": "book"} in alone
    assert not any("source" in part for part in alone)


def test_the_loss_is_taken_after_the_true_words(lab: Laboratory, english: None) -> None:
    selection = select(lab, "gru")
    reference = (*ROWS[0].target.split(), "<eos>")
    written = [step.token for step in selection.translation.steps]
    for step in range(len(written)):
        token, reason = step_words.true_token(selection, step)
        if tuple(written[:step]) == reference[:step] and step < len(reference):
            assert (token, reason) == (reference[step], "")
        else:
            assert token is None and reason.startswith("Before this step it has written other")


def test_of_a_typed_sentence_there_is_no_true_word(lab: Laboratory, english: None) -> None:
    token, reason = step_words.true_token(select(lab, "gru", "我 我"), 0)
    assert token is None and "no translation of this sentence" in reason


@pytest.mark.parametrize("part", ["cross", "own"])
def test_what_can_be_looked_at_is_the_source_or_what_was_read(lab: Laboratory, part: str) -> None:
    selection = select(lab, "transformer")
    words = step_words.position_tokens(selection, part)
    if part == "cross":
        assert words == tuple({"source": token} for token in ROWS[0].source.split())
    else:
        tokens = ["<sos>", *(step.token for step in selection.translation.steps)][:-1]
        assert words == tuple({"target": token} for token in tokens)
