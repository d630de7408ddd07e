"""Trained models on disk: safetensors for numbers, JSON for the rest, never pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from seq2seq_core.config import TOKENIZER_NAMES, ModelConfig, TrainingConfig
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import CheckpointError
from seq2seq_core.models import build_model
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.early_stopping import EarlyStopping
from seq2seq_core.training.loop import TrainingState, load_parameters

STATE_TENSORS = ("parameters", "first_moment", "second_moment")  # (P,) each
STOPPING_NUMBERS = ("best_loss", "best_update", "waiting_since")  # and one of
STOPPING_TENSORS = ("best_parameters", "last_parameters")  # (P,): see EarlyStopping


def early_stopping_tensors(early_stopping: EarlyStopping) -> dict[str, Tensor]:
    """Empty where nothing was measured: without early stopping the format is that of old states."""
    if not early_stopping.best_update:
        return {}
    rows = {name: getattr(early_stopping, name) for name in STOPPING_TENSORS}
    return {
        **{name: row for name, row in rows.items() if row is not None},
        "best_loss": torch.tensor(early_stopping.best_loss, dtype=torch.float64),
        "best_update": torch.tensor(early_stopping.best_update),
        "waiting_since": torch.tensor(early_stopping.waiting_since),
    }


def pack_state(state: TrainingState) -> bytes:
    """A training state as one safetensors block."""
    tensors = {name: getattr(state, name) for name in STATE_TENSORS}
    tensors |= early_stopping_tensors(state.early_stopping)
    return safetensors.torch.save({**tensors, "update": torch.tensor(state.update)})


def unpack_number(tensors: Mapping[str, Tensor], name: str, detail: str, low: int = 0) -> int:
    """One whole number, at least `low`. Raises CheckpointError with this detail."""
    tensor = tensors[name]
    if tensor.shape != () or tensor.dtype != torch.int64 or tensor < low:
        raise CheckpointError("damaged", detail=detail)
    return int(tensor)


def unpack_early_stopping(tensors: Mapping[str, Tensor], update: int) -> EarlyStopping:
    """What was measured up to a state's update; the rows of weights are checked by unpack_state.

    Raises CheckpointError.
    """
    best_update = unpack_number(tensors, "best_update", detail="no best_update number", low=1)
    waiting_since = unpack_number(
        tensors, "waiting_since", detail="no waiting_since number", low=best_update
    )
    if waiting_since > update:
        raise CheckpointError("damaged", detail="best_update is later than its state")
    loss = tensors["best_loss"]
    if loss.shape != () or loss.dtype != torch.float64 or not loss.isfinite():
        raise CheckpointError("damaged", detail="no best_loss number")
    rows = (tensors.get(name) for name in STOPPING_TENSORS)
    return EarlyStopping(float(loss), best_update, waiting_since, *rows)


def unpack_state(data: bytes, parameter_count: int) -> TrainingState:
    """The inverse of pack_state, for a model of parameter_count weights; reads old states too.

    Raises CheckpointError unless names, shapes and types are exactly right and all numbers finite.
    """
    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError:
        raise CheckpointError("damaged", detail="not a safetensors block") from None
    plain_names = {*STATE_TENSORS, "update"}
    stopping_names = set(tensors) - plain_names
    stopping_choices = [set(), *({*STOPPING_NUMBERS, row} for row in STOPPING_TENSORS)]
    if not plain_names <= set(tensors) or stopping_names not in stopping_choices:
        raise CheckpointError("damaged", detail="other tensors than expected")
    update = unpack_number(tensors, "update", detail="no update number")
    for name in (*STATE_TENSORS, *sorted(stopping_names & set(STOPPING_TENSORS))):
        if tensors[name].shape != (parameter_count,) or tensors[name].dtype != torch.float32:
            raise CheckpointError("damaged", detail=f"{name} does not fit the model")
        if not tensors[name].isfinite().all():
            raise CheckpointError("damaged", detail=f"{name} holds numbers that are not finite")
    early_stopping = unpack_early_stopping(tensors, update) if stopping_names else EarlyStopping()
    parameters, first_moment, second_moment = (tensors[name] for name in STATE_TENSORS)
    return TrainingState(update, parameters, first_moment, second_moment, early_stopping)


@dataclass(frozen=True)
class Checkpoint:
    """A trained model as it lies on disk."""

    model_config: ModelConfig
    codec: Codec
    parameters: Tensor  # (P,)

    def build_translator(self) -> Translator:
        """The trained model with its words, ready to translate."""
        codec = self.codec
        model = build_model(self.model_config, len(codec.source), len(codec.target), seed=0)
        load_parameters(model, self.parameters)
        return Translator(model.eval(), codec)


def model_size(model: EncoderDecoder) -> int:
    """How many weights a model has."""
    return sum(parameter.numel() for parameter in model.parameters())


def prepare_folder(folder: Path) -> None:
    """Raises CheckpointError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.safetensors").open("ab").close()
    except OSError as error:
        raise CheckpointError("cannot_write", path=folder, reason=error.strerror) from None


def save_checkpoint(
    folder: Path, checkpoint: Checkpoint, state: TrainingState, config: TrainingConfig
) -> None:
    """Write run.json and weights.safetensors into a folder, which is made where it is missing."""
    prepare_folder(folder)
    weights = pack_state(state)
    description = {
        "format": 1,
        "model": asdict(checkpoint.model_config),
        "training": asdict(config),
        "tokenizer": checkpoint.codec.tokenizer,
        "source_vocabulary": checkpoint.codec.source.tokens,
        "target_vocabulary": checkpoint.codec.target.tokens,
        "update": state.update,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    (folder / "weights.safetensors").write_bytes(weights)
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read what save_checkpoint wrote. Raises CheckpointError for anything else."""
    try:
        description: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
        weights = (folder / "weights.safetensors").read_bytes()
        if hashlib.sha256(weights).hexdigest() != description["weights_sha256"]:
            raise CheckpointError("damaged", detail="the checksum differs")
        config = ModelConfig(**description["model"])
        source = Vocabulary(tuple(description["source_vocabulary"]))
        target = Vocabulary(tuple(description["target_vocabulary"]))
        tokenizer = description["tokenizer"]
        if tokenizer not in TOKENIZER_NAMES or not all(isinstance(t, str) for t in target.tokens):
            raise ValueError
    except OSError as error:
        raise CheckpointError("not_a_run", path=folder, detail=error.strerror) from None
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError):
        raise CheckpointError("not_a_run", path=folder, detail="run.json is damaged") from None
    parameter_count = model_size(build_model(config, len(source), len(target), seed=0))
    parameters = unpack_state(weights, parameter_count).parameters
    return Checkpoint(config, Codec(tokenizer, source, target), parameters)


def load_translator(folder: Path) -> Translator:
    """A trained run, ready to translate: load_translator(Path("run")).translate("…").text.

    Raises what load_checkpoint raises.
    """
    return load_checkpoint(folder).build_translator()
