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

PROBABILITIES = st.lists(st.floats(0.001, 1.0), min_size=2, max_size=12)


def draw_tokens(config: DecodingConfig, logits: torch.Tensor, count: int) -> torch.Tensor:
    choose_token = sampler(config)
    return torch.stack([choose_token(logits) for _ in range(count)])


@pytest.mark.parametrize("kind", KINDS[::3], ids=name_of)
def test_towards_temperature_zero_it_is_greedy(kind: object) -> None:
    model, batch = build_model(kind, len(SOURCE), len(TARGET), seed=6), DATA.full_batch()
    expected = greedy_search(model, batch.src, batch.src_mask, max_length=9)
    for temperature in (2e-9, 1e-30, 0.0):  # an untrained model's logits lie close together
        choose_token = sampler(DecodingConfig(temperature=temperature))
        assert decode(model, batch.src, batch.src_mask, choose_token, max_length=9) == expected
    choose_token = sampler(DecodingConfig(top_k=1))
    assert decode(model, batch.src, batch.src_mask, choose_token, max_length=9) == expected


def test_the_colder_the_surer_the_most_probable_token() -> None:
    logits = torch.tensor([[2.0, 1.9, 0.0, -1.0]])
    shares = [
        float((draw_tokens(DecodingConfig(temperature=t), logits, 500) == 0).float().mean())
        for t in (1.0, 0.1, 0.01)
    ]
    assert shares[0] < shares[1] < shares[2] == 1.0


def test_the_same_seed_draws_the_same_tokens() -> None:
    model, batch = build_model(KINDS[0], len(SOURCE), len(TARGET), seed=6), DATA.full_batch()

    def decode_with_seed(seed: int) -> list[list[int]]:
        choose_token = sampler(DecodingConfig(temperature=1.0, seed=seed))
        return decode(model, batch.src, batch.src_mask, choose_token, max_length=9)

    assert decode_with_seed(1) == decode_with_seed(1)
    assert len({str(decode_with_seed(seed)) for seed in range(4)}) > 1


def test_tokens_come_as_often_as_their_probability_says() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    for temperature in (0.5, 1.0, 2.0):
        tokens = draw_tokens(DecodingConfig(temperature=temperature), logits, 4_000).flatten()
        shares = tokens.bincount(minlength=4) / 4_000
        expected = (logits[0] / temperature).softmax(0)
        torch.testing.assert_close(shares, expected, rtol=0, atol=0.04)


@given(PROBABILITIES, st.integers(0, 14), st.floats(0.01, 1.0))
@settings(max_examples=200, deadline=None)
def test_what_is_cut_is_the_unlikely(values: list[float], top_k: int, top_p: float) -> None:
    probabilities = torch.tensor([values]).double()
    probabilities /= probabilities.sum()
    filtered = top_k_top_p_filter(probabilities, top_k, top_p)
    assert filtered.sum().item() == pytest.approx(1)
    is_left = filtered[0] > 0
    assert is_left[probabilities[0].argmax()]
    assert not top_k or is_left.sum() <= top_k
    left, removed = (
        probabilities[0][is_left],
        probabilities[0][~is_left],
    )
    assert not len(removed) or left.min() >= removed.max()
    enough = left.sum() >= top_p - 1e-9 or len(removed) == 0 or is_left.sum() == top_k
    assert enough  # it has the share, or top_k cut it before
    assert len(left) == 1 or left.sum() - left.min() < top_p + 1e-9  # and no more than it needs
    ratios = filtered[0][is_left] / left
    torch.testing.assert_close(ratios, ratios[:1].expand_as(ratios))


def test_without_cuts_nothing_changes() -> None:
    probabilities = torch.tensor([[0.1, 0.6, 0.3]])
    torch.testing.assert_close(top_k_top_p_filter(probabilities), probabilities)


@pytest.mark.parametrize(
    ("settings", "code"),
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
    settings: dict[str, object], code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_decoding_config(settings)
    assert caught.value.code == code


def test_what_is_drawn_by_is_what_is_shown() -> None:
    logits = torch.randn(12, generator=torch.Generator().manual_seed(1))
    config = DecodingConfig(temperature=1.3, top_k=4, seed=3)
    distribution = sampling_distribution(logits[None], config)[0]
    choose_token = sampler(config)
    tokens = torch.cat([choose_token(logits.expand(500, -1)) for _ in range(8)])
    shares = tokens.bincount(minlength=12) / len(tokens)
    assert shares.double().sub(distribution).abs().max() < 0.03
