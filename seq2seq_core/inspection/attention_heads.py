"""All attention of one sentence: every layer and head, and where a head has its largest weights.

A Transformer looks in three places (Vaswani et al. 2017): its encoder at the source, its decoder at
what it has written, and the decoder at the source. A recurrent model looks at the source alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from seq2seq_core.decoding.stepper import Stepper
from seq2seq_core.evaluation.alignment import Links, Weights, strongest
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

PARTS = ("cross", "encoder", "decoder")
# where a row may have its largest weight, by part: in words, see `expected`
HABITS = {
    "encoder": ("before", "same", "after", "first", "last"),
    "decoder": ("before", "same", "first"),
    "cross": ("linked", "first", "last"),
}


@dataclass(frozen=True)
class Heads:
    """What all heads of one part look at. Layers and heads count from 1; head 0 is their mean."""

    part: str  # one of PARTS
    rows: tuple[str, ...]  # the tokens that look
    columns: tuple[str, ...]  # the tokens that are looked at
    layers: int
    heads: int
    numbers: bytes  # float32, (layers, 1 + heads, rows, columns)

    @property
    def causal(self) -> bool:
        """Whether a row sees nothing to the right of its own column: it is not written yet."""
        return self.part == "decoder"

    def flat(self, layer: int, head: int) -> list[float]:
        size = len(self.rows) * len(self.columns)
        first = ((layer - 1) * (1 + self.heads) + head) * size
        return list(memoryview(self.numbers).cast("f")[first : first + size])

    def weights(self, layer: int, head: int) -> list[list[float]]:
        """rows × columns; each row sums to one."""
        flat, wide = self.flat(layer, head), len(self.columns)
        return [flat[i : i + wide] for i in range(0, len(flat), wide)]

    def shades(self, layer: int, head: int) -> bytes:
        """rows × columns, one byte a weight: 255 is all of it."""
        return bytes(int(255 * weight + 0.5) for weight in self.flat(layer, head))


def gathered(part: str, rows: Sequence[str], columns: Sequence[str], weights: Tensor) -> Heads:
    """weights (L, H, rows, columns)."""
    both = torch.cat([weights.mean(1, keepdim=True), weights], dim=1).float().contiguous()
    layers, heads = weights.shape[:2]
    return Heads(part, tuple(rows), tuple(columns), layers, heads, both.numpy().tobytes())


@torch.no_grad()
def heads_of(
    model: EncoderDecoder, checkpoint: Checkpoint, source: Sequence[str]
) -> dict[str, Heads]:
    """Part -> its heads, while the model translates these source tokens greedily.

    A part that a model does not have is not there.
    """
    ids = torch.tensor(checkpoint.source.encode(source))
    walk = Stepper.start(model, ids).finish()
    written = checkpoint.target.decode(walk.tokens)
    read = ["<sos>", *written[:-1]]
    encoder = model.inspect_source(ids[None], torch.ones(1, len(ids), dtype=torch.bool))
    cross = [s.inspection.step.attention for s in walk.steps]  # each (1, L, H, S)
    own = [s.inspection.self_attention for s in walk.steps]  # each (1, L, H, words so far)
    found = {}
    if looked := [weights[0] for weights in cross if weights is not None]:
        found["cross"] = gathered("cross", written, source, torch.stack(looked, dim=2))
    if encoder.self_attention is not None:
        found["encoder"] = gathered("encoder", source, source, encoder.self_attention[0])
    if seen := [pad(w[0], (0, len(read) - w.shape[3])) for w in own if w is not None]:
        found["decoder"] = gathered("decoder", read, read, torch.stack(seen, dim=2))
    return found


@dataclass(frozen=True)
class Habit:
    """In how many rows the largest weight lies in a certain place."""

    name: str  # one of HABITS
    count: int
    rows: int  # those that have such a place, and a choice

    @property
    def share(self) -> float:
        return self.count / self.rows if self.rows else 0.0

    @property
    def often(self) -> bool:
        """In more than half of the rows; of fewer than three nothing can be said."""
        return self.share > 0.5 and self.rows >= 3


def expected(name: str, part: str, row: int, columns: int, sure: Links) -> set[int]:
    """The columns that a habit names for a row; none where the row does not count.

    A row that can see one token only has no choice; the first word says nothing of a habit of
    looking at the first, nor the last at the last: for them it is the same word.
    """
    seen = row + 1 if part == "decoder" else columns
    if name == "linked":
        named = {source for source, target in sure if target == row}
    else:
        place = {"before": row - 1, "same": row, "after": row + 1, "first": 0, "last": columns - 1}
        itself = part != "cross" and name in ("first", "last") and place[name] == row
        named = set() if itself else {place[name]}
    return named & set(range(seen)) if seen > 1 else set()


def habits(part: str, weights: Weights, sure: Links = frozenset()) -> list[Habit]:
    """How often the largest weight of a row lies in the places of HABITS that this part knows.

    sure: gold links (source position, target position), for cross-attention.
    """
    looked = strongest(weights)
    found = []
    for name in HABITS[part]:
        places = [expected(name, part, t, len(row), sure) for t, row in enumerate(weights)]
        hits = sum(j in named for j, named in zip(looked, places, strict=True))
        found.append(Habit(name, hits, sum(map(bool, places))))
    return [habit for habit in found if habit.rows]


def best(heads: Heads, sure: Links = frozenset()) -> list[tuple[int, int, Habit]]:
    """(layer, head, habit): for each habit the head that has it most, the first of equal ones."""
    found: dict[str, tuple[int, int, Habit]] = {}
    for layer in range(1, heads.layers + 1):
        for head in range(1, heads.heads + 1):
            for habit in habits(heads.part, heads.weights(layer, head), sure):
                known = found.get(habit.name)
                if known is None or habit.share > known[2].share:
                    found[habit.name] = layer, head, habit
    return sorted(found.values(), key=lambda one: -one[2].share)
