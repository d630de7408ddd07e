"""Walk through one translation, one token at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from babel.numbers import format_percent

from pages.shared import address, components, errors, runs
from pages.shared.i18n import _, language, parts
from seq2seq_core.store import Run
from seq2seq_core.translation import Translation, TranslationStep, translate

if TYPE_CHECKING:
    from seq2seq_core.experiment import Trained


def percent(share: float) -> str:
    pattern = "#,##0.0%" if language() == "zh" else "#,##0.0 %"
    return format_percent(share, format=pattern, locale=language())


def said(step: TranslationStep, sources: tuple[str, ...]) -> list[dict[str, str]]:
    """One step in words: what it looked at, what it wrote, how sure it was."""
    token, probability = {"target": step.token}, {"text": percent(step.probability)}
    if step.attention is None:
        looked = parts(
            "To write {token} the decoder had nothing but its own state, for the whole sentence. ",
            token=token,
        )
    else:
        order = sorted(range(len(sources)), key=step.attention.__getitem__, reverse=True)
        first = order[0]
        looked = parts(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}). ",
            token=token,
            source={"source": sources[first]},
            weight={"text": percent(step.attention[first])},
        )
        if len(order) > 1 and step.attention[order[1]] >= 0.05:
            looked = parts(
                "To write {token} the decoder looked mostly at the position of {source} ({weight}) "
                "and a little at {second} ({rest}). ",
                token=token,
                source={"source": sources[first]},
                weight={"text": percent(step.attention[first])},
                second={"source": sources[order[1]]},
                rest={"text": percent(step.attention[order[1]])},
            )
    sure = parts("It gives {token} {probability}.", token=token, probability=probability)
    if step.token == "<eos>":
        sure += parts(" This special token ends the sentence.")
    return looked + sure


def walk(key: str, translation: Translation, position: int) -> dict[str, Any]:
    """Everything the stepper shows, every sentence included: it never has to ask again."""
    count = len(translation.steps)
    return {
        "key": key,
        "position": position,
        "source": components.annotated(translation.source_tokens, translation.unknown),
        "steps": [
            {
                "token": step.token,
                "special": step.token in ("<eos>", "<unk>", "<pad>", "<sos>"),
                "probability": step.probability,
                "top": [[choice.token, choice.probability] for choice in step.top],
                "attention": step.attention,
                "hidden": step.hidden,
                "context": step.context,
                "said": said(step, translation.source_tokens),
            }
            for step in translation.steps
        ],
        "begin": {
            "said": parts(
                "The encoder has read the whole source. Nothing is written yet: the decoder begins "
                "with the special token {token}.",
                token={"target": "<sos>"},
            )
        },
        "labels": {
            "source": _("Source · what the encoder read"),
            "target": _("Target · each word becomes the next input"),
            "next": _("Next"),
            "back": _("Back"),
            "play": _("Play"),
            "pause": _("Pause"),
            "restart": _("To the beginning"),
            "slider": _("Step"),
            "step": [_("step {step} of {count}", step=i, count=count) for i in range(count + 1)],
            "said": _("What just happened"),
            "top": _("How likely each word was"),
            "hidden": _("decoder state"),
            "context": _("context"),
            "no_attention": _(
                "No attention: all it knows of the source is the encoder's last state."
            ),
            "unknown": _("never seen in training"),
            "keys": _("Arrow keys step, Home and End jump, the space bar plays."),
        },
    }


def remember() -> None:
    """Where the walk came to rest; the stepper has put it into the URL already."""
    address.put("step", str(st.session_state["decode_stepper"].position))


def position_of(walk_of: str) -> int:
    """Where to stand in this walk: where it was left, in this session or by the URL; else at 0."""
    if st.session_state.setdefault("step_of", walk_of) != walk_of:
        st.session_state["step_of"] = walk_of
        address.drop("step")
    return address.option("step", range(1000), 0)


@st.fragment
def stepping(run: Run, trained: Trained, translation: Translation) -> None:
    with errors.shown():
        sources = " ".join(translation.source_tokens)
        position = min(position_of(f"{run.id}:{sources}"), len(translation.steps))
        components.stepper(
            key="decode_stepper",
            data=walk(f"{run.id}:{trained.update}:{sources}", translation, position),
            on_position_change=remember,
        )


def page() -> None:
    st.title(_("Decode, one token at a time"), anchor=False)
    st.markdown(_("The decoder writes a word, reads it back, looks at the source and goes on."))
    choices = runs.listed()
    if not choices:
        runs.nothing_trained()
        return
    left, right = st.columns([1, 2])
    with left:
        run = runs.choose_run("decode", choices)
    with right:
        text = runs.choose_sentence("decode", run)
    trained = runs.trained(run)
    runs.say_how_far(run, trained.update)
    translation = translate(trained.model, trained.checkpoint, text)
    runs.name_unknown(translation.unknown)
    stepping(run, trained, translation)
    expected = runs.reference(run, text)
    if expected is not None:
        st.text(_("In the corpus: {expected}", expected=expected))
    st.caption(
        _(
            "The strips show the numbers of a vector: green above zero, violet below, the stronger "
            "the further away. The context is the mean of the encoder's states, weighted by the "
            "attention."
        )
    )
    st.page_link("pages/attention.py", label=_("See where it looked"), icon=":material/grid_on:")


page()
