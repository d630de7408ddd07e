"""Words and states as points: what a model treats alike lies close together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.glossary import glossed, meaning
from pages.shared.frame.i18n import _, language, together
from pages.shared.inspection import embedding_plot
from pages.shared.runs import actions, selection
from seq2seq_core.store import Run


def choose_cloud() -> str:
    key, options = f"words_cloud_choice_{language()}", list(embedding_plot.NAMES)

    def kept() -> None:
        url_state.put("cloud", st.session_state[key])

    return st.segmented_control(
        _("Which vectors"),
        options,
        default=url_state.first(key, url_state.option("cloud", options, options[0])),
        required=True,
        format_func=lambda name: _(embedding_plot.NAMES[name]),
        key=key,
        on_change=errors.kept(kept),
        label_visibility="collapsed",
        wrap=True,
    )


def before_training() -> bool:
    """Whether the model is shown as it was drawn by lot, before its first update."""
    key = "words_untrained"

    def kept() -> None:
        if st.session_state[key]:
            url_state.put("untrained", "1")
        else:
            url_state.drop("untrained")

    return st.toggle(
        _("before training"),
        value=url_state.first(key, url_state.get("untrained") == "1"),
        key=key,
        on_change=errors.kept(kept),
        help=_("The same model before its first update: all its numbers are drawn by lot."),
    )


def choose_word(run: Run, name: str, words: Sequence[str], default: str) -> str:
    now = url_state.option("near", words, default)
    key = f"words_near_{run.id}_{name}_{language()}"

    def kept() -> None:
        url_state.put("near", st.session_state[key])

    return st.selectbox(
        _("Word"),
        words,
        index=words.index(url_state.first(key, now)),
        format_func=lambda word: glossed([word]),
        key=key,
        on_change=errors.kept(kept),
    )


def nearest(near: dict[str, float], states: bool) -> None:
    """The neighbours with their numbers."""
    st.subheader(_("Its nearest neighbours"), anchor=False)
    if not near:
        st.text(_("There is no other word."))
        return
    meanings = [meaning(word) for word in near]
    st.dataframe(
        {
            "word": list(near),
            **({"meaning": meanings} if any(meanings) else {}),
            "cosine": list(near.values()),
        },
        column_config={
            "word": _("word"),
            "meaning": _("meaning"),
            "cosine": st.column_config.NumberColumn(_("cosine"), format="%.2f"),
        },
        hide_index=True,
        height=35 * (len(near) + 1) + 2,
        key="words_nearest",
    )
    told = _(
        "Cosine: 1 where two vectors point the same way, 0 where they have nothing in common, −1 "
        "where they point in opposite ways."
    )
    mean = _("A word that has several states stands here for their mean.")
    st.caption(together(told, mean if states else None))


def page() -> None:
    st.title(_("Words and states as points"), anchor=False)
    st.markdown(
        _(
            "To a model a word is a list of numbers, and so is each state. What it treats alike "
            "lies close together; nobody has told it what the words mean."
        )
    )
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    run, trained = selection.choose_run("words", choices)
    with st.container(horizontal=True, vertical_alignment="center"):
        name = choose_cloud()
        fresh = before_training()
    learnt, _learnt_picture = embedding_plot.cloud_of(run, trained, name)
    shown = embedding_plot.untrained(run) if fresh else trained
    cloud, picture = embedding_plot.cloud_of(run, shown, name)
    left, beside = st.columns([5, 3], gap="large")
    with beside:
        words = list(dict.fromkeys(learnt.words))
        word = choose_word(run, name, words, embedding_plot.closest(learnt))
        near = embedding_plot.neighbours(cloud, word)
        nearest(near, states=bool(cloud.positions))
    with left, st.container(border=True, key="words_picture"):
        embedding_plot.chart(name, cloud, picture, word, near)
        st.caption(embedding_plot.in_words(name, cloud, trained))
        st.caption(
            _(
                "An axis is no property of a word: it is a mixture of all {size} numbers, the one "
                "along which the points differ most. The picture keeps {share} of the variance, so "
                "distances in it can mislead; the cosines beside it are of all {size} numbers.",
                size=cloud.vector_size,
                share=f"{sum(picture.variance_shares):.0%}",
            )
        )
    selection.follow(run)


page()
