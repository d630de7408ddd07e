"""What the stepper shows: every step of a translation, and what happened at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.shared.decoding.wording import describe_step
from pages.shared.frame.glossary import annotate_tokens, word_gloss
from pages.shared.frame.i18n import _, segments
from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.interventions import UNCHANGED, Branch, remaining_positions
from seq2seq_core.decoding.translator import Translation


def round_numbers(numbers: Sequence[float] | None, digits: int) -> list[float] | None:
    """Few digits are enough for a picture, and far fewer to send."""
    return None if numbers is None else [round(number, digits) for number in numbers]


def spread_over_source(
    weights: Sequence[float] | None, positions: Sequence[int], count: int
) -> list[float] | None:
    """One weight per source word, (count,): zero for those that were left out."""
    if weights is None:
        return None
    weight_at = dict(zip(positions, weights, strict=True))
    return [round(weight_at.get(position, 0.0), 4) for position in range(count)]


def describe_last_state(model: ModelConfig) -> str:
    """What a decoder without attention knows of the source."""
    if model.bidirectional:
        return _(
            "No attention: all it knows of the source are the encoder's two last states, of "
            "the half that ends at the last word and of the half that ends at the first."
        )
    return _("No attention: all it knows of the source is the encoder's last state.")


def stepper_labels(count: int, model: ModelConfig) -> dict[str, Any]:
    return {
        "source": _("Source · what the encoder read"),
        "target": _("Target · each word becomes the next input"),
        "next": _("Next"),
        "back": _("Back"),
        "play": _("Play"),
        "pause": _("Pause"),
        "restart": _("To the beginning"),
        "slider": _("Step"),
        "step": [_("step {step} of {count}", step=i, count=count) for i in range(count + 1)],
        "said": _("What just happened"),
        "top": _("How likely each word was"),
        "hidden": _("decoder state"),
        "context": _("context"),
        "no_attention": "" if model.has_attention else describe_last_state(model),
        "unknown": _("never seen in training"),
        "forced": _("put in by you"),
        "looked": _("you chose where it looks"),
        "keys": _("Arrow keys step, Home and End jump, the space bar plays."),
    }


def source_word_data(translation: Translation, source: Sequence[str], branch: Branch) -> list[Any]:
    """The whole source sentence, with the two changes that a click on each word can make."""
    words = annotate_tokens(source, translation.unknown)
    for position, (word, token) in enumerate(zip(words, source, strict=True)):
        left_out = position in branch.omitted_positions
        word["left"] = left_out
        word["only"] = _("Look only at {token} at this step", token=token)
        word["leave"] = (
            _("Put {token} back", token=token) if left_out else _("Leave {token} out", token=token)
        )
    return words


def stepper_data(
    key: str,
    translation: Translation,
    position: int,
    model: ModelConfig,
    source: Sequence[str],
    branch: Branch = UNCHANGED,
) -> dict[str, Any]:
    """Everything the stepper shows at any step: the browser never has to ask the server again.

    key: another one sets the stepper back to `position`. source: the whole sentence; translation
    has what the branch leaves of it.
    """
    count, positions = len(translation.steps), remaining_positions(branch, len(source))
    steps = []
    for number, step in enumerate(translation.steps, 1):
        interventions = branch.interventions_at(number)
        steps.append(
            {
                "token": step.token,
                "meaning": word_gloss(step.token),
                "special": step.token in SPECIAL_TOKENS,
                "forced": any(change.is_word for change in interventions),
                "looked": any(not change.is_word for change in interventions),
                "probability": round(step.probability, 6),
                "top": [[choice.token, round(choice.probability, 6)] for choice in step.top],
                "attention": spread_over_source(step.attention, positions, len(source)),
                "hidden": round_numbers(step.hidden, 3),
                "context": round_numbers(step.context, 3),
                "said": describe_step(
                    step, translation.source_tokens, number == count, interventions, model
                ),
            }
        )
    return {
        "key": key,
        "position": position,
        "both": model.bidirectional and not model.is_transformer,
        "again": model.context == "every_step" and not model.is_transformer,
        "source": source_word_data(translation, source, branch),
        "steps": steps,
        "begin": {
            "said": segments(
                "The encoder has read the whole source; nothing is written yet. First the decoder "
                "reads {token}, “start of sequence”: a fixed token, the same for every sentence, "
                "that tells it to begin.",
                token={"target": "<sos>"},
            )
        },
        "labels": stepper_labels(count, model),
    }
