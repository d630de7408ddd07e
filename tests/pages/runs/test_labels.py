"""What a run's corpus is called, whichever way round it stands."""

from __future__ import annotations

import pytest

from pages.shared.runs.labels import corpus_label
from seq2seq_core.data.bundled import CORPORA


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("first", "First"),
        ("first_swapped", "First, English to Chinese"),
        ("five_sentences_swapped", "five sentences, English to Chinese"),
        ("my own", "my own"),
        ("my_swapped", "my_swapped"),
        ("reverse_swapped", "reverse_swapped"),  # no translation: a learner's own name
    ],
)
def test_a_corpus_is_called_by_its_label_and_direction(name: str, label: str) -> None:
    assert corpus_label(name) == label


def test_every_corpus_of_the_lesson_has_its_label() -> None:
    assert [corpus_label(name) for name in CORPORA] == [info.label for info in CORPORA.values()]
