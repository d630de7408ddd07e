"""What is stored comes back exactly, and what was tampered with does not come back at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import CheckpointError
from seq2seq_core.models import build_model
from seq2seq_core.training import checkpoint as checkpoints
from seq2seq_core.training.checkpoint import Checkpoint, pack_state, unpack_state
from seq2seq_core.training.early_stopping import EarlyStopping
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


def test_a_state_without_early_stopping_is_packed_as_it_always_was() -> None:
    _, state = trained(KINDS[0])
    rows = {name: getattr(state, name) for name in ("parameters", "first_moment", "second_moment")}
    old = safetensors.torch.save({**rows, "update": torch.tensor(state.update)})
    assert pack_state(state) == old
    assert unpack_state(old, len(state.parameters)).early_stopping == EarlyStopping()


def stopping_states() -> list[TrainingState]:
    """A state between the lowest loss and the stop, and one that has stopped."""
    _, state = trained(KINDS[0])
    best, loss = state.parameters + 1, 0.1 + 0.2
    return [
        replace(state, early_stopping=EarlyStopping(loss, 2, 3, best_parameters=best)),
        replace(state, early_stopping=EarlyStopping(loss, 2, 2, last_parameters=best)),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_what_early_stopping_remembers_comes_back_exactly(number: int) -> None:
    state = stopping_states()[number]
    unpacked = unpack_state(pack_state(state), len(state.parameters))
    assert unpacked.early_stopping == state.early_stopping  # its numbers, to the last bit
    for name in ("best_parameters", "last_parameters"):
        row, expected = getattr(unpacked.early_stopping, name), getattr(state.early_stopping, name)
        assert (row is None) == (expected is None) and (row is None or row.equal(expected))
    assert pack_state(unpacked) == pack_state(state)


@pytest.mark.parametrize("number", [0, 1])
def test_an_odd_memory_of_early_stopping_is_refused(number: int) -> None:
    state = stopping_states()[number]
    row_name = ("best_parameters", "last_parameters")[number]
    good = safetensors.torch.load(pack_state(state))
    row = good[row_name]
    infinite = row.clone()
    infinite[0] = torch.inf
    other = {"best_parameters", "last_parameters"} - {row_name}
    bad: list[dict[str, torch.Tensor]] = [
        {row_name: infinite},
        {row_name: row[:-1]},
        {row_name: row.half()},
        dict.fromkeys(other, row.clone()),  # both at once
        {"best_loss": torch.tensor(1.0)},  # float32
        {"best_loss": torch.tensor(torch.nan, dtype=torch.float64)},
        {"best_loss": torch.zeros(1, dtype=torch.float64)},
        {"best_update": torch.tensor(0)},
        {"best_update": torch.tensor(4)},  # later than the state, which is at 3
        {"best_update": torch.tensor(2.0)},
        {"waiting_since": torch.tensor(1)},  # before the best
        {"waiting_since": torch.tensor(4)},
        {"waiting_since": torch.tensor([2])},
    ]
    for change in bad:
        with pytest.raises(CheckpointError):
            unpack_state(safetensors.torch.save(good | change), len(state.parameters))
    for name in (row_name, "best_loss", "best_update", "waiting_since"):
        with pytest.raises(CheckpointError):
            rest = {key: value for key, value in good.items() if key != name}
            unpack_state(safetensors.torch.save(rest), len(state.parameters))
