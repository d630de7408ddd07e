"""What if? A translation with another word put in, other attention, or a source word left out.

A branch is what was changed and nothing more, so it fits into a link: 2w17-3a5-x0 puts word 17 in
at step 2, looks only at source position 5 at step 3, and leaves out position 0. Replaying it gives
a new translation; the old one stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from seq2seq_core.config import check_choice, check_int, check_range, quote_value
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.decoding.translator import Translation, Translator
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import attention_overrides
from seq2seq_core.models.base import AttentionOverride

# what can be changed at a step, each with its letter in a link
LETTERS_BY_KIND = {
    "word": "w",
    "even": "e",
    "most": "m",
    "shuffled": "p",
    "at": "a",
    "sharpened": "b",
}
KINDS_BY_LETTER = {letter: kind for kind, letter in LETTERS_BY_KIND.items()}
MAX_NUMBERS = {"word": 999_999, "shuffled": 999, "at": LIMITS.tokens - 1, "even": 0, "most": 0}
MAX_SHARPNESS = 100
BRANCH_PART = re.compile(
    r"x(?P<omitted>[0-9]{1,6})"
    r"|(?P<step>[0-9]{1,6})(?P<letter>[wempab])(?P<number>[0-9]{1,6}(\.[0-9]{1,2})?)?"
)


@dataclass(frozen=True)
class Intervention:
    """One change at one step: another word written, or other attention weights.

    word: number is the id of the token to write; even: all weights equal; most: all weight where
    the most is; shuffled: every weight at another word, number is the seed; at: all weight on the
    source position number, from 0; sharpened: softmax(β e), number is β, 1 is as learnt.
    Raises ConfigError with code unknown_choice or out_of_range.
    """

    step: int  # counted from 1
    kind: str  # of LETTERS_BY_KIND
    number: float = 0

    def __post_init__(self) -> None:
        check_int("step", self.step, 1, LIMITS.decoded_tokens)
        check_choice("kind", self.kind, LETTERS_BY_KIND)
        if self.kind != "sharpened":
            check_int(self.kind, self.number, 0, MAX_NUMBERS[self.kind])  # type: ignore[arg-type]
            return
        check_range("β", self.number, 0, MAX_SHARPNESS)
        if round(self.number, 2) != self.number:
            raise ConfigError(
                "out_of_range", name="β", value=self.number, low=0, high=MAX_SHARPNESS
            )

    @property
    def is_word(self) -> bool:
        return self.kind == "word"

    def __str__(self) -> str:
        number = "" if self.kind in ("even", "most") else f"{self.number:g}"
        return f"{self.step}{LETTERS_BY_KIND[self.kind]}{number}"


def sort_key(intervention: Intervention) -> tuple[int, bool]:
    return intervention.step, intervention.is_word  # at one step attention comes before the word


@dataclass(frozen=True)
class Branch:
    """What was changed, in order: a step has at most one change of attention and one of the word.

    Raises ConfigError with code not_a_branch.
    """

    interventions: tuple[Intervention, ...] = ()
    omitted_positions: tuple[int, ...] = ()  # source positions, counted from 0

    def __post_init__(self) -> None:
        keys, omitted = list(map(sort_key, self.interventions)), list(self.omitted_positions)
        if keys != sorted(set(keys)) or omitted != sorted(set(omitted)):
            raise ConfigError("not_a_branch", text=quote_value(self))

    def __str__(self) -> str:
        omissions = (f"x{position}" for position in self.omitted_positions)
        return "-".join([*map(str, self.interventions), *omissions])

    def with_intervention(self, new: Intervention) -> Branch:
        """Another branch: as this one up to the step of the intervention, then the intervention.

        New attention weights remove a word that was put in at the same step: the question is what
        the model writes itself under these weights.
        """
        earlier = [old for old in self.interventions if old.step < new.step]
        if new.is_word:  # it stands beside other weights at the same step
            earlier += [old for old in self.interventions_at(new.step) if not old.is_word]
        return replace(self, interventions=(*earlier, new))

    def toggle_position(self, position: int) -> Branch:
        """Another branch with one more source word left out, or with that one back again."""
        omitted = {*self.omitted_positions} ^ {position}
        interventions = self.interventions
        if position in omitted:  # no attention can be fixed on it any more
            interventions = tuple(
                old for old in interventions if (old.kind, old.number) != ("at", position)
            )
        return Branch(interventions, tuple(sorted(omitted)))

    def interventions_at(self, step: int) -> tuple[Intervention, ...]:
        return tuple(one for one in self.interventions if one.step == step)


UNCHANGED = Branch()  # the model's own translation


def parse_branch(text: str) -> Branch:
    """The inverse of str(branch), and of nothing else.

    Raises ConfigError with code not_a_branch or out_of_range.
    """
    interventions, omitted_positions = [], []
    for part in text.split("-") if text else []:
        match = BRANCH_PART.fullmatch(part)
        if match is None:
            raise ConfigError("not_a_branch", text=quote_value(text))
        if match["omitted"]:
            omitted_positions.append(int(match["omitted"]))
        else:
            number = match["number"] or "0"
            value = float(number) if "." in number else int(number)
            interventions.append(
                Intervention(int(match["step"]), KINDS_BY_LETTER[match["letter"]], value)
            )
    branch = Branch(tuple(interventions), tuple(omitted_positions))
    if str(branch) != text:  # 02w7, 2w7.0, x1-2e: other spellings of a branch
        raise ConfigError("not_a_branch", text=quote_value(text))
    return branch


def word_intervention(step: int, text: str, target: Vocabulary) -> Intervention:
    """The intervention that writes a typed word at a step.

    Raises ConfigError with code not_a_target_word, CorpusError as clean_text does.
    """
    token = clean_text(text)
    if token not in target:
        raise ConfigError("not_a_target_word", word=quote_value(token))
    return Intervention(step, "word", target.token_to_id[token])


def remaining_positions(branch: Branch, count: int) -> list[int]:
    """The source positions, of `count`, that are not left out."""
    return [position for position in range(count) if position not in branch.omitted_positions]


def fits_model(
    intervention: Intervention, translator: Translator, positions: Sequence[int]
) -> bool:
    """Whether the model has the word, or attention to override at a position that is left."""
    if intervention.is_word:
        return intervention.number < len(translator.codec.target)
    is_in_source = intervention.kind != "at" or intervention.number in positions
    return translator.model.has_attention and is_in_source


def check_branch(branch: Branch, translator: Translator, count: int) -> None:
    """Raises ConfigError where a branch does not fit this model and a source of `count` tokens.

    The code is not_a_branch, or nothing_left where all source words are left out.
    """
    positions = remaining_positions(branch, count)
    in_range = all(position < count for position in branch.omitted_positions)
    fits = all(fits_model(one, translator, positions) for one in branch.interventions)
    if not in_range or not fits:
        raise ConfigError("not_a_branch", text=quote_value(branch))
    if not positions:
        raise ConfigError("nothing_left")


def shuffled_attention(count: int, seed: int) -> AttentionOverride:
    """Every weight at another of `count` positions; the same seed, the same order."""
    generator = torch.Generator().manual_seed(seed)
    order = identity = torch.arange(count)  # (S,)
    while count > 1 and (order == identity).any():  # until no weight stays where it was
        order = torch.randperm(count, generator=generator)
    return attention_overrides.permuted_attention(order)


# of a kind: from its number and the source positions that are left, counted in the whole sentence
OVERRIDES: dict[str, Callable[[float, Sequence[int]], AttentionOverride]] = {
    "even": lambda _number, _left: attention_overrides.uniform_attention,
    "most": lambda _number, _left: attention_overrides.hard_attention,
    "shuffled": lambda seed, left: shuffled_attention(len(left), int(seed)),
    "at": lambda position, left: attention_overrides.fixed_attention(left.index(int(position))),
    "sharpened": lambda beta, _left: attention_overrides.sharpened_attention(beta),
}


def replay_branch(
    translator: Translator, source_tokens: Sequence[str], branch: Branch, top_k: int = 5
) -> Translation:
    """The translation with the changes of a branch; after the last one the model goes on by itself.

    source_tokens: of the whole sentence; the translation has those that are left. An intervention
    behind the end of the translation changes nothing. Raises what check_branch raises.
    """
    check_branch(branch, translator, len(source_tokens))
    positions = remaining_positions(branch, len(source_tokens))
    tokens = tuple(source_tokens[position] for position in positions)
    stepper = translator.start_stepper(tokens)
    last_step = branch.interventions[-1].step if branch.interventions else 0
    while len(stepper.steps) < last_step and not stepper.finished:
        token: int | None = None
        override: AttentionOverride | None = None
        for intervention in branch.interventions_at(len(stepper.steps) + 1):
            if intervention.is_word:
                token = int(intervention.number)
            else:
                override = OVERRIDES[intervention.kind](intervention.number, positions)
        stepper = stepper.write_token(token, override)
    return translator.to_translation(stepper.decode_to_end(), tokens, top_k)
