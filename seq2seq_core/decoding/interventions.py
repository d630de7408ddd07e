"""What if? A translation with another word put in, another place to look at, or a source word less.

A branch is what was changed and nothing more, so it fits into a link: 2w17-3a5-x0 puts word 17 in
at step 2, looks only at source position 5 at step 3, and leaves out position 0. Replaying it makes
the walk, and nothing that was there before is touched.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from seq2seq_core.config import check_range, check_choice, quote_value, check_int
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.decoding.stepper import Stepper
from seq2seq_core.decoding.translator import Translation, plain
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import attention_overrides
from seq2seq_core.models.base import EncoderDecoder, Look
from seq2seq_core.training.checkpoint import Checkpoint

# what can be changed at a step, each with its letter in a link
LETTERS = {"word": "w", "even": "e", "most": "m", "shuffled": "p", "at": "a", "sharpened": "b"}
KINDS = {letter: kind for kind, letter in LETTERS.items()}
LARGEST = {"word": 999_999, "shuffled": 999, "at": LIMITS.tokens - 1, "even": 0, "most": 0}
SHARPEST = 100
PART = re.compile(
    r"x(?P<left_out>[0-9]{1,6})"
    r"|(?P<step>[0-9]{1,6})(?P<letter>[wempab])(?P<number>[0-9]{1,6}(\.[0-9]{1,2})?)?"
)


@dataclass(frozen=True)
class Change:
    """One thing at one step, counted from 1.

    word: the id of the token to write; even: look everywhere alike; most: only where it looks most;
    shuffled: every weight at another word, number is the seed; at: only at this source position,
    counted from 0; sharpened: softmax(β e), number is β, 1 is as learnt.
    """

    step: int
    kind: str
    number: float = 0

    def __post_init__(self) -> None:
        check_int("step", self.step, 1, LIMITS.decoded_tokens)
        check_choice("kind", self.kind, LETTERS)
        if self.kind != "sharpened":
            check_int(self.kind, self.number, 0, LARGEST[self.kind])  # type: ignore[arg-type]
            return
        check_range("β", self.number, 0, SHARPEST)
        if round(self.number, 2) != self.number:
            raise ConfigError("out_of_range", name="β", value=self.number, low=0, high=SHARPEST)

    @property
    def is_word(self) -> bool:
        return self.kind == "word"

    def __str__(self) -> str:
        number = "" if self.kind in ("even", "most") else f"{self.number:g}"
        return f"{self.step}{LETTERS[self.kind]}{number}"


def in_order(change: Change) -> tuple[int, bool]:
    return change.step, change.is_word  # at one step: first it looks, then it writes


@dataclass(frozen=True)
class Branch:
    """What was changed, in order: at most one look and one word a step."""

    changes: tuple[Change, ...] = ()
    left_out: tuple[int, ...] = ()  # source positions, counted from 0

    def __post_init__(self) -> None:
        places = [in_order(change) for change in self.changes]
        if places != sorted(set(places)) or list(self.left_out) != sorted(set(self.left_out)):
            raise ConfigError("not_a_branch", text=quote_value(self))

    def __str__(self) -> str:
        return "-".join([*map(str, self.changes), *(f"x{place}" for place in self.left_out)])

    def then(self, change: Change) -> Branch:
        """Another branch: as this one up to the step of the change, then the change.

        A new place to look at takes a word away that was put in at the same step: what the model
        writes now is the question.
        """
        kept = [
            old
            for old in self.changes
            if old.step < change.step
            or (old.step == change.step and change.is_word and not old.is_word)
        ]
        return replace(self, changes=(*kept, change))

    def without(self, place: int) -> Branch:
        """Another branch with one more source word left out, or with that one back again."""
        if place in self.left_out:
            return replace(self, left_out=tuple(old for old in self.left_out if old != place))
        seen = [old for old in self.changes if (old.kind, old.number) != ("at", place)]
        return Branch(tuple(seen), tuple(sorted([*self.left_out, place])))

    def changed(self, step: int) -> tuple[Change, ...]:
        """What was changed at this step."""
        return tuple(change for change in self.changes if change.step == step)


def read_branch(text: str) -> Branch:
    """The inverse of str(branch), and of nothing else.

    Raises ConfigError with code not_a_branch or out_of_range.
    """
    changes, left_out = [], []
    for part in text.split("-") if text else []:
        match = PART.fullmatch(part)
        if match is None:
            raise ConfigError("not_a_branch", text=quote_value(text))
        if match["left_out"]:
            left_out.append(int(match["left_out"]))
        else:
            number = match["number"] or "0"
            exact = float(number) if "." in number else int(number)
            changes.append(Change(int(match["step"]), KINDS[match["letter"]], exact))
    branch = Branch(tuple(changes), tuple(left_out))
    if str(branch) != text:  # 02w7, 2w7.0, x1-2e: the same said otherwise
        raise ConfigError("not_a_branch", text=quote_value(text))
    return branch


def word(step: int, text: str, target: Vocabulary) -> Change:
    """The change that puts a typed word in at a step.

    Raises ConfigError with code not_a_target_word, CorpusError as text.clean does.
    """
    token = clean_text(text)
    if token not in target:
        raise ConfigError("not_a_target_word", word=quote_value(token))
    return Change(step, "word", target.token_to_id[token])


def places_left(branch: Branch, count: int) -> list[int]:
    """The source positions, of `count`, that are not left out."""
    return [place for place in range(count) if place not in branch.left_out]


def fits(change: Change, checkpoint: Checkpoint, places: Sequence[int]) -> bool:
    if change.is_word:
        return change.number < len(checkpoint.target)
    return checkpoint.model_config.has_attention and (change.kind != "at" or change.number in places)


def check(branch: Branch, checkpoint: Checkpoint, count: int) -> None:
    """Raises ConfigError where a branch does not fit this model and a source of `count` tokens."""
    places = places_left(branch, count)
    inside = all(place < count for place in branch.left_out)
    if not inside or not all(fits(change, checkpoint, places) for change in branch.changes):
        raise ConfigError("not_a_branch", text=quote_value(branch))
    if not places:
        raise ConfigError("nothing_left")


def shuffled(count: int, seed: int) -> Look:
    """Every weight at another position; the same seed, the same places."""
    generator = torch.Generator().manual_seed(seed)
    order = here = torch.arange(count)
    while count > 1 and (order == here).any():
        order = torch.randperm(count, generator=generator)
    return attention_overrides.permuted(order)


# the look of a change, for the source positions (of the whole sentence) that are left
LOOKS: dict[str, Callable[[float, Sequence[int]], Look]] = {
    "even": lambda _number, _places: attention_overrides.uniform,
    "most": lambda _number, _places: attention_overrides.hard,
    "shuffled": lambda seed, places: shuffled(len(places), int(seed)),
    "at": lambda place, places: attention_overrides.at(places.index(int(place))),
    "sharpened": lambda beta, _places: attention_overrides.sharpened(beta),
}


def replay(
    model: EncoderDecoder,
    checkpoint: Checkpoint,
    source_tokens: Sequence[str],
    branch: Branch,
    top_k: int = 5,
) -> Translation:
    """The translation with the changes of a branch; after the last one the model goes on by itself.

    source_tokens: of the whole sentence; the translation has those that are left. A change behind
    the end of what is written changes nothing. Raises ConfigError, see check.
    """
    check(branch, checkpoint, len(source_tokens))
    places = places_left(branch, len(source_tokens))
    tokens = tuple(source_tokens[place] for place in places)
    walk = Stepper.start(model, torch.tensor(checkpoint.source.encode(tokens)))
    last = branch.changes[-1].step if branch.changes else 0
    while len(walk.steps) < last and not walk.finished:
        token: int | None = None
        look: Look | None = None
        for change in branch.changed(len(walk.steps) + 1):
            if change.is_word:
                token = int(change.number)
            else:
                look = LOOKS[change.kind](change.number, places)
        walk = walk.next(token, look)
    return plain(walk.finish(), checkpoint, tokens, top_k)


@dataclass(frozen=True)
class Outcome:
    """What a branch comes to, without the inside."""

    tokens: tuple[str, ...]  # <eos> included, where it was written
    log_probability: float  # natural logarithm, of the whole sentence


def outcome(translation: Translation) -> Outcome:
    """The words of a translation and how probable the model finds them, one after the other."""
    tiny = 1e-45  # what float32 can just hold: a word put in may get nothing at all
    logs = [math.log(max(step.probability, tiny)) for step in translation.steps]
    return Outcome(tuple(step.token for step in translation.steps), sum(logs))


@dataclass(frozen=True)
class Difference:
    """Where and how two translations part; between what both begin and both end with."""

    step: int  # the first that differs, counted from 1
    old: tuple[str, ...]
    new: tuple[str, ...]
    after: int  # tokens that both end with


def difference(own: Sequence[str], other: Sequence[str]) -> Difference | None:
    """None where the two are the same."""
    if list(own) == list(other):
        return None
    shorter = min(len(own), len(other))
    same = next((i for i in range(shorter) if own[i] != other[i]), shorter)
    room = shorter - same
    after = next((i for i in range(room) if own[-1 - i] != other[-1 - i]), room)
    old, new = own[same : len(own) - after], other[same : len(other) - after]
    return Difference(same + 1, tuple(old), tuple(new), after)
