"""One's own sentences: a pair is put together out of known words, a new word into ten sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.corpus import analysis, edits, table
from pages.shared.corpus.analysis import Offer, UnclearWords
from pages.shared.frame import components, errors, session
from pages.shared.frame.i18n import _, segments
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import CJK, TOKENIZERS
from seq2seq_core.data.word_classes import (
    MIN_ROWS_PER_WORD,
    SENTENCE_BOUNDARY,
    ContextProfile,
    LexiconEntry,
    augment,
)
from seq2seq_core.errors import StoreError

MAX_PROFILED_WORDS = 150  # words of which the browser knows the company; it knows the rest by name
MAX_LISTED_PAIRS = 30  # of one's own pairs
composer_component = components.register_component("composer")


def composer_event(event: str) -> dict[str, Any]:
    """What the component has just said."""
    return st.session_state["corpus_composer"][event]


def find_row(view: CorpusView, row_reference: dict[str, Any]) -> int:
    """The position of a row that the browser names. Raises StoreError where it is another now."""
    position, text = int(row_reference["row"]), (row_reference["source"], row_reference["target"])
    if position < len(view.rows):
        row = view.rows[position]
        if (row.source, row.target) == text:
            return position
    raise StoreError("stale")


@errors.deferred_errors
def add_pair() -> None:
    """Put the pair on top, or in the place of the one that was edited; train on it, if asked to."""
    event, view = composer_event("pair"), session.current_corpus()
    join = TOKENIZERS[view.tokenizer].join
    edited_row = Row(
        *(join([str(token) for token in event[side]]) for side in ("source", "target"))
    )
    sanitized = edits.sanitize_with_notices([edited_row], view.tokenizer, [1])
    if sanitized.rows:
        save_pair(view, sanitized.rows[0], event["replaces"])
        st.session_state["corpus_go"] = event["train"]


def save_pair(view: CorpusView, new_row: Row, replaces: dict[str, Any] | None) -> None:
    """Keep the pair, unless the corpus has it already; say where others stand in its way."""
    replaced_position = find_row(view, replaces) if replaces else None
    other_rows = {i: row for i, row in enumerate(view.rows) if i != replaced_position}
    for i, row in other_rows.items():
        if (row.source, row.target) == (new_row.source, new_row.target):
            edits.queue_notice(
                _("This pair stands in the corpus already, in row {row}.", row=i + 1)
            )
            return
    rows = [new_row, *other_rows.values()]
    for number, row in enumerate(rows[1:], 2):
        if row.source == new_row.source:
            edits.queue_notice(
                _(
                    "Row {row} translates the same sentence differently: "
                    "the model cannot learn both.",
                    row=number,
                )
            )
            break
    edits.save_edit(view, rows)
    table.unmount_editor()


@errors.deferred_errors
def request_training() -> None:
    """Train on what is there."""
    st.session_state["corpus_go"] = True


@errors.deferred_errors
def remove_own_pair() -> None:
    view = session.current_corpus()
    rows = list(view.rows)
    del rows[find_row(view, composer_event("remove"))]
    edits.save_edit(view, rows)
    table.unmount_editor()


@errors.deferred_errors
def augment_new_word() -> None:
    """Put a new word into ten sentences, on top of the corpus, below the sentence it came in."""
    event, view = composer_event("spread"), session.current_corpus()
    new_entry = LexiconEntry(event["source"], event["target"])
    known_entry = LexiconEntry(*event["place"])
    for position, offer in analysis.word_hints(view).items():
        if not isinstance(offer, Offer) or offer.new_entry != new_entry:
            continue
        if known_entry in [entry for entry, _count in offer.substitutions]:
            new_rows = augment(
                analysis.usable_corpus(view), view.tokenizer, new_entry, known_entry, view.held_out
            )
            rows = [*view.rows[: position + 1], *new_rows, *view.rows[position + 1 :]]
            edits.save_edit(view, edits.sanitize_with_notices(rows, view.tokenizer).rows)
            table.unmount_editor()
            edits.queue_notice(
                _(
                    "{new} stands in {count} more sentences now, on top of the corpus.",
                    new=new_entry.source,
                    count=len(new_rows),
                )
                if len(new_rows) == MIN_ROWS_PER_WORD
                else _(
                    "Only 1 sentence had room for {new}; it is on top of the corpus.",
                    new=new_entry.source,
                )
                if len(new_rows) == 1
                else _(
                    "Only {count} sentences had room for {new}; they are on top of the corpus.",
                    new=new_entry.source,
                    count=len(new_rows),
                )
            )
            return
    raise StoreError("stale")


def side_data(sentences: Sequence[Sequence[str]], profile: ContextProfile) -> dict[str, Any]:
    """All words, the most frequent first, and who stands beside the frequent ones, by number."""
    counts = Counter(token for sentence in sentences for token in sentence).most_common()
    words = [token for token, _count in counts]
    ids = {token: i for i, token in enumerate(words[:MAX_PROFILED_WORDS])} | {SENTENCE_BOUNDARY: -1}

    def neighbour_ids(neighbours: set[str]) -> list[int]:
        return sorted(ids[other] for other in neighbours if other in ids)

    return {
        "words": [
            [word["token"], word["pinyin"], word["gloss"]] if word["gloss"] else [word["token"]]
            for word in components.annotate_tokens(words)
        ],
        "company": [
            [
                word,
                *(
                    neighbour_ids(kind[word])
                    for kind in (
                        profile.cooccurring_words,
                        profile.left_neighbours,
                        profile.right_neighbours,
                    )
                ),
            ]
            for word in words[:MAX_PROFILED_WORDS]
        ],
    }


def unclear_messages(source: dict[str, str], target: dict[str, str]) -> dict[str, Any]:
    """What to say where new words stand on one side alone, or not as many on both."""
    return {
        "lone_source": segments(
            "{source} is new, but the target has no new word: is its translation there?",
            source=source,
        ),
        "lone_target": segments(
            "{target} is new, but the source has no new word: what does it translate?",
            target=target,
        ),
        "uneven": segments(
            "New are {source} in the source and {target} in the target: it is not clear which "
            "belongs to which. As many on both sides would be.",
            source=source,
            target=target,
        ),
    }


def describe_unclear(words: UnclearWords) -> list[dict[str, str]]:
    """The same for a pair that is in the corpus."""
    messages = unclear_messages(
        {"source": " ".join(words.source)}, {"target": " ".join(words.target)}
    )
    if words.source and words.target:
        return messages["uneven"]
    return messages["lone_source" if words.source else "lone_target"]


def offer_data(offer: Offer) -> dict[str, Any]:
    """A new word's offer, in words."""
    return {
        "new": {"source": offer.new_entry.source, "target": offer.new_entry.target},
        "said": segments(
            "{word} is new. One sentence is not enough to learn it: about ten are.",
            word={"source": offer.new_entry.source},
        )
        if offer.row_count == 1
        else segments(
            "{word} stands in {count} sentences. About ten are enough to learn it.",
            word={"source": offer.new_entry.source},
            count={"text": str(offer.row_count)},
        ),
        "places": [
            {
                "entry": [known_entry.source, known_entry.target],
                "shown": f"{known_entry.source} → {known_entry.target}",
            }
            for known_entry, _count in offer.substitutions
        ],
    }


@st.cache_data(show_spinner=False, max_entries=analysis.MAX_CACHED_VERSIONS)
def _word_data(version: object, _view: CorpusView, language: str) -> dict[str, Any]:
    pairs, classes = analysis.usable_corpus(_view).pairs, analysis.corpus_classes(_view)
    first = pairs[0] if pairs else None
    source = side_data([pair.source for pair in pairs], classes.source)
    frequent = [word for word, *_others in source["company"]]
    return {
        "draft": {"source": first.source if first else [], "target": first.target if first else []},
        "source": source,
        "target": side_data([pair.target for pair in pairs], classes.target),
        "means": [
            [word, translations]
            for word in frequent
            if (translations := classes.translations[word])
        ],
    }


def composer_labels(view: CorpusView, own_count: int) -> dict[str, Any]:
    slot: Any = {"slot": "word"}
    row: Any = {"slot": "row"}
    is_bundled = view.name in bundled.CORPUS_NAMES
    title = _("My {count} sentences", count=own_count) if own_count > 1 else _("My sentences")
    return {
        "source": _("Source · click a word to change it"),
        "target": _("Target · what is to come out")
        if view.name in set(bundled.CORPUS_NAMES).difference(bundled.TRANSLATION_CORPORA)
        else _("Target · its translation"),
        "type_source": _("type more"),
        "type_target": _("type more"),
        "type_instead": _("type another word"),
        "instead": segments("In the place of {word}; what fits best comes first:", word=slot),
        "enter": segments("{word} is not known yet; the Enter key takes it.", word=slot),
        "more_source": segments("Known source words, the most frequent first; a click adds one:"),
        "more_target": segments("Known target words, the most frequent first; a click adds one:"),
        "more": _("More words"),
        "new_word": _("new word"),
        "remove": _("Remove"),
        "drop": _("Remove this word"),
        "edit": _("Edit"),
        "go": _("Add and train"),
        "go_change": _("Save and train"),
        "train": _("Train on it"),
        "add": _("Add to my sentences") if is_bundled else _("Add on top"),
        "change": _("Save the change"),
        "leave": _("Start over"),
        "saved": "✓ " + _("saved") if view.revision else "",
        "open": _("not added yet"),
        "open_change": _("not saved yet"),
        "begin": segments("Change a word, or type a sentence of your own; then add it."),
        "empty_source": segments("The source has no word yet: a pair needs both sides."),
        "empty_target": segments("The target has no word yet: a pair needs both sides."),
        "unchanged": segments("Nothing is changed in this pair yet."),
        "there": segments("This pair is row {row} of the corpus.", row=row),
        "fresh": segments("A dotted word is new: no sentence of the corpus has it."),
        **unclear_messages({"slot": "source"}, {"slot": "target"}),
        "spread": _("Put it into ten sentences"),
        "place": _("in the place of"),
        "own": title if is_bundled else _("On top of the corpus"),
        "lead": []
        if is_bundled
        else segments(
            "The first pairs of {name}. Change a word above, or write a pair that it lacks: what "
            "you add comes on top. All others are under “All pairs”.",
            name={"text": view.name},
        ),
    }


def own_pairs_data(view: CorpusView, own_positions: list[int]) -> list[dict[str, Any]]:
    """One's own pairs, and what is to be said of their new words."""
    hints, split = analysis.word_hints(view), TOKENIZERS[view.tokenizer].split
    items = []
    for i in own_positions[:MAX_LISTED_PAIRS]:
        row, hint = view.rows[i], hints.get(i)
        items.append(
            {
                "source": components.annotate_tokens(split(row.source)),
                "target": split(row.target),
                "is": {"row": i, "source": row.source, "target": row.target},
                "offer": offer_data(hint) if isinstance(hint, Offer) else None,
                "note": describe_unclear(hint) if isinstance(hint, UnclearWords) else None,
            }
        )
    return items


def view_own_pairs(view: CorpusView, language: str) -> None:
    """Draw the composer and the list of one's own pairs."""
    own_positions = analysis.own_rows(view)
    chinese = bool(view.rows and CJK.search(view.rows[0].source))
    data = {
        "key": f"{view.name}_{view.tokenizer}_{chinese}",  # a draft is for one direction
        "tokenizer": view.tokenizer,
        **_word_data(analysis.version_key(view), view, language),
        "own": own_pairs_data(view, own_positions),
        "said": " ".join(text for text, _refused in edits.pop_notices()),
        "labels": composer_labels(view, len(own_positions)),
    }
    composer_component(
        key="corpus_composer",
        data=data,
        on_pair_change=add_pair,
        on_remove_change=remove_own_pair,
        on_spread_change=augment_new_word,
        on_train_change=request_training,
    )
