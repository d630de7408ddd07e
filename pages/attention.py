"""Where a model looked: the heat map of a sentence, and what it is worth as an alignment."""

from __future__ import annotations

import streamlit as st

from pages.shared import address, errors, runs, session, style
from pages.shared.i18n import _
from seq2seq_core import figures, store
from seq2seq_core.config import ModelConfig
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
    style.at_least("attention_map", 36 * len(translation.source_tokens) + 100)
    with st.container(key="attention_map"):  # where the screen is narrower it scrolls in its frame
        st.altair_chart(
            figures.heat_map(
                translation.source_tokens,
                targets,
                weights,
                style.palette(),
                (_("source"), _("target"), _("weight")),
            ),
            width=width,
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
    found = runs.trained(run).alignment()
    st.subheader(_("Does it look at the matching word?"), anchor=False)
    if found is None:
        st.text(
            _("This cannot be said: the corpus names no matching words, or there is no attention.")
        )
        return
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("attention"), f"{found.score:.0%}", width="content")
        st.metric(_("chance"), f"{found.chance:.0%}", width="content")
        st.metric(_("diagonal guess"), f"{found.diagonal:.0%}", width="content")
    st.caption(
        _(
            "For {words} words the corpus names the source word they come from. How often the "
            "largest weight lies on it, beside two guesses that know nothing: looking anywhere "
            "gets {chance}, looking at the same place along the sentence {diagonal}. With words "
            "that also help, such as 了 for “bought”, attention gets {lenient}.",
            words=found.words,
            chance=f"{found.chance:.0%}",
            diagonal=f"{found.diagonal:.0%}",
            lenient=f"{found.lenient:.0%}",
        )
    )


def answer(run: Run, text: str) -> None:
    """One run's translation of the sentence, and how it does on all that it is measured on."""
    trained = runs.trained(run)
    translation = translate(trained.model, trained.checkpoint, text)
    expected = runs.reference(run, text)
    evaluation = store.history(session.engine(), run.id, "evaluation")
    with st.container(border=True, height="stretch"):
        st.caption(runs.label(run))
        st.text(translation.text or "–")
        if expected is not None and translation.text == expected:
            st.text("✓ " + _("exactly as in the corpus"))
        elif expected is not None:
            st.text("✗ " + _("in the corpus: {expected}", expected=expected))
        if evaluation["update"]:
            told = (
                _("New sentences right: {share} after {updates} updates")
                if runs.held_out_sources(run)
                else _("Sentences right: {share} after {updates} updates")
            )
            share = f"{evaluation['exact_match'][-1]:.0%}"
            st.text(told.format(share=share, updates=evaluation["update"][-1]))


def counterpart(run: Run, choices: list[Run]) -> Run | None:
    """The latest run that differs in nothing but in having attention or not."""

    def rest(other: Run) -> tuple[object, ...]:
        model = {name: value for name, value in other.model.items() if name != "attention"}
        return other.revision_id, model, other.training

    without = run.model["attention"] == "none"
    return next(
        (
            other
            for other in choices
            if (other.model["attention"] == "none") != without and rest(other) == rest(run)
        ),
        None,
    )


@errors.kept
def train_counterpart(run: Run) -> None:
    """The same run once more, only the attention differs."""
    other = ModelConfig().attention if run.model["attention"] == "none" else "none"
    runs.repeat(run, attention=other)


def contrast(run: Run, other: Run | None, text: str) -> None:
    st.subheader(_("The same sentence with and without attention"), anchor=False)
    left, right = st.columns(2)
    with left:
        answer(run, text)
    with right:
        if other is not None:
            answer(other, text)
            return
        st.text(_("No run that differs in nothing else yet."))
        lacks = run.model["attention"] == "none"
        name = _("with attention") if lacks else _("without attention")
        st.button(
            _("Train the same model {kind}", kind=name),
            on_click=train_counterpart,
            args=(run,),
            key="attention_train_other",
        )


def curve(run: Run) -> None:
    st.subheader(_("How it was learnt"), anchor=False)
    history = store.history(session.engine(), run.id, "update")
    evaluation = store.history(session.engine(), run.id, "evaluation")
    st.altair_chart(
        runs.loss_curve(run, history, evaluation),
        height=240,
        key="attention_curve",
        alt=_("Loss by update."),
    )


def follow(*shown: Run | None) -> None:
    """Draw the page again every second while one of the runs still learns."""
    if not any(run is not None and run.active for run in shown):
        return
    drawn: list[bool] = []

    @st.fragment(run_every=1.0)
    def again() -> None:
        if drawn:
            st.rerun()
        drawn.append(True)

    again()


def page() -> None:
    st.title(_("Attention: where it looked"), anchor=False)
    st.markdown(_("For each word that it wrote: how much it looked at each source position."))
    choices = runs.listed()
    if not choices:
        runs.nothing_trained()
        return
    left, right = st.columns([1, 2])
    with left:
        if address.get("run") is None:  # nobody asked for a run: one that has something to show
            latest = next((r for r in choices if r.model["attention"] != "none"), choices[0])
            runs.show_run(latest)
        run = runs.choose_run("attention", choices)
    with right:
        text = runs.choose_sentence("attention", run)
    trained = runs.trained(run)
    runs.say_how_far(run, trained.update)
    translation = translate(trained.model, trained.checkpoint, text)
    runs.name_unknown(translation.unknown)
    picture, beside = st.columns([3, 2], gap="large")
    with picture, st.container(border=True):
        heat_map(run, translation)
    with beside:
        alignment(run)
    other = counterpart(run, choices)
    contrast(run, other, text)
    curve(run)
    follow(run, other)


page()
