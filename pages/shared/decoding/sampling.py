"""Drawing the next word by lot: the chances of one step, and ten translations drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.frame import components, url_state, widgets
from pages.shared.frame.glossary import annotate_tokens
from pages.shared.frame.i18n import _
from pages.shared.frame.numbers import format_log_probability
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.run_corpus import reference_translation
from pages.shared.runs.selection import Selection
from pages.shared.settings.decoding import DRAW_NUMBER, TEMPERATURE, TOP_K, TOP_P
from pages.shared.settings.panel import draw_setting
from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.sampled_translations import (
    NextTokens,
    SampledTranslation,
    next_token_distribution,
    sample_translations,
)

if TYPE_CHECKING:
    pass

sampling_component = components.register_component("sampling")

SAMPLE_COUNT = 10


def choose_step(count: int, scope: str) -> int:
    """The step whose chances are shown, from 1; kept in the URL. scope: of which sentence."""
    if count == 1:
        return 1
    url_step = min(max(url_state.get_option("step", range(1000), 1), 1), count)
    bound = widgets.bind("search", "step", url_step, scope=scope)
    return st.slider(_("Step"), 1, count, value=bound.initial, key=bound.key, on_change=bound.save)


def choose_sampling(count: int, scope: str) -> tuple[int, DecodingConfig]:
    """The controls: which of `count` steps is shown, and how words are drawn."""
    columns = st.columns(5)
    with columns[0]:
        step = choose_step(count, scope)
    with columns[1]:
        temperature = draw_setting(TEMPERATURE)
    with columns[2]:
        top_k = draw_setting(TOP_K)
    with columns[3]:
        top_p = draw_setting(TOP_P)
    with columns[4]:
        number = draw_setting(DRAW_NUMBER)
    return step, DecodingConfig(temperature=temperature, top_k=top_k, top_p=top_p, seed=number)


def describe_candidates(distribution: NextTokens) -> str:
    if distribution.candidate_count == 1:
        return _("Only one word can be drawn here: this is greedy.")
    if distribution.candidate_count < distribution.vocabulary_size:
        return _(
            "{left} of {size} words can be drawn here.",
            left=distribution.candidate_count,
            size=distribution.vocabulary_size,
        )
    return _("Each of the {size} words can be drawn here, most of them hardly ever.",
             size=distribution.vocabulary_size)  # fmt: skip


def is_correct(sample: SampledTranslation, reference: Sequence[str] | None) -> bool | None:
    return None if reference is None else sample.tokens == reference


def describe_samples(
    samples: Sequence[SampledTranslation], greedy: Sequence[str], config: DecodingConfig
) -> str:
    if config.temperature == 0:
        return _("At temperature 0 every draw is what greedy search writes.")
    greedy_count = sum(one.count for one in samples if list(one.tokens) == list(greedy))
    return _(
        "Different sentences: {different}. Draws that are what greedy search writes: {same} of "
        "{count}.",
        different=len(samples), same=greedy_count, count=SAMPLE_COUNT,
    )  # fmt: skip


def sampling_data(
    selection: Selection,
    step: int,
    distribution: NextTokens,
    samples: Sequence[SampledTranslation],
    config: DecodingConfig,
) -> dict[str, Any]:
    reference = reference_translation(selection.run, selection.text)
    codec = selection.trained.translator.codec
    reference_tokens = None if reference is None else codec.tokenize_target(reference)
    return {
        "source": annotate_tokens(
            selection.translation.source_tokens, selection.translation.unknown
        ),
        "written": selection.translation.tokens[: step - 1],
        "chances": [
            [one.token, one.model_probability, one.sampling_probability] for one in distribution.top
        ],
        "drawn": [
            {
                "text": one.text or "<eos>",
                "count": one.count,
                "share": format_log_probability(one.log_probability),
                "right": is_correct(one, reference_tokens),
            }
            for one in samples
        ],
        "draws": SAMPLE_COUNT,
        "labels": {
            "chances": _("Step {step}: how likely each word is", step=step),
            "before": _("as the model says"),
            "after": _("as it is drawn"),
            "cut": _("cut off"),
            "left": describe_candidates(distribution),
            "drawn": _("{count} translations, drawn word by word", count=SAMPLE_COUNT),
            "same": describe_samples(samples, selection.translation.tokens, config),
            "share": _("probability"),
            "right": _("exactly as in the corpus"),
            "wrong": _("not as in the corpus"),
        },
    }


@cache_by_identity(max_entries=64)
def cached_samples(selection: Selection, config: DecodingConfig) -> list[SampledTranslation]:
    translator, translation = selection.trained.translator, selection.translation
    return sample_translations(translator, translation.source_tokens, config, SAMPLE_COUNT)


def sampling_view(selection: Selection) -> None:
    """Draw the controls and the picture: one step's chances, and ten sentences."""
    source, steps = selection.translation.source_tokens, selection.translation.steps
    # another sentence is another slider: it begins at its first step
    scope = f"{selection.run.id}_{len(steps)}_{hash(tuple(source))}"
    step, config = choose_sampling(len(steps), scope)
    prefix = [one.token for one in steps[: step - 1]]
    distribution = next_token_distribution(selection.trained.translator, source, prefix, config)
    samples = cached_samples(selection, config)
    sampling_component(
        key="search_lot", data=sampling_data(selection, step, distribution, samples, config)
    )
    st.caption(
        _(
            "The bars stand for the step after the words that greedy search writes before it. The "
            "probability beside a sentence is the model's own, before temperature and cuts. The "
            "same draw number draws the same sentences."
        )
    )
    reference = reference_translation(selection.run, selection.text)
    if reference is not None:
        st.text(_("In the corpus: {expected}", expected=reference))
