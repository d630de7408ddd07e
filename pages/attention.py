"""Where a model looked: in one sentence, in all at a glance, and whether it was the right word."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import components, url_state
from pages.shared.frame.glossary import annotate_tokens, join_with_glosses, word_gloss
from pages.shared.frame.i18n import N_, _
from pages.shared.inspection import head_patterns
from pages.shared.inspection.attention_contrast import draw_attention_contrast, find_counterpart
from pages.shared.inspection.attention_overview import describe_crossings, draw_attention_overview
from pages.shared.inspection.head_patterns import SelectedMap
from pages.shared.runs import evaluations
from pages.shared.runs.page import trained_page
from pages.shared.runs.selection import (
    Selection,
    choose_run_and_sentence,
    list_runs,
    rerun_on_progress,
    select_run,
)
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.evaluation import alignment
from seq2seq_core.store import Run

READING_HINT = N_(
    "A row is a word as it was written, a column a position that the encoder read; each row adds "
    "up to one. A position has read its neighbours too: it is not just its word."
)


def describe_map(map_view: SelectedMap) -> str:
    """The map in words, for a reader who does not see it."""
    positions = alignment.argmax_positions(map_view.weights)
    return " ".join(
        _(
            "{token} looked mostly at the position of {source} ({weight}).",
            token=token,
            source=map_view.columns[position],
            weight=f"{row[position]:.0%}",
        )
        for token, row, position in zip(map_view.rows, map_view.weights, positions, strict=True)
    )


def map_from_steps(translation: Translation) -> SelectedMap:
    """The one map of a recurrent model; without attention it has no rows."""
    steps = [(step.token, step.attention) for step in translation.steps if step.attention]
    rows, weights = [token for token, _weights in steps], [weights for _token, weights in steps]
    return SelectedMap("cross", rows, translation.source_tokens, weights)


def show_heat_map(run: Run, map_view: SelectedMap, unknown: Sequence[str]) -> None:
    if not map_view.rows:
        st.text(
            _(
                "Run {number} has no attention: there is nowhere it could have looked. One vector "
                "had to carry the whole sentence.",
                number=run.number,
            )
        )
        return
    if map_view.title:
        st.markdown(f"**{map_view.title}**")
    over_source = map_view.part != "decoder"
    components.attention_map_component(
        key="attention_map",
        data={
            "part": map_view.part,
            "source": annotate_tokens(map_view.columns, unknown if over_source else ()),
            "target": map_view.rows,
            "meanings": [word_gloss(word) for word in map_view.rows],
            "attention": map_view.weights,
            "causal": map_view.part == "decoder",
            "label": describe_map(map_view),
        },
    )
    st.caption(
        _(head_patterns.PART_NOTES[map_view.part])
        if run.model_config.is_transformer
        else _(READING_HINT)
    )


def gold_links(selection: Selection) -> tuple[alignment.AlignmentLinks, alignment.AlignmentLinks]:
    """The sure and the possible links of this sentence, of the words that it wrote right."""
    dataset, translation = selection.trained.dataset, selection.translation
    return alignment.find_gold_links(
        (*dataset.pairs, *dataset.held_out), translation.source_tokens, translation.tokens
    )


def describe_misalignment(selection: Selection, positions: Sequence[int]) -> str | None:
    """A right word that looked elsewhere than at the word it comes from, and why it can."""
    misalignments = alignment.find_misalignments(positions, *gold_links(selection))
    if not misalignments:
        return None
    t, attended_position, expected_position = misalignments[0]
    model, translation = selection.run.model_config, selection.translation
    template = (
        _("“{token}” looked most at the position of {source}, not of {expected}. That position has "
          "read its neighbours too: the word is right all the same.")
        if model.bidirectional
        else _("“{token}” looked most at the position of {source}, not of {expected}. That "
               "position has read the words before it too: the word is right all the same.")
    )  # fmt: skip
    return template.format(
        token=translation.tokens[t],
        source=join_with_glosses([translation.source_tokens[attended_position]]),
        expected=join_with_glosses([translation.source_tokens[expected_position]]),
    )


def show_sentence_notes(selection: Selection, map_view: SelectedMap) -> None:
    """What the map says in words: how many links cross, and which source words get no look."""
    weights = map_view.weights[: len(selection.translation.tokens)]  # without <eos>
    if map_view.part != "cross" or not weights:
        return
    sources = selection.translation.source_tokens
    positions = alignment.argmax_positions(weights)
    unattended_words = [sources[j] for j in alignment.unattended_positions(weights)]
    st.subheader(_("In this sentence"), anchor=False)
    if map_view.title:
        st.caption(map_view.title)
    lines = [describe_crossings(alignment.count_crossings(positions))]
    if unattended_words:
        lines.append(
            _("Hardly looked at by any word: {words}", words=join_with_glosses(unattended_words))
        )
    st.text("\n".join(lines))
    # one head of several looks for what it likes: the others may have found the word
    if not selection.run.model_config.is_transformer and (
        misalignment := describe_misalignment(selection, positions)
    ):
        st.text(misalignment)


def show_alignment(selection: Selection) -> None:
    """How often the largest weight lies on the right word, and what knowing nothing would get."""
    result = evaluations.cached_alignment(selection.run, selection.trained)
    st.subheader(_("Does it look at the matching word?"), anchor=False)
    if selection.run.model_config.is_transformer:
        st.caption(head_patterns.last_layer_note())
    if alignment.all_words_unique(pair.source for pair in selection.trained.dataset.pairs):
        st.text(
            _(
                "In this corpus every source word stands in one place only, so the first word "
                "gives its sentence away. The model need not look at the matching word: do not "
                "read its map as an alignment."
            )
        )
    if result is None:
        st.text(
            _("This cannot be said: the corpus names no matching words.")
            if selection.run.model_config.has_attention
            else _("This cannot be said: there is no attention.")
        )
    else:
        with st.container(horizontal=True, gap="medium"):
            st.metric(_("attention"), f"{result.score:.0%}", width="content")
            st.metric(_("chance"), f"{result.chance:.0%}", width="content")
            st.metric(_("diagonal guess"), f"{result.diagonal:.0%}", width="content")
        st.caption(
            _(
                "For {words} words the corpus names the source word they come from. How often the "
                "largest weight lies on it, beside two guesses that know nothing: looking anywhere "
                "gets {chance}, looking at the same place along the sentence {diagonal}. With "
                "words that also help, attention gets {lenient}.",
                words=result.word_count,
                chance=f"{result.chance:.0%}",
                diagonal=f"{result.diagonal:.0%}",
                lenient=f"{result.lenient:.0%}",
            )
        )


def show_multi_head(selection: Selection) -> None:
    """A Transformer: one of its many maps large, all of them beside it."""
    parts = head_patterns.sentence_heads(selection)
    picture_column, side_column = st.columns([3, 2], gap="large")
    with picture_column, st.container(border=True, key="attention_picture"):
        part = parts[head_patterns.choose_part()]
        map_view = head_patterns.selected_map(part)
        show_heat_map(selection.run, map_view, selection.translation.unknown)
    with side_column:
        sure, _possible = gold_links(selection)
        if part.layer_count * part.head_count > 1:
            head_patterns.draw_all_heads(part, sure, container_key="attention_picture")
        show_sentence_notes(selection, map_view)
        if map_view.part == "cross":
            show_alignment(selection)


def show_single_map(selection: Selection) -> None:
    """A model that has one map, or none."""
    map_view = map_from_steps(selection.translation)
    picture_column, side_column = st.columns([3, 2], gap="large")
    with picture_column, st.container(border=True, key="attention_picture"):
        show_heat_map(selection.run, map_view, selection.translation.unknown)
    with side_column:
        show_sentence_notes(selection, map_view)
        show_alignment(selection)


def choose_attending_run(page: str, runs: Sequence[Run]) -> Selection:
    """The run of the URL; without one there, a run that has attention, if any."""
    if url_state.get_param("run") is None:
        select_run(next((run for run in runs if run.model_config.has_attention), runs[0]))
    return choose_run_and_sentence(page, runs)


def draw_attention(selection: Selection) -> None:
    if selection.run.model_config.is_transformer:
        show_multi_head(selection)
    else:
        show_single_map(selection)
    if maps := evaluations.cached_attention_maps(selection.run, selection.trained):
        draw_attention_overview(selection, maps, container_key="attention_picture")
    counterpart = find_counterpart(selection.run, list_runs())
    draw_attention_contrast(selection.run, counterpart, selection.text)
    rerun_on_progress(counterpart)


trained_page(
    "attention",
    _("Attention: where it looked"),
    _("For each word that it wrote: how much it looked at each source position."),
    choose_attending_run,
    draw_attention,
)
