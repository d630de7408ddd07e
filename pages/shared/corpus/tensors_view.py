"""What the model sees of the corpus: words as ids, sentences as rows of ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.corpus import analysis, table
from pages.shared.frame import components, glossary, theme
from pages.shared.frame.i18n import N_, _, ngettext
from pages.shared.frame.markdown import escape_markdown
from pages.shared.frame.session import CorpusView
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import EOS, SOS, SPECIAL_TOKENS, Vocabulary
from seq2seq_core.figures.bars import length_histogram

MAX_OFFERED_PAIRS = 200  # in the list to choose from
SPECIAL_TOKEN_NOTES = {
    "<pad>": N_("fills short sentences up to the longest of their batch"),
    "<sos>": N_("start of sentence: the decoder's first input"),
    "<eos>": N_("end of sentence: who writes it stops"),
    "<unk>": N_("stands for every word that the vocabulary does not have"),
}


def token_cells(tokens: Sequence[str], vocabulary: Vocabulary, kind: str) -> list[dict[str, str]]:
    """Each token over its id."""
    return [
        {"text": token, "sub": str(number), "kind": "special" if token in SPECIAL_TOKENS else kind}
        for token, number in zip(tokens, vocabulary.encode(tokens), strict=True)
    ]


def tensor_rows(pair: Pair, source: Vocabulary, target: Vocabulary) -> dict[str, Any]:
    """Encoder input, decoder input and target of one pair, for the component."""
    start, end = SPECIAL_TOKENS[SOS], SPECIAL_TOKENS[EOS]
    return {
        "label": _("The three tensors of this pair, each token over its id"),
        "rows": [
            {
                "label": _("encoder input"),
                "note": _("the source words, as ids"),
                "cells": token_cells(pair.source, source, "source"),
            },
            {
                "label": _("decoder input"),
                "note": _("written so far, from <sos> on"),
                "cells": token_cells((start, *pair.target), target, "target"),
            },
            {
                "label": _("target"),
                "note": _("to write next, up to <eos>"),
                "cells": token_cells((*pair.target, end), target, "target"),
            },
        ],
        # from [row, column] to [row, column]: the decoder reads next what it had to write
        "links": [[[2, t], [1, t + 1]] for t in range(len(pair.target))],
    }


def show_heading(title: str, subtitle: str) -> None:
    st.markdown(f"**{title}**  \n:gray[{subtitle}]")


def vocabulary_table(
    title: str, sentences: Sequence[Sequence[str]], words: Vocabulary, specials: bool, key: str
) -> None:
    """Draw ids, words, counts and meanings; specials: with the special tokens, counted too."""
    counts = Counter(token for sentence in sentences for token in sentence)
    glosses = glossary.readers_glosses()
    first_id = 0 if specials else len(SPECIAL_TOKENS)
    tokens = words.tokens[first_id:]
    rows = pd.DataFrame(
        {
            "id": range(first_id, len(words)),
            "word": tokens,
            "count": [counts[token] for token in tokens],
            "meaning": [
                f"{glosses[token].pinyin} · {glosses[token].gloss}" if token in glosses else ""
                for token in tokens
            ],
        }
    )
    columns = ["id", "word", "count", *(["meaning"] if any(rows["meaning"]) else [])]
    word_count = len(words) - len(SPECIAL_TOKENS)
    show_heading(
        title,
        _("{words} words; {all} with the special tokens", words=word_count, all=len(words)),
    )
    st.dataframe(
        rows,
        hide_index=True,
        height=220,
        column_order=columns,
        column_config={
            "id": st.column_config.NumberColumn(_("id"), width=50),
            "word": st.column_config.TextColumn(_("word"), width=90),
            "count": st.column_config.NumberColumn(_("how often"), width=70),
            "meaning": st.column_config.TextColumn(_("meaning")),
        },
        key=key,
    )


@cache_by_identity(max_entries=analysis.MAX_CACHED_VERSIONS)
def cached_vocabularies(view: CorpusView) -> tuple[Vocabulary, Vocabulary]:
    return analysis.usable_corpus(view).build_vocabularies()


def choose_pair(view: CorpusView) -> Pair:
    """One of the first pairs of the corpus."""
    corpus = analysis.usable_corpus(view)
    position = st.selectbox(
        _("Pair"),
        range(min(MAX_OFFERED_PAIRS, len(corpus.pairs))),
        format_func=lambda i: f"{corpus.rows[i].source} → {corpus.rows[i].target}",
        key=f"corpus_pair_{view.version}",
        label_visibility="collapsed",
    )
    return corpus.pairs[position or 0]


def view_tensors(view: CorpusView) -> None:
    """Draw one pair as tensors, both vocabularies, and how long the sentences are."""
    pairs = analysis.usable_corpus(view).pairs
    if not pairs:
        st.text(_("There is no usable pair yet."))
        return
    source, target = cached_vocabularies(view)
    pair = choose_pair(view)
    components.tensors_component(key="corpus_tensors", data=tensor_rows(pair, source, target))
    st.markdown(
        _(
            "The decoder input is the target moved by one: at each place the model reads the right "
            "words before it, and has to say the next one (teacher forcing)."
        )
    )
    specials = st.toggle(_("with the four special tokens"), key="corpus_specials")
    if specials:
        st.caption(
            " · ".join(
                f"**{escape_markdown(token)}** {_(note)}"
                for token, note in SPECIAL_TOKEN_NOTES.items()
            )
        )
    start, end = SPECIAL_TOKENS[SOS], SPECIAL_TOKENS[EOS]
    sources = [pair.source for pair in pairs]
    targets = [(start, *pair.target, end) for pair in pairs]
    left, middle, right = st.columns([1, 1, 0.9], gap="medium")
    titles = table.column_titles(view)
    with left:
        vocabulary_table(titles["source"], sources, source, specials, "corpus_source_words")
    with middle:
        vocabulary_table(titles["target"], targets, target, specials, "corpus_target_words")
    with right:
        show_heading(
            _("How long the sentences are"), ngettext("1 pair", "{count} pairs", len(pairs))
        )
        st.altair_chart(
            length_histogram(
                [len(pair.source) for pair in pairs],
                [len(pair.target) for pair in pairs],
                (_("source"), _("target")),
                theme.current_palette(),
                _("words"),
                _("sentences"),
            ),
            height=220,
            key="corpus_lengths",
            alt=_("How many sentences have how many words, source and target."),
        )
