"""Sampling: the cuts, the limits, the seed; and a page shows the chances that are drawn by."""

from __future__ import annotations

from collections import Counter
from math import isclose, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.config import DecodingConfig, parse_decoding_config
from seq2seq_core.data.vocabulary import EOS
from seq2seq_core.decoding.sampling import (
    next_token_distribution,
    sample_translations,
    sampler,
    sampling_distribution,
    sequence_log_probabilities,
    top_k_top_p_filter,
)
from seq2seq_core.decoding.stepper import Stepper, decode, greedy_search
from seq2seq_core.decoding.translator import translate
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint
from tests.core.model_grid import DATA, KINDS, PAIRS, SOURCE, TARGET, name_of
from tests.core.trained import SMALL_KINDS, half_trained

WORDS = PAIRS[1].source
SRC = torch.tensor(SOURCE.encode(WORDS))
Trained = tuple[EncoderDecoder, Checkpoint]
rows = st.lists(st.floats(0.001, 1.0), min_size=2, max_size=12)


@pytest.fixture(scope="module", params=SMALL_KINDS, ids=lambda kind: kind.architecture)
def trained(request: pytest.FixtureRequest) -> Trained:
    checkpoint = half_trained(request.param)
    return checkpoint.build(), checkpoint


def drawn(config: DecodingConfig, logits: torch.Tensor, times: int) -> torch.Tensor:
    choose = sampler(config)
    return torch.stack([choose(logits) for _ in range(times)])


@pytest.mark.parametrize("kind", KINDS[::3], ids=name_of)
def test_towards_temperature_zero_it_is_greedy(kind: object) -> None:
    model, batch = build_model(kind, len(SOURCE), len(TARGET), seed=6), DATA.full_batch()
    expected = greedy_search(model, batch.src, batch.src_mask, max_length=9)
    for temperature in (2e-9, 1e-30, 0.0):  # an untrained model's logits lie close together
        choose = sampler(DecodingConfig(temperature=temperature))
        assert decode(model, batch.src, batch.src_mask, choose, max_length=9) == expected
    choose = sampler(DecodingConfig(top_k=1))
    assert decode(model, batch.src, batch.src_mask, choose, max_length=9) == expected


def test_the_colder_the_surer_the_most_probable_token() -> None:
    logits = torch.tensor([[2.0, 1.9, 0.0, -1.0]])
    shares = [
        float((drawn(DecodingConfig(temperature=t), logits, 500) == 0).float().mean())
        for t in (1.0, 0.1, 0.01)
    ]
    assert shares[0] < shares[1] < shares[2] == 1.0


def test_the_same_seed_draws_the_same_tokens() -> None:
    model, batch = build_model(KINDS[0], len(SOURCE), len(TARGET), seed=6), DATA.full_batch()

    def written(seed: int) -> list[list[int]]:
        choose = sampler(DecodingConfig(temperature=1.0, seed=seed))
        return decode(model, batch.src, batch.src_mask, choose, max_length=9)

    assert written(1) == written(1)
    assert len({str(written(seed)) for seed in range(4)}) > 1


def test_tokens_come_as_often_as_their_probability_says() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    for temperature in (0.5, 1.0, 2.0):
        found = drawn(DecodingConfig(temperature=temperature), logits, 4_000).flatten()
        shares = found.bincount(minlength=4) / 4_000
        expected = (logits[0] / temperature).softmax(0)
        torch.testing.assert_close(shares, expected, rtol=0, atol=0.04)


@given(rows, st.integers(0, 14), st.floats(0.01, 1.0))
@settings(max_examples=200, deadline=None)
def test_what_is_cut_is_the_unlikely(values: list[float], top_k: int, top_p: float) -> None:
    probabilities = torch.tensor([values]).double()
    probabilities /= probabilities.sum()
    kept = top_k_top_p_filter(probabilities, top_k, top_p)
    assert kept.sum().item() == pytest.approx(1)
    stays = kept[0] > 0
    assert stays[probabilities[0].argmax()]
    assert not top_k or stays.sum() <= top_k
    left, cut = probabilities[0][stays], probabilities[0][~stays]
    assert not len(cut) or left.min() >= cut.max()
    enough = left.sum() >= top_p - 1e-9 or len(cut) == 0 or stays.sum() == top_k
    assert enough  # it has the share, or top_k cut it before
    assert len(left) == 1 or left.sum() - left.min() < top_p + 1e-9  # and no more than it needs
    ratios = kept[0][stays] / left
    torch.testing.assert_close(ratios, ratios[:1].expand_as(ratios))


def test_without_cuts_nothing_changes() -> None:
    probabilities = torch.tensor([[0.1, 0.6, 0.3]])
    torch.testing.assert_close(top_k_top_p_filter(probabilities), probabilities)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"beam": 1_000_000}, "out_of_range"),
        ({"beam": 0}, "out_of_range"),
        ({"beam": "three"}, "not_whole"),
        ({"length_penalty": "nan"}, "not_a_number"),
        ({"temperature": -1}, "out_of_range"),
        ({"top_p": 0}, "out_of_range"),
        ({"top_k": 2.5}, "not_whole"),
        ({"beam": 3, "temperature": 0.7}, "beam_and_lot"),
        ({"beam": 3, "top_k": 2}, "beam_and_lot"),
        ({"width": 3}, "unknown_setting"),
    ],
)
def test_settings_of_decoding_are_read_as_strictly_as_all_others(
    given: dict[str, object], code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_decoding_config(given)
    assert caught.value.code == code


def test_whole_sentences_are_as_probable_as_their_steps(trained: Trained) -> None:
    model, _checkpoint = trained
    written = [[4, 5, EOS], [6, 4, 5, 7, EOS], [EOS], [4, 4]]
    for ids, found in zip(written, sequence_log_probabilities(model, SRC, written), strict=True):
        walk = Stepper.from_source(model, SRC)
        for token in ids:
            walk = walk.write_token(token)
        each = [log(float(step.probabilities[step.token])) for step in walk.steps]
        assert isclose(found, sum(each), abs_tol=1e-4)


def test_ten_draws_are_what_decoding_draws_and_the_same_for_the_same_seed(
    trained: Trained,
) -> None:
    model, checkpoint = trained
    config = DecodingConfig(temperature=1.5, seed=7)
    drawn = sample_translations(model, checkpoint, WORDS, config, count=10)
    rows = SRC.expand(10, -1)
    wanted = decode(model, rows, rows > 0, sampler(config))
    assert sum(one.count for one in drawn) == 10
    assert {one.tokens: one.count for one in drawn} == {
        tuple(TARGET.decode(ids)): wanted.count(ids) for ids in wanted
    }
    assert drawn == sample_translations(model, checkpoint, WORDS, config, count=10)
    assert all(one.finished == (len(one.tokens) < LIMITS.decoded_tokens) for one in drawn)


def test_at_temperature_0_all_draws_are_greedy(trained: Trained) -> None:
    model, checkpoint = trained
    (only,) = sample_translations(
        model, checkpoint, WORDS, DecodingConfig(temperature=0.0), count=10
    )
    assert only.count == 10
    walk = translate(model, checkpoint, " ".join(WORDS))
    assert only.tokens == walk.tokens
    assert isclose(only.log_probability, sum(log(s.probability) for s in walk.steps), abs_tol=1e-4)


def test_temperature_and_cuts_change_the_chances_as_they_say(trained: Trained) -> None:
    model, checkpoint = trained

    def given(config: DecodingConfig) -> list[float]:
        found = next_token_distribution(
            model, checkpoint, WORDS, ("I",), config, top_count=len(TARGET)
        )
        assert found.vocabulary_size == len(TARGET) and found.candidate_count == sum(
            one.sampling_probability > 0 for one in found.top
        )
        assert isclose(sum(one.model_probability for one in found.top), 1)
        assert isclose(sum(one.sampling_probability for one in found.top), 1)
        return [one.sampling_probability for one in found.top]

    plain = given(DecodingConfig())
    walk = Stepper.from_source(model, SRC).write_token(TARGET.token_to_id["I"]).write_token()
    assert plain == pytest.approx(sorted(walk.steps[-1].probabilities.tolist(), reverse=True), 1e-5)
    assert given(DecodingConfig(temperature=0.5))[0] > plain[0]
    assert given(DecodingConfig(temperature=2.0))[0] < plain[0]
    assert given(DecodingConfig(temperature=0.0)) == [1.0] + [0.0] * (len(TARGET) - 1)
    top = given(DecodingConfig(top_k=3))
    assert top[3:] == [0.0] * (len(TARGET) - 3)
    assert top[0] / top[2] == pytest.approx(plain[0] / plain[2])  # what stays keeps its ratios
    nucleus = given(DecodingConfig(top_p=0.6))
    left = sum(share > 0 for share in nucleus)
    assert sum(plain[:left]) >= 0.6 > sum(plain[: left - 1])


@pytest.mark.parametrize(
    "config",
    [
        DecodingConfig(temperature=1.0, seed=3),
        DecodingConfig(temperature=1.7, top_k=4, seed=4),
        DecodingConfig(temperature=0.6, top_p=0.8, seed=5),
        DecodingConfig(temperature=0.0, seed=6),
    ],
)
def test_tokens_are_drawn_as_often_as_the_picture_says(
    trained: Trained, config: DecodingConfig
) -> None:
    model, checkpoint = trained
    shown = next_token_distribution(model, checkpoint, WORDS, (), config, top_count=len(TARGET))
    rows = SRC.expand(4_000, -1)
    firsts = decode(model, rows, rows > 0, sampler(config), max_length=1)
    counts = Counter(TARGET.tokens[ids[0]] if ids else "<eos>" for ids in firsts)
    for token in shown.top:
        assert abs(counts[token.token] / 4_000 - token.sampling_probability) < 0.03
        assert token.sampling_probability or not counts[token.token]  # what is cut is never drawn


def test_what_is_drawn_by_is_what_is_shown() -> None:
    logits = torch.randn(12, generator=torch.Generator().manual_seed(1))
    config = DecodingConfig(temperature=1.3, top_k=4, seed=3)
    shown = sampling_distribution(logits[None], config)[0]
    choose = sampler(config)
    drawn = torch.cat([choose(logits.expand(500, -1)) for _ in range(8)])
    shares = drawn.bincount(minlength=12) / len(drawn)
    assert shares.double().sub(shown).abs().max() < 0.03
