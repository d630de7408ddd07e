"""Words and states as points: what a model treats alike lies close together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import url_state, widgets
from pages.shared.frame.glossary import join_with_glosses, word_gloss
from pages.shared.frame.i18n import _, join_sentences
from pages.shared.inspection import embedding_plot
from pages.shared.runs.page import trained_page
from pages.shared.runs.selection import SelectedRun, choose_trained_run
from seq2seq_core.store import Run


def choose_vector_set() -> str:
    labels = embedding_plot.VECTOR_SET_LABELS
    return widgets.choose_option(
        "words", "cloud", _("Which vectors"), list(labels), lambda name: _(labels[name])
    )


def untrained_switch() -> bool:
    """Whether the vectors are those of the model as it was initialised, before its first update."""
    is_on = url_state.get_option("untrained", (False, True), False)
    bound = widgets.bind("words", "untrained", is_on, default=False)
    return st.toggle(
        _("before training"),
        value=bound.initial,
        key=bound.key,
        on_change=bound.save,
        help=_("The same model before its first update: all its numbers are drawn by lot."),
    )


def choose_word(run: Run, name: str, words: Sequence[str], default: str) -> str:
    """The word whose neighbours are listed. name: of the vector set."""
    current_word = url_state.get_option("near", words, default)
    bound = widgets.bind("words", "near", current_word, scope=f"{run.id}_{name}")
    return st.selectbox(
        _("Word"),
        words,
        index=words.index(bound.initial),
        format_func=lambda word: join_with_glosses([word]),
        key=bound.key,
        on_change=bound.save,
    )


def show_neighbours(cosines: dict[str, float], are_states: bool) -> None:
    """A table of the neighbours, the nearest first; are_states: a word has several vectors."""
    st.subheader(_("Its nearest neighbours"), anchor=False)
    if not cosines:
        st.text(_("There is no other word."))
        return
    meanings = [word_gloss(word) for word in cosines]
    st.dataframe(
        {
            "word": list(cosines),
            **({"meaning": meanings} if any(meanings) else {}),
            "cosine": list(cosines.values()),
        },
        column_config={
            "word": _("word"),
            "meaning": _("meaning"),
            "cosine": st.column_config.NumberColumn(_("cosine"), format="%.2f"),
        },
        hide_index=True,
        height=35 * (len(cosines) + 1) + 2,
        key="words_nearest",
    )
    cosine_note = _(
        "Cosine: 1 where two vectors point the same way, 0 where they have nothing in common, −1 "
        "where they point in opposite ways."
    )
    mean_note = _("A word that has several states stands here for their mean.")
    st.caption(join_sentences(cosine_note, mean_note if are_states else None))


def draw_embeddings(selected: SelectedRun) -> None:
    run, trained = selected.run, selected.trained
    with st.container(horizontal=True, vertical_alignment="center"):
        name = choose_vector_set()
        is_untrained = untrained_switch()
    trained_vectors, _trained_projection = embedding_plot.projected_vectors(run, trained, name)
    displayed = embedding_plot.restore_untrained(run) if is_untrained else trained
    vectors, projection = embedding_plot.projected_vectors(run, displayed, name)
    picture_column, side_column = st.columns([5, 3], gap="large")
    with side_column:
        words = list(dict.fromkeys(trained_vectors.words))
        word = choose_word(run, name, words, embedding_plot.closest_word(trained_vectors))
        cosines = embedding_plot.nearest_words(vectors, word)
        show_neighbours(cosines, are_states=bool(vectors.positions))
    with picture_column, st.container(border=True, key="words_picture"):
        embedding_plot.draw_embedding_plot(name, vectors, projection, word, cosines)
        st.caption(embedding_plot.describe_vector_set(name, vectors, trained))
        st.caption(
            _(
                "An axis is no property of a word: it is a mixture of all {size} numbers, the one "
                "along which the points differ most. The picture keeps {share} of the variance, so "
                "distances in it can mislead; the cosines beside it are of all {size} numbers.",
                size=vectors.vector_size,
                share=f"{sum(projection.variance_shares):.0%}",
            )
        )


trained_page(
    "words",
    _("Words and states as points"),
    _(
        "To a model a word is a list of numbers, and so is each state. What it treats alike lies "
        "close together; nobody has told it what the words mean."
    ),
    choose_trained_run,
    draw_embeddings,
)
