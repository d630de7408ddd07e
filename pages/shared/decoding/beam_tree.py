"""The tree of a beam search for its component, and what happens in it, in words."""

from __future__ import annotations

from typing import Any

from pages.shared.decoding.wording import Segments
from pages.shared.frame import components
from pages.shared.frame.glossary import annotate_tokens
from pages.shared.frame.i18n import N_, _, segments
from pages.shared.frame.numbers import format_log_probability
from pages.shared.runs.caching import cache_by_identity
from pages.shared.runs.selection import Selection
from seq2seq_core.config import DecodingConfig
from seq2seq_core.data.tokenizers import TOKENIZERS
from seq2seq_core.decoding.beam_tree import BeamTree, build_beam_tree
from seq2seq_core.decoding.translator import Translation
from seq2seq_core.limits import LIMITS

DESCRIBED_TOKENS = 12  # the last ones of a longer beginning, after three dots

tree_component = components.register_component("beam_tree")


@cache_by_identity(max_entries=64)
def cached_tree(selection: Selection, width: int, penalty: float, example_count: int) -> BeamTree:
    """The search for this sentence's translation, as a tree; no search is done twice.

    example_count: how many of the nodes that were cut off in a step are in it.
    """
    translator, translation = selection.trained.translator, selection.translation
    config = DecodingConfig(beam=width, length_penalty=penalty)
    return build_beam_tree(translator, translation.source_tokens, config, example_count)


def prefix_text(search_tree: BeamTree, step: int, node_index: int, tokenizer: str) -> str:
    """All tokens up to one node of a column, as text."""
    tokens = search_tree.prefix_tokens(step, node_index)
    text = TOKENIZERS[tokenizer].join(tokens[-DESCRIBED_TOKENS:])
    return f"… {text}" if len(tokens) > DESCRIBED_TOKENS else text


def describe_node(
    search_tree: BeamTree, step: int, tokenizer: str, message: str, state: str, count: int = 1
) -> Segments:
    """A sentence about the best node in a state; nothing where there is none."""
    node_index = search_tree.best_node_index(step, state)
    if node_index is None:
        return []
    log_probability = search_tree.columns[step][node_index].log_probability
    return segments(
        message,
        text={"target": prefix_text(search_tree, step, node_index, tokenizer)},
        share={"text": format_log_probability(log_probability)},
        count={"text": str(count)},
    )


FIRST_STEP = N_("Every word was tried as the first one; {width} stay. ")
LATER_STEP = N_(
    "Every living beginning was tried with every word; of all of them together {width} stay. "
)
MOST_PROBABLE = N_("The most probable one: {text} ({share}). ")
ENDED_SENTENCE = N_("{text} has ended ({share}): it leaves the beam as a finished sentence. ")
ENDED_SENTENCES = N_(
    "{count} have ended and leave the beam as finished sentences, the most probable one: {text} "
    "({share}). "
)
DEAD_END = N_("One branch ends here: no way to go on from it was probable enough. ")
DEAD_ENDS = N_("{count} branches end here: no way to go on from them was probable enough. ")
PRUNED = N_("Cut off, the best of them: {text} ({share}).")


def describe_beam_step(search_tree: BeamTree, step: int, tokenizer: str) -> Segments:
    """What happened in one step: which beginnings stayed, which ended, which were cut off."""
    counts = search_tree.count_states(step)
    ended, dead_ends = counts["ended"], search_tree.count_dead_ends(step)
    width = {"text": str(counts["alive"] + ended)}
    words = segments(LATER_STEP if step else FIRST_STEP, width=width)
    words += describe_node(search_tree, step, tokenizer, MOST_PROBABLE, "alive")
    message = ENDED_SENTENCES if ended > 1 else ENDED_SENTENCE
    words += describe_node(search_tree, step, tokenizer, message, "ended", ended)
    if dead_ends:
        words += segments(DEAD_ENDS if dead_ends > 1 else DEAD_END, count={"text": str(dead_ends)})
    return words + describe_node(search_tree, step, tokenizer, PRUNED, "pruned")


WHY_STOPPED = {
    "none_ended": N_("No sentence has ended within {limit} tokens: the best beginning has to do. "),
    "none_alive": N_("No beginning is alive any more: the search is over. "),
    "length_limit": N_("The search stops at {limit} tokens. "),
    "cannot_overtake": N_(
        "The search is over: what is still alive cannot overtake, however long it gets. "
    ),
    "less_probable": N_("The search is over: what is still alive can only become less probable. "),
}


def describe_winner(search_tree: BeamTree, penalty: float) -> Segments:
    """Why the search stopped, and what came out of it."""
    winner = search_tree.results[0]
    words = segments(
        WHY_STOPPED[search_tree.stop_reason(penalty)],
        limit={"text": str(LIMITS.decoded_tokens)},
    )
    return words + segments(
        "The winner: {text} ({share}).",
        text={"target": winner.text or "<eos>"},
        share={"text": format_log_probability(winner.log_probability)},
    )


def tree_data(
    key: str,
    search_tree: BeamTree,
    translation: Translation,
    width: int,
    penalty: float,
    tokenizer: str,
    position: int,
) -> dict[str, Any]:
    """Everything the tree shows at any step: the browser never has to ask the server again."""
    count = len(search_tree.columns) + 1  # the last step shows what came out
    opening = segments(
        "Nothing is written yet: {start} is where every translation begins. Press “Next”.",
        start={"target": "<sos>"},
    )
    steps = [describe_beam_step(search_tree, step, tokenizer) for step in range(count - 1)]
    return {
        "key": key,
        "position": min(position, count),
        "width": width,
        "source": annotate_tokens(translation.source_tokens, translation.unknown),
        "columns": [
            [[n.token, n.probability, n.log_probability, n.parent, n.state] for n in column]
            for column in search_tree.columns
        ],
        "winner": search_tree.results[0].node_path,
        "said": [opening, *steps, describe_winner(search_tree, penalty)],
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
