"""What if: a branch is what was changed, and replaying it changes that and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.config import ModelConfig
from seq2seq_core.decoding.branches import summarize_outcome
from seq2seq_core.decoding.interventions import (
    KINDS_BY_LETTER,
    MAX_NUMBERS,
    Branch,
    Intervention,
    parse_branch,
    replay_branch,
    shuffled_attention,
    word_intervention,
)
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import ConfigError, CorpusError, Seq2SeqError
from seq2seq_core.models import attention_overrides, build_model
from tests.core.model_grid import CODEC, SOURCE, TARGET

TEXT = "自然 语言 处理 很 强大"
TOKENS = tuple(TEXT.split())
RECURRENT = {
    f"{cell}-{score}-{timing}": ModelConfig(
        cell, both, score, embedding_size=8, hidden_size=8, timing=timing
    )
    for cell, score, both in (("gru", "general", True), ("lstm", "additive", False))
    for timing in ("after", "before")
} | {"rnn-2-layers": ModelConfig("rnn", attention="dot", embedding_size=8, hidden_size=8, layers=2)}
ATTENDING = RECURRENT | {
    "transformer": ModelConfig("transformer", layers=2, heads=2, model_size=8, feed_forward_size=8)
}
BLIND = ModelConfig(attention="none", embedding_size=8, hidden_size=8)
ALL_KINDS = ATTENDING | {"no-attention": BLIND}


def random_translator(kind: ModelConfig) -> Translator:
    """A model with random weights, large enough that no two steps are alike."""
    model = build_model(kind, len(SOURCE), len(TARGET), seed=3).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return Translator(model, CODEC)


def token_other_than(*tokens: int) -> int:
    return next(token for token in range(4, len(TARGET)) if token not in tokens)


# --- as text ----------------------------------------------------------------------------------

STEPS = st.integers(1, 64)


def numbers_of(kind: str) -> st.SearchStrategy[float]:
    if kind == "sharpened":
        return st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
    return st.integers(0, MAX_NUMBERS[kind])


def intervention_lists(kinds: list[str]) -> st.SearchStrategy[list[Intervention]]:
    interventions = st.sampled_from(kinds).flatmap(
        lambda k: st.builds(Intervention, STEPS, st.just(k), numbers_of(k))
    )
    return st.lists(interventions, max_size=5, unique_by=lambda change: change.step)


ATTENTION_KINDS = [kind for kind in KINDS_BY_LETTER.values() if kind != "word"]
BRANCHES = st.builds(
    lambda looked, words, out: Branch(
        tuple(sorted(looked + words, key=lambda change: (change.step, change.is_word))),
        tuple(sorted(out)),
    ),
    intervention_lists(ATTENTION_KINDS),
    intervention_lists(["word"]),
    st.sets(st.integers(0, 63), max_size=4),
)


@given(BRANCHES)
def test_a_branch_survives_its_text(branch: Branch) -> None:
    assert parse_branch(str(branch)) == branch


@given(st.text() | st.text("0123456789weabmpx-.") | st.from_regex(r"\A(\d+[wempabx]\d*-?)+\Z"))
def test_rubbish_is_refused_and_what_is_read_was_the_text_of_a_branch(text: str) -> None:
    try:
        branch = parse_branch(text)
    except ConfigError as error:
        assert str(error)
    else:
        assert str(branch) == text


@pytest.mark.parametrize(
    "text",
    ["2", "w2", "2w", "0w5", "65w5", "2w-3", "2e1", "02w7", "2w07", "2w7.5", "2b1.50", "2b101",
     "3a64", "3p1000", "2w7-", "-", "x", "x64x", "x1-2e", "x3-x1", "x1-x1", "3e-2e", "2w1-2w2",
     "2e-2m", "2w1-2e", "2z1", "２w7", "2w7_2w8", "2w1000000", "x1.0", "2b1e3"],
)  # fmt: skip
def test_only_one_way_to_say_it_is_read(text: str) -> None:
    with pytest.raises(Seq2SeqError):
        parse_branch(text)


def test_a_change_takes_away_what_comes_after_it_and_the_old_branch_stays() -> None:
    old = parse_branch("2w9-4e-4w8-6m-x3")
    assert str(old.with_intervention(Intervention(4, "word", 5))) == "2w9-4e-4w5-x3"
    assert str(old.with_intervention(Intervention(4, "most"))) == "2w9-4m-x3"
    assert str(old.with_intervention(Intervention(1, "at", 0))) == "1a0-x3"
    assert str(old) == "2w9-4e-4w8-6m-x3"


def test_a_word_left_out_is_not_attended_to_and_comes_back() -> None:
    old = parse_branch("2a1-3w7")
    assert str(old.toggle_position(1)) == "3w7-x1"
    assert old.toggle_position(4).toggle_position(0).toggle_position(4) == old.toggle_position(0)


# --- replayed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_KINDS.values(), ids=ALL_KINDS)
def test_where_nothing_is_changed_it_is_the_greedy_translation(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    assert replay_branch(translator, TOKENS, Branch()) == translator.translate(TEXT)


@pytest.mark.parametrize("kind", ALL_KINDS.values(), ids=ALL_KINDS)
def test_the_models_own_word_put_in_changes_nothing(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    own = replay_branch(translator, TOKENS, Branch())
    for step, step_written in enumerate(own.steps[:6], 1):
        unchanged = Branch((word_intervention(step, step_written.token, TARGET),))
        assert replay_branch(translator, TOKENS, unchanged) == own


@pytest.mark.parametrize("kind", ALL_KINDS.values(), ids=ALL_KINDS)
def test_a_branch_shares_its_beginning_and_leaves_the_old_stepper_whole(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    old = replay_branch(translator, TOKENS, Branch())
    early = translator.start_stepper(TOKENS).write_token()
    finished = early.decode_to_end()
    steps, tokens = finished.steps, finished.tokens
    probabilities = [step.probabilities.clone() for step in steps]
    forced_token = token_other_than(finished.tokens[1])
    forced_by_hand = early.write_token(forced_token).decode_to_end()
    assert forced_by_hand.steps[0] is finished.steps[0] is steps[0]
    branch = replay_branch(translator, TOKENS, Branch((Intervention(2, "word", forced_token),)))
    assert [step.token for step in branch.steps] == TARGET.decode(forced_by_hand.tokens)
    assert branch.steps[0] == old.steps[0] and branch.steps[1].top == old.steps[1].top
    assert branch.steps[1].token != old.steps[1].token
    assert finished.steps is steps and finished.tokens == tokens
    assert all(step.probabilities.equal(p) for step, p in zip(steps, probabilities, strict=True))
    assert replay_branch(translator, TOKENS, Branch()) == old


@pytest.mark.parametrize("kind", RECURRENT.values(), ids=RECURRENT)
def test_uniform_attention_gives_the_mean_of_the_encoders_states(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    ids = torch.tensor([SOURCE.encode(TOKENS)])
    states = translator.model.inspect_source(ids, ids != 0).states[0]  # (S, D)
    step = replay_branch(translator, TOKENS, parse_branch("2e")).steps[1]
    torch.testing.assert_close(torch.tensor(step.context), states.mean(0))
    assert step.attention == pytest.approx([1 / len(TOKENS)] * len(TOKENS))
    fixed = replay_branch(translator, TOKENS, parse_branch("2a3")).steps[1]
    torch.testing.assert_close(torch.tensor(fixed.context), states[3])


@pytest.mark.parametrize("kind", ATTENDING.values(), ids=ATTENDING)
def test_fixed_attention_is_on_one_word_alone_in_every_layer_and_head(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    translation = replay_branch(translator, TOKENS, parse_branch("2a3"))
    assert translation.steps[1].attention == (0, 0, 0, 1, 0)
    stepper = (
        translator.start_stepper(TOKENS)
        .write_token()
        .write_token(override=attention_overrides.fixed_attention(3))
    )
    weights = stepper.steps[1].inspection.step.attention  # (1, L, H, S)
    assert weights is not None and (weights[..., 3] == 1).all()
    assert translation.steps[1].probability == float(stepper.steps[1].probabilities.max())


@pytest.mark.parametrize("kind", ATTENDING.values(), ids=ATTENDING)
@pytest.mark.parametrize("attention_kind", ATTENTION_KINDS)
def test_other_attention_changes_one_step_and_then_the_model_goes_on_as_it_wants(
    kind: ModelConfig, attention_kind: str
) -> None:
    translator = random_translator(kind)
    own = replay_branch(translator, TOKENS, Branch())
    number = {"sharpened": 5, "shuffled": 1, "at": 2}.get(attention_kind, 0)
    branch = replay_branch(translator, TOKENS, Branch((Intervention(2, attention_kind, number),)))
    assert branch.steps[0] == own.steps[0]
    assert branch.steps[1].attention != own.steps[1].attention
    assert branch.steps[1].top != own.steps[1].top
    assert branch.steps[1].token == branch.steps[1].top[0].token  # its own most probable one


@pytest.mark.parametrize("kind", ATTENDING.values(), ids=ATTENDING)
def test_the_sharpness_one_is_as_learnt_and_zero_is_even(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    own = replay_branch(translator, TOKENS, Branch())
    for text, unchanged in (("2b1", own.steps[1]), ("2b0", None)):
        step = replay_branch(translator, TOKENS, parse_branch(text)).steps[1]
        even = replay_branch(translator, TOKENS, parse_branch("2e")).steps[1]
        expected = unchanged or even
        assert step.attention == pytest.approx(expected.attention, abs=1e-5)
        assert step.hidden == pytest.approx(expected.hidden, abs=1e-5)


def test_a_shuffle_moves_every_weight_and_the_same_seed_the_same_way() -> None:
    weights = torch.arange(1, 8) / 28
    orders = {
        tuple(shuffled_attention(7, seed)(weights, weights > 0).tolist()) for seed in range(9)
    }
    assert len(orders) > 5
    for order in orders:
        assert sorted(order) == weights.tolist() and torch.tensor(order).ne(weights).all()
    assert shuffled_attention(7, 4)(weights, weights > 0).equal(
        shuffled_attention(7, 4)(weights, weights > 0)
    )
    assert shuffled_attention(1, 4)(weights[:1], weights[:1] > 0).equal(weights[:1])


@pytest.mark.parametrize("kind", ALL_KINDS.values(), ids=ALL_KINDS)
def test_a_word_left_out_is_the_shorter_sentence(kind: ModelConfig) -> None:
    translator = random_translator(kind)
    shorter = replay_branch(translator, TOKENS, parse_branch("x1-x4"))
    assert shorter == translator.translate("自然 处理 很")
    assert shorter.source_tokens == ("自然", "处理", "很")


def test_a_position_means_the_whole_sentence_whatever_is_left_out() -> None:
    translator = random_translator(RECURRENT["gru-general-after"])
    step = replay_branch(translator, TOKENS, parse_branch("1a3-x0-x1")).steps[0]
    assert step.attention == (0, 1, 0)  # of 处理 很 强大


def test_a_change_behind_the_end_changes_nothing() -> None:
    translator = random_translator(BLIND)
    ended = replay_branch(translator, TOKENS, Branch((word_intervention(2, "<eos>", TARGET),)))
    later = Branch((word_intervention(2, "<eos>", TARGET), Intervention(9, "word", 7)))
    assert len(ended.steps) == 2
    assert replay_branch(translator, TOKENS, later) == ended


# --- refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("transformer", f"1w{len(TARGET)}", "not_a_branch"),
        ("transformer", "1a5", "not_a_branch"),
        ("transformer", "1a2-x2", "not_a_branch"),
        ("transformer", "x5", "not_a_branch"),
        ("transformer", "x0-x1-x2-x3-x4", "nothing_left"),
        ("no-attention", "1e", "not_a_branch"),
    ],
)
def test_what_does_not_fit_the_sentence_or_the_model_is_refused(
    name: str, text: str, code: str
) -> None:
    translator = random_translator(ALL_KINDS[name])
    with pytest.raises(ConfigError) as caught:
        replay_branch(translator, TOKENS, parse_branch(text))
    assert caught.value.code == code and str(caught.value)


def test_a_typed_word_is_cleaned_and_has_to_be_one_that_the_model_can_write() -> None:
    assert word_intervention(2, " changed \u200b", TARGET) == Intervention(
        2, "word", TARGET.token_to_id["changed"]
    )
    for text in ("", "nobody", "the world", "<b>x</b>"):
        with pytest.raises(ConfigError) as caught:
            word_intervention(2, text, TARGET)
        assert caught.value.code == "not_a_target_word"
    with pytest.raises(CorpusError):
        word_intervention(2, "\x00", TARGET)


# --- compared ---------------------------------------------------------------------------------


def test_the_outcome_is_the_probability_of_all_words_one_after_the_other() -> None:
    translator = random_translator(BLIND)
    translation = replay_branch(translator, TOKENS, parse_branch("2w7"))
    product = torch.tensor([step.probability for step in translation.steps]).double().log().sum()
    assert summarize_outcome(translation).log_probability == pytest.approx(float(product))
    assert summarize_outcome(translation).tokens == tuple(step.token for step in translation.steps)
    never = replace(translation.steps[0], probability=0.0)
    assert summarize_outcome(replace(translation, steps=(never,))).log_probability == pytest.approx(
        -103, abs=1
    )
