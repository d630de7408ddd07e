"""What maps say in words: crossings, words that nobody needs, and the same from a real model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.evaluation import alignment
from seq2seq_core.evaluation.metrics import split_rows, teacher_forced_attention
from seq2seq_core.inspection.attention_maps import build_attention_maps
from seq2seq_core.models import build_model
from seq2seq_core.training.loop import initial_state, train
from tests.core.model_grid import DATA, PAIRS, SOURCE, TARGET
from tests.core.trained import translator_of

PLACES = st.lists(st.integers(0, 8), max_size=9)
ROWS = st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=6)


def test_two_links_cross_where_the_later_word_looked_further_left() -> None:
    assert alignment.count_crossings([0, 2, 1]) == 1
    assert alignment.count_crossings([0, 2, 4, 6, 8, 1]) == 4  # the time word comes last in English


@given(PLACES)
def test_crossings_of_a_map_and_of_its_mirror_are_all_pairs_that_look_at_different_places(
    places: list[int],
) -> None:
    different = sum(a != b for t, b in enumerate(places) for a in places[:t])
    assert alignment.count_crossings(places) + alignment.count_crossings(places[::-1]) == different
    assert alignment.count_crossings(sorted(places)) == 0


@given(ROWS, st.floats(0.01, 1))
def test_a_position_is_needed_or_not(rows: list[list[float]], share: float) -> None:
    nobody = alignment.unattended(rows, share)
    for j in range(4):
        assert (j in nobody) == all(row[j] < share for row in rows)
    assert set(alignment.unattended(rows, share / 2)) <= set(nobody)


@given(ROWS)
def test_the_strongest_link_has_the_largest_weight(rows: list[list[float]]) -> None:
    assert [row[j] for row, j in zip(rows, alignment.argmax_positions(rows), strict=True)] == list(
        map(max, rows)
    )


def test_a_word_is_elsewhere_if_it_looks_at_no_gold_link() -> None:
    rows = [[0.9, 0.1, 0.0], [0.7, 0.2, 0.1], [0.0, 0.4, 0.6], [1.0, 0.0, 0.0]]
    sure = frozenset({(0, 0), (1, 1), (1, 2)})  # the last word comes from none
    assert alignment.misaligned(rows, sure, frozenset()) == [(1, 0, 1), (2, 2, 1)]
    assert alignment.misaligned(rows, sure, frozenset({(2, 2)})) == [(1, 0, 1)]


def test_words_are_counted_where_they_stand() -> None:
    sources = [("a", "的", "b"), ("的", "c")]
    assert alignment.count_words_at([[1, 2], [0]], sources) == [("的", 2, 2), ("b", 1, 1)]


def test_in_five_sentences_every_word_stands_once() -> None:
    sources = [pair.source for pair in PAIRS]
    assert alignment.all_words_unique(sources)
    assert not alignment.all_words_unique([*sources, PAIRS[0].source])


def test_attention_in_chunks_is_the_attention_of_the_whole_batch() -> None:
    model = build_model(ModelConfig(attention="additive"), len(SOURCE), len(TARGET), seed=3).eval()
    found = teacher_forced_attention(model, DATA)
    assert found is not None
    for row, (weights, pair) in enumerate(zip(found, PAIRS, strict=True)):
        assert [len(weights), len(weights[0])] == [len(pair.target) + 1, len(pair.source)]
        alone = teacher_forced_attention(model, Batches([pair], SOURCE, TARGET))
        assert alone is not None
        for one, other in zip(weights, alone[0], strict=True):
            assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 1e-5, row


def test_at_the_limits_a_chunk_is_a_few_sentences() -> None:
    class Long:  # 100 pairs of 64 tokens, 5,000 words
        target_vocabulary_size = 5000
        src = tgt = DATA.src.new_ones(100, 64)

        def __len__(self) -> int:
            return 100

    rows = split_rows(Long())  # type: ignore[arg-type]
    assert max(map(len, rows)) * 64 * 64 * 256 <= 4_000_000
    assert [int(i) for chunk in rows for i in chunk] == list(range(100))


def test_a_map_keeps_its_weights_in_a_byte_each() -> None:
    model = build_model(ModelConfig(), len(SOURCE), len(TARGET), seed=3)
    for event in train(
        model, initial_state(model), DATA, TrainingConfig(updates=20, batch_size="full")
    ):
        last = event
    trained = translator_of(last, ModelConfig())
    found, weights = (
        build_attention_maps(trained, PAIRS),
        teacher_forced_attention(trained.model, DATA),
    )
    assert found is not None and weights is not None
    for one, matrix, pair in zip(found, weights, PAIRS, strict=True):
        assert (one.source, one.target) == (pair.source, pair.target)
        flat = [weight for row in matrix[:-1] for weight in row]
        assert (
            max(abs(a / 255 - b) for a, b in zip(one.weight_bytes, flat, strict=True)) <= 0.5 / 255
        )
        t, j, weight = one.strongest_link
        assert weight == matrix[t][j] == max(flat)
        assert one.peak_positions[t] == j
        assert one.alignment is None  # these pairs name no links


def test_without_attention_there_are_no_maps() -> None:
    kind = ModelConfig(attention="none")
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3)
    for event in train(
        model, initial_state(model), DATA, TrainingConfig(updates=1, batch_size="full")
    ):
        translator = translator_of(event, kind)
    assert build_attention_maps(translator, PAIRS) is None
