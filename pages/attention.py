"""Where a model looked: the heat map of a sentence, and what it is worth as an alignment."""

from __future__ import annotations

import streamlit as st

from pages.shared import address, errors, session, style
from pages.shared.i18n import _
from seq2seq_core import figures, store
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.store import Run
from seq2seq_core.translation import Translation, translate


def describe(translation: Translation) -> str:
    """The map in words, for those who do not see it."""
    lines = []
    for step in translation.steps:
        if step.attention:
            best = max(range(len(step.attention)), key=step.attention.__getitem__)
            lines.append(
                _(
                    "{token} looks mostly at {source} ({weight}).",
                    token=step.token,
                    source=translation.source_tokens[best],
                    weight=f"{step.attention[best]:.0%}",
                )
            )
    return " ".join(lines)


def heat_map(run: Run, translation: Translation) -> None:
    weights = [step.attention for step in translation.steps if step.attention is not None]
    if not weights:
        st.text(
            _(
                "Run {number} has no attention: there is nowhere it could have looked. One vector "
                "had to carry the whole sentence.",
                number=run.number,
            )
        )
        return
    targets = [step.token for step in translation.steps]
    width, height = figures.heat_map_size(translation.source_tokens, targets)
    with st.container(width=width, key="attention_map"):  # narrower where the screen is
        st.altair_chart(
            figures.heat_map(
                translation.source_tokens,
                targets,
                weights,
                style.palette(),
                (_("source"), _("target"), _("weight")),
            ),
            height=height,
            alt=describe(translation),
        )
    st.caption(
        _(
            "A row is a word as it was written, a column a position that the encoder read; each "
            "row adds up to one. A position has read its neighbours too: it is not just its word."
        )
    )


def alignment(run: Run) -> None:
    """The score never stands alone: beside it what knowing nothing would get."""
    found = session.trained(run).alignment()
    st.subheader(_("Is it an alignment?"), anchor=False)
    if found is None:
        st.text(_("This corpus has no gold links to compare with, or the run has no attention."))
        return
    with st.container(horizontal=True):
        st.metric(_("attention"), f"{found.score:.0%}", width="content")
        st.metric(_("chance"), f"{found.chance:.0%}", width="content")
        st.metric(_("diagonal guess"), f"{found.diagonal:.0%}", width="content")
    st.caption(
        _(
            "Of {words} words with a sure gold link: how often the largest weight lies on it. "
            "Looking anywhere gets {chance}, always looking at the same place along the sentence "
            "gets {diagonal}. Counting possible links too, attention gets {lenient}.",
            words=found.words,
            chance=f"{found.chance:.0%}",
            diagonal=f"{found.diagonal:.0%}",
            lenient=f"{found.lenient:.0%}",
        )
    )


def answer(run: Run, text: str) -> None:
    """One run's translation of the sentence, and how it does on new sentences."""
    trained = session.trained(run)
    translation = translate(trained.model, trained.checkpoint, text)
    expected = session.reference(run, text)
    exact = store.history(session.engine(), run.id, "evaluation")["exact_match"]
    with st.container(border=True, height="stretch"):
        st.caption(session.label(run))
        st.text(translation.text or "–")
        if expected is not None and translation.text == expected:
            st.text("✓ " + _("exactly as in the corpus"))
        elif expected is not None:
            st.text("✗ " + _("the corpus says: {expected}", expected=expected))
        if exact and exact[-1] is not None:
            st.text(
                _(
                    "New sentences right: {share} after {updates} updates",
                    share=f"{exact[-1]:.0%}",
                    updates=run.update,
                )
            )


def counterpart(run: Run, choices: list[Run]) -> Run | None:
    """The latest run of the other kind: with attention for one without, and the other way round."""
    without = run.model["attention"] == "none"
    return next(
        (other for other in choices if (other.model["attention"] == "none") != without), None
    )


def train_counterpart(run: Run) -> None:
    """The same run once more, only the attention differs."""
    other = "additive" if run.model["attention"] == "none" else "none"
    session.repeat(run, attention=other)


def contrast(run: Run, choices: list[Run], text: str) -> None:
    st.subheader(_("The same sentence with and without attention"), anchor=False)
    other = counterpart(run, choices)
    left, right = st.columns(2)
    with left:
        answer(run, text)
    with right:
        if other is None:
            st.text(_("No run of the other kind yet."))
            name = (
                _("without attention") if run.model["attention"] != "none" else _("with attention")
            )
            st.button(
                _("Train the same model {kind}", kind=name),
                on_click=train_counterpart,
                args=(run,),
                key="attention_train_other",
            )
        else:
            answer(other, text)


def curve(run: Run) -> None:
    history = store.history(session.engine(), run.id, "update")
    evaluation = store.history(session.engine(), run.id, "evaluation")
    st.subheader(_("How it was learnt"), anchor=False)
    st.altair_chart(
        figures.loss_curve(
            figures.Curve(_("training loss"), history["update"], history["loss"]),
            figures.Curve(_("loss on new sentences"), evaluation["update"], evaluation["loss"]),
            run.training["updates"],
            style.palette(),
            _("update"),
            _("loss"),
        ),
        height=240,
        key="attention_curve",
        alt=_("Loss by update."),
    )


def page() -> None:
    st.title(_("Attention: where it looked"), anchor=False)
    st.markdown(_("For each word that it wrote: how much it looked at each source position."))
    choices = session.runs()
    if not choices:
        session.nothing_trained()
        return
    left, right = st.columns([1, 2])
    with left:
        if address.get("run") is None:  # nobody asked for a run: one that has something to show
            latest = next((r for r in choices if r.model["attention"] != "none"), choices[0])
            session.show_run(latest)
        run = session.choose_run(choices)
    with right:
        text = session.choose_sentence(run)
    try:
        trained = session.trained(run)
        translation = translate(trained.model, trained.checkpoint, text)
        session.name_unknown(translation.unknown)
        picture, beside = st.columns([3, 2], gap="large")
        with picture, st.container(border=True):
            heat_map(run, translation)
        with beside:
            alignment(run)
        contrast(run, choices, text)
        curve(run)
    except Seq2SeqError as error:
        errors.show(error)


page()
