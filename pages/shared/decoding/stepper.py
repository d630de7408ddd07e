"""What the stepper shows: every step of a translation, and what just happened, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.shared.frame import components
from pages.shared.frame.glossary import word_gloss
from pages.shared.frame.i18n import _, segments
from seq2seq_core.config import ModelConfig
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS
from seq2seq_core.decoding.interventions import Branch, Intervention, remaining_positions
from seq2seq_core.decoding.translator import Translation, TranslationStep

Segments = list[dict[str, str]]


UNIFORM_TOLERANCE = 0.001  # between the largest and the smallest weight: no eye can tell
MINOR_WEIGHT = 0.05  # less attention than this is not spoken of
NOTABLE_WEIGHT = 0.25  # from here on a second place is more than "a little"


def format_probability(share: float) -> str:
    """No space in it: nothing may break before the sign."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def describe_attention(
    step: TranslationStep, sources: Sequence[str], reads_context: bool = False
) -> Segments:
    """Where one step looked, in words that fit the sizes of the weights.

    again: without attention, the decoder reads the encoder's last state at every step.
    """
    token = {"target": step.token}
    if step.attention is None and reads_context:
        return segments(
            "To write {token} the decoder had its own state and, as at every step, what the "
            "encoder knew at its end. ",
            token=token,
        )
    if step.attention is None:
        return segments(
            "To write {token} the decoder had nothing but its own state, for the whole sentence. ",
            token=token,
        )
    order = sorted(range(len(sources)), key=step.attention.__getitem__, reverse=True)
    weights = [step.attention[j] for j in order] + [0.0]  # a lone word has no second
    placeholders = {
        "token": token,
        "source": {"source": sources[order[0]]},
        "weight": {"text": format_probability(weights[0])},
        "second": {"source": sources[order[min(1, len(order) - 1)]]},
        "rest": {"text": format_probability(weights[1])},
    }
    if len(order) > 1 and weights[0] - min(step.attention) < UNIFORM_TOLERANCE:
        return segments(
            "To write {token} the decoder looked at all positions alike ({weight} each). ",
            **placeholders,
        )
    if weights[0] < 0.5:
        return segments(
            "To write {token} the decoder looked at several positions, most at that of {source} "
            "({weight}), then at that of {second} ({rest}). ",
            **placeholders,
        )
    if weights[1] < MINOR_WEIGHT:
        return segments(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}). ",
            **placeholders,
        )
    if weights[1] < NOTABLE_WEIGHT:
        return segments(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}) "
            "and a little at that of {second} ({rest}). ",
            **placeholders,
        )
    return segments(
        "To write {token} the decoder looked at the position of {source} ({weight}) and also at "
        "that of {second} ({rest}). ",
        **placeholders,
    )


def describe_intervention(
    intervention: Intervention, sources: Sequence[str], targets: Sequence[str]
) -> Segments:
    """A change in words; sources: of the whole sentence, targets: the target vocabulary."""
    if intervention.is_word:
        return segments("{token} put in", token={"target": targets[int(intervention.number)]})
    if intervention.kind == "at":
        return segments(
            "looked only at the position of {source}",
            source={"source": sources[int(intervention.number)]},
        )
    if intervention.kind == "sharpened":
        return segments("looked with β = {beta}", beta={"text": f"{intervention.number:g}"})
    phrases = {
        "even": _("looked everywhere alike"),
        "most": _("looked only at its maximum"),
        "shuffled": _("its weights shuffled"),
    }
    return [{"text": phrases[intervention.kind]}]


def describe_forced_token(step: TranslationStep) -> Segments:
    """What the model would have written where the learner put a word in."""
    model_choice = step.top[0]
    if model_choice.token == step.token:
        return segments(" You put it in; the model would have written it too.")
    return segments(
        " You put it in; the model would have written {own} ({probability}).",
        own={"target": model_choice.token},
        probability={"text": format_probability(model_choice.probability)},
    )


def describe_step(
    step: TranslationStep,
    sources: Sequence[str],
    is_last: bool,
    interventions: Sequence[Intervention] = (),
    model: ModelConfig | None = None,
) -> Segments:
    """One step in words: what it looked at, what it wrote, how sure it was, what you changed."""
    model = model or ModelConfig()
    token, probability = {"target": step.token}, {"text": format_probability(step.probability)}
    words: Segments = []
    if any(not intervention.is_word for intervention in interventions):
        words += segments("You chose where it looks. ")
    words += describe_attention(step, sources, model.context == "every_step")
    words += segments("It gives {token} {probability}.", token=token, probability=probability)
    if any(change.is_word for change in interventions):
        words += describe_forced_token(step)
    if step.token == "<eos>":
        words += segments(
            " “End of sequence”: with this token the model itself decides to stop. A limit on the "
            "length would stop it too, but hardly in the right place."
        )
    elif is_last:
        words += segments(" Here the limit on the length stopped it: it has not written <eos>.")
    return words


def round_numbers(numbers: Sequence[float] | None, digits: int) -> list[float] | None:
    """Few digits are enough for a picture, and far fewer to send."""
    return None if numbers is None else [round(number, digits) for number in numbers]


def spread_over_source(
    weights: Sequence[float] | None, positions: Sequence[int], count: int
) -> list[float] | None:
    """The weights of the words that were read, with nothing for those that were left out."""
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
    """The whole source sentence, with what each word can be made to do."""
    words = components.annotate_tokens(source, translation.unknown)
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
    branch: Branch = Branch(),  # noqa: B008 - a value
) -> dict[str, Any]:
    """Everything the stepper shows, every sentence included: it never has to ask again.

    source: the whole sentence; translation has what the branch leaves of it.
    """
    count, source_positions = len(translation.steps), remaining_positions(branch, len(source))
    steps = []
    for number, step in enumerate(translation.steps, 1):
        interventions = branch.interventions_at(number)
        steps.append(
            {
                "token": step.token,
                "meaning": word_gloss(step.token),
                "special": step.token in SPECIAL_TOKENS,
                "forced": any(intervention.is_word for intervention in interventions),
                "looked": any(not change.is_word for change in interventions),
                "probability": round(step.probability, 6),
                "top": [[choice.token, round(choice.probability, 6)] for choice in step.top],
                "attention": spread_over_source(step.attention, source_positions, len(source)),
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
