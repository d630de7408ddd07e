"""The attention of all measured sentences at a glance, and what can be read off it in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import errors, widgets
from pages.shared.frame.glossary import join_with_glosses, word_gloss
from pages.shared.frame.i18n import N_, _, ngettext, segments
from pages.shared.inspection.attention_tiles import (
    AttentionTile,
    attention_tiles_component,
    attention_tiles_data,
)
from pages.shared.inspection.head_patterns import last_layer_note
from pages.shared.runs import evaluations
from pages.shared.runs.selection import Selection, select_sentence
from seq2seq_core.evaluation import alignment
from seq2seq_core.inspection.attention_maps import AttentionMap

ORDER_LABELS = {
    "corpus": N_("as in the corpus"),
    "crossings": N_("most crossings first"),
    "aligned": N_("best aligned last"),
}


def choose_order(orders: Sequence[str]) -> str:
    return widgets.choose_option(
        "attention", "order", _("Order"), orders, lambda name: _(ORDER_LABELS[name])
    )


def share_or_default(share: float | None, default: float) -> float:
    return default if share is None else share


def sort_maps(attention_maps: Sequence[AttentionMap], order: str) -> list[int]:
    """The indices of the maps in the order in which they are shown."""
    if order == "crossings":
        return sorted(range(len(attention_maps)), key=lambda i: -attention_maps[i].crossings)
    if order == "aligned":  # sentences without a gold link say nothing: they come last
        return sorted(
            range(len(attention_maps)),
            key=lambda i: share_or_default(attention_maps[i].alignment, 2.0),
        )
    return list(range(len(attention_maps)))


def describe_crossings(count: int) -> str:
    if not count:
        return _("No links cross.")
    return ngettext("One pair of links crosses.", "{count} pairs of links cross.", count)


def describe_map(attention_map: AttentionMap) -> list[dict[str, str]]:
    """A map in words: its strongest link, and how many links cross."""
    t, j, weight = attention_map.strongest_link
    strongest_link = segments(
        "Its strongest link: {token} looked at the position of {source} ({weight}). ",
        token={"target": attention_map.target[t]},
        source={"source": join_with_glosses([attention_map.source[j]])},
        weight={"text": f"{weight:.0%}"},
    )
    return [*strongest_link, {"text": describe_crossings(attention_map.crossings)}]


def sentence_tile(text: str, attention_map: AttentionMap, is_chosen: bool) -> AttentionTile:
    """text: the source sentence as it stands in the corpus."""
    return AttentionTile(
        id=text,
        title=[
            {"source": " ".join(attention_map.source)},
            {"text": " → "},
            {"target": " ".join(attention_map.target)},
        ],
        description=describe_map(attention_map),
        row_count=len(attention_map.target),
        column_count=len(attention_map.source),
        weight_bytes=attention_map.weight_bytes,
        is_chosen=is_chosen,
    )


@errors.deferred_errors
def open_sentence() -> None:
    """The sentence of the picture that was clicked becomes the sentence of the page."""
    select_sentence(st.session_state["attention_maps"].choice)


def draw_crossing_links(attention_maps: Sequence[AttentionMap]) -> None:
    """In how many sentences links cross, and the one where most do."""
    st.subheader(_("The links that cross"), anchor=False)
    most_crossed = max(attention_maps, key=lambda m: m.crossings)
    count = sum(m.crossings > 0 for m in attention_maps)
    st.text(_("In {count} of {all} sentences links cross.", count=count, all=len(attention_maps)))
    if most_crossed.crossings:  # with its target, for a learner who does not read the source
        st.text(
            _("Most of all, {count} pairs, in: {source} → {target}", count=most_crossed.crossings,
              source=" ".join(most_crossed.source), target=" ".join(most_crossed.target))
        )  # fmt: skip
    st.caption(
        _(
            "A link is the position that a target word gives the largest weight. Two links cross "
            "where the later target word looked further to the left: often because the languages "
            "differ in order, sometimes because it looked at a neighbour."
        )
    )


def draw_unattended_words(attention_maps: Sequence[AttentionMap]) -> None:
    """A table of the source words that hardly any target word looks at."""
    st.subheader(_("The words that nobody needs to look at"), anchor=False)
    word_counts = alignment.count_words_at(
        [m.unattended for m in attention_maps], [m.source for m in attention_maps]
    )
    meanings = [word_gloss(word) for word, *_counts in word_counts]
    if word_counts:
        st.dataframe(
            {
                "word": [word for word, *_counts in word_counts],
                **({"meaning": meanings} if any(meanings) else {}),
                "count": [count for _word, count, _all in word_counts],
                "all": [everywhere for *_rest, everywhere in word_counts],
            },
            column_config={
                "word": _("source word"),
                "meaning": _("meaning"),
                "count": _("not needed"),
                "all": _("of its places"),
            },
            hide_index=True,
            height=35 * (min(len(word_counts), 6) + 1) + 2,
            key="attention_unneeded",
        )
    else:
        st.text(_("There is none: some target word looks at every position."))
    st.caption(
        _(
            "Not needed: every target word gives the position less than {share} of its attention. "
            "The word may have been read all the same: the positions beside it know it too.",
            share=f"{alignment.MIN_ATTENTION:.0%}",
        )
    )


def draw_attention_overview(
    selection: Selection, attention_maps: Sequence[AttentionMap], container_key: str
) -> None:
    """A small picture for each sentence of the sample, and what they have in common.

    container_key: of the container where the page shows its sentence's map.
    """
    st.subheader(_("All sentences at a glance"), anchor=False)
    sample = evaluations.evaluation_sample(
        selection.run, evaluations.has_held_out(selection.trained)
    )
    introduction = (
        _("{count} of {all} sentences that it has not learnt from, read with the true words.")
        if evaluations.has_held_out(selection.trained)
        else _("{count} of {all} sentences that it has learnt from, read with the true words.")
    )
    st.markdown(introduction.format(count=len(attention_maps), all=sample.count))
    if selection.run.model_config.is_transformer:
        st.caption(last_layer_note())
    tiles_column, notes_column = st.columns([3, 2], gap="large")
    with tiles_column:
        has_alignment = any(m.alignment is not None for m in attention_maps)
        order = choose_order([name for name in ORDER_LABELS if has_alignment or name != "aligned"])
        tiles = [
            sentence_tile(sample.texts[i], attention_maps[i], sample.texts[i] == selection.text)
            for i in sort_maps(attention_maps, order)
        ]
        attention_tiles_component(
            key="attention_maps",
            data=attention_tiles_data(
                tiles,
                _("Attention maps, one for each sentence"),
                container_key,
                hint=_("Choose a picture to show it above."),
            ),
            on_choice_change=open_sentence,
        )
    with notes_column:
        draw_crossing_links(attention_maps)
        draw_unattended_words(attention_maps)
