"""The words above and below the numbers of one step, and the words of its sentence."""

from __future__ import annotations

from pages.shared.frame.i18n import _, segments
from pages.shared.runs.selection import Selection
from seq2seq_core.data.corpus import find_pair
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.inspection.hidden_states import reference_token


def cell_heading(translation: Translation, side: str, word: int) -> list[dict[str, str]]:
    """Which cell, and what it reads. side: encoder or decoder; words count from 0."""
    step = {"text": str(word + 1)}
    if side == "encoder":
        token = {"source": translation.source_tokens[word]}
        return segments(
            "The encoder's cell at word {step}: it reads {token}.", step=step, token=token
        )
    inputs = ["<sos>", *(step.token for step in translation.steps)]
    return segments(
        "The decoder's cell at step {step}: it reads {token}.",
        step=step,
        token={"target": inputs[word]},
    )


def calculation_heading(token: str, word: dict[str, str] | None) -> list[dict[str, str]]:
    """word: the one that the calculation looks at, as a segment; None without attention."""
    if word is None:
        return segments("How {token} came about, without any attention:", token={"target": token})
    return segments(
        "How {token} came about, with a look at {source}:", token={"target": token}, source=word
    )


def true_token(selection: Selection, index: int) -> tuple[str | None, str]:
    """The token of the reference at this step, from 0; None with the reason where there is none."""
    dataset, translation = selection.trained.dataset, selection.translation
    pair = find_pair(dataset.pairs + dataset.held_out, translation.source_tokens)
    if pair is None:
        return None, _("The corpus has no translation of this sentence: there is no loss to tell.")
    token = reference_token(pair.target, [step.token for step in translation.steps], index)
    if token is not None:
        return token, ""
    return None, _(
        "Before this step it has written other words than the corpus. The loss is taken after "
        "the true ones, so it is not told here."
    )


def position_tokens(selection: Selection, part: str) -> tuple[dict[str, str], ...]:
    """The words that attention can look at, as segments. part: cross, or own (a decoder's)."""
    if part == "own":
        output_tokens = [step.token for step in selection.translation.steps]
        return tuple({"target": token} for token in ["<sos>", *output_tokens[:-1]])
    return tuple({"source": token} for token in selection.translation.source_tokens)
