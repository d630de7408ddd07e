"""What a page shows of a run while it learns: a few sentences as the model writes them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.decoding.stepper import greedy_search
from seq2seq_core.decoding.translator import Translator

AttentionRows = list[list[float]]  # target × source, with a last row for <eos> where it was written


@dataclass(frozen=True)
class PreviewSentence:
    source: tuple[str, ...]
    reference: tuple[str, ...] | None  # None for a sentence outside of the corpus


def tokenize_previews(
    texts: Sequence[str], sentences_by_source: Mapping[str, PreviewSentence], codec: Codec
) -> list[PreviewSentence]:
    """Cut the sentences to be watched; those of the corpus, `known`, are cut as they are there.

    Raises CorpusError, see corpus.tokens_of.
    """
    return [
        sentences_by_source.get(text) or PreviewSentence(codec.tokenize_source(text), None)
        for text in texts
    ]


def preview_data(
    sentence: PreviewSentence, output: Sequence[str], attention: AttentionRows | None
) -> dict[str, Any]:
    return {
        "source": list(sentence.source),
        "reference": None if sentence.reference is None else list(sentence.reference),
        "output": list(output),
        "attention": attention,
    }


def translate_previews(
    translator: Translator, previews: Sequence[PreviewSentence], max_length: int
) -> list[dict[str, Any]]:
    """Greedy translations, the first with its attention: source, reference, output, attention."""
    if not previews:
        return []
    codec = translator.codec
    stepper = translator.start_stepper(previews[0].source).decode_to_end(max_length)
    weights = [step.attention for step in stepper.steps]
    attention = [
        [round(number, 3) for number in row.tolist()] for row in weights if row is not None
    ]
    output_ids = [stepper.tokens[:-1] if stepper.finished else stepper.tokens]
    if len(previews) > 1:
        src = pad_sequences([codec.encode_source(sentence.source) for sentence in previews[1:]])
        output_ids += greedy_search(translator.model, src, src != PAD, max_length)
    outputs = map(codec.decode_target, output_ids)
    return [
        preview_data(sentence, output, attention or None if number == 0 else None)
        for number, (sentence, output) in enumerate(zip(previews, outputs, strict=True))
    ]
