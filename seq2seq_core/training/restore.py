"""The model of a stored run, built again from its dataset and its latest snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seq2seq_core.config import ModelConfig
from seq2seq_core.data.corpus import Row, build_corpus
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import ConfigError
from seq2seq_core.evaluation.alignment import AlignmentScore, argmax_positions, score_alignment
from seq2seq_core.evaluation.metrics import teacher_forced_attention
from seq2seq_core.models import build_model
from seq2seq_core.training.checkpoint import model_size, unpack_state
from seq2seq_core.training.dataset import Dataset, load_dataset
from seq2seq_core.training.loop import load_parameters


@dataclass(frozen=True)
class TrainedRun:
    """A model at one update of its run."""

    translator: Translator
    dataset: Dataset
    update: int

    def alignment_score(self) -> AlignmentScore | None:
        """Attention against the gold links of the evaluation pairs; None without either."""
        pairs = self.dataset.evaluation_pairs
        matrices = teacher_forced_attention(self.translator.model, self.dataset.make_batches(pairs))
        if matrices is None:
            return None
        return score_alignment([*map(argmax_positions, matrices)], pairs)


def restore_run(
    description: Mapping[str, Any],
    config: ModelConfig,
    snapshot: bytes | None,
    seed: int,
) -> TrainedRun:
    """The model of a stored run from its latest snapshot, or untrained where there is none yet.

    Raises CheckpointError for a damaged snapshot.
    """
    dataset, update = load_dataset(description), 0
    codec = dataset.codec
    model = build_model(config, len(codec.source), len(codec.target), seed)
    if snapshot is not None:
        state = unpack_state(snapshot, model_size(model))
        load_parameters(model, state.parameters)
        update = state.update
    return TrainedRun(Translator(model.eval(), codec), dataset, update)


def count_parameters(rows: Sequence[Row], tokenizer: str, model_config: ModelConfig) -> int:
    """How many weights a model for these rows has; its vocabulary sizes alone matter."""
    source, target = build_corpus(rows, tokenizer).build_vocabularies()
    try:
        return model_size(build_model(model_config, len(source), len(target), seed=0))
    except ConfigError as error:  # too many: the count is in it
        return int(str(error.fields["count"]))
