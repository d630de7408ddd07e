"""What fits next into a sentence pair that a learner puts together out of known words.

A source word that is chosen takes others along: its translation into the target, a measure word
that stands with it, the form of a noun, a verb or an article. All of it follows from which words
have stood beside which in the corpus; no grammar of any language is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seq2seq_core.data.word_classes import Phrase, WordClasses

Side = Literal["source", "target"]
Tokens = tuple[str, ...]
MAX_RANKED_WORDS = 150  # the most frequent; the others come after them, unranked
MIN_FORM_GAIN = 0.15  # of context_score: to lack one word of the sentence may be chance


@dataclass(frozen=True)
class Draft:
    """A sentence pair in the making; either side may still be empty."""

    source: Tokens
    target: Tokens


def replace_tokens(tokens: Tokens, start: int, length: int, phrase: Sequence[str]) -> Tokens:
    return (*tokens[:start], *phrase, *tokens[start + length :])


def find_phrase(tokens: Tokens, phrases: Sequence[Phrase]) -> tuple[int, Phrase] | None:
    """Position and phrase of the first of the phrases that stands in the sentence."""
    for phrase in phrases:
        for start in range(len(tokens) - len(phrase) + 1):
            if tokens[start : start + len(phrase)] == phrase:
                return start, phrase
    return None


def insert_translation(target: Tokens, word: str, classes: WordClasses) -> Tokens:
    """The likeliest translation of a word where it fits best; among equals at the end."""
    translations = classes.translations.get(word)
    if not translations:
        return target
    phrase = translations[0]
    best_start = max(
        range(len(target), -1, -1),
        key=lambda start: classes.target.context_score(phrase, target, start, 0),
    )
    return replace_tokens(target, best_start, 0, phrase)


def exchange_translation(
    target: Tokens, old_word: str, new_word: str, classes: WordClasses
) -> Tokens:
    """The target with the best translation of the new word in the place of the old word's."""
    match = find_phrase(target, classes.translations.get(old_word, ()))
    translations = classes.translations.get(new_word)
    if match is None or not translations:
        return target
    start, old_phrase = match
    phrase = max(
        translations,
        key=lambda phrase: classes.target.context_score(phrase, target, start, len(old_phrase)),
    )
    return replace_tokens(target, start, len(old_phrase), phrase)


def match_companions(source: Tokens, index: int, classes: WordClasses) -> Tokens:
    """Words without a translation, such as 件, give way to one that has stood in a sentence with
    the word at `index`: 一 件 毛衣, 一 个 苹果."""
    company = classes.source.cooccurring_words.get(source[index])
    if company is None:
        return source
    untranslated = [
        word
        for word in classes.source.words
        if word in company and not classes.translations.get(word)
    ]

    def matching_word(position: int, token: str) -> str:
        is_companion = token in classes.translations and not classes.translations[token]
        if position == index or not is_companion or token in company:
            return token
        return max(
            (token, *untranslated),
            key=lambda word: classes.source.context_score((word,), source, position),
        )

    return tuple(matching_word(position, token) for position, token in enumerate(source))


def agree_forms(target: Tokens, source: Tokens, classes: WordClasses) -> Tokens:
    """Translations in the form that clearly fits better: one sweater, two sweaters; a, an."""
    words = list(dict.fromkeys(source))
    for word in words * 2:  # a noun may have changed after its article was judged
        forms = [phrase for phrase in classes.translations.get(word, ()) if len(phrase) == 1]
        start = next((i for i, token in enumerate(target) if (token,) in forms), None)
        if len(forms) < 2 or start is None:
            continue
        scores = {form: classes.target.context_score(form, target, start) for form in forms}
        best_form = max(forms, key=scores.__getitem__)
        if scores[best_form] > scores[(target[start],)] + MIN_FORM_GAIN:
            target = replace_tokens(target, start, 1, best_form)
    return target


def choose_word(
    draft: Draft, side: Side, index: int | None, word: str, classes: WordClasses
) -> Draft:
    """The draft with a word in the place of the token at `index`, at the end where that is None.

    A target word changes nothing else.
    """
    if side == "target":
        start, length = (len(draft.target), 0) if index is None else (index, 1)
        return Draft(draft.source, replace_tokens(draft.target, start, length, (word,)))
    if index is None:
        source = (*draft.source, word)
        target = insert_translation(draft.target, word, classes)
    else:
        source = match_companions(replace_tokens(draft.source, index, 1, (word,)), index, classes)
        target = exchange_translation(draft.target, draft.source[index], word, classes)
    return Draft(source, agree_forms(target, source, classes))


def fits_both_sides(draft: Draft, side: Side, index: int, word: str, classes: WordClasses) -> bool:
    """Whether a word has stood beside both neighbours of the token at `index`.

    And whether one of its translations, where it has any, has stood beside both neighbours of the
    translation of that token.
    """
    tokens, profile = getattr(draft, side), getattr(classes, side)
    if profile.neighbour_score((word,), tokens, index) < 2:
        return False
    translations = classes.translations.get(word)
    if side == "target" or not translations:
        return True
    match = find_phrase(draft.target, classes.translations.get(tokens[index], ()))
    if match is None:
        return True
    start, old_phrase = match
    return any(
        classes.target.neighbour_score(phrase, draft.target, start, len(old_phrase)) == 2
        for phrase in translations
    )


def rank_words(draft: Draft, side: Side, index: int, classes: WordClasses) -> tuple[list[str], int]:
    """The known words for the place of the token at `index`, best first, without that token.

    The second value: how many of them, from the first on, fit on both sides.
    """
    tokens, profile = getattr(draft, side), getattr(classes, side)
    candidates = [word for word in profile.words if word != tokens[index]]
    ranked = {
        word: (
            fits_both_sides(draft, side, index, word, classes),
            profile.context_score((word,), tokens, index),
        )
        for word in candidates[:MAX_RANKED_WORDS]
    }
    ordered = sorted(ranked, key=ranked.__getitem__, reverse=True)
    return [*ordered, *candidates[MAX_RANKED_WORDS:]], sum(fits for fits, _score in ranked.values())
