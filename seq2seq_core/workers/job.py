"""A run in a worker's hands: its model, its events, and what is not yet written of them."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import replace
from typing import Any

from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import CorpusError, DivergenceError, Seq2SeqError
from seq2seq_core.evaluation.alignment import chance_alignment
from seq2seq_core.evaluation.metrics import evaluate
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.store.history import verify_checksum
from seq2seq_core.store.progress import Chunk, Progress
from seq2seq_core.store.queue import Claim, RunControls
from seq2seq_core.training.checkpoint import model_size, pack_state, unpack_state
from seq2seq_core.training.dataset import load_dataset
from seq2seq_core.training.loop import TrainingState, Update, initial_state, train
from seq2seq_core.training.schedules import EarlyStopping
from seq2seq_core.workers.preview import (
    AttentionRows,
    sentences_by_source,
    tokenize_previews,
    translate_previews,
)

LOG = logging.getLogger(__name__)

EVALUATE_EVERY = 10  # updates
MAX_EVALUATED_PAIRS = 100  # pairs
PREVIEW_INTERVAL = (0.15, 0.05)  # seconds between two previews: at least, and per run of the worker
SNAPSHOT_INTERVAL = (1.0, 0.2)  # the same between two snapshots,
SNAPSHOT_COST_FACTOR = 20  # and at least 20 times as long as writing one takes
MAX_LAG = 0.25  # seconds that a slowed run may be behind its pace


def failure_reason(error: Exception, run_id: int, update: int) -> dict[str, Any]:
    """An error as code and fields; one that is not a learner's goes to the log."""
    if not isinstance(error, Seq2SeqError):
        LOG.error("run %d, update %d", run_id, update, exc_info=error)
        return {"code": "internal", "fields": {"update": update}}
    fields = {k: v if isinstance(v, int | str) else str(v) for k, v in error.fields.items()}
    return {"code": error.code, "fields": fields}


def is_finite(attention: AttentionRows | None) -> bool:
    return all(math.isfinite(number) for row in attention or () for number in row)


class Job:
    """Raises Seq2SeqError where the run cannot go on: damaged weights, settings out of limits."""

    def __init__(self, claim: Claim) -> None:
        self.id, self.attempt = claim.run_id, claim.attempt
        # made anew, so that they are checked against the limits of today
        self.config, model_config = replace(claim.training), replace(claim.model)
        dataset = load_dataset(claim.corpus)
        if not dataset.pairs:
            raise CorpusError("no_pairs")
        self.train_batches = dataset.make_batches(dataset.pairs)
        codec = dataset.codec
        self.model = build_model(
            model_config, len(codec.source), len(codec.target), self.config.seed
        )
        self.train_batches.check_update_size(self.config, model_config.attention_cost)
        self.start_state = initial_state(self.model)
        if claim.weights is not None:
            weights = verify_checksum(claim.weights, claim.checksum)
            self.start_state = unpack_state(weights, model_size(self.model))
        self.events = train(self.model, self.start_state, self.train_batches, self.config)
        self.event: Update | None = None  # the last one

        self.evaluation_pairs = dataset.evaluation_pairs[:MAX_EVALUATED_PAIRS]
        self.evaluation_batches = dataset.make_batches(self.evaluation_pairs)
        self.chance_alignment = chance_alignment(self.evaluation_pairs)
        self.evaluation_set = "held_out" if dataset.held_out else "training"
        self.translator = Translator(self.model, codec)
        self.sentences_by_source = sentences_by_source(claim.corpus, dataset)
        self.default_preview_texts = claim.corpus["watched"]
        self.due_at = time.monotonic()
        self.apply_controls(claim.controls)
        # a model that knows nothing yet would babble on for ever
        self.max_length = min(self.train_batches.tgt.shape[1] + 4, LIMITS.decoded_tokens)

        self.status = "running"
        self.reason: dict[str, Any] | None = None
        self.trained_seconds = claim.trained_seconds
        self.last_preview_update = self.last_snapshot_update = (
            self.start_state.update
        )  # of the last frame and snapshot
        self.last_preview_at, self.last_snapshot_at = 0.0, time.perf_counter()
        self.snapshot_seconds = 0.0  # seconds that writing the last snapshot took
        self.tokens_since_preview, self.seconds_since_preview = 0, 0.0  # since the last frame
        self.updates_per_second = 0.0  # updates, by the clock, smoothed
        self.early_stopping = EarlyStopping(
            best_update=self.start_state.update
        )  # counted from where it goes on
        self.unreported = True  # not even the first event is written
        self.clear_pending()

    def apply_controls(self, new_controls: RunControls) -> None:
        """Do as the learner wishes from now on."""
        self.controls = new_controls
        self.previews = tokenize_previews(
            new_controls.watched or self.default_preview_texts,
            self.sentences_by_source,
            self.translator.codec,
        )
        self.due_at = min(
            self.due_at, time.monotonic() + 1 / new_controls.pace if new_controls.pace else 0.0
        )
        self.preview_valid_for = -1  # the next frame shows it

    @property
    def is_due(self) -> bool:
        """Whether its pace allows another update now."""
        return time.monotonic() >= self.due_at

    @property
    def at_goal(self) -> bool:
        """At the update where it shall pause."""
        return self.controls.goal is not None and self.update >= self.controls.goal

    def clear_pending(self) -> None:
        """Everything is written."""
        self.pending_updates: list[tuple[float, ...]] = []
        self.pending_evaluations: list[tuple[float, ...]] = []
        self.live: dict[str, Any] | None = None
        self.snapshot: bytes | None = None

    @property
    def update(self) -> int:
        return self.event.update if self.event else self.start_state.update

    @property
    def is_urgent(self) -> bool:
        """To be written at once: a first point, a snapshot, an end."""
        has_first_update = self.unreported and bool(self.pending_updates)
        return has_first_update or self.snapshot is not None or self.status != "running"

    def state(self) -> TrainingState:
        return self.event.copy_state() if self.event else self.start_state

    def run_update(self) -> None:
        """One update, and what is measured after it."""
        if self.at_goal:
            return self.finish("paused")
        if self.controls.pace:  # what was late by more than a moment is not made up for
            clock = time.monotonic()
            self.due_at = max(self.due_at + 1 / self.controls.pace, clock - MAX_LAG)
        started_at = time.perf_counter()
        event = next(self.events, None)
        if event is None:  # nothing left to learn
            return self.finish("done")
        self.event = event
        self.tokens_since_preview += event.tokens
        self.seconds_since_preview += time.perf_counter() - started_at
        self.pending_updates.append((event.loss, event.accuracy, event.gradient_norm, event.tokens))
        is_last = event.update == self.config.updates
        if event.update == 1 or event.update % EVALUATE_EVERY == 0 or is_last:
            self.evaluate_model()
        self.trained_seconds += time.perf_counter() - started_at
        if is_last:
            self.finish("done")
        elif self.evaluation_set == "held_out" and self.early_stopping.should_stop(
            self.config, event.update
        ):
            self.reason = {
                "code": "stopped_early",
                "fields": {"update": event.update, "best": self.early_stopping.best_update},
            }
            self.finish("done")
        elif self.trained_seconds > 60 * LIMITS.run_minutes:
            minutes = LIMITS.run_minutes
            self.mark_failed(Seq2SeqError("time_limit", minutes=minutes, update=event.update))
        elif self.at_goal:
            self.finish("paused")

    def evaluate_model(self) -> None:
        evaluation = evaluate(self.model, self.evaluation_batches, self.evaluation_pairs)
        if not math.isfinite(evaluation.loss):
            raise DivergenceError("diverged", update=self.update)
        self.early_stopping = self.early_stopping.observe(self.update, evaluation.loss)
        alignment = -1.0 if evaluation.alignment is None else evaluation.alignment
        numbers = evaluation.loss, evaluation.token_accuracy, evaluation.exact_match, alignment
        self.pending_evaluations.append((self.update, *numbers))

    def make_preview(self) -> None:
        """Make a frame."""
        translations = translate_previews(self.translator, self.previews, self.max_length)
        if not all(is_finite(sentence["attention"]) for sentence in translations):
            raise DivergenceError("diverged", update=self.update)
        elapsed_seconds = time.perf_counter() - self.last_preview_at
        if self.last_preview_at:
            rate = (self.update - self.last_preview_update) / elapsed_seconds
            self.updates_per_second += (
                0.4 * (rate - self.updates_per_second) if self.updates_per_second else rate
            )
        self.live = {
            "update": self.update,
            "updates_per_second": round(self.updates_per_second, 2),
            "epoch": math.ceil(self.update / self.train_batches.updates_per_epoch(self.config)),
            "tokens_per_second": round(self.tokens_since_preview / self.seconds_since_preview)
            if self.seconds_since_preview
            else 0,
            "evaluated": self.evaluation_set,
            "chance": self.chance_alignment,
            "sentences": translations,
        }
        self.preview_valid_for = self.last_preview_update = self.update
        self.last_preview_at = time.perf_counter()
        self.tokens_since_preview, self.seconds_since_preview = 0, 0.0

    def make_snapshot(self) -> None:
        """Make a snapshot. It must be written before the next update."""
        self.snapshot = pack_state(self.state())
        self.last_snapshot_update, self.last_snapshot_at = self.update, time.perf_counter()

    def snapshot_if_due(self, job_count: int) -> None:
        """A frame and a snapshot where they are due; runs counts those of the worker."""
        clock = time.perf_counter()
        if clock - self.last_preview_at >= max(
            PREVIEW_INTERVAL[0], PREVIEW_INTERVAL[1] * job_count
        ):
            self.make_preview()
        if clock - self.last_snapshot_at >= max(
            SNAPSHOT_INTERVAL[0],
            job_count * max(SNAPSHOT_INTERVAL[1], SNAPSHOT_COST_FACTOR * self.snapshot_seconds),
        ):
            self.make_snapshot()

    def finish(self, status: str) -> None:
        """Paused, stopped or done: with a last frame and snapshot."""
        if self.preview_valid_for != self.update:
            self.make_preview()
        if self.last_snapshot_update != self.update:
            self.make_snapshot()
        self.status = status

    def extend_updates(self, updates: int) -> None:
        """Learn until a later update than first planned."""
        self.start_state, self.event = self.state(), None
        self.config = replace(self.config, updates=updates)
        self.events = train(self.model, self.start_state, self.train_batches, self.config)
        self.status = "running"

    def mark_failed(self, error: Exception) -> None:
        self.status, self.reason = "failed", failure_reason(error, self.id, self.update)
        if self.last_snapshot_update != self.update and isinstance(error, Seq2SeqError):
            self.make_snapshot()  # the last finite weights

    def pending_progress(self) -> Progress:
        """What is not yet written."""
        chunks: list[Chunk] = []
        if self.pending_updates:
            first = self.update - len(self.pending_updates) + 1
            chunks.append(Chunk("update", first, self.pending_updates))
        if self.pending_evaluations:
            chunks.append(
                Chunk("evaluation", int(self.pending_evaluations[0][0]), self.pending_evaluations)
            )
        return Progress(
            self.id,
            self.attempt,
            self.update,
            self.trained_seconds,
            chunks,
            self.live,
            self.snapshot,
            self.status,
            self.reason,
        )
