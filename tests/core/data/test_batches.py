"""Pairs as tensors: nothing is lost in padding, and an epoch sees every pair once."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.batches import Batches, pad_sequences, seeded_generator
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import EOS, PAD, SOS, SPECIAL_TOKENS, UNK, Vocabulary
from seq2seq_core.errors import ConfigError

TOKENS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=7).map(tuple)
PAIRS = st.lists(st.builds(Pair, TOKENS, TOKENS), min_size=1, max_size=30)


def batches_of(pairs: list[Pair]) -> Batches:
    source = Vocabulary.from_sentences(pair.source for pair in pairs)
    target = Vocabulary.from_sentences(pair.target for pair in pairs)
    return Batches(pairs, source, target)


@given(PAIRS)
def test_a_batch_without_its_padding_is_the_pairs(pairs: list[Pair]) -> None:
    source = Vocabulary.from_sentences(pair.source for pair in pairs)
    target = Vocabulary.from_sentences(pair.target for pair in pairs)
    batch = Batches(pairs, source, target).full_batch()
    for row, pair in enumerate(pairs):
        ids = batch.src[row][batch.src_mask[row]].tolist()
        assert tuple(source.decode(ids)) == pair.source
        written = [i for i in batch.tgt_out[row].tolist() if i != PAD]
        read = batch.tgt_in[row, : len(written)].tolist()
        assert read[0] == SOS and tuple(target.decode(read[1:])) == pair.target
        assert written[-1] == EOS and tuple(target.decode(written[:-1])) == pair.target


@given(PAIRS, st.integers(1, 40), st.integers(0, 9))
def test_an_epoch_sees_every_pair_once(pairs: list[Pair], size: int, epoch: int) -> None:
    config = TrainingConfig(batch_size=size, seed=3)
    data = batches_of(pairs)
    batches = data.epoch_batches(config, epoch)
    assert len(batches) == data.updates_per_epoch(config)
    assert sorted(torch.cat(batches).tolist()) == list(range(len(pairs)))
    assert all(len(rows) <= size for rows in batches)
    again = data.epoch_batches(config, epoch)
    assert [rows.tolist() for rows in again] == [rows.tolist() for rows in batches]


@given(PAIRS, st.integers(1, 8))
def test_sentences_of_similar_length_stand_together(pairs: list[Pair], size: int) -> None:
    """Put in order of their lengths, the batches do not overlap."""
    data = batches_of(pairs)
    batches = data.epoch_batches(TrainingConfig(batch_size=size), 0)
    lengths = [data.src_lengths[rows].tolist() for rows in batches]
    ranges = sorted((min(one), max(one)) for one in lengths)
    for (_low, high), (low, _high) in zip(ranges, ranges[1:], strict=False):
        assert high <= low


@given(PAIRS)
def test_a_batch_is_no_wider_than_its_longest_sentence(pairs: list[Pair]) -> None:
    data = batches_of(pairs)
    for row, pair in enumerate(pairs):
        batch = data.select_batch(torch.tensor([row]))
        assert batch.src.shape == (1, len(pair.source))
        assert batch.tgt_in.shape == batch.tgt_out.shape == (1, len(pair.target) + 1)
        assert batch.src_mask.all()


def test_the_order_differs_from_epoch_to_epoch_and_from_seed_to_seed() -> None:
    pairs = [Pair((f"w{i}",), (f"v{i}",)) for i in range(30)]
    data = batches_of(pairs)
    configs = [TrainingConfig(batch_size=4, seed=seed) for seed in (1, 2)]
    orders = {
        tuple(torch.cat(data.epoch_batches(config, epoch)).tolist())
        for config in configs
        for epoch in (0, 1)
    }
    assert len(orders) == 4


@given(st.integers(0, 2**31), st.lists(st.integers() | st.text(max_size=3), max_size=3))
def test_the_same_place_draws_the_same_numbers(seed: int, key: list[Any]) -> None:
    first, again = (torch.rand(4, generator=seeded_generator(seed, *key)) for _ in range(2))
    assert torch.equal(first, again)
    other = torch.rand(4, generator=seeded_generator(seed, *key, "more"))
    assert not torch.equal(first, other)


@given(st.lists(st.lists(st.integers(4, 99), min_size=1, max_size=5), min_size=1, max_size=6))
def test_padding_fills_up_and_takes_nothing_away(rows: list[list[int]]) -> None:
    padded = pad_sequences(rows)
    assert padded.shape == (len(rows), max(map(len, rows)))
    assert [[i for i in row if i != PAD] for row in padded.tolist()] == rows


def test_no_sentences_make_an_empty_tensor() -> None:
    assert pad_sequences([]).numel() == 0


def test_an_update_that_fills_too_much_is_refused_with_its_count() -> None:
    pairs = [Pair(("a",) * 60, (f"w{i}",) * 60) for i in range(250)]
    data = batches_of(pairs)
    data.check_update_size(TrainingConfig(batch_size="one"))
    with pytest.raises(ConfigError) as caught:
        data.check_update_size(TrainingConfig(batch_size=256, seed=1), attention_cost=99)
    assert caught.value.code == "too_much_per_update"
    assert caught.value.fields["count"] == 250 * 62 * 60 * 99


# --- words as numbers -----------------------------------------------------------------------

SENTENCES = st.lists(TOKENS, max_size=10)


@given(SENTENCES)
def test_a_known_word_comes_back_as_itself(sentences: list[tuple[str, ...]]) -> None:
    vocabulary = Vocabulary.from_sentences(sentences)
    for sentence in sentences:
        assert tuple(vocabulary.decode(vocabulary.encode(sentence))) == sentence
        assert all(token in vocabulary for token in sentence)
    assert len(vocabulary) == len(SPECIAL_TOKENS) + len({t for s in sentences for t in s})


@given(SENTENCES)
def test_the_more_frequent_word_has_the_smaller_id(sentences: list[tuple[str, ...]]) -> None:
    tokens = [token for sentence in sentences for token in sentence]
    vocabulary = Vocabulary.from_sentences(sentences)
    counts = [tokens.count(word) for word in vocabulary.tokens[len(SPECIAL_TOKENS) :]]
    assert counts == sorted(counts, reverse=True)


def test_an_unknown_word_is_read_as_unk() -> None:
    vocabulary = Vocabulary.from_sentences([("a", "b")])
    assert vocabulary.encode(("a", "恐龙")) == [4, UNK]
    assert vocabulary.decode([PAD, SOS, EOS, UNK]) == list(SPECIAL_TOKENS)


@pytest.mark.parametrize("tokens", [("a",), (*SPECIAL_TOKENS, "a", "a"), SPECIAL_TOKENS[::-1]])
def test_what_is_no_vocabulary_is_our_bug(tokens: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        Vocabulary(tokens)
