"""The first minute: press one button, see a model learn, guess where it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.frame import components, errors, session, url_state
from pages.shared.frame.i18n import _
from pages.shared.runs import actions
from pages.shared.runs.trained import trained as trained_run
from pages.shared.runs.trained import untrained_sentences
from pages.shared.training import controls, live_view
from seq2seq_core import store
from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data import bundled
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.decoding.translator import Translation

LIVE = 0.2  # seconds between two looks while it learns
SLOW, UPDATES = 160, 600  # the first time so many updates in slow motion, out of all
SECONDS = 8.0  # that they take
ASKED = "yesterday"  # the word that the question is about, where the model writes it

ask = components.ask


@errors.kept
def train(first: bool) -> None:
    """The lesson's own model on the learner's corpus: the first time slowly enough to follow."""
    actions.start(ModelConfig(), TrainingConfig(updates=UPDATES), SLOW / SECONDS if first else None)


def status(run: Run | None) -> str:
    if run is None:
        if not session.warm():
            return _("One moment …")
        return _("It has not learnt yet: its weights are random, and so is what it writes.")
    if run.is_active:
        return _("It learns.") if run.update else controls.status(run)
    if run.status != "done":
        return controls.status(run)
    share = (store.load_history(session.engine(), run.id, "evaluation")["exact_match"] or [0])[-1]
    if actions.held_out_sources(run):
        return _(
            "Learnt. Of sentences that it has never seen it now gets {share} right to the last "
            "word.",
            share=f"{share:.0%}",
        )
    return _("Learnt. It gets {share} of its sentences right to the last word.",
             share=f"{share:.0%}")  # fmt: skip


def picture(run: Run | None) -> None:
    """One sentence and its translation, where the model looks, and the loss."""
    sentences = (run.live or {}).get("sentences") if run else None
    if not sentences:
        sentences = untrained_sentences(session.corpus(), ModelConfig(), TrainingConfig().seed)
    on_new = bool(actions.held_out_sources(run) if run else session.corpus().held_out)
    with st.container(border=True, key="start_picture"):
        live_view.mount(
            key="start_live", data=live_view.data("start", run, sentences, on_new, updates=UPDATES)
        )


def new_sentence(run: Run) -> tuple[Translation, int] | None:
    """A sentence to ask about, with the place of the word: one that it has never seen, and where
    it writes the word; else the first one of all, and its last word."""
    from seq2seq_core.decoding.translator import translate

    trained = trained_run(run)
    watched = [" ".join(s["source"]) for s in (run.live or {}).get("sentences", [])[:1]]
    texts = [text for text in actions.unseen(run, ASKED) if text not in watched]
    for text in [*texts[:3], *actions.sentences(run)[:1]]:
        found = translate(trained.model, trained.checkpoint, text)
        if ASKED in found.tokens and found.text == actions.reference(run, text):
            return found, found.tokens.index(ASKED)
    return (found, len(found.tokens) - 1) if found.tokens else None


def guessed() -> None:
    run = actions.selected(actions.listed())
    if run is not None:
        url_state.put("guess", f"{run.number}-{st.session_state['start_ask'].guess}")


def question(run: Run) -> None:
    """Predict, then see: the answer is this model's own."""
    asked = new_sentence(run)
    if asked is None or asked[0].steps[asked[1]].attention is None:
        return
    translation, place = asked
    weights = translation.steps[place].attention or ()
    sources, word = translation.source_tokens, translation.tokens[place]
    best = max(range(len(weights)), key=weights.__getitem__)
    share = f"{weights[best]:.0%}"
    wrong = _(
        "It looked mostly at the position of {best}, with {share} of its attention. "
        "It wrote: {text}",
        best=sources[best],
        share=share,
        text=translation.text,
    )
    right = _(
        "Yes: the position of {best} got {share} of its attention. It wrote: {text}",
        best=sources[best],
        share=share,
        text=translation.text,
    )
    told = url_state.get("guess")  # of this run: another one wants another guess
    st.subheader(_("Your turn: where will it look?"), anchor=False)
    data: dict[str, Any] = {
        "key": f"{run.id}",
        "guess": next((j for j in range(len(sources)) if told == f"{run.number}-{j}"), None),
        "source": components.annotated(sources),
        "weights": [round(weight, 3) for weight in weights],
        "best": best,
        "answers": [right if j == best else wrong for j in range(len(sources))],
        "labels": {
            "question": _(
                "A sentence that it has never seen. Which source word will it look at when it "
                "writes “{word}”? Choose one.",
                word=word,
            )
            if " ".join(sources) in actions.unseen(run)
            else _(
                "Which source word does it look at when it writes “{word}”? Choose one.", word=word
            )
        },
    }
    ask(key="start_ask", data=data, on_guess_change=guessed)


def onward() -> None:
    st.subheader(_("Go on"), anchor=False)
    for path, label, icon in (
        ("decode", _("Follow it word by word"), "footprint"),
        ("attention", _("See where it looked in a hundred sentences"), "grid_on"),
        ("train", _("Play with the training: slower, smaller, without attention"), "show_chart"),
    ):
        st.page_link(f"pages/{path}.py", label=label, icon=f":material/{icon}:")


@errors.kept
def full_speed() -> None:
    run = actions.selected(actions.listed())
    if run is not None:
        store.set_run_pace(session.engine(), run.id, None)
    url_state.drop("speed")


def buttons(run: Run | None) -> None:
    """Learn, and then the way on: a sentence of one's own."""
    learning = run is not None and run.is_active
    again = run is not None and not learning
    st.button(
        _("Train again") if again else _("Train"),
        on_click=train,
        args=(run is None,),
        type="secondary" if again else "primary",
        icon=":material/play_arrow:",
        disabled=learning,
        key="start_train",
    )
    if learning and run is not None and run.pace:
        st.button(
            _("Full speed"), on_click=full_speed, icon=":material/fast_forward:", key="start_fast"
        )
    elif st.button(
        _("Change a sentence"),
        type="primary" if again else "secondary",
        icon=":material/edit_note:",
        disabled=learning,
        key="start_change",
    ):
        st.switch_page("pages/corpus.py")


def introduction(view: session.CorpusView) -> str:
    """What one can do here, for the corpus as it is."""
    if view.name in bundled.TRANSLATION_CORPORA and not actions.turned(view):
        return _(
            "Change a sentence, press Train, and in a few seconds a small model learns to turn "
            "these Chinese sentences into English. It writes one word at a time and spreads its "
            "attention over the Chinese words; watch every step, or force another word and see "
            "what happens. The numbers come from the model you have just trained: it knows a "
            "few dozen words and makes mistakes, and its mistakes are the best part."
        )
    return _(
        "Change a sentence, press Train, and in a few seconds a small model learns to turn the "
        "sentences of your corpus into their counterparts. It writes one word at a time and "
        "spreads its attention over the source words; watch every step, or force another word and "
        "see what happens. The numbers come from the model you have just trained: it knows only "
        "these words and makes mistakes, and its mistakes are the best part."
    )


def page() -> None:
    st.title(_("How a sentence becomes another sentence"), anchor=False)
    st.markdown(introduction(session.corpus()))
    run = actions.selected(actions.listed())
    learning = run is not None and run.is_active
    with st.container(horizontal=True, vertical_alignment="center"):
        buttons(run)
        place = st.empty()
    moving = learning or not session.warm()

    @st.fragment(run_every=LIVE if moving else None)
    def progress() -> None:
        now = actions.current(run) if run else None
        if run is not None and now is None:
            st.rerun()  # deleted in another tab
        if now is not None and now.pace == SLOW / SECONDS and now.update >= SLOW:
            store.set_run_pace(session.engine(), now.id, None)  # the rest is soon told
        with errors.shown():
            place.text(status(now))
            picture(now)
        if moving and session.warm() and not (now is not None and now.is_active):
            st.rerun()

    progress()
    if run is not None and not run.is_active:
        question(run)
        onward()


page()
