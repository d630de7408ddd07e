"""Sampling: the cuts, the limits, the seed; and one distribution to draw by and to show."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.config import DecodingConfig, parse_decoding_config
from seq2seq_core.decoding.sampling import (
    sampler,
    sampling_distribution,
    top_k_top_p_filter,
)
from seq2seq_core.decoding.stepper import decode, greedy_search
from seq2seq_core.errors import ConfigError
from seq2seq_core.models import build_model
from tests.core.model_grid import DATA, KINDS, SOURCE, TARGET, name_of

rows = st.lists(st.floats(0.001, 1.0), min_size=2, max_size=12)


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


def test_what_is_drawn_by_is_what_is_shown() -> None:
    logits = torch.randn(12, generator=torch.Generator().manual_seed(1))
    config = DecodingConfig(temperature=1.3, top_k=4, seed=3)
    shown = sampling_distribution(logits[None], config)[0]
    choose = sampler(config)
    drawn = torch.cat([choose(logits.expand(500, -1)) for _ in range(8)])
    shares = drawn.bincount(minlength=12) / len(drawn)
    assert shares.double().sub(shown).abs().max() < 0.03
