"""What the guessing game shows: five words to choose from, the truth, and what both are worth."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from pages.shared.decoding.stepper import describe_step, format_probability
from pages.shared.frame import components, url_state
from pages.shared.frame.glossary import word_gloss
from pages.shared.frame.i18n import _
from pages.shared.runs.selection import Selection
from seq2seq_core.decoding.translator import TranslationStep

guess_component = components.register_component("guess")

OFFERED_WORDS = 5  # words to choose from, <eos> always among them
EOS_TOKEN = "<eos>"


def game_key(selection: Selection) -> str:
    """Which game: answers count for this model at this update, and for this sentence."""
    sentence = crc32(" ".join(selection.translation.source_tokens).encode())
    return f"{selection.run.number}.{selection.trained.update}.{sentence:x}"


def saved_answers(selection: Selection) -> str:
    """The answers so far, as the component wrote them; those of another game are forgotten."""
    game, _colon, answers = (url_state.get_param("guesses") or "").partition("~")
    if game != game_key(selection):
        url_state.remove_param("guesses")
        return ""
    return answers


OfferedWord = tuple[str, float, str, str]  # word, probability, how that is written, meaning


def offered_words(step: TranslationStep, seed: str) -> list[OfferedWord]:
    """The words that the model finds most probable, in an order that says nothing; <eos> last."""
    probabilities = {choice.token: choice.probability for choice in step.top}
    lowest_probability = step.top[-1].probability  # whatever is not among them has less
    offers = [
        (word, share, format_probability(share), word_gloss(word))
        for word, share in probabilities.items()
        if word != EOS_TOKEN
    ]
    offers = offers[: OFFERED_WORDS - 1]
    random.Random(seed).shuffle(offers)
    share = probabilities.get(EOS_TOKEN)
    upper_bound = f"<{format_probability(lowest_probability).lstrip('<')}"
    return [
        *offers,
        (EOS_TOKEN, share or 0.0, format_probability(share) if share else upper_bound, ""),
    ]


def expected_by_chance(counts: Sequence[int]) -> list[float]:
    """What guessing blindly gets on average, after each step; counts: how many to choose from."""
    return [sum(1 / count for count in counts[:step]) for step in range(len(counts) + 1)]


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
    """Everything of the game: the truth of every step comes along and is shown after the answer."""
    translation, key = selection.translation, game_key(selection)
    steps, sources = translation.steps, translation.source_tokens
    word_offers = [offered_words(step, f"{key}.{number}") for number, step in enumerate(steps)]
    by_word = expected_by_chance([len(words) for words in word_offers])
    by_place = expected_by_chance([len(sources) for _step in steps])
    count = len(steps)
    return {
        "key": key,
        "answers": saved_answers(selection),
        "attends": selection.run.model_config.has_attention,
        "source": components.annotate_tokens(sources, translation.unknown),
        "steps": [
            {
                "token": step.token,
                "options": words,
                "attention": [round(weight, 6) for weight in step.attention or ()],
                "said": describe_step(
                    step, sources, number == count, (), selection.run.model_config
                ),
            }
            for number, (step, words) in enumerate(zip(steps, word_offers, strict=True), 1)
        ],
        "blind": {"words": by_word, "places": by_place},
        "summary": {
            "words": [
                score_summary(right_count, count, by_word[-1], True)
                for right_count in range(count + 1)
            ],
            "places": [
                score_summary(right, count, by_place[-1], False) for right in range(count + 1)
            ],
        },
        "labels": guess_labels(selection),
        "step": [_("step {step} of {count}", step=i, count=count) for i in range(count + 1)],
    }
