"""All layers and heads of a model that has several: small pictures, one of them shown large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared.frame import errors, url_state, widgets
from pages.shared.frame.i18n import N_, _
from pages.shared.inspection.attention_tiles import (
    AttentionTile,
    attention_tiles_component,
    attention_tiles_data,
)
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.selection import Selection
from seq2seq_core.evaluation.alignment import AlignmentLinks
from seq2seq_core.inspection import attention_heads
from seq2seq_core.inspection.attention_heads import AttentionHeads, HeadPattern
from seq2seq_core.inspection.attention_maps import quantize_weights

PART_LABELS = {
    "cross": N_("cross-attention"),
    "encoder": N_("encoder self-attention"),
    "decoder": N_("decoder self-attention"),
}
PART_NOTES = {  # what a row and a column of each part are
    "cross": N_(
        "A row is a word as it was written, a column a position that the encoder read; each "
        "row adds up to one. A position has read all the other words too: it is not just its word."
    ),
    "encoder": N_(
        "A row is a source word, a column a source word that it looks at while the encoder reads; "
        "each row adds up to one. From the second layer on a position is not just its word."
    ),
    "decoder": N_(
        "A row is the word just read, to write the next one; a column is a word that it looks at. "
        "What is not written yet is not there to be looked at: half of the square stays empty."
    ),
}
PATTERN_LABELS = {
    ("encoder", "before"): N_("the word before"),
    ("encoder", "same"): N_("the same word"),
    ("encoder", "after"): N_("the word after"),
    ("encoder", "first"): N_("the first word"),
    ("encoder", "last"): N_("the last word"),
    ("decoder", "same"): N_("the word just read"),
    ("decoder", "before"): N_("the word before the one just read"),
    ("decoder", "first"): N_("the start, <sos>"),
    ("cross", "linked"): N_("the matching word"),
    ("cross", "first"): N_("the first source word"),
    ("cross", "last"): N_("the last source word"),
}


@dataclass(frozen=True)
class SelectedMap:
    """The map that is shown large."""

    part: str
    rows: Sequence[str]
    columns: Sequence[str]
    weights: Sequence[Sequence[float]]  # rows × columns
    title: str = ""


@cache_by_identity(max_entries=64)
def sentence_heads(selection: Selection) -> dict[str, AttentionHeads]:
    """The maps of the page's sentence by part: cross, encoder and decoder."""
    translator, translation = selection.trained.translator, selection.translation
    return attention_heads.inspect_attention_heads(translator, translation.source_tokens)


def choose_part() -> str:
    return widgets.choose_option(
        "attention",
        "part",
        _("Which attention"),
        list(PART_LABELS),
        lambda name: _(PART_LABELS[name]),
        default="cross",
    )


def selected_head(heads: AttentionHeads) -> tuple[int, int]:
    """Layer and head of the URL, from 1; without them the last layer and its mean, head 0."""
    layer = url_state.get_option("layer", range(1, heads.layer_count + 1), heads.layer_count)
    return layer, url_state.get_option("head", range(1, heads.head_count + 1), 0)


def head_title(heads: AttentionHeads, layer: int, head: int) -> str:
    if heads.layer_count * heads.head_count == 1:
        return ""
    if head:
        return _("Layer {layer}, head {head}", layer=layer, head=head)
    return _("Layer {layer}, mean of its {count} heads", layer=layer, count=heads.head_count)


def selected_map(heads: AttentionHeads) -> SelectedMap:
    """The map of the layer and head in the URL."""
    layer, head = selected_head(heads)
    return SelectedMap(
        heads.part,
        heads.row_tokens,
        heads.column_tokens,
        heads.weight_matrix(layer, head),
        head_title(heads, layer, head),
    )


def last_layer_note() -> str:
    """Which map counts where there can be only one."""
    return _("Of a Transformer the mean of the heads of the last layer counts here.")


def describe_pattern(part: str, pattern: HeadPattern) -> str:
    return _(
        "Largest weight on {place}: in {count} of {rows} rows.",
        place=_(PATTERN_LABELS[part, pattern.name]), count=pattern.count, rows=pattern.row_count,
    )  # fmt: skip


def describe_head(heads: AttentionHeads, layer: int, head: int, sure_links: AlignmentLinks) -> str:
    """The strongest pattern of one head, if it has one."""
    patterns = attention_heads.head_patterns(
        heads.part, heads.weight_matrix(layer, head), sure_links
    )
    frequent = [pattern for pattern in patterns if pattern.is_frequent]
    if not frequent:
        return _("Its largest weights follow no simple rule here.")
    return describe_pattern(heads.part, max(frequent, key=lambda pattern: pattern.share))


def head_tile(
    heads: AttentionHeads, layer: int, head: int, sure_links: AlignmentLinks
) -> AttentionTile:
    return AttentionTile(
        id=f"{layer}.{head}",
        title=[{"text": head_title(heads, layer, head)}],
        description=[{"text": describe_head(heads, layer, head, sure_links)}],
        row_count=len(heads.row_tokens),
        column_count=len(heads.column_tokens),
        weight_bytes=quantize_weights(heads.flat_weights(layer, head)),
        is_chosen=(layer, head) == selected_head(heads),
        is_causal=heads.is_causal,
    )


def numbered_names(template: str, count: int) -> list[dict[str, str]]:
    return [
        {"short": str(number), "long": template.format(number=number)}
        for number in range(1, count + 1)
    ]


@errors.deferred_errors
def open_head() -> None:
    """The picture that was clicked becomes the large one."""
    layer, head = st.session_state["attention_heads"].choice.split(".")
    url_state.set_param("layer", layer)
    if head == "0":
        url_state.remove_param("head")
    else:
        url_state.set_param("head", head)


def describe_head_patterns(heads: AttentionHeads, sure_links: AlignmentLinks) -> None:
    """The heads that look at the same place in more than half of the rows."""
    best_heads = attention_heads.best_heads_by_pattern(heads, sure_links)
    lines = [
        _(
            "In this sentence head {head} of layer {layer} puts its largest weight on {place} in "
            "{count} of {rows} rows.",
            head=head, layer=layer, place=_(PATTERN_LABELS[heads.part, pattern.name]),
            count=pattern.count, rows=pattern.row_count,
        )
        for layer, head, pattern in best_heads
        if pattern.is_frequent
    ]  # fmt: skip
    no_pattern_note = _(
        "In this sentence no head has its largest weight in the same place in more than half of "
        "the rows: not on the neighbours, not at either end."
    )
    st.text("\n".join(lines) or no_pattern_note)


def draw_all_heads(heads: AttentionHeads, sure_links: AlignmentLinks, container_key: str) -> None:
    """The small pictures, and in words which head has which pattern.

    container_key: of the container where the page shows the chosen one large.
    """
    st.subheader(_("All layers and heads"), anchor=False)
    tiles = [
        head_tile(heads, layer, head, sure_links)
        for layer in range(1, heads.layer_count + 1)
        for head in range(heads.head_count + 1)
    ]
    mean_name = {"short": _("mean"), "long": _("mean")}
    attention_tiles_component(
        key="attention_heads",
        data=attention_tiles_data(
            tiles,
            _("Attention maps, one for each layer and head"),
            container_key,
            row_names=numbered_names(_("layer {number}"), heads.layer_count),
            column_names=[mean_name, *numbered_names(_("head {number}"), heads.head_count)],
        ),
        on_choice_change=open_head,
    )
    describe_head_patterns(heads, sure_links)
