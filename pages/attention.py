"""Where a model looked: the heat map of a sentence, all sentences at a glance, what it is worth."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import components, url_state
from pages.shared.frame.glossary import glossed, meaning
from pages.shared.frame.i18n import N_, _
from pages.shared.inspection import head_patterns
from pages.shared.inspection.attention_contrast import contrast, counterpart
from pages.shared.inspection.attention_overview import glance
from pages.shared.inspection.head_patterns import Shown
from pages.shared.runs import actions, evaluations, selection
from pages.shared.runs.selection import Chosen
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.evaluation import alignment as links
from seq2seq_core.store import Run


def describe(shown: Shown) -> str:
    """The map in words, for those who do not see it."""
    return " ".join(
        _(
            "{token} looked mostly at the position of {source} ({weight}).",
            token=token,
            source=shown.columns[best],
            weight=f"{row[best]:.0%}",
        )
        for token, row, best in zip(
            shown.rows, shown.weights, links.argmax_positions(shown.weights), strict=True
        )
    )


READ = N_(
    "A row is a word as it was written, a column a position that the encoder read; each row adds "
    "up to one. A position has read its neighbours too: it is not just its word."
)


def of_its_steps(translation: Translation) -> Shown:
    """The one map of a model that has one, as its steps hold it."""
    looked = [(s.token, s.attention) for s in translation.steps if s.attention is not None]
    rows, weights = [token for token, _row in looked], [row for _token, row in looked]
    return Shown("cross", rows, translation.source_tokens, weights)


def heat_map(run: Run, shown: Shown, unknown: Sequence[str]) -> None:
    if not shown.rows:
        st.text(
            _(
                "Run {number} has no attention: there is nowhere it could have looked. One vector "
                "had to carry the whole sentence.",
                number=run.number,
            )
        )
        return
    if shown.title:
        st.markdown(f"**{shown.title}**")
    of_source = shown.part != "decoder"
    components.attention_map(
        key="attention_map",
        data={
            "part": shown.part,
            "source": components.annotated(shown.columns, unknown if of_source else ()),
            "target": shown.rows,
            "meanings": [meaning(word) for word in shown.rows],
            "attention": shown.weights,
            "causal": shown.part == "decoder",
            "looked": describe(shown),
        },
    )
    st.caption(_(head_patterns.READ[shown.part]) if run.model_config.is_transformer else _(READ))


def crossing_in_words(count: int) -> str:
    if not count:
        return _("No links cross.")
    if count == 1:
        return _("One pair of links crosses.")
    return _("{count} pairs of links cross.", count=count)


def gold(now: Chosen) -> tuple[links.AlignmentLinks, links.AlignmentLinks]:
    """The sure and the possible links of this sentence, of the words that it wrote right."""
    pairs = now.trained.dataset.pairs + now.trained.dataset.held_out
    pair = next((p for p in pairs if p.source == now.translation.source_tokens), None)
    if pair is None:
        return frozenset(), frozenset()
    both = zip(now.translation.tokens, pair.target, strict=False)
    right = {t for t, (written, expected) in enumerate(both) if written == expected}
    return frozenset(link for link in pair.sure if link[1] in right), pair.possible


def not_at_its_word(now: Chosen, weights: links.AttentionMatrix) -> str | None:
    """A right word that looked elsewhere than at the word it comes from, and why it can."""
    found = links.misaligned(weights, *gold(now))
    if not found:
        return None
    t, looked, named = found[0]
    shape, translation = now.run.model_config, now.translation
    told = (
        _("“{token}” looked most at the position of {source}, not of {expected}. That position has "
          "read its neighbours too: the word is right all the same.")
        if shape.bidirectional
        else _("“{token}” looked most at the position of {source}, not of {expected}. That "
               "position has read the words before it too: the word is right all the same.")
    )  # fmt: skip
    return told.format(
        token=translation.tokens[t],
        source=glossed([translation.source_tokens[looked]]),
        expected=glossed([translation.source_tokens[named]]),
    )


def in_this_sentence(now: Chosen, shown: Shown) -> None:
    """What the map says in words: which links cross, and where nobody looks."""
    weights = shown.weights[: len(now.translation.tokens)]  # without <eos>
    if shown.part != "cross" or not weights:
        return
    sources = now.translation.source_tokens
    crossing = links.count_crossings(links.argmax_positions(weights))
    rest = [sources[j] for j in links.unattended(weights)]
    st.subheader(_("In this sentence"), anchor=False)
    if shown.title:
        st.caption(shown.title)
    lines = [crossing_in_words(crossing)]
    if rest:
        lines.append(_("Hardly looked at by any word: {words}", words=glossed(rest)))
    st.text("\n".join(lines))
    # one head of several looks for what it likes: the others may have found the word
    if not now.run.model_config.is_transformer and (told := not_at_its_word(now, weights)):
        st.text(told)


def alignment(now: Chosen) -> None:
    """The score never stands alone: beside it what knowing nothing would get."""
    found = evaluations.alignment(now.run, now.trained)
    st.subheader(_("Does it look at the matching word?"), anchor=False)
    if now.run.model_config.is_transformer:
        st.caption(head_patterns.last_mean())
    if links.all_words_unique(pair.source for pair in now.trained.dataset.pairs):
        st.text(
            _(
                "In this corpus every source word stands in one place only, so the first word "
                "gives its sentence away. The model need not look at the matching word: do not "
                "read its map as an alignment."
            )
        )
    if found is None:
        st.text(
            _("This cannot be said: the corpus names no matching words.")
            if now.run.model_config.has_attention
            else _("This cannot be said: there is no attention.")
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
                "words that also help, attention gets {lenient}.",
                words=found.word_count,
                chance=f"{found.chance:.0%}",
                diagonal=f"{found.diagonal:.0%}",
                lenient=f"{found.lenient:.0%}",
            )
        )


def of_all_heads(now: Chosen) -> None:
    """A Transformer: one of its many maps large, all of them beside it."""
    found = head_patterns.heads_of(now)
    picture, beside = st.columns([3, 2], gap="large")
    with picture, st.container(border=True, key="attention_picture"):
        part = found[head_patterns.choose_part()]
        shown = head_patterns.shown(part)
        heat_map(now.run, shown, now.translation.unknown)
    with beside:
        sure, _possible = gold(now)
        if part.layer_count * part.head_count > 1:
            head_patterns.all_heads(part, sure, above="attention_picture")
        in_this_sentence(now, shown)
        if shown.part == "cross":
            alignment(now)


def of_one(now: Chosen) -> None:
    """A model that has one map, or none."""
    shown = of_its_steps(now.translation)
    picture, beside = st.columns([3, 2], gap="large")
    with picture, st.container(border=True, key="attention_picture"):
        heat_map(now.run, shown, now.translation.unknown)
    with beside:
        in_this_sentence(now, shown)
        alignment(now)


def page() -> None:
    st.title(_("Attention: where it looked"), anchor=False)
    st.markdown(_("For each word that it wrote: how much it looked at each source position."))
    choices = actions.listed()
    if not choices:
        actions.nothing_trained()
        return
    if url_state.get("run") is None:  # nobody asked for a run: one that has something to show
        actions.show_run(next((r for r in choices if r.model_config.has_attention), choices[0]))
    now = selection.choose_run_and_sentence("attention", choices)
    maps = evaluations.attention_maps(now.run, now.trained) or ()
    if now.run.model_config.is_transformer:
        of_all_heads(now)
    else:
        of_one(now)
    if maps:
        glance(now, maps, above="attention_picture")
    other = counterpart(now.run, choices)
    contrast(now.run, other, now.text)
    selection.follow(now.run, other)


page()
