"""A run's model is the one of its latest snapshot; without one, the one that it began as."""

from __future__ import annotations

import pytest
import torch
from sqlalchemy import update

from pages.shared.frame import session
from pages.shared.runs import trained
from seq2seq_core.config import ModelConfig
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row
from seq2seq_core.errors import CheckpointError
from seq2seq_core.models import build_model
from seq2seq_core.store import schema
from tests.pages.laboratory import GRU, ROWS, TRAINING, Laboratory, select, view_of


def test_the_model_writes_what_its_snapshot_writes(lab: Laboratory) -> None:
    for kind in ("gru", "silent", "transformer"):
        model = trained.load_trained_run(lab.runs()[kind])
        direct = select(lab, kind)
        assert model.update == 60
        assert model.translator.translate(ROWS[0].source) == direct.translation


def test_the_same_snapshot_is_loaded_once(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    assert trained.load_trained_run(run) is trained.load_trained_run(run)


def test_before_its_first_snapshot_a_run_has_the_weights_of_its_seed(own_lab: Laboratory) -> None:
    with own_lab.open().begin() as connection:
        connection.execute(schema.snapshots.delete())
    restored = trained.load_trained_run(own_lab.runs()["gru"])
    codec = restored.translator.codec
    fresh = build_model(GRU, len(codec.source), len(codec.target), TRAINING.seed)
    assert restored.update == 0
    for mine, other in zip(restored.translator.model.parameters(), fresh.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_damaged_weights_are_refused(own_lab: Laboratory) -> None:
    with own_lab.open().begin() as connection:
        connection.execute(update(schema.snapshots).values(weights=b"\x00" * 40))
    with pytest.raises(CheckpointError):
        trained.load_trained_run(own_lab.runs()["gru"])


def test_the_weights_of_a_model_to_come_are_counted(lab: Laboratory) -> None:
    view = view_of(*ROWS)
    source = {token for row in ROWS for token in row.source.split()}
    target = {token for row in ROWS for token in row.target.split()}
    for config in (GRU, ModelConfig("lstm", attention="additive"), ModelConfig("transformer")):
        model = build_model(config, len(source) + 4, len(target) + 4, seed=0)
        count = sum(parameter.numel() for parameter in model.parameters())
        assert trained.count_weights(view, config) == count


def test_an_untrained_model_shows_the_sentences_that_it_will_show_later(lab: Laboratory) -> None:
    first = bundled.load_bundled("first")
    view = session.CorpusView("first", "space", first.rows, first.held_out, None)
    sentences = trained.untrained_preview(view, GRU, 1)
    assert sentences == trained.untrained_preview(view, GRU, 1)
    assert all(sentence.keys() == sentences[0].keys() for sentence in sentences)
    known = {row.source for row in (*first.rows, *first.held_out)}
    assert {" ".join(sentence["source"]) for sentence in sentences} <= known
    other_seed = trained.untrained_preview(view, GRU, 2)
    assert [one["source"] for one in other_seed] == [one["source"] for one in sentences]
    assert [one["output"] for one in other_seed] != [one["output"] for one in sentences]


def test_until_torch_is_imported_nothing_waits_for_it(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "is_warm", lambda: False)
    assert trained.untrained_preview(view_of(*ROWS), GRU, 1) == []


def test_sentences_chosen_after_a_run_has_ended_are_translated_by_its_last_weights(
    own_lab: Laboratory,
) -> None:
    run = own_lab.runs()["gru"]
    assert run.live is not None
    assert trained.run_preview(run) == run.live["sentences"]
    with own_lab.open().begin() as connection:
        watched = update(schema.runs).where(schema.runs.c.id == run.id)
        connection.execute(watched.values(watched=[ROWS[7].source]))
    (sentence,) = trained.run_preview(own_lab.runs()["gru"])
    assert " ".join(sentence["source"]) == ROWS[7].source
    assert tuple(sentence["output"]) == select(own_lab, "gru", ROWS[7].source).translation.tokens


def test_the_size_of_a_corpus_is_counted_over_its_usable_pairs(lab: Laboratory) -> None:
    rows = (Row("我 笑", "I laugh"), Row("我 哭", "I cry"), Row("你", ""))
    assert trained.corpus_sizes(view_of(*rows)) == (2, 3, 3)
