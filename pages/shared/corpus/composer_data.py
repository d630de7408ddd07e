"""What the composer draws, in words: the known words, one's own pairs, all that may be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.corpus import analysis
from pages.shared.frame.glossary import annotate_tokens
from pages.shared.frame.i18n import _, segments
from pages.shared.frame.session import CorpusView
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core.data import bundled
from seq2seq_core.data.augmentation import AugmentationOffer, UnclearWords
from seq2seq_core.data.suggestions import Draft, Side, choose_word, rank_words
from seq2seq_core.data.tokenizers import TOKENIZERS

MAX_CHIPS = 200  # to choose from; more are found by typing
MAX_LISTED_PAIRS = 30  # of one's own pairs


def word_list(words: Sequence[str]) -> list[list[str]]:
    """[word] or, where it has a gloss, [word, pinyin, gloss]: as the browser keeps words."""
    return [
        [word["token"], word["pinyin"], word["gloss"]] if word["gloss"] else [word["token"]]
        for word in annotate_tokens(words)
    ]


def suggestions_data(view: CorpusView, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to the browser while a pair is put together.

    The draft after a word was chosen, and the words for the open place: those that fit come first.
    """
    classes = analysis.corpus_classes(view)
    side: Side = "target" if request["side"] == "target" else "source"
    index, word = request["index"], request["word"]
    draft = Draft(*(tuple(map(str, request[name])) for name in ("source", "target")))
    if word is not None:
        draft = choose_word(draft, side, index, str(word), classes)
    words, fitting_count = rank_words(draft, side, index, classes) if index is not None else ([], 0)
    return {
        "id": request["id"],
        "source": draft.source,
        "target": draft.target,
        "side": side,
        "index": index,
        "words": words[:MAX_CHIPS],
        "fitting": fitting_count,
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


def offer_data(offer: AugmentationOffer) -> dict[str, Any]:
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
            for known_entry in offer.substitutes
        ],
    }


@cache_by_identity(max_entries=analysis.MAX_CACHED_VERSIONS, kind=st.cache_data)
def word_data(view: CorpusView, language: str) -> dict[str, Any]:
    """The known words, the most frequent first, and the draft to begin with.

    language: the one of their glosses, so that the other one is cached apart.
    """
    pairs, classes = analysis.usable_corpus(view).pairs, analysis.corpus_classes(view)
    first = pairs[0] if pairs else None
    return {
        "draft": {"source": first.source if first else [], "target": first.target if first else []},
        "words": {
            "source": word_list(classes.source.words),
            "target": word_list(classes.target.words),
        },
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
                "source": annotate_tokens(split(row.source)),
                "target": split(row.target),
                "is": {"row": i, "source": row.source, "target": row.target},
                "offer": offer_data(hint) if isinstance(hint, AugmentationOffer) else None,
                "note": describe_unclear(hint) if isinstance(hint, UnclearWords) else None,
            }
        )
    return items
