"""Trained models on disk: safetensors for numbers, JSON for the rest, never pickle."""

from __future__ import annotations

import hashlib
import json
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
from seq2seq_core.training.loop import TrainingState, load_parameters

STATE_TENSORS = ("parameters", "first_moment", "second_moment")


def pack_state(state: TrainingState) -> bytes:
    """A training state as one safetensors block."""
    tensors = {name: getattr(state, name) for name in STATE_TENSORS}
    return safetensors.torch.save({**tensors, "update": torch.tensor(state.update)})


def unpack_state(data: bytes, parameter_count: int) -> TrainingState:
    """The inverse of pack_state, for a model of `size` weights.

    Raises CheckpointError unless names, shapes and types are exactly right and all numbers finite.
    """
    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError:
        raise CheckpointError("damaged", detail="not a safetensors block") from None
    if set(tensors) != {*STATE_TENSORS, "update"}:
        raise CheckpointError("damaged", detail="other tensors than expected")
    update = tensors["update"]
    if update.shape != () or update.dtype != torch.int64 or update < 0:
        raise CheckpointError("damaged", detail="no update number")
    for name in STATE_TENSORS:
        if tensors[name].shape != (parameter_count,) or tensors[name].dtype != torch.float32:
            raise CheckpointError("damaged", detail=f"{name} does not fit the model")
        if not tensors[name].isfinite().all():
            raise CheckpointError("damaged", detail=f"{name} holds numbers that are not finite")
    return TrainingState(int(update), *(tensors[name] for name in STATE_TENSORS))


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
