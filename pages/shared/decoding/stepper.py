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

Said = list[dict[str, str]]


ALIKE = 0.001  # between the largest and the smallest weight: no eye can tell
LITTLE = 0.05  # less attention than this is not spoken of
MUCH = 0.25  # from here on a second place is more than "a little"


def percent(share: float) -> str:
    """No space in it: nothing may break before the sign."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def looked(step: TranslationStep, sources: Sequence[str], again: bool = False) -> Said:
    """Where one step looked, in words that fit the sizes of the weights.

    again: without attention, the decoder reads the encoder's last state at every step.
    """
    token = {"target": step.token}
    if step.attention is None and again:
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
    places = {
        "token": token,
        "source": {"source": sources[order[0]]},
        "weight": {"text": percent(weights[0])},
        "second": {"source": sources[order[min(1, len(order) - 1)]]},
        "rest": {"text": percent(weights[1])},
    }
    if len(order) > 1 and weights[0] - min(step.attention) < ALIKE:
        return segments(
            "To write {token} the decoder looked at all positions alike ({weight} each). ",
            **places,
        )
    if weights[0] < 0.5:
        return segments(
            "To write {token} the decoder looked at several positions, most at that of {source} "
            "({weight}), then at that of {second} ({rest}). ",
            **places,
        )
    if weights[1] < LITTLE:
        return segments(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}). ",
            **places,
        )
    if weights[1] < MUCH:
        return segments(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}) "
            "and a little at that of {second} ({rest}). ",
            **places,
        )
    return segments(
        "To write {token} the decoder looked at the position of {source} ({weight}) and also at "
        "that of {second} ({rest}). ",
        **places,
    )


def changed_here(change: Intervention, sources: Sequence[str], targets: Sequence[str]) -> Said:
    """A change in words; sources: of the whole sentence, targets: the target vocabulary."""
    if change.is_word:
        return segments("{token} put in", token={"target": targets[int(change.number)]})
    if change.kind == "at":
        return segments(
            "looked only at the position of {source}",
            source={"source": sources[int(change.number)]},
        )
    if change.kind == "sharpened":
        return segments("looked with β = {beta}", beta={"text": f"{change.number:g}"})
    phrases = {
        "even": _("looked everywhere alike"),
        "most": _("looked only at its maximum"),
        "shuffled": _("its weights shuffled"),
    }
    return [{"text": phrases[change.kind]}]


def put_in(step: TranslationStep) -> Said:
    """What the model would have written where the learner put a word in."""
    own = step.top[0]
    if own.token == step.token:
        return segments(" You put it in; the model would have written it too.")
    return segments(
        " You put it in; the model would have written {own} ({probability}).",
        own={"target": own.token},
        probability={"text": percent(own.probability)},
    )


def said(
    step: TranslationStep,
    sources: Sequence[str],
    last: bool,
    changes: Sequence[Intervention] = (),
    shape: ModelConfig | None = None,
) -> Said:
    """One step in words: what it looked at, what it wrote, how sure it was, what you changed."""
    shape = shape or ModelConfig()
    token, probability = {"target": step.token}, {"text": percent(step.probability)}
    words: Said = []
    if any(not change.is_word for change in changes):
        words += segments("You chose where it looks. ")
    words += looked(step, sources, shape.context == "every_step")
    words += segments("It gives {token} {probability}.", token=token, probability=probability)
    if any(change.is_word for change in changes):
        words += put_in(step)
    if step.token == "<eos>":
        words += segments(
            " “End of sequence”: with this token the model itself decides to stop. A limit on the "
            "length would stop it too, but hardly in the right place."
        )
    elif last:
        words += segments(" Here the limit on the length stopped it: it has not written <eos>.")
    return words


def rounded(numbers: Sequence[float] | None, digits: int) -> list[float] | None:
    """Few digits are enough for a picture, and far fewer to send."""
    return None if numbers is None else [round(number, digits) for number in numbers]


def over_all(
    weights: Sequence[float] | None, places: Sequence[int], count: int
) -> list[float] | None:
    """The weights of the words that were read, with nothing for those that were left out."""
    if weights is None:
        return None
    of = dict(zip(places, weights, strict=True))
    return [round(of.get(place, 0.0), 4) for place in range(count)]


def last_state(shape: ModelConfig) -> str:
    """What a decoder without attention knows of the source."""
    if shape.bidirectional:
        return _(
            "No attention: all it knows of the source are the encoder's two last states, of "
            "the half that ends at the last word and of the half that ends at the first."
        )
    return _("No attention: all it knows of the source is the encoder's last state.")


def walk_labels(count: int, shape: ModelConfig) -> dict[str, Any]:
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
        "no_attention": "" if shape.has_attention else last_state(shape),
        "unknown": _("never seen in training"),
        "forced": _("put in by you"),
        "looked": _("you chose where it looks"),
        "keys": _("Arrow keys step, Home and End jump, the space bar plays."),
    }


def source_words(translation: Translation, source: Sequence[str], branch: Branch) -> list[Any]:
    """The whole source sentence, with what each word can be made to do."""
    words = components.annotate_tokens(source, translation.unknown)
    for place, (word, token) in enumerate(zip(words, source, strict=True)):
        left_out = place in branch.omitted_positions
        word["left"] = left_out
        word["only"] = _("Look only at {token} at this step", token=token)
        word["leave"] = (
            _("Put {token} back", token=token) if left_out else _("Leave {token} out", token=token)
        )
    return words


def walk(
    key: str,
    translation: Translation,
    position: int,
    shape: ModelConfig,
    source: Sequence[str],
    branch: Branch = Branch(),  # noqa: B008 - a value
) -> dict[str, Any]:
    """Everything the stepper shows, every sentence included: it never has to ask again.

    source: the whole sentence; translation has what the branch leaves of it.
    """
    count, places = len(translation.steps), remaining_positions(branch, len(source))
    steps = []
    for number, step in enumerate(translation.steps, 1):
        changes = branch.interventions_at(number)
        steps.append({
            "token": step.token,
            "meaning": word_gloss(step.token),
            "special": step.token in SPECIAL_TOKENS,
            "forced": any(change.is_word for change in changes),
            "looked": any(not change.is_word for change in changes),
            "probability": round(step.probability, 6),
            "top": [[choice.token, round(choice.probability, 6)] for choice in step.top],
            "attention": over_all(step.attention, places, len(source)),
            "hidden": rounded(step.hidden, 3),
            "context": rounded(step.context, 3),
            "said": said(step, translation.source_tokens, number == count, changes, shape),
        })  # fmt: skip
    return {
        "key": key,
        "position": position,
        "both": shape.bidirectional and not shape.is_transformer,
        "again": shape.context == "every_step" and not shape.is_transformer,
        "source": source_words(translation, source, branch),
        "steps": steps,
        "begin": {
            "said": segments(
                "The encoder has read the whole source; nothing is written yet. First the decoder "
                "reads {token}, “start of sequence”: a fixed token, the same for every sentence, "
                "that tells it to begin.",
                token={"target": "<sos>"},
            )
        },
        "labels": walk_labels(count, shape),
    }
