"""How good is a trained model? Everything that can be measured on a set of pairs, in one go."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from seq2seq_core.data.batches import Batches, pad_sequences
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import EOS, PAD
from seq2seq_core.decoding.stepper import decode_feeding_eos
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.evaluation.text_metrics import (
    TextScores,
    exact_match,
    rouge_f1,
    score_texts,
    sentence_bleu,
)

MAX_PAIRS = 100  # pairs measured at once: enough to tell models apart, and quick
MAX_LENGTH_GROUPS = 12  # bars of one chart

Item = TypeVar("Item")


def sample_items(items: Sequence[Item], seed: int = 0) -> list[Item]:
    """At most MAX_PAIRS of them, always the same ones, in their own order."""
    if len(items) <= MAX_PAIRS:
        return list(items)
    return [items[i] for i in sorted(random.Random(seed).sample(range(len(items)), MAX_PAIRS))]


@dataclass(frozen=True)
class ScoredSentence:
    """One pair beside what the model writes by itself."""

    source: tuple[str, ...]
    reference: tuple[str, ...]
    output: tuple[str, ...]
    reference_text: str
    output_text: str
    bleu: float  # 0 to 100, with effective_order
    rougeL: float  # 0 to 1

    @property
    def is_exact_match(self) -> bool:
        return self.output == self.reference


def score_sentence(codec: Codec, pair: Pair, output: tuple[str, ...]) -> ScoredSentence:
    """output: the tokens that a model wrote to the pair's source."""
    reference_text, output_text = codec.join_tokens(pair.target), codec.join_tokens(output)
    return ScoredSentence(
        source=pair.source,
        reference=pair.target,
        output=output,
        reference_text=reference_text,
        output_text=output_text,
        bleu=sentence_bleu(output_text, reference_text).score,
        rougeL=rouge_f1(output_text, reference_text)[2],
    )


@dataclass(frozen=True)
class EvaluationReport:
    """A model on a set of pairs."""

    sentences: tuple[ScoredSentence, ...]
    exact_match: float  # of greedy decoding
    token_accuracy: float  # with the true words before each token: teacher forcing
    scores: TextScores


def build_report(translator: Translator, pairs: Sequence[Pair]) -> EvaluationReport:
    """Greedy translations of all pairs in one batch, scored sentence by sentence and together."""
    codec = translator.codec
    outputs = translator.translate_batch([pair.source for pair in pairs])
    sentences = tuple(map(partial(score_sentence, codec), pairs, outputs))
    batches = Batches(pairs, codec.source, codec.target)
    evaluation = evaluate(translator.model, batches, pairs)
    return EvaluationReport(
        sentences,
        exact_match(outputs, [pair.target for pair in pairs]),
        evaluation.token_accuracy,
        score_texts([s.output_text for s in sentences], [s.reference_text for s in sentences]),
    )


@dataclass(frozen=True)
class LengthGroup:
    """Sentences whose source has from min_length to max_length tokens."""

    min_length: int
    max_length: int
    exact_matches: int
    count: int


def group_by_length(sentences: Sequence[ScoredSentence]) -> list[LengthGroup]:
    """Exact match by source length; more lengths than MAX_LENGTH_GROUPS share groups of one width.

    Needs at least one sentence; a group without any is left out.
    """
    lengths = [len(sentence.source) for sentence in sentences]
    width = -(-(max(lengths) - min(lengths) + 1) // MAX_LENGTH_GROUPS)
    groups = []
    for min_length in range(min(lengths), max(lengths) + 1, width):
        members = [s for s in sentences if min_length <= len(s.source) < min_length + width]
        if members:
            exact_matches = sum(s.is_exact_match for s in members)
            groups.append(
                LengthGroup(min_length, min_length + width - 1, exact_matches, len(members))
            )
    return groups


def greedy_exact_match(translator: Translator, pairs: Sequence[Pair]) -> float:
    """Share of the pairs whose target greedy decoding writes, to the last token."""
    outputs = translator.translate_batch([pair.source for pair in pairs])
    return exact_match(outputs, [pair.target for pair in pairs])


def eos_feeding_exact_match(translator: Translator, pairs: Sequence[Pair]) -> float:
    """Exact match where the decoder is fed <eos> at every step, see stepper.decode_feeding_eos.

    It even gets to know how long each translation is; what follows an <eos> does not count.
    """
    codec = translator.codec
    src = pad_sequences([codec.encode_source(pair.source) for pair in pairs])
    lengths = [len(pair.target) + 1 for pair in pairs]
    rows = decode_feeding_eos(translator.model, src, src != PAD, lengths)
    outputs = [ids[: ids.index(EOS)] if EOS in ids else ids for ids in rows]
    return exact_match([*map(codec.decode_target, outputs)], [pair.target for pair in pairs])
