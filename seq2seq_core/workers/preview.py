"""A few sentences as a model writes them: before it learns, while it does, and at its snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.data.batches import pad_sequences
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.vocabulary import PAD
from seq2seq_core.decoding.stepper import greedy_search
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.limits import LIMITS
from seq2seq_core.training.dataset import Dataset, freeze_dataset
from seq2seq_core.training.restore import TrainedRun, restore_run

UNTRAINED_LENGTH = 12  # tokens; a model that knows nothing yet would go on to the limit
AttentionRows = list[list[float]]  # target × source, with a last row for <eos> where it was written


@dataclass(frozen=True)
class PreviewSentence:
    source: tuple[str, ...]
    reference: tuple[str, ...] | None  # None for a sentence outside of the corpus


def sentences_by_source(
    description: Mapping[str, Any], dataset: Dataset
) -> dict[str, PreviewSentence]:
    """Every sentence of a stored dataset by its source text; training wins over held-out."""
    return {
        row[0]: PreviewSentence(pair.source, pair.target)
        for key, pairs in (("held_out", dataset.held_out), ("rows", dataset.pairs))
        for row, pair in zip(description[key], pairs, strict=True)
    }


def tokenize_previews(
    texts: Sequence[str], corpus_sentences: Mapping[str, PreviewSentence], codec: Codec
) -> list[PreviewSentence]:
    """Cut the sentences to show; those of the corpus are cut as they are there.

    Raises CorpusError, see Codec.tokenize_source.
    """
    return [
        corpus_sentences.get(text) or PreviewSentence(codec.tokenize_source(text), None)
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


def preview_run(
    description: Mapping[str, Any],
    trained_run: TrainedRun,
    preview_texts: Sequence[str],
    max_length: int = LIMITS.decoded_tokens,
) -> list[dict[str, Any]]:
    """What the model of a stored run writes for these sentences, see translate_previews."""
    corpus_sentences = sentences_by_source(description, trained_run.dataset)
    previews = tokenize_previews(preview_texts, corpus_sentences, trained_run.translator.codec)
    return translate_previews(trained_run.translator, previews, max_length)


def preview_untrained(
    rows: Sequence[Row],
    held_out: Sequence[Row],
    tokenizer: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    preview_texts: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """What a run would show before its first update, see translate_previews.

    Raises what freeze_dataset raises.
    """
    description = freeze_dataset(
        rows, held_out, tokenizer, model_config, training_config, preview_texts
    )
    untrained_run = restore_run(description, model_config, None, training_config.seed)
    return preview_run(description, untrained_run, description["watched"], UNTRAINED_LENGTH)
