"""A translation in words: one step of it, one change to it, and what became of a branch."""

from __future__ import annotations

from collections.abc import Sequence

from pages.shared.frame.i18n import _, segments
from pages.shared.frame.numbers import format_percent
from seq2seq_core.config import ModelConfig
from seq2seq_core.decoding.branches import TokenDifference
from seq2seq_core.decoding.interventions import Branch, Intervention
from seq2seq_core.decoding.translator import TranslationStep

Segments = list[dict[str, str]]

UNIFORM_TOLERANCE = 0.001  # between the largest and the smallest weight: no eye can tell
MINOR_WEIGHT = 0.05  # less attention than this is not spoken of
NOTABLE_WEIGHT = 0.25  # from here on a second place is more than "a little"
QUOTED_WORDS = 5  # of a difference; the others are three dots


# --- a step ---------------------------------------------------------------------------------


def describe_attention(
    step: TranslationStep, sources: Sequence[str], reads_context: bool = False
) -> Segments:
    """Where one step looked, in words that fit the sizes of the weights.

    reads_context: without attention, the decoder reads the encoder's last state at every step.
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
        "weight": {"text": format_percent(weights[0])},
        "second": {"source": sources[order[min(1, len(order) - 1)]]},
        "rest": {"text": format_percent(weights[1])},
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


def describe_forced_token(step: TranslationStep) -> Segments:
    """What the model would have written where the learner put a word in."""
    model_choice = step.top[0]
    if model_choice.token == step.token:
        return segments(" You put it in; the model would have written it too.")
    return segments(
        " You put it in; the model would have written {own} ({probability}).",
        own={"target": model_choice.token},
        probability={"text": format_percent(model_choice.probability)},
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
    token, probability = {"target": step.token}, {"text": format_percent(step.probability)}
    words: Segments = []
    if any(not change.is_word for change in interventions):
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


# --- a branch -------------------------------------------------------------------------------


def describe_intervention(
    intervention: Intervention, sources: Sequence[str], targets: Sequence[str]
) -> Segments:
    """A change in words; sources: tokens of the whole sentence; targets: the target vocabulary."""
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


def join_segments(pieces: Sequence[Segments]) -> Segments:
    """One after the other, a dot between them."""
    return [
        part for i, piece in enumerate(pieces) for part in ([{"text": " · "}] * (i > 0) + piece)
    ]


def describe_changes(
    branch: Branch, source: Sequence[str], target: Sequence[str], written_count: int
) -> Segments:
    """All changes of a branch, but those at a step that the sentence does not reach.

    source: tokens of the whole sentence; target: the target vocabulary; written_count: tokens that
    the branch wrote.
    """
    left_out = [
        segments("without {source}", source={"source": source[i]}) for i in branch.omitted_positions
    ]
    changes = [
        [
            *segments("step {step}: ", step={"text": str(change.step)}),
            *describe_intervention(change, source, target),
        ]
        for change in branch.interventions
        if change.step <= written_count
    ]
    return join_segments([*left_out, *changes])


def quote_tokens(tokens: Sequence[str]) -> str:
    """The first few of them."""
    return " ".join(tokens[:QUOTED_WORDS]) + (" …" if len(tokens) > QUOTED_WORDS else "")


def describe_effect(divergence: TokenDifference | None, branch: Branch) -> Segments:
    """What the changes did to the translation."""
    if divergence is None:
        return segments("Nothing changed: it wrote the same words.")
    if divergence.only_forced_words(branch):
        return segments("Nothing else changed: it went on as before.")
    placeholders = {
        "step": {"text": str(divergence.step)},
        "old": {"target": quote_tokens(divergence.old_tokens)},
        "new": {"target": quote_tokens(divergence.new_tokens)},
    }
    if not divergence.old_tokens:
        return segments("It added {new} at step {step}.", **placeholders)
    if not divergence.new_tokens:
        return segments("It left out {old} at step {step}.", **placeholders)
    if divergence.suffix_length > 1:  # more than <eos>
        return segments(
            "It wrote {new} instead of {old} at step {step}; the words after that are the same.",
            **placeholders,
        )
    return segments("It wrote {new} instead of {old} from step {step} on.", **placeholders)
