"""Inside one step: states over time, one cell, and the numbers down to a single product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.decoding.stepper import percent
from pages.shared.frame import errors, url_state
from pages.shared.frame.i18n import N_, _, language, parts
from pages.shared.inspection import calculation, hidden_states
from pages.shared.inspection.calculation import Told
from pages.shared.runs import actions, selection
from pages.shared.runs.selection import Chosen
from seq2seq_core.config import ModelConfig

if TYPE_CHECKING:
    from seq2seq_core.inspection.hidden_states import InspectedTranslation

HEADS = {"cross": N_("over the source"), "decoder": N_("over its own words")}
CELLS = {
    "decoder": N_("decoder"),
    "encoder": N_("encoder"),
    "encoder_forwards": N_("encoder, forwards"),
    "encoder_backwards": N_("encoder, backwards"),
}


@dataclass(frozen=True)
class Where:
    """What of the sentence is looked at; words count from 0."""

    step: int
    position: int
    part: str
    layer: int
    head: int


def choose(
    name: str, label: str, options: Sequence[str], shown: Callable[[str], str], first: int = 0
) -> str:
    """A choice that goes into the address under this name; nothing to choose shows nothing."""
    now = url_state.option(name, options, options[first])
    if len(options) < 2:
        return now
    key = f"inside_{name}_{len(options)}_{options[0]}_{language()}"

    def kept() -> None:
        url_state.put(name, st.session_state[key])

    return st.segmented_control(
        label,
        options,
        default=url_state.first(key, now),
        required=True,
        format_func=shown,
        key=key,
        on_change=errors.kept(kept),
        wrap=True,
    )


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


@errors.kept
def pick() -> None:
    """A column of the strips or a word beside the numbers was clicked."""
    for key in ("inside_strips", "inside_numbers"):
        for name in ("target", "source"):
            if (number := getattr(st.session_state.get(key), name, None)) is not None:
                url_state.put(name, str(number))


def forget_another(walk_of: str) -> None:
    """The words that were chosen in another sentence mean nothing in this one."""
    if st.session_state.setdefault("inside_of", walk_of) != walk_of:
        st.session_state["inside_of"] = walk_of
        url_state.drop("target")
        url_state.drop("source")


def step_of(count: int) -> int:
    """The chosen step, else where the walk of Decode stands, else the first; from 0."""
    steps = range(1, count + 1)
    return url_state.option("target", steps, url_state.option("step", steps, 1)) - 1


def position_of(inside: InspectedTranslation, step: int, part: str, layer: int, head: int) -> int:
    """The chosen word, else the one that is looked at most; from 0."""
    from seq2seq_core.inspection.hidden_states import step_attention
    from seq2seq_core.models.calculation import Location

    found = step_attention(inside, Location(step, 0, part, layer, head))
    count = len(found or inside.src[0])
    most = max(range(count), key=found.__getitem__) if found else 0
    return url_state.option("source", range(1, count + 1), most + 1) - 1


def over_time(now: Chosen, inside: InspectedTranslation, where: Where, model: ModelConfig) -> None:
    from seq2seq_core.inspection import hidden_states as core

    st.subheader(_("1 · States over time"), anchor=False)
    translation = now.translation
    source = where.position if where.part != "own" else -1
    hidden_states.strips(
        key="inside_strips",
        data=hidden_states.over_time(
            f"{now.run.id}:{now.text}",
            core.vector_series(inside, where.layer),
            translation.source_tokens,
            [step.token for step in translation.steps],
            (source, where.step),
            model.bidirectional and not model.is_transformer,
        ),
        on_target_change=pick,
        on_source_change=pick,
    )
    told = _(
        "Each column is a vector: green above zero, violet below, the stronger the further away. A "
        "column of the target shows what the decoder held when it wrote the word."
    )
    if model.bidirectional and not model.is_transformer:
        told += " " + _("→ is the half that reads forwards, ← the half that reads backwards.")
    st.caption(told)


def one_cell(now: Chosen, inside: InspectedTranslation, where: Where, model: ModelConfig) -> None:
    from seq2seq_core.inspection import hidden_states as core

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
    part = choose("part", _("Whose cell"), ["decoder", *encoders], lambda name: _(CELLS[name]))
    side, word = ("decoder", where.step) if part == "decoder" else ("encoder", where.position)
    place = core.CellLocation(side, where.layer, word, part == "encoder_backwards")
    translation = now.translation
    steps = [step.token for step in translation.steps]
    said = (
        parts(
            "The decoder's cell at step {step}: it reads {token}.",
            step={"text": str(word + 1)},
            token={"target": ["<sos>", *steps][word]},
        )
        if side == "decoder"
        else parts(
            "The encoder's cell at word {step}: it reads {token}.",
            step={"text": str(word + 1)},
            token={"source": translation.source_tokens[word]},
        )
    )
    if model.architecture == "rnn":
        st.markdown(_("An RNN has no gates: one formula makes the new state out of the old one."))
    found = core.explain_cell_step(inside, place)
    told = Told({"source": translation.source_tokens[where.position]})
    calculation.numbers(
        key="inside_cell",
        data={
            "key": f"{now.run.id}:{part}:{where.layer}",
            "said": said,
            "lines": calculation.shown(found, told),
            "labels": calculation.labels(),
        },
    )


def true_word(now: Chosen, step: int) -> tuple[str | None, str]:
    """The word of the reference at this step, and why there is none."""
    material = now.trained.dataset
    wanted = now.translation.source_tokens
    pair = next((p for p in material.pairs + material.held_out if p.source == wanted), None)
    if pair is None:
        return None, _("The corpus has no translation of this sentence: there is no loss to tell.")
    reference = (*pair.target, "<eos>")
    written = tuple(one.token for one in now.translation.steps)
    if step >= len(reference) or written[:step] != reference[:step]:
        return None, _(
            "Before this step it has written other words than the corpus. The loss is taken after "
            "the true ones, so it is not told here."
        )
    return reference[step], ""


def positions(now: Chosen, part: str) -> tuple[dict[str, str], ...]:
    """The words that can be looked at."""
    if part == "own":
        written = [step.token for step in now.translation.steps]
        return tuple({"target": token} for token in ["<sos>", *written[:-1]])
    return tuple({"source": token} for token in now.translation.source_tokens)


def the_numbers(now: Chosen, inside: InspectedTranslation, where: Where, model: ModelConfig) -> None:
    from seq2seq_core.inspection import hidden_states as core
    from seq2seq_core.models.calculation import Location

    st.subheader(_("3 · The numbers"), anchor=False)
    step = now.translation.steps[where.step]
    part = where.part if model.is_transformer else "cross"
    found = core.explain_step(inside, Location(where.step, where.position, part, where.layer, where.head))
    true, reason = true_word(now, where.step)
    vocabulary = now.trained.checkpoint.target
    if true is not None:
        found += core.explain_loss(found, vocabulary.encode([true])[0])
    words = positions(now, part)
    word, token = words[where.position], {"target": step.token}
    said = (
        parts("How {token} came about, with a look at {source}:", token=token, source=word)
        if model.has_attention
        else parts("How {token} came about, without any attention:", token=token)
    )
    pick_from = where.step + 1 if part == "own" else len(words)
    told = Told(word, step.token, words, where.position, vocabulary.tokens, true or "", pick_from)
    calculation.numbers(
        key="inside_numbers",
        data={
            "key": f"{now.run.id}:{part}",
            "said": said,
            "lines": calculation.shown(found, told),
            "end": parts(
                "It gives {token} {probability}.",
                token=token,
                probability={"text": percent(step.probability)},
            ),
            "labels": calculation.labels(),
        },
        on_source_change=pick,
        on_target_change=pick,
    )
    st.caption(
        _("Underlined numbers come from a matrix: a click opens their own sum, row times vector.")
    )
    if reason:
        st.caption(reason)


def page() -> None:
    st.title(_("Inside one step"), anchor=False)
    st.markdown(
        _("From the sentence to its states, from the states to one cell, down to one product.")
    )
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    now = selection.choose_run_and_sentence("inside", choices)
    from seq2seq_core.inspection.hidden_states import inspect_translation

    translation = now.translation
    forget_another(f"{now.run.id}:{' '.join(translation.source_tokens)}")
    model = now.trained.checkpoint.model_config
    written = [step.token for step in translation.steps]
    inside = inspect_translation(now.trained.model, now.trained.checkpoint, translation.source_tokens, written)
    with st.container(horizontal=True, gap="medium", key="inside_choices"):
        layer = int(choose("layer", _("Layer"), numbered(model.layers), str, -1)) - 1
        head, part = 0, "cross"
        if model.is_transformer:
            named = choose("part", _("Attention"), list(HEADS), lambda name: _(HEADS[name]))
            part = "own" if named == "decoder" else named
            head = int(choose("head", _("Head"), numbered(model.heads), str)) - 1
    step = step_of(len(written))
    looked = (step, part, layer, head) if model.is_transformer else (step, "cross", 0, 0)
    where = Where(step, position_of(inside, *looked), part, layer, head)
    over_time(now, inside, where, model)
    one_cell(now, inside, where, model)
    the_numbers(now, inside, where, model)
    selection.follow(now.run)


page()
