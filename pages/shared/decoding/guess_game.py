"""What the guessing game shows: five words to choose from, the truth, and what both are worth."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from pages.shared.decoding.stepper import percent, said
from pages.shared.frame import components, url_state
from pages.shared.frame.glossary import word_gloss
from pages.shared.frame.i18n import _
from pages.shared.runs.selection import Selection
from seq2seq_core.decoding.translator import TranslationStep

guess = components.register_component("guess")

OFFERED = 5  # words to choose from, <eos> always among them
END = "<eos>"


def key_of(now: Selection) -> str:
    """Which game: answers count for this model at this update, and for this sentence."""
    sentence = crc32(" ".join(now.translation.source_tokens).encode())
    return f"{now.run.number}.{now.trained.update}.{sentence:x}"


def answers_of(now: Selection) -> str:
    """The answers so far, as the component wrote them; those of another game are forgotten."""
    game, _colon, answers = (url_state.get_param("guesses") or "").partition("~")
    if game != key_of(now):
        url_state.remove_param("guesses")
        return ""
    return answers


Option = tuple[str, float, str, str]  # word, probability, how that is written, meaning


def options(step: TranslationStep, seed: str) -> list[Option]:
    """The words that the model finds most probable, in an order that says nothing; <eos> last."""
    known = {choice.token: choice.probability for choice in step.top}
    least = step.top[-1].probability  # whatever is not among them has less
    found = [
        (word, share, percent(share), word_gloss(word)) for word, share in known.items() if word != END
    ]
    found = found[: OFFERED - 1]
    random.Random(seed).shuffle(found)
    share = known.get(END)
    at_most = f"<{percent(least).lstrip('<')}"
    return [*found, (END, share or 0.0, percent(share) if share else at_most, "")]


def chance(counts: Sequence[int]) -> list[float]:
    """What guessing blindly gets on average, after each step; counts: how many to choose from."""
    return [sum(1 / count for count in counts[:step]) for step in range(len(counts) + 1)]


def summary(right: int, count: int, blind: float, words: bool) -> str:
    message = (
        _("You knew {right} of {count} words; guessing blindly gets about {blind}.")
        if words
        else _("You knew {right} of {count} places; guessing blindly gets about {blind}.")
    )
    return message.format(right=right, count=count, blind=f"{blind:.1f}")


def labels(now: Selection) -> dict[str, str]:
    transformer = now.run.model_config.is_transformer
    return {
        "target": _("What it has written so far"),
        "where": _("1 · Which source word will it look at most?"),
        "nowhere": _("This model has no attention: it looks nowhere, so only the word counts."),
        "which": _("2 · Which word will it write next?")
        if now.run.model_config.has_attention
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
        "heads": _("Shown is the last layer, the mean of its heads.") if transformer else "",
        "end": _("<eos> ends the sentence."),
        "said": _("What just happened"),
        "wait": _("Choose, and the truth is shown."),
        "result": _("The result"),
        "score": _("Your score"),
    }


def guess_data(now: Selection) -> dict[str, Any]:
    """Everything of the game: the truth of every step comes along and is shown after the answer."""
    translation, key = now.translation, key_of(now)
    steps, sources = translation.steps, translation.source_tokens
    offered = [options(step, f"{key}.{number}") for number, step in enumerate(steps)]
    by_word = chance([len(words) for words in offered])
    by_place = chance([len(sources) for _step in steps])
    count = len(steps)
    return {
        "key": key,
        "answers": answers_of(now),
        "attends": now.run.model_config.has_attention,
        "source": components.annotate_tokens(sources, translation.unknown),
        "steps": [
            {
                "token": step.token,
                "options": words,
                "attention": [round(weight, 6) for weight in step.attention or ()],
                "said": said(step, sources, number == count, (), now.run.model_config),
            }
            for number, (step, words) in enumerate(zip(steps, offered, strict=True), 1)
        ],
        "blind": {"words": by_word, "places": by_place},
        "summary": {
            "words": [summary(right, count, by_word[-1], True) for right in range(count + 1)],
            "places": [summary(right, count, by_place[-1], False) for right in range(count + 1)],
        },
        "labels": labels(now),
        "step": [_("step {step} of {count}", step=i, count=count) for i in range(count + 1)],
    }
