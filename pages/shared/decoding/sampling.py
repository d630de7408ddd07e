"""Drawing the next word by lot: the chances of one step, and ten translations drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.decoding.beam_tree import percent
from pages.shared.frame import components, url_state
from pages.shared.frame.i18n import _, current_language
from pages.shared.runs import actions
from pages.shared.runs.selection import Selection
from pages.shared.settings.decoding import TEMPERATURE, TOP_K, TOP_P, seed_input, decoding_control
from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.corpus import tokenize
from seq2seq_core.decoding.beam_tree import NextTokens, SampledTranslation, next_token_distribution, sample_translations

if TYPE_CHECKING:
    from seq2seq_core.training.dataset import TrainedRun

lot = components.register_component("lot")

DRAWS = 10


def choose_step(count: int) -> int:
    """The step whose chances are shown, from 1; kept in the URL."""
    if count == 1:
        return 1
    key = f"search_step_{current_language()}_{count}"
    first = url_state.initial_value(key, min(max(url_state.get_option("step", range(1000), 1), 1), count))
    step = st.slider(_("Step"), 1, count, value=first, key=key)
    url_state.set_param("step", str(step))
    return step


def settings(count: int) -> tuple[int, DecodingConfig]:
    """The controls: which of `count` steps is shown, and how words are drawn."""
    places = st.columns(5)
    with places[0]:
        step = choose_step(count)
    with places[1]:
        temperature = decoding_control(TEMPERATURE)
    with places[2]:
        top_k = int(decoding_control(TOP_K))
    with places[3]:
        top_p = decoding_control(TOP_P)
    with places[4]:
        number = seed_input()
    return step, DecodingConfig(temperature=temperature, top_k=top_k, top_p=top_p, seed=number)


def in_words(found: NextTokens) -> str:
    if found.candidate_count == 1:
        return _("Only one word can be drawn here: this is greedy.")
    if found.candidate_count < found.vocabulary_size:
        return _("{left} of {size} words can be drawn here.", left=found.candidate_count, size=found.vocabulary_size)
    return _("Each of the {size} words can be drawn here, most of them hardly ever.",
             size=found.vocabulary_size)  # fmt: skip


def right(one: SampledTranslation, wanted: Sequence[str] | None) -> bool | None:
    return None if wanted is None else one.tokens == wanted


def drawn_in_words(drawn: Sequence[SampledTranslation], greedy: Sequence[str], config: DecodingConfig) -> str:
    if config.temperature == 0:
        return _("At temperature 0 every draw is what greedy search writes.")
    same = sum(one.count for one in drawn if list(one.tokens) == list(greedy))
    return _(
        "Different sentences: {different}. Draws that are what greedy search writes: {same} of "
        "{count}.",
        different=len(drawn), same=same, count=DRAWS,
    )  # fmt: skip


def lot_data(
    now: Selection, step: int, found: NextTokens, drawn: Sequence[SampledTranslation], config: DecodingConfig
) -> dict[str, Any]:
    expected = actions.reference(now.run, now.text)
    wanted = None if expected is None else tokenize(expected, now.trained.checkpoint.tokenizer)
    return {
        "source": components.annotate_tokens(now.translation.source_tokens, now.translation.unknown),
        "written": now.translation.tokens[: step - 1],
        "chances": [[one.token, one.model_probability, one.sampling_probability] for one in found.top],
        "drawn": [
            {
                "text": one.text or "<eos>",
                "count": one.count,
                "share": percent(one.log_probability),
                "right": right(one, wanted),
            }
            for one in drawn
        ],
        "draws": DRAWS,
        "labels": {
            "chances": _("Step {step}: how likely each word is", step=step),
            "before": _("as the model says"),
            "after": _("as it is drawn"),
            "cut": _("cut off"),
            "left": in_words(found),
            "drawn": _("{count} translations, drawn word by word", count=DRAWS),
            "same": drawn_in_words(drawn, now.translation.tokens, config),
            "share": _("probability"),
            "right": _("exactly as in the corpus"),
            "wrong": _("not as in the corpus"),
        },
    }


@st.cache_resource(show_spinner=False, max_entries=64)
def _drawn(
    run_id: int, update: int, source: tuple[str, ...], config: DecodingConfig, _trained: TrainedRun
) -> list[SampledTranslation]:
    return sample_translations(_trained.model, _trained.checkpoint, source, config, DRAWS)


def lots(now: Selection) -> None:
    """Draw the controls and the picture: one step's chances, and ten sentences."""
    source, steps = now.translation.source_tokens, now.translation.steps
    step, config = settings(len(steps))
    written = [one.token for one in steps[: step - 1]]
    found = next_token_distribution(now.trained.model, now.trained.checkpoint, source, written, config)
    drawn = _drawn(now.run.id, now.trained.update, source, config, now.trained)
    lot(key="search_lot", data=lot_data(now, step, found, drawn, config))
    st.caption(
        _(
            "The bars stand for the step after the words that greedy search writes before it. The "
            "probability beside a sentence is the model's own, before temperature and cuts. The "
            "same draw number draws the same sentences."
        )
    )
    expected = actions.reference(now.run, now.text)
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
