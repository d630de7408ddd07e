"""What is stored comes back exactly, and what was tampered with does not come back at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import CheckpointError
from seq2seq_core.models import build_model
from seq2seq_core.training import checkpoint as checkpoints
from seq2seq_core.training.checkpoint import Checkpoint, pack_state, unpack_state
from seq2seq_core.training.loop import TrainingState, initial_state, train
from tests.core.model_grid import CODEC, DATA, KINDS, SOURCE, TARGET, VARIANTS, name_of


def trained(kind: ModelConfig) -> tuple[torch.nn.Module, TrainingState]:
    model = build_model(kind, len(SOURCE), len(TARGET), 1)
    *_, last = train(model, initial_state(model), DATA, TrainingConfig(updates=3))
    return model.eval(), last.copy_state()


@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS], ids=name_of)
def test_a_saved_model_answers_exactly_as_before(tmp_path: Path, kind: ModelConfig) -> None:
    model, state = trained(kind)
    saved = Checkpoint(kind, CODEC, state.parameters)
    checkpoints.save_checkpoint(tmp_path / "run", saved, state, TrainingConfig(updates=3))
    loaded = checkpoints.load_checkpoint(tmp_path / "run")
    assert (loaded.model_config, loaded.codec) == (kind, CODEC)
    batch = DATA.full_batch()
    answer = checkpoints.load_translator(tmp_path / "run").model(
        batch.src, batch.src_mask, batch.tgt_in
    )[0]
    assert answer.equal(model(batch.src, batch.src_mask, batch.tgt_in)[0])


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    _, state = trained(KINDS[0])
    saved = Checkpoint(KINDS[0], CODEC, state.parameters)
    checkpoints.save_checkpoint(tmp_path, saved, state, TrainingConfig())
    data = bytearray((tmp_path / "weights.safetensors").read_bytes())
    data[-5] ^= 1
    (tmp_path / "weights.safetensors").write_bytes(data)
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoints.load_checkpoint(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"model": {"hidden_size": -1}})])
def test_a_damaged_description_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    (tmp_path / "weights.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match="not a trained run"):
        checkpoints.load_checkpoint(tmp_path)


def test_states_with_anything_unexpected_are_refused() -> None:
    _, state = trained(KINDS[0])
    size = len(state.parameters)
    good = safetensors.torch.load(pack_state(state))
    nan = good["parameters"].clone()
    nan[3] = torch.nan
    bad = [
        {**good, "parameters": nan},
        {**good, "parameters": good["parameters"][:-1]},
        {**good, "parameters": good["parameters"].double()},
        {**good, "extra": torch.zeros(1)},
        {**good, "update": torch.tensor(-1)},
        {name: value for name, value in good.items() if name != "first_moment"},
    ]
    for tensors in bad:
        with pytest.raises(CheckpointError):
            unpack_state(safetensors.torch.save(tensors), size)
    for data in (b"", b"\x80\x04.", b"PK\x03\x04", pack_state(state)[:-1]):
        with pytest.raises(CheckpointError):
            unpack_state(data, size)
    assert unpack_state(pack_state(state), size).parameters.equal(state.parameters)
