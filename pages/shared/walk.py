"""What the stepper shows: every step of a translation, and what just happened, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.shared import components
from pages.shared.i18n import _, parts
from seq2seq_core.translation import Translation, TranslationStep

Said = list[dict[str, str]]


LITTLE = 0.05  # less attention than this is not spoken of
MUCH = 0.25  # from here on a second place is more than "a little"


def percent(share: float) -> str:
    return f"{share:.1%}"  # no space: nothing may break before the sign


def looked(step: TranslationStep, sources: Sequence[str]) -> Said:
    """Where one step looked, in words that fit the sizes of the weights."""
    token = {"target": step.token}
    if step.attention is None:
        return parts(
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
    if weights[0] < 0.5:
        return parts(
            "To write {token} the decoder looked at several positions, most at that of {source} "
            "({weight}), then at that of {second} ({rest}). ",
            **places,
        )
    if weights[1] < LITTLE:
        return parts(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}). ",
            **places,
        )
    if weights[1] < MUCH:
        return parts(
            "To write {token} the decoder looked mostly at the position of {source} ({weight}) "
            "and a little at that of {second} ({rest}). ",
            **places,
        )
    return parts(
        "To write {token} the decoder looked at the position of {source} ({weight}) and also at "
        "that of {second} ({rest}). ",
        **places,
    )


def said(step: TranslationStep, sources: Sequence[str], last: bool) -> Said:
    """One step in words: what it looked at, what it wrote, how sure it was."""
    token, probability = {"target": step.token}, {"text": percent(step.probability)}
    words = looked(step, sources)
    words += parts("It gives {token} {probability}.", token=token, probability=probability)
    if step.token == "<eos>":
        words += parts(
            " “End of sequence”: with this token the model itself decides to stop. A limit on the "
            "length would stop it too, but hardly in the right place."
        )
    elif last:
        words += parts(" Here the limit on the length stopped it: it has not written <eos>.")
    return words


def walk(key: str, translation: Translation, position: int, both_ends: bool) -> dict[str, Any]:
    """Everything the stepper shows, every sentence included: it never has to ask again.

    both_ends: the encoder has read from both ends, so two last states start the decoder.
    """
    count = len(translation.steps)
    return {
        "key": key,
        "position": position,
        "both": both_ends,
        "source": components.annotated(translation.source_tokens, translation.unknown),
        "steps": [
            {
                "token": step.token,
                "special": step.token in ("<eos>", "<unk>", "<pad>", "<sos>"),
                "probability": step.probability,
                "top": [[choice.token, choice.probability] for choice in step.top],
                "attention": step.attention,
                "hidden": step.hidden,
                "context": step.context,
                "said": said(step, translation.source_tokens, number == count),
            }
            for number, step in enumerate(translation.steps, 1)
        ],
        "begin": {
            "said": parts(
                "The encoder has read the whole source; nothing is written yet. First the decoder "
                "reads {token}, “start of sequence”: a fixed token, the same for every sentence, "
                "that tells it to begin.",
                token={"target": "<sos>"},
            )
        },
        "labels": {
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
            "no_attention": _(
                "No attention: all it knows of the source are the encoder's two last states, of "
                "the half that ends at the last word and of the half that ends at the first."
            )
            if both_ends
            else _("No attention: all it knows of the source is the encoder's last state."),
            "unknown": _("never seen in training"),
            "keys": _("Arrow keys step, Home and End jump, the space bar plays."),
        },
    }
