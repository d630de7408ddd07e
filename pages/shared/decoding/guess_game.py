"""What the guessing game shows: five words to choose from, the truth, and what both are worth.

A quiz is the same with one question, about the place alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.shared.decoding.wording import describe_step
from pages.shared.frame import url_state
from pages.shared.frame.glossary import annotate_tokens, word_gloss
from pages.shared.frame.i18n import _
from pages.shared.frame.numbers import format_percent
from pages.shared.runs.selection import Selection
from seq2seq_core.decoding.guess_questions import (
    OfferedWord,
    expected_by_chance,
    game_key,
    offered_words,
)
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.store import Run


def current_game(selection: Selection) -> str:
    """The key of the game about this sentence, by this model in its present state."""
    sources = selection.translation.source_tokens
    return game_key(selection.run.number, selection.trained.update, sources)


def saved_answers(param: str, game: str) -> str:
    """The answers so far, as the component wrote them; those of another game are forgotten."""
    saved_game, _tilde, answers = (url_state.get_param(param) or "").partition("~")
    if saved_game != game:
        url_state.remove_param(param)
        return ""
    return answers


def option_data(offer: OfferedWord) -> tuple[str, float, str, str]:
    """An offered word as the component takes it: token, probability, its text, meaning.

    The probability is 0 where only an upper bound of it is known.
    """
    percent = format_percent(offer.probability)
    if offer.is_upper_bound:
        return offer.token, 0.0, f"<{percent.lstrip('<')}", word_gloss(offer.token)
    return offer.token, offer.probability, percent, word_gloss(offer.token)


def score_summary(right_count: int, count: int, chance_score: float, counts_words: bool) -> str:
    message = (
        _("You knew {right} of {count} words; guessing blindly gets about {blind}.")
        if counts_words
        else _("You knew {right} of {count} places; guessing blindly gets about {blind}.")
    )
    return message.format(right=right_count, count=count, blind=f"{chance_score:.1f}")


def guess_labels(selection: Selection) -> dict[str, str]:
    is_transformer = selection.run.model_config.is_transformer
    return {
        "target": _("What it has written so far"),
        "where": _("1 · Which source word will it look at most?"),
        "nowhere": _("This model has no attention: it looks nowhere, so only the word counts."),
        "which": _("2 · Which word will it write next?")
        if selection.run.model_config.has_attention
        else _("Which word will it write next?"),
        "word_right": _("Word: right"),
        "word_wrong": _("Word: wrong"),
        "place_right": _("Place: right"),
        "place_wrong": _("Place: wrong"),
        "words": _("Words right"),
        "places": _("Places right"),
        "blind": _("by chance"),
        "next": _("Next"),
        "again": _("Once more from the beginning"),
        "heads": _("Shown is the last layer, the mean of its heads.") if is_transformer else "",
        "end": _("<eos> ends the sentence."),
        "said": _("What just happened"),
        "wait": _("Choose, and the truth is shown."),
        "result": _("The result"),
        "score": _("Your score"),
    }


def guess_data(selection: Selection) -> dict[str, Any]:
    """The whole game: the truth of every step comes along and is shown after the answer."""
    translation, key = selection.translation, current_game(selection)
    steps, sources = translation.steps, translation.source_tokens
    word_offers = [offered_words(step, f"{key}.{number}") for number, step in enumerate(steps)]
    by_word = expected_by_chance([len(words) for words in word_offers])
    by_place = expected_by_chance([len(sources) for _step in steps])
    count = len(steps)
    return {
        "key": key,
        "parameter": "guesses",
        "quiz": False,
        "answers": saved_answers("guesses", key),
        "attends": selection.run.model_config.has_attention,
        "source": annotate_tokens(sources, translation.unknown),
        "steps": [
            {
                "token": step.token,
                "options": [option_data(word) for word in words],
                "attention": [round(weight, 6) for weight in step.attention or ()],
                "said": describe_step(
                    step, sources, number == count, (), selection.run.model_config
                ),
            }
            for number, (step, words) in enumerate(zip(steps, word_offers, strict=True), 1)
        ],
        "blind": {"words": by_word, "places": by_place},
        "summary": {
            "words": [score_summary(right, count, by_word[-1], True) for right in range(count + 1)],
            "places": [
                score_summary(right, count, by_place[-1], False) for right in range(count + 1)
            ],
        },
        "labels": guess_labels(selection),
        "step": [_("step {step} of {count}", step=i, count=count) for i in range(count + 1)],
    }


def quiz_verdicts(source_tokens: Sequence[str], weights: Sequence[float], text: str) -> list[str]:
    """What stands below a right and below a wrong answer."""
    best = max(range(len(weights)), key=weights.__getitem__)
    messages = (
        _("Yes: the position of {best} got {share} of its attention. It wrote: {text}"),
        _(
            "It looked mostly at the position of {best}, with {share} of its attention. "
            "It wrote: {text}"
        ),
    )
    values = {"best": source_tokens[best], "share": f"{weights[best]:.0%}", "text": text}
    return [message.format(**values) for message in messages]


def quiz_data(
    run: Run, update: int, translation: Translation, position: int, question: str
) -> dict[str, Any]:
    """One question: where does the model look when it writes the token at `position`?"""
    sources, step = translation.source_tokens, translation.steps[position]
    weights = step.attention or ()
    right, wrong = quiz_verdicts(sources, weights, translation.text)
    key = game_key(run.number, update, sources)
    return {
        "key": key,
        "parameter": "guess",
        "quiz": True,
        "answers": saved_answers("guess", key),
        "attends": True,
        "source": annotate_tokens(sources),
        "steps": [
            {
                "token": step.token,
                "options": [],  # its word is in the question
                "attention": [round(weight, 6) for weight in weights],
                "said": [],
            }
        ],
        "labels": {"where": question, "place_right": right, "place_wrong": wrong, "wait": ""},
    }
