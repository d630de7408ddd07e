"""Drawing the next word by lot: the chances of one step, and ten translations drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.shared.frame import theme, url_state, widgets
from pages.shared.frame.glossary import annotate_tokens
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import color_markdown
from pages.shared.frame.numbers import format_log_probability, format_percent
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.run_corpus import reference_translation
from pages.shared.runs.selection import Selection
from pages.shared.settings.decoding import DRAW_NUMBER, TEMPERATURE, TOP_K, TOP_P
from pages.shared.settings.panel import draw_setting
from seq2seq_core.config import DecodingConfig
from seq2seq_core.decoding.sampled_translations import (
    NextTokens,
    SampledTranslation,
    TokenProbability,
    next_token_distribution,
    sample_translations,
)
from seq2seq_core.figures.bars import BarPair, pair_chart
from seq2seq_core.figures.palette import Palette

SAMPLE_COUNT = 10
ROW_HEIGHT, LEGEND_HEIGHT = 34, 60  # px, of the chart


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
    """Whether it is the reference; None where the corpus has none."""
    return None if reference is None else sample.tokens == reference


def describe_samples(
    samples: Sequence[SampledTranslation], greedy: Sequence[str], config: DecodingConfig
) -> str:
    """How different the samples are, and how many are the greedy translation."""
    if config.temperature == 0:
        return _("At temperature 0 every draw is what greedy search writes.")
    greedy_count = sum(sample.count for sample in samples if [*sample.tokens] == [*greedy])
    return _(
        "Different sentences: {different}. Draws that are what greedy search writes: {same} of "
        "{count}.",
        different=len(samples), same=greedy_count, count=SAMPLE_COUNT,
    )  # fmt: skip


def chance_pair(chance: TokenProbability) -> BarPair:
    """A token as the model sees it, and as it is drawn: some are cut off."""
    before, after = chance.model_probability, chance.sampling_probability
    after_label = format_percent(after) if after else _("cut off")
    return BarPair(
        chance.token, (before, after), (format_percent(before), after_label), muted=not after
    )


def source_markdown(selection: Selection, palette: Palette) -> str:
    """The source sentence with what its words mean."""
    words = annotate_tokens(selection.translation.source_tokens, selection.translation.unknown)
    parts = []
    for word in words:
        token = f"**{color_markdown(word['token'], palette.source)}**"
        gloss = f"\u00a0:small[{color_markdown(word['gloss'], palette.muted_text)}]"
        parts.append(token + gloss if word["gloss"] else token)
    return "\u2003".join(parts)


def prefix_markdown(tokens: Sequence[str], palette: Palette) -> str:
    """What is written before the step, and a mark for the word that is drawn next."""
    words = [f"**{color_markdown(token, palette.target_ink)}**" for token in tokens]
    next_word = (
        f':color[ ? ]{{foreground="{palette.background}" background="{palette.target_ink}"}}'
    )
    return " ".join([*words, next_word])


def draw_chances(selection: Selection, step: int, distribution: NextTokens) -> None:
    """How likely each word is at one step, as the model says and as it is drawn."""
    palette = theme.current_palette()
    pairs = [chance_pair(chance) for chance in distribution.top]
    with st.container(border=True, gap="xsmall", key="search_chances"):
        st.markdown(source_markdown(selection, palette))
        st.markdown(f"**{_('Step {step}: how likely each word is', step=step)}**")
        st.markdown(prefix_markdown(selection.translation.tokens[: step - 1], palette))
        st.altair_chart(
            pair_chart(
                pairs, (_("as the model says"), _("as it is drawn")), palette.target, palette
            ),
            height=ROW_HEIGHT * len(pairs) + LEGEND_HEIGHT,
            key="search_chart",
            alt="; ".join(f"{pair.name}: {pair.labels[0]} → {pair.labels[1]}" for pair in pairs),
        )
        st.text(describe_candidates(distribution))


def sample_row(
    sample: SampledTranslation, reference: Sequence[str] | None, palette: Palette
) -> list[str]:
    """How often it was drawn, the sentence and what is known about it, ✓ or ✗; in Markdown."""
    note = f"{_('probability')} {format_log_probability(sample.log_probability)}"
    correct, mark = is_correct(sample, reference), ""
    if correct is not None:
        note += " · " + (_("exactly as in the corpus") if correct else _("not as in the corpus"))
        mark = color_markdown(*("✓", palette.correct) if correct else ("✗", palette.wrong))
    text = color_markdown(sample.text or "<eos>", palette.target_ink)
    return [
        f"{sample.count}\u00a0×",
        f"{text}  \n:small[{color_markdown(note, palette.muted_text)}]",
        f"**{mark}**" if mark else "",
    ]


def draw_samples(
    selection: Selection, samples: Sequence[SampledTranslation], config: DecodingConfig
) -> None:
    """The sentences that were drawn, each with how often."""
    palette = theme.current_palette()
    title = _("{count} translations, drawn word by word", count=SAMPLE_COUNT)
    expected = reference_translation(selection.run, selection.text)
    tokenize = selection.trained.translator.codec.tokenize_target
    reference = None if expected is None else tokenize(expected)
    rows = [sample_row(sample, reference, palette) for sample in samples]
    with st.container(border=True, gap="xsmall", key="search_samples"):
        st.markdown(f"**{title}**")
        st.table(
            pd.DataFrame(rows, columns=["count", "text", "mark"]),
            border="horizontal",
            hide_index=True,
            hide_header=True,
            alt=title,
        )
        st.text(describe_samples(samples, selection.translation.tokens, config))


@cache_by_identity(max_entries=64)
def cached_samples(selection: Selection, config: DecodingConfig) -> list[SampledTranslation]:
    translator, translation = selection.trained.translator, selection.translation
    return sample_translations(translator, translation.source_tokens, config, SAMPLE_COUNT)


def sampling_view(selection: Selection) -> None:
    """Draw the controls and the picture: one step's chances, and ten sentences."""
    source, steps = selection.translation.source_tokens, selection.translation.steps
    # another sentence is another slider: it begins at its first step
    scope = f"{selection.run.id}_{len(steps)}_{hash(tuple(source))}"
    number, config = choose_sampling(len(steps), scope)
    prefix = [step.token for step in steps[: number - 1]]
    distribution = next_token_distribution(selection.trained.translator, source, prefix, config)
    samples = cached_samples(selection, config)
    left, right = st.columns(2, gap="small")
    with left:
        draw_chances(selection, number, distribution)
    with right:
        draw_samples(selection, samples, config)
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
