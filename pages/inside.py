"""Inside one step: states over time, one cell, and the numbers down to a single product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared.frame import errors, url_state, widgets
from pages.shared.frame.i18n import N_, _, segments
from pages.shared.frame.numbers import format_percent
from pages.shared.inspection import calculation, hidden_states
from pages.shared.inspection.calculation import CalculationContext
from pages.shared.inspection.step_words import (
    calculation_heading,
    cell_heading,
    position_tokens,
    true_token,
)
from pages.shared.runs.page import trained_page
from pages.shared.runs.selection import Selection, choose_run_and_sentence
from seq2seq_core.config import ModelConfig
from seq2seq_core.inspection.hidden_states import (
    CellLocation,
    InspectedTranslation,
    explain_cell_step,
    explain_loss,
    explain_step,
    inspect_translation,
    step_attention,
    vector_series,
)
from seq2seq_core.models.calculation import Location

ATTENTION_LABELS = {"cross": N_("over the source"), "decoder": N_("over its own words")}
CELL_LABELS = {
    "decoder": N_("decoder"),
    "encoder": N_("encoder"),
    "encoder_forwards": N_("encoder, forwards"),
    "encoder_backwards": N_("encoder, backwards"),
}


@dataclass(frozen=True)
class Focus:
    """What of the sentence the page shows; everything counts from 0."""

    step: int  # of the decoder
    position: int  # of the word that it looks at
    part: str  # which attention: cross, or own (a Transformer's decoder over its own words)
    layer: int
    head: int


def choose_option(
    name: str,
    label: str,
    options: Sequence[str],
    format_option: Callable[[str], str],
    default_index: int = 0,
) -> str:
    """A choice that goes into the URL under this name; one option alone shows no control."""
    default = options[default_index]
    if len(options) < 2:
        return default
    return widgets.choose_option(
        "inside",
        name,
        label,
        options,
        format_option,
        default=default,
        omits_default=False,
        scope=f"{len(options)}_{options[0]}",
        label_visibility="visible",
    )


def number_labels(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


@errors.deferred_errors
def sync_position() -> None:
    """A click on a column of the states or on a word beside the numbers goes into the URL."""
    for key in ("inside_strips", "inside_numbers"):
        for name in ("target", "source"):
            if (number := getattr(st.session_state.get(key), name, None)) is not None:
                url_state.set_param(name, str(number))


def reset_focus(sentence_key: str) -> None:
    """The words that were chosen in another sentence mean nothing in this one."""
    if st.session_state.setdefault("inside_of", sentence_key) != sentence_key:
        st.session_state["inside_of"] = sentence_key
        url_state.remove_param("target")
        url_state.remove_param("source")


def selected_step(count: int) -> int:
    """The chosen step, else the step that Decode shows, else the first; from 0."""
    steps = range(1, count + 1)
    return url_state.get_option("target", steps, url_state.get_option("step", steps, 1)) - 1


def selected_position(
    inspected: InspectedTranslation, step: int, part: str, layer: int, head: int
) -> int:
    """The chosen word, else the one with the largest weight; from 0."""
    weights = step_attention(inspected, Location(step, 0, part, layer, head))
    count = len(weights or inspected.src[0])
    best_position = max(range(count), key=weights.__getitem__) if weights else 0
    return url_state.get_option("source", range(1, count + 1), best_position + 1) - 1


def show_states_over_time(
    selection: Selection, inspected: InspectedTranslation, focus: Focus, model: ModelConfig
) -> None:
    st.subheader(_("1 · States over time"), anchor=False)
    translation = selection.translation
    source = focus.position if focus.part != "own" else -1
    hidden_states.hidden_states_component(
        key="inside_strips",
        data=hidden_states.hidden_states_data(
            f"{selection.run.id}:{selection.text}",
            vector_series(inspected, focus.layer),
            translation.source_tokens,
            [step.token for step in translation.steps],
            (source, focus.step),
            model.bidirectional and not model.is_transformer,
        ),
        on_target_change=sync_position,
        on_source_change=sync_position,
    )
    caption = _(
        "Each column is a vector: green above zero, violet below, the stronger the further away. A "
        "column of the target shows what the decoder held when it wrote the word."
    )
    if model.bidirectional and not model.is_transformer:
        caption += " " + _("→ is the half that reads forwards, ← the half that reads backwards.")
    st.caption(caption)


def show_cell(
    selection: Selection, inspected: InspectedTranslation, focus: Focus, model: ModelConfig
) -> None:
    st.subheader(_("2 · One cell"), anchor=False)
    if model.is_transformer:
        st.markdown(
            _(
                "A Transformer has no cell that hands a state from word to word: each layer looks "
                "at all words at once. What one of its heads does stands below, with all numbers."
            )
        )
        return
    encoders = ["encoder_forwards", "encoder_backwards"] if model.bidirectional else ["encoder"]
    part = choose_option(
        "part", _("Whose cell"), ["decoder", *encoders], lambda name: _(CELL_LABELS[name])
    )
    side, word = ("decoder", focus.step) if part == "decoder" else ("encoder", focus.position)
    cell_location = CellLocation(side, focus.layer, word, part == "encoder_backwards")
    heading = cell_heading(selection.translation, side, word)
    if model.architecture == "rnn":
        st.markdown(_("An RNN has no gates: one formula makes the new state out of the old one."))
    equations = explain_cell_step(inspected, cell_location)
    context = CalculationContext({"source": selection.translation.source_tokens[focus.position]})
    calculation.calculation_component(
        key="inside_cell",
        data=calculation.calculation_data(
            f"{selection.run.id}:{part}:{focus.layer}", heading, equations, context
        ),
    )


def show_calculation(
    selection: Selection, inspected: InspectedTranslation, focus: Focus, model: ModelConfig
) -> None:
    st.subheader(_("3 · The numbers"), anchor=False)
    step = selection.translation.steps[focus.step]
    part = focus.part if model.is_transformer else "cross"
    location = Location(focus.step, focus.position, part, focus.layer, focus.head)
    equations = explain_step(inspected, location)
    loss_token, reason = true_token(selection, focus.step)
    vocabulary = selection.trained.translator.codec.target
    if loss_token is not None:
        equations += explain_loss(equations, vocabulary.encode([loss_token])[0])
    words = position_tokens(selection, part)
    word = words[focus.position]
    heading = calculation_heading(step.token, word if model.has_attention else None)
    context = CalculationContext(
        source=word,
        target=step.token,
        positions=words,
        selected_position=focus.position,
        vocabulary=vocabulary.tokens,
        reference_token=loss_token or "",
        clickable_count=focus.step + 1 if part == "own" else len(words),
    )
    calculation.calculation_component(
        key="inside_numbers",
        data=calculation.calculation_data(
            f"{selection.run.id}:{part}",
            heading,
            equations,
            context,
            segments(
                "It gives {token} {probability}.",
                token={"target": step.token},
                probability={"text": format_percent(step.probability)},
            ),
        ),
        on_source_change=sync_position,
        on_target_change=sync_position,
    )
    st.caption(
        _("Underlined numbers come from a matrix: a click opens their own sum, row times vector.")
    )
    if reason:
        st.caption(reason)


def draw_inside(selection: Selection) -> None:
    translation = selection.translation
    reset_focus(f"{selection.run.id}:{' '.join(translation.source_tokens)}")
    model = selection.run.model_config
    output_tokens = [step.token for step in translation.steps]
    inspected = inspect_translation(
        selection.trained.translator, translation.source_tokens, output_tokens
    )
    with st.container(horizontal=True, gap="medium", key="inside_choices"):
        layer = int(choose_option("layer", _("Layer"), number_labels(model.layers), str, -1)) - 1
        head, part = 0, "cross"
        if model.is_transformer:
            part_name = choose_option(
                "part",
                _("Attention"),
                list(ATTENTION_LABELS),
                lambda name: _(ATTENTION_LABELS[name]),
            )
            part = "own" if part_name == "decoder" else part_name
            head = int(choose_option("head", _("Head"), number_labels(model.heads), str)) - 1
    step = selected_step(len(output_tokens))
    attention_layer = layer if model.is_transformer else 0  # a recurrent model attends only once
    position = selected_position(inspected, step, part, attention_layer, head)
    focus = Focus(step, position, part, layer, head)
    show_states_over_time(selection, inspected, focus, model)
    show_cell(selection, inspected, focus, model)
    show_calculation(selection, inspected, focus, model)


trained_page(
    "inside",
    _("Inside one step"),
    _("From the sentence to its states, from the states to one cell, down to one product."),
    choose_run_and_sentence,
    draw_inside,
)
