"""One's own sentences: a pair is put together out of known words, a new word into ten sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.corpus import analysis, edits, table
from pages.shared.corpus.analysis import Offer, Unclear
from pages.shared.frame import components, errors, session
from pages.shared.frame.i18n import _, parts
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import CJK, TOKENIZERS
from seq2seq_core.data.word_classes import SENTENCE_BOUNDARY, MIN_ROWS_PER_WORD, ContextProfile, LexiconEntry, augment
from seq2seq_core.errors import StoreError

FREQUENT = 150  # words of which the browser knows the company; it knows the rest by name
LISTED = 30  # of one's own pairs
composer = components.register("composer", "words", "foot", "own")


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
    """Put the pair on top, or in the place of the one that was edited; train on it, if asked to."""
    said, view = told("pair"), session.corpus()
    join = TOKENIZERS[view.tokenizer].join
    written = Row(*(join([str(token) for token in said[side]]) for side in ("source", "target")))
    clean = edits.tidied([written], view.tokenizer, [1])
    if clean.rows:
        put(view, clean.rows[0], said["replaces"])
        st.session_state["corpus_go"] = said["train"]


def put(view: CorpusView, new: Row, replaces: dict[str, Any] | None) -> None:
    """Keep the pair, unless the corpus has it already; say where others stand in its way."""
    gone = row_at(view, replaces) if replaces else None
    others = {i: row for i, row in enumerate(view.rows) if i != gone}
    for i, row in others.items():
        if (row.source, row.target) == (new.source, new.target):
            edits.say(_("This pair stands in the corpus already, in row {row}.", row=i + 1))
            return
    rows = [new, *others.values()]
    for number, row in enumerate(rows[1:], 2):
        if row.source == new.source:
            edits.say(
                _(
                    "Row {row} translates the same sentence differently: "
                    "the model cannot learn both.",
                    row=number,
                )
            )
            break
    edits.keep(view, rows)
    table.unmount()


@errors.kept
def go() -> None:
    """Train on what is there."""
    st.session_state["corpus_go"] = True


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
    new = LexiconEntry(said["source"], said["target"])
    like = LexiconEntry(*said["place"])
    for position, offer in analysis.hints(view).items():
        if not isinstance(offer, Offer) or offer.new != new:
            continue
        if like in [place for place, _count in offer.places]:
            made = augment(analysis.corpus(view), view.tokenizer, new, like, view.held_out)
            rows = [*view.rows[: position + 1], *made, *view.rows[position + 1 :]]
            edits.keep(view, edits.tidied(rows, view.tokenizer).rows)
            table.unmount()
            edits.say(
                _(
                    "{new} stands in {count} more sentences now, on top of the corpus.",
                    new=new.source,
                    count=len(made),
                )
                if len(made) == MIN_ROWS_PER_WORD
                else _(
                    "Only 1 sentence had room for {new}; it is on top of the corpus.",
                    new=new.source,
                )
                if len(made) == 1
                else _(
                    "Only {count} sentences had room for {new}; they are on top of the corpus.",
                    new=new.source,
                    count=len(made),
                )
            )
            return
    raise StoreError("stale")


def side(sentences: Sequence[Sequence[str]], company: ContextProfile) -> dict[str, Any]:
    """All words, the most frequent first, and who stands beside the frequent ones, by number."""
    counts = Counter(token for sentence in sentences for token in sentence).most_common()
    words = [token for token, _count in counts]
    ids = {token: i for i, token in enumerate(words[:FREQUENT])} | {SENTENCE_BOUNDARY: -1}

    def numbers(others: set[str]) -> list[int]:
        return sorted(ids[other] for other in others if other in ids)

    return {
        "words": [
            [word["token"], word["pinyin"], word["gloss"]] if word["gloss"] else [word["token"]]
            for word in components.annotated(words)
        ],
        "company": [
            [word, *(numbers(kind[word]) for kind in (company.cooccurring_words, company.left_neighbours, company.right_neighbours))]
            for word in words[:FREQUENT]
        ],
    }


def unclear(source: dict[str, str], target: dict[str, str]) -> dict[str, Any]:
    """What to say where new words stand on one side alone, or not as many on both."""
    return {
        "lone_source": parts(
            "{source} is new, but the target has no new word: is its translation there?",
            source=source,
        ),
        "lone_target": parts(
            "{target} is new, but the source has no new word: what does it translate?",
            target=target,
        ),
        "uneven": parts(
            "New are {source} in the source and {target} in the target: it is not clear which "
            "belongs to which. As many on both sides would be.",
            source=source,
            target=target,
        ),
    }


def note(words: Unclear) -> list[dict[str, str]]:
    """The same for a pair that is in the corpus."""
    said = unclear({"source": " ".join(words.source)}, {"target": " ".join(words.target)})
    if words.source and words.target:
        return said["uneven"]
    return said["lone_source" if words.source else "lone_target"]


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


@st.cache_data(show_spinner=False, max_entries=analysis.VERSIONS)
def _words(version: object, _view: CorpusView, language: str) -> dict[str, Any]:
    pairs, classes = analysis.corpus(_view).pairs, analysis.classes(_view)
    first = pairs[0] if pairs else None
    source = side([pair.source for pair in pairs], classes.source)
    frequent = [word for word, *_others in source["company"]]
    return {
        "draft": {"source": first.source if first else [], "target": first.target if first else []},
        "source": source,
        "target": side([pair.target for pair in pairs], classes.target),
        "means": [[word, found] for word in frequent if (found := classes.translations[word])],
    }


def labels(view: CorpusView, mine: int) -> dict[str, Any]:
    slot: Any = {"slot": "word"}
    row: Any = {"slot": "row"}
    ours = view.name in bundled.CORPUS_NAMES
    title = _("My {count} sentences", count=mine) if mine > 1 else _("My sentences")
    return {
        "source": _("Source · click a word to change it"),
        "target": _("Target · what is to come out")
        if view.name in set(bundled.CORPUS_NAMES).difference(bundled.TRANSLATION_CORPORA)
        else _("Target · its translation"),
        "type_source": _("type more"),
        "type_target": _("type more"),
        "type_instead": _("type another word"),
        "instead": parts("In the place of {word}; what fits best comes first:", word=slot),
        "enter": parts("{word} is not known yet; the Enter key takes it.", word=slot),
        "more_source": parts("Known source words, the most frequent first; a click adds one:"),
        "more_target": parts("Known target words, the most frequent first; a click adds one:"),
        "more": _("More words"),
        "new_word": _("new word"),
        "remove": _("Remove"),
        "drop": _("Remove this word"),
        "edit": _("Edit"),
        "go": _("Add and train"),
        "go_change": _("Save and train"),
        "train": _("Train on it"),
        "add": _("Add to my sentences") if ours else _("Add on top"),
        "change": _("Save the change"),
        "leave": _("Start over"),
        "saved": "✓ " + _("saved") if view.revision else "",
        "open": _("not added yet"),
        "open_change": _("not saved yet"),
        "begin": parts("Change a word, or type a sentence of your own; then add it."),
        "empty_source": parts("The source has no word yet: a pair needs both sides."),
        "empty_target": parts("The target has no word yet: a pair needs both sides."),
        "unchanged": parts("Nothing is changed in this pair yet."),
        "there": parts("This pair is row {row} of the corpus.", row=row),
        "fresh": parts("A dotted word is new: no sentence of the corpus has it."),
        **unclear({"slot": "source"}, {"slot": "target"}),
        "spread": _("Put it into ten sentences"),
        "place": _("in the place of"),
        "own": title if ours else _("On top of the corpus"),
        "lead": []
        if ours
        else parts(
            "The first pairs of {name}. Change a word above, or write a pair that it lacks: what "
            "you add comes on top. All others are under “All pairs”.",
            name={"text": view.name},
        ),
    }


def listed(view: CorpusView, mine: list[int]) -> list[dict[str, Any]]:
    """One's own pairs, and what is to be said of their new words."""
    hints, split = analysis.hints(view), TOKENIZERS[view.tokenizer].split
    shown = []
    for i in mine[:LISTED]:
        row, hint = view.rows[i], hints.get(i)
        shown.append(
            {
                "source": components.annotated(split(row.source)),
                "target": split(row.target),
                "is": {"row": i, "source": row.source, "target": row.target},
                "offer": offered(hint) if isinstance(hint, Offer) else None,
                "note": note(hint) if isinstance(hint, Unclear) else None,
            }
        )
    return shown


def view_own(view: CorpusView, language: str) -> None:
    """Draw the composer and the list of one's own pairs."""
    mine = analysis.own(view)
    chinese = bool(view.rows and CJK.search(view.rows[0].source))
    data = {
        "key": f"{view.name}_{view.tokenizer}_{chinese}",  # a draft is for one direction
        "tokenizer": view.tokenizer,
        **_words(analysis.version(view), view, language),
        "own": listed(view, mine),
        "said": " ".join(text for text, _refused in edits.said()),
        "labels": labels(view, len(mine)),
    }
    composer(
        key="corpus_composer",
        data=data,
        on_pair_change=add,
        on_remove_change=remove,
        on_spread_change=spread_word,
        on_train_change=go,
    )
