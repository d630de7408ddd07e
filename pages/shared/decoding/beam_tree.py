"""The tree of a beam search for its component, and what happens in it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.frame import components
from pages.shared.frame.i18n import N_, _, segments
from pages.shared.runs.selection import Selection
from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.decoding.beam_tree import BeamResult, BeamNode, BeamTree, build_beam_tree
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.limits import LIMITS

if TYPE_CHECKING:
    from seq2seq_core.training.dataset import TrainedRun

Said = list[dict[str, str]]
SAID = 12  # tokens of a beginning that are told

tree_component = components.register_component("tree")
ranking_component = components.register_component("ranking")


@st.cache_resource(show_spinner=False, max_entries=64)
def _grown(
    run_id: int, update: int, source: tuple[str, ...], width: int, penalty: float, show: int,
    _trained: TrainedRun,
) -> BeamTree:  # fmt: skip
    config = DecodingConfig(beam=width, length_penalty=penalty)
    return build_beam_tree(_trained.model, _trained.checkpoint, source, config, show)


def grow(now: Selection, width: int, penalty: float, show: int) -> BeamTree:
    """The search for this sentence's translation; the same one is not made twice."""
    source = now.translation.source_tokens
    return _grown(now.run.id, now.trained.update, source, width, penalty, show, now.trained)


def percent(log_probability: float) -> str:
    """A probability with one decimal; a small one with its first digit: 41.5%, 0.003%."""
    share = 100 * exp(log_probability)
    if share < 0.0001:
        return "<0.0001%"
    return f"{share:.1f}%" if share >= 0.05 else f"{float(f'{share:.0e}'):.4f}".rstrip("0") + "%"


def signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


def beginning(grown: BeamTree, step: int, place: int, tokenizer: str) -> str:
    """All tokens up to one node of a column, as text; of very many the last ones."""
    tokens: list[str] = []
    for column in reversed(grown.columns[: step + 1]):
        tokens.insert(0, column[place].token)
        place = column[place].parent
    text = TOKENIZERS[tokenizer].join(tokens[-SAID:])
    return f"… {text}" if len(tokens) > SAID else text


def best(column: Sequence[BeamNode], state: str) -> int | None:
    """The place of the most probable node in this state."""
    return next((place for place, node in enumerate(column) if node.state == state), None)


def told(grown: BeamTree, step: int, tokenizer: str, message: str, state: str, count: int = 1) -> Said:
    """A sentence about the best node in a state; nothing where there is none."""
    column = grown.columns[step]
    place = best(column, state)
    if place is None:
        return []
    return segments(
        message,
        text={"target": beginning(grown, step, place, tokenizer)},
        share={"text": percent(column[place].log_probability)},
        count={"text": str(count)},
    )


def died(grown: BeamTree, step: int) -> int:
    """How many living beginnings have found no place for any way to go on."""
    if not step:
        return 0
    parents = {node.parent for node in grown.columns[step] if node.state != "pruned"}
    alive = {i for i, node in enumerate(grown.columns[step - 1]) if node.state == "alive"}
    return len(alive - parents)


FIRST = N_("Every word was tried as the first one; {width} stay. ")
LATER = N_(
    "Every living beginning was tried with every word; of all of them together {width} stay. "
)
TOP = N_("The most probable one: {text} ({share}). ")
ENDED = N_("{text} has ended ({share}): it leaves the beam as a finished sentence. ")
ENDED_MANY = N_(
    "{count} have ended and leave the beam as finished sentences, the most probable one: {text} "
    "({share}). "
)
DIED = N_("One branch ends here: no way to go on from it was probable enough. ")
DIED_MANY = N_("{count} branches end here: no way to go on from them was probable enough. ")
CUT = N_("Cut off, the best of them: {text} ({share}).")


def said(grown: BeamTree, step: int, tokenizer: str) -> Said:
    """What happened in one step: which beginnings were kept, which ended, which were cut off."""
    column = grown.columns[step]
    ended = sum(node.state == "ended" for node in column)
    kept = sum(node.state != "pruned" for node in column)
    words = segments(LATER if step else FIRST, width={"text": str(kept)})
    words += told(grown, step, tokenizer, TOP, "alive")
    words += told(grown, step, tokenizer, ENDED_MANY if ended > 1 else ENDED, "ended", ended)
    if lost := died(grown, step):
        words += segments(DIED_MANY if lost > 1 else DIED, count={"text": str(lost)})
    return words + told(grown, step, tokenizer, CUT, "pruned")


def stopped(grown: BeamTree, penalty: float) -> str:
    """Why the search was over."""
    if not grown.results[0].finished:
        return N_("No sentence has ended within {limit} tokens: the best beginning has to do. ")
    if not any(node.state == "alive" for node in grown.columns[-1]):
        return N_("No beginning is alive any more: the search is over. ")
    if len(grown.columns) == LIMITS.decoded_tokens:
        return N_("The search stops at {limit} tokens. ")
    if penalty:
        return N_("The search is over: what is still alive cannot overtake, however long it gets. ")
    return N_("The search is over: what is still alive can only become less probable. ")


def outcome(grown: BeamTree, penalty: float) -> Said:
    """Why the search stopped, and what came out of it."""
    winner = grown.results[0]
    words = segments(stopped(grown, penalty), limit={"text": str(LIMITS.decoded_tokens)})
    return words + segments(
        "The winner: {text} ({share}).",
        text={"target": winner.text or "<eos>"},
        share={"text": percent(winner.log_probability)},
    )


def tree_data(
    key: str, grown: BeamTree, now: Translation, width: int, penalty: float, tokenizer: str, at: int
) -> dict[str, Any]:
    """Everything the tree shows, every sentence included: it never has to ask again."""
    count = len(grown.columns) + 1  # the last step shows what came out
    begin = segments(
        "Nothing is written yet: {start} is where every translation begins. Press “Next”.",
        start={"target": "<sos>"},
    )
    steps = [said(grown, step, tokenizer) for step in range(count - 1)]
    return {
        "key": key,
        "position": min(at, count),
        "width": width,
        "source": components.annotate_tokens(now.source_tokens, now.unknown),
        "columns": [
            [[n.token, n.probability, n.log_probability, n.parent, n.state] for n in column]
            for column in grown.columns
        ],
        "winner": grown.results[0].node_path,
        "said": [begin, *steps, outcome(grown, penalty)],
        "labels": {
            "tree": _("The beam as a tree: one column for each step"),
            "legend": _("Below a word: how probable it was there · log p of all up to it"),
            "cut": _("cut off"),
            "next": _("Next"),
            "back": _("Back"),
            "play": _("Play"),
            "pause": _("Pause"),
            "restart": _("To the beginning"),
            "slider": _("Step"),
            "step": [
                *(_("step {step} of {count}", step=i, count=count) for i in range(count)),
                _("the result"),
            ],
            "said": _("What just happened"),
            "keys": _("Arrow keys step, Home and End jump, the space bar plays."),
        },
    }


SHOWN = 5  # of the ranking


def lines(ranked: Sequence[BeamResult], other: Sequence[BeamResult], penalty: float) -> list[dict[str, Any]]:
    """The best of one ranking, and how many places each stands higher or lower than in another."""
    return [
        {
            "text": one.text or "<eos>",
            "score": signed(one.score(penalty)),
            "note": _("{share}, {count} tokens", share=percent(one.log_probability),
                      count=one.length),
            "moved": other.index(one) - place,
        }
        for place, one in enumerate(ranked[:SHOWN])
    ]  # fmt: skip


def ranking_data(found: Sequence[BeamResult], penalty: float) -> dict[str, Any]:
    """Both rankings of what the beam has found, without and with length penalty."""
    plain = sorted(found, key=lambda one: -one.log_probability)
    weighed = sorted(found, key=lambda one: -one.score(penalty))
    lists = [
        {
            "title": _("Without length penalty"),
            "note": _("by log p"),
            "rows": lines(plain, plain, 0.0),
        },
        {
            "title": _("With length penalty λ = {penalty}", penalty=f"{penalty:g}"),
            "note": _("by log p / ((5 + n) / 6)^λ"),
            "rows": lines(weighed, plain, penalty),
        },
    ]
    return {"lists": lists if penalty else lists[:1]}


def changes(found: Sequence[BeamResult], penalty: float) -> str:
    """Whether the length penalty changes the order, in words."""
    plain = sorted(found, key=lambda one: -one.log_probability)
    weighed = sorted(found, key=lambda one: -one.score(penalty))
    if len(found) == 1:
        return _("The beam has found one sentence only: there is nothing to rank.")
    if not penalty:
        return _(
            "λ = 0: the length does not count. Choose another λ to see whether the order changes."
        )
    if plain == weighed:
        return _("The length penalty changes no place here.")
    if plain[0] == weighed[0]:
        return _("The length penalty changes places, but not the first one.")
    return _(
        "The length penalty changes the winner: {tokens} tokens instead of {before}.",
        tokens=weighed[0].length,
        before=plain[0].length,
    )
