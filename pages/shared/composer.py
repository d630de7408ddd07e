"""One's own sentences: a pair is put together out of known words, a new word into ten sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared import components, edits, errors, lexicon, session, table
from pages.shared.i18n import _, parts
from pages.shared.lexicon import Offer
from pages.shared.session import CorpusView
from seq2seq_core import corpora
from seq2seq_core.classes import EDGE, ENOUGH, Company, Entry, spread
from seq2seq_core.corpus import Row
from seq2seq_core.errors import StoreError
from seq2seq_core.tokenizers import CJK, TOKENIZERS

FREQUENT = 150  # words of which the browser knows the company; it knows the rest by name
LISTED = 30  # of one's own pairs
composer = components.register("composer", "words.js")


def told(event: str) -> dict[str, Any]:
    """What the component has just said."""
    return st.session_state["corpus_composer"][event]


def row_at(view: CorpusView, named: dict[str, Any]) -> int:
    """The position of a row that the browser names. Raises StoreError where it is another now."""
    position, text = int(named["row"]), (named["source"], named["target"])
    if position < len(view.rows):
        row = view.rows[position]
        if (row.source, row.target) == text:
            return position
    raise StoreError("stale")


@errors.kept
def add() -> None:
    """Put the pair on top, or in the place of the one that was edited."""
    said, view = told("pair"), session.corpus()
    join = TOKENIZERS[view.tokenizer].join
    written = Row(*(join([str(token) for token in said[side]]) for side in ("source", "target")))
    clean = edits.tidied([written], view.tokenizer, [1])
    if not clean.rows:
        return
    new, rows = clean.rows[0], list(view.rows)
    replaced = said.get("replaces")
    if replaced:
        rows.pop(row_at(view, replaced))
    same = [i for i, row in enumerate(rows, 1) if row.source == new.source]
    if any(rows[i - 1].target == new.target for i in same):
        edits.say(_("This pair stands in the corpus already, in row {row}.", row=same[0]))
        return
    if same:
        edits.say(
            _(
                "Row {row} translates the same sentence differently: the model cannot learn both.",
                row=same[0] + 1,
            )
        )
    edits.keep(view, [new, *rows])
    table.unmount()


@errors.kept
def remove() -> None:
    view = session.corpus()
    rows = list(view.rows)
    del rows[row_at(view, told("remove"))]
    edits.keep(view, rows)
    table.unmount()


@errors.kept
def spread_word() -> None:
    """Put a new word into ten sentences, on top of the corpus, below the sentence it came in."""
    said, view = told("spread"), session.corpus()
    new = Entry(said["source"], said["target"])
    like = Entry(*said["place"])
    for position, offer in lexicon.offers(view).items():
        if offer.new == new and like in [place for place, _count in offer.places]:
            made = spread(lexicon.corpus(view), view.tokenizer, new, like, view.held_out)
            rows = [*view.rows[: position + 1], *made, *view.rows[position + 1 :]]
            edits.keep(view, edits.tidied(rows, view.tokenizer).rows)
            table.unmount()
            edits.say(
                _(
                    "{new} stands in {count} more sentences now, on top of the corpus.",
                    new=new.source,
                    count=len(made),
                )
                if len(made) == ENOUGH
                else _(
                    "Only {count} sentences had room for {new}; they are on top of the corpus.",
                    new=new.source,
                    count=len(made),
                )
            )
            return
    raise StoreError("stale")


def side(sentences: Sequence[Sequence[str]], company: Company) -> dict[str, Any]:
    """All words, the most frequent first, and who stands beside the frequent ones, by number."""
    counts = Counter(token for sentence in sentences for token in sentence).most_common()
    words = [token for token, _count in counts]
    ids = {token: i for i, token in enumerate(words[:FREQUENT])} | {EDGE: -1}

    def numbers(others: set[str]) -> list[int]:
        return sorted(ids[other] for other in others if other in ids)

    return {
        "words": [
            [word["token"], word["pinyin"], word["gloss"]] if word["gloss"] else [word["token"]]
            for word in components.annotated(words)
        ],
        "company": [
            [word, *(numbers(kind[word]) for kind in (company.near, company.left, company.right))]
            for word in words[:FREQUENT]
        ],
    }


def offered(offer: Offer) -> dict[str, Any]:
    """A new word's offer, in words."""
    return {
        "new": {"source": offer.new.source, "target": offer.new.target},
        "said": parts(
            "{word} is new. One sentence is not enough to learn it: about ten are.",
            word={"source": offer.new.source},
        )
        if offer.rows == 1
        else parts(
            "{word} stands in {count} sentences. About ten are enough to learn it.",
            word={"source": offer.new.source},
            count={"text": str(offer.rows)},
        ),
        "places": [
            {"entry": [like.source, like.target], "shown": f"{like.source} → {like.target}"}
            for like, _count in offer.places
        ],
    }


@st.cache_data(show_spinner=False, max_entries=lexicon.VERSIONS)
def _words(version: object, _view: CorpusView, language: str) -> dict[str, Any]:
    pairs, classes = lexicon.corpus(_view).pairs, lexicon.classes(_view)
    first = pairs[0] if pairs else None
    source = side([pair.source for pair in pairs], classes.source)
    frequent = [word for word, *_others in source["company"]]
    return {
        "draft": {"source": first.source if first else [], "target": first.target if first else []},
        "source": source,
        "target": side([pair.target for pair in pairs], classes.target),
        "means": [[word, found] for word in frequent if (found := classes.translations[word])],
    }


def labels(title: str) -> dict[str, Any]:
    slot: Any = {"slot": "word"}
    return {
        "source": _("Source · click a word to change it"),
        "target": _("Target · its translation"),
        "type_source": _("type more"),
        "type_target": _("type more"),
        "type_instead": _("type another word"),
        "instead": parts("In the place of {word}; what fits best comes first:", word=slot),
        "enter": parts("{word} is not known yet; the Enter key takes it.", word=slot),
        "more_source": parts("Known source words, the most frequent first; a click adds one:"),
        "more_target": parts("Known target words, the most frequent first; a click adds one:"),
        "new_word": _("new word"),
        "remove": _("Remove"),
        "edit": _("Edit"),
        "add": _("Add to my sentences"),
        "change": _("Save the change"),
        "leave": _("Start over"),
        "begin": _("Change a word, or type a sentence of your own; then add it."),
        "fresh": _("A dotted word is new: no sentence of the corpus has it."),
        "spread": _("Put it into ten sentences"),
        "place": _("in the place of"),
        "own": title,
    }


def view_own(view: CorpusView, language: str) -> None:
    """Draw the composer and the list of one's own pairs."""
    offers, mine = lexicon.offers(view), lexicon.own(view)
    split = TOKENIZERS[view.tokenizer].split
    title = _("My {count} sentences", count=len(mine)) if len(mine) > 1 else _("My sentences")
    if view.name not in corpora.NAMES:
        title = _("On top of the corpus")
    chinese = bool(view.rows and CJK.search(view.rows[0].source))
    data = {
        "key": f"{view.name}_{view.tokenizer}_{chinese}",  # a draft is for one direction
        "tokenizer": view.tokenizer,
        **_words(lexicon.version(view), view, language),
        "own": [
            {
                "source": components.annotated(split(view.rows[i].source)),
                "target": split(view.rows[i].target),
                "is": {"row": i, "source": view.rows[i].source, "target": view.rows[i].target},
                "offer": offered(offers[i]) if i in offers else None,
            }
            for i in mine[:LISTED]
        ],
        "said": " ".join(text for text, _refused in edits.said()),
        "labels": labels(title),
    }
    composer(
        key="corpus_composer",
        data=data,
        on_pair_change=add,
        on_remove_change=remove,
        on_spread_change=spread_word,
    )
