"""The attention of all measured sentences at a glance, and what can be read off it in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import errors, url_state
from pages.shared.frame.glossary import word_gloss
from pages.shared.frame.i18n import N_, _, current_language
from pages.shared.inspection.attention_tiles import maps, maps_data
from pages.shared.inspection.head_patterns import last_mean
from pages.shared.runs import actions, evaluations
from pages.shared.runs.selection import Selection
from seq2seq_core.evaluation import alignment
from seq2seq_core.inspection.attention_maps import AttentionMap

ORDERS = {
    "corpus": N_("as in the corpus"),
    "crossings": N_("most crossings first"),
    "aligned": N_("best aligned last"),
}


def choose_order(offered: Sequence[str]) -> str:
    key = f"attention_order_{current_language()}"

    def kept() -> None:
        url_state.set_param("order", st.session_state[key])

    return st.segmented_control(
        _("Order"),
        offered,
        default=url_state.initial_value(key, url_state.get_option("order", offered, offered[0])),
        required=True,
        format_func=lambda name: _(ORDERS[name]),
        key=key,
        on_change=errors.deferred_errors(kept),
        label_visibility="collapsed",
        wrap=True,
    )


def in_order(shown: Sequence[AttentionMap], order: str) -> list[int]:
    """The places of the maps in the order in which they are shown."""
    if order == "crossings":
        return sorted(range(len(shown)), key=lambda i: -shown[i].crossings)
    if order == "aligned":  # sentences without a gold link say nothing: they come last
        return sorted(range(len(shown)), key=lambda i: share_or(shown[i].alignment, 2.0))
    return list(range(len(shown)))


def share_or(share: float | None, otherwise: float) -> float:
    return otherwise if share is None else share


@errors.deferred_errors
def pin() -> None:
    """The sentence of the picture that was clicked becomes the sentence of the page."""
    actions.show_sentence(st.session_state["attention_maps"].pin)


def glance(now: Selection, shown: Sequence[AttentionMap], above: str) -> None:
    """above: the key of the container where the page shows its sentence's map."""
    st.subheader(_("All sentences at a glance"), anchor=False)
    sample = evaluations.sample(now.run, evaluations.has_held_out(now.trained))
    told = (
        _("{count} of {all} sentences that it has not learnt from, read with the true words.")
        if evaluations.has_held_out(now.trained)
        else _("{count} of {all} sentences that it has learnt from, read with the true words.")
    )
    st.markdown(told.format(count=len(shown), all=sample.count))
    if now.run.model_config.is_transformer:
        st.caption(last_mean())
    pictures, beside = st.columns([3, 2], gap="large")
    with pictures:
        scored = any(one.alignment is not None for one in shown)
        order = choose_order([name for name in ORDERS if scored or name != "aligned"])
        places = in_order(shown, order)
        texts = [sample.texts[i] for i in places]
        maps(
            key="attention_maps",
            data=maps_data(order, texts, [shown[i] for i in places], now.text, above),
            on_pin_change=pin,
        )
    with beside:
        crossing(shown)
        unneeded(shown)


def crossing(shown: Sequence[AttentionMap]) -> None:
    st.subheader(_("The links that cross"), anchor=False)
    # the target says the same to who does not read the source
    most = max(shown, key=lambda one: one.crossings)
    count = sum(one.crossings > 0 for one in shown)
    st.text(_("In {count} of {all} sentences links cross.", count=count, all=len(shown)))
    if most.crossings:
        st.text(
            _("Most of all, {count} pairs, in: {source} → {target}", count=most.crossings,
              source=" ".join(most.source), target=" ".join(most.target))
        )  # fmt: skip
    st.caption(
        _(
            "A link is the position that a target word gives the largest weight. Two links cross "
            "where the later target word looked further to the left: often because the languages "
            "differ in order, sometimes because it looked at a neighbour."
        )
    )


def unneeded(shown: Sequence[AttentionMap]) -> None:
    st.subheader(_("The words that nobody needs to look at"), anchor=False)
    found = alignment.count_words_at([one.unattended for one in shown], [one.source for one in shown])
    meanings = [word_gloss(word) for word, *_counts in found]
    if found:
        st.dataframe(
            {
                "word": [word for word, *_counts in found],
                **({"meaning": meanings} if any(meanings) else {}),
                "count": [count for _word, count, _all in found],
                "all": [everywhere for *_rest, everywhere in found],
            },
            column_config={
                "word": _("source word"),
                "meaning": _("meaning"),
                "count": _("not needed"),
                "all": _("of its places"),
            },
            hide_index=True,
            height=35 * (min(len(found), 6) + 1) + 2,
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
