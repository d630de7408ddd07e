"""Where a model looked: the heat map of a sentence, all sentences at a glance, what it is worth."""

from __future__ import annotations

import streamlit as st

from pages.shared import address, chosen, components, measures, runs
from pages.shared.chosen import Chosen
from pages.shared.contrast import contrast, counterpart
from pages.shared.glance import glance
from pages.shared.gloss import glossed
from pages.shared.i18n import _
from seq2seq_core import links
from seq2seq_core.store import Run
from seq2seq_core.translation import Translation


def describe(translation: Translation) -> str:
    """The map in words, for those who do not see it."""
    lines = []
    for step in translation.steps:
        if step.attention:
            best = max(range(len(step.attention)), key=step.attention.__getitem__)
            lines.append(
                _(
                    "{token} looked mostly at the position of {source} ({weight}).",
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
    components.attention_map(
        key="attention_map",
        data={
            "source": components.annotated(translation.source_tokens, translation.unknown),
            "target": [step.token for step in translation.steps],
            "attention": weights,
            "looked": describe(translation),
        },
    )
    st.caption(
        _(
            "A row is a word as it was written, a column a position that the encoder read; each "
            "row adds up to one. A position has read its neighbours too: it is not just its word."
        )
    )


def crossing_in_words(count: int) -> str:
    if not count:
        return _("No links cross.")
    if count == 1:
        return _("One pair of links crosses.")
    return _("{count} pairs of links cross.", count=count)


def not_at_its_word(now: Chosen) -> str | None:
    """A right word that looked elsewhere than at the word it comes from, and why it can."""
    translation = now.translation
    material = now.trained.material
    pair = next(
        (p for p in material.pairs + material.held_out if p.source == translation.source_tokens),
        None,
    )
    if pair is None:
        return None
    right = {
        t for t, (a, b) in enumerate(zip(translation.tokens, pair.target, strict=False)) if a == b
    }
    sure = frozenset(link for link in pair.sure if link[1] in right)
    weights = [step.attention for step in translation.steps if step.attention is not None]
    found = links.elsewhere(weights, sure, pair.possible)
    if not found:
        return None
    t, looked, named = found[0]
    told = (
        _("“{token}” looked most at the position of {source}, not of {expected}. That position has "
          "read its neighbours too: the word is right all the same.")
        if now.run.model["bidirectional"]
        else _("“{token}” looked most at the position of {source}, not of {expected}. That "
               "position has read the words before it too: the word is right all the same.")
    )  # fmt: skip
    return told.format(
        token=translation.tokens[t],
        source=glossed([translation.source_tokens[looked]]),
        expected=glossed([translation.source_tokens[named]]),
    )


def in_this_sentence(now: Chosen) -> None:
    """What the map says in words: which links cross, and where nobody looks."""
    translation = now.translation
    weights = [
        step.attention
        for step in translation.steps
        if step.attention is not None and step.token != "<eos>"
    ]
    if not weights:
        return
    sources = translation.source_tokens
    crossing = links.crossings(links.strongest(weights))
    rest = [sources[j] for j in links.unneeded(weights)]
    st.subheader(_("In this sentence"), anchor=False)
    lines = [crossing_in_words(crossing)]
    if rest:
        lines.append(_("Hardly looked at by any word: {words}", words=glossed(rest)))
    st.text("\n".join(lines))
    if told := not_at_its_word(now):
        st.text(told)


def alignment(now: Chosen) -> None:
    """The score never stands alone: beside it what knowing nothing would get."""
    found = measures.alignment(now.run, now.trained)
    st.subheader(_("Does it look at the matching word?"), anchor=False)
    if links.every_word_once(pair.source for pair in now.trained.material.pairs):
        st.text(
            _(
                "In this corpus every source word stands in one place only, so the first word "
                "gives its sentence away. The model need not look at the matching word: do not "
                "read its map as an alignment."
            )
        )
    if found is None:
        st.text(
            _("This cannot be said: the corpus names no matching words, or there is no attention.")
        )
    else:
        with st.container(horizontal=True, gap="medium"):
            st.metric(_("attention"), f"{found.score:.0%}", width="content")
            st.metric(_("chance"), f"{found.chance:.0%}", width="content")
            st.metric(_("diagonal guess"), f"{found.diagonal:.0%}", width="content")
        st.caption(
            _(
                "For {words} words the corpus names the source word they come from. How often the "
                "largest weight lies on it, beside two guesses that know nothing: looking anywhere "
                "gets {chance}, looking at the same place along the sentence {diagonal}. With "
                "words that also help, such as 了 for “bought”, attention gets {lenient}.",
                words=found.words,
                chance=f"{found.chance:.0%}",
                diagonal=f"{found.diagonal:.0%}",
                lenient=f"{found.lenient:.0%}",
            )
        )


def page() -> None:
    st.title(_("Attention: where it looked"), anchor=False)
    st.markdown(_("For each word that it wrote: how much it looked at each source position."))
    choices = runs.listed()
    if not choices:
        runs.nothing_trained()
        return
    if address.get("run") is None:  # nobody asked for a run: one that has something to show
        latest = next((r for r in choices if r.model["attention"] != "none"), choices[0])
        runs.show_run(latest)
    now = chosen.choose_run_and_sentence("attention", choices)
    shown = measures.attention_maps(now.run, now.trained) or ()
    picture, beside = st.columns([3, 2], gap="large")
    with picture, st.container(border=True, key="attention_picture"):
        heat_map(now.run, now.translation)
    with beside:
        in_this_sentence(now)
        alignment(now)
    if shown:
        glance(now, shown, above="attention_picture")
    other = counterpart(now.run, choices)
    contrast(now.run, other, now.text)
    chosen.follow(now.run, other)


page()
