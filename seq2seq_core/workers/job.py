"""One run in a worker: when it learns, and when its preview, snapshot and progress are due."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from seq2seq_core.errors import CorpusError, Seq2SeqError
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build_model
from seq2seq_core.store.history import verify_checksum
from seq2seq_core.store.progress import Chunk, Progress
from seq2seq_core.store.queue import Claim, RunControls
from seq2seq_core.training.checkpoint import model_size, pack_state, unpack_state
from seq2seq_core.training.dataset import load_dataset
from seq2seq_core.training.learn import Event, Measurement, Stopped, Update, learn
from seq2seq_core.training.loop import TrainingState, initial_state, load_parameters
from seq2seq_core.workers.live_preview import LivePreview

LOG = logging.getLogger(__name__)

PREVIEW_INTERVAL = (0.15, 0.05)  # seconds between two previews: at least, and per run of the worker
SNAPSHOT_INTERVAL = (1.0, 0.2)  # the same between two snapshots,
SNAPSHOT_COST_FACTOR = 20  # and at least this many times as long as writing one takes
MAX_LAG = 0.25  # seconds that a slowed run may be behind its pace


def failure_reason(error: Exception, run_id: int, update: int) -> dict[str, Any]:
    """An error as code and fields; one that is not a learner's goes to the log."""
    if not isinstance(error, Seq2SeqError):
        LOG.error("run %d, update %d", run_id, update, exc_info=error)
        return {"code": "internal", "fields": {"update": update}}
    fields = {k: v if isinstance(v, int | str) else str(v) for k, v in error.fields.items()}
    return {"code": error.code, "fields": fields}


@dataclass
class Pending:
    """What the store does not have yet."""

    updates: list[tuple[float, ...]] = field(default_factory=list)
    evaluations: list[tuple[float | None, ...]] = field(default_factory=list)
    live: dict[str, Any] | None = None  # the latest preview
    snapshot: bytes | None = None
    is_first: bool = True  # the store has no event of this job yet

    def list_chunks(self, update: int) -> list[Chunk]:
        """The events up to an update."""
        chunks: list[Chunk] = []
        if self.updates:
            chunks.append(Chunk("update", update - len(self.updates) + 1, self.updates))
        if self.evaluations:
            first_update = self.evaluations[0][0]
            assert first_update is not None
            chunks.append(Chunk("evaluation", int(first_update), self.evaluations))
        return chunks


@dataclass
class SnapshotTimes:
    """When the last snapshot was made, and what it cost."""

    update: int
    made_at: float
    write_seconds: float = 0.0

    def is_due(self, job_count: int) -> bool:
        """Whether the next one may be made, in a worker with job_count runs."""
        cost = max(SNAPSHOT_INTERVAL[1], SNAPSHOT_COST_FACTOR * self.write_seconds)
        interval = max(SNAPSHOT_INTERVAL[0], job_count * cost)
        return time.perf_counter() - self.made_at >= interval


class Job:
    """A claimed run: its model, its events, and what the store does not have of it yet.

    Raises Seq2SeqError where the run cannot go on: damaged weights, settings out of limits.
    """

    def __init__(self, claim: Claim) -> None:
        self.id, self.attempt = claim.run_id, claim.attempt
        # made anew, so that they are checked against the limits of today
        self.config, model_config = replace(claim.training), replace(claim.model)
        self.dataset = dataset = load_dataset(claim.corpus)
        if not dataset.pairs:
            raise CorpusError("no_pairs")
        sizes = len(dataset.codec.source), len(dataset.codec.target)
        self.model = build_model(model_config, *sizes, self.config.seed)
        dataset.train_batches.check_update_size(self.config, model_config.attention_cost)
        # the last event of `learn`; before the first one, the state from which it goes on
        self.latest: Event | TrainingState = initial_state(self.model)
        if claim.weights is not None:
            weights = verify_checksum(claim.weights, claim.checksum)
            self.latest = unpack_state(weights, model_size(self.model))
            load_parameters(self.model, self.latest.parameters)
        self.live = LivePreview(self.model, claim.corpus, dataset, self.latest.update)
        self.events = self.start_learning()
        self.trained_seconds = claim.trained_seconds
        self.due_at = time.monotonic()
        self.apply_controls(claim.controls)

        self.status = "running"
        self.reason: dict[str, Any] | None = None
        self.pending = Pending()
        self.snapshots = SnapshotTimes(self.latest.update, time.perf_counter())

    def start_learning(self) -> Iterator[Event]:
        """The events from where the run is; the very first update is measured for the curve."""
        return learn(self.model, self.state(), self.dataset, self.config, evaluate_first=True)

    def state(self) -> TrainingState:
        latest = self.latest
        return latest if isinstance(latest, TrainingState) else latest.copy_state()

    @property
    def update(self) -> int:
        return self.latest.update

    # --- what a learner asks -------------------------------------------------------------

    def apply_controls(self, controls: RunControls) -> None:
        """Take over the pace, the goal and the sentences that the learner has set."""
        self.controls = controls
        self.live.choose_sentences(controls.watched)
        self.due_at = min(
            self.due_at, time.monotonic() + 1 / controls.pace if controls.pace else 0.0
        )

    def extend_updates(self, updates: int) -> None:
        """Learn until a later update than first planned."""
        self.latest, self.config = self.state(), replace(self.config, updates=updates)
        self.events, self.status = self.start_learning(), "running"

    @property
    def is_due(self) -> bool:
        """Whether its pace allows another update now."""
        return time.monotonic() >= self.due_at

    @property
    def at_goal(self) -> bool:
        """Whether it is at the update where it shall pause, or after it."""
        return self.controls.goal is not None and self.update >= self.controls.goal

    # --- learning ------------------------------------------------------------------------

    def run_update(self) -> None:
        """One update, and what is measured after it."""
        if self.at_goal:
            return self.finish("paused")
        if self.controls.pace:  # what was late by more than a moment is not made up for
            clock = time.monotonic()
            self.due_at = max(self.due_at + 1 / self.controls.pace, clock - MAX_LAG)
        started_at = time.perf_counter()
        for event in self.events:
            self.record_event(event, time.perf_counter() - started_at)
            if event.is_complete:
                break
        else:  # nothing left to learn
            return self.finish("done")
        self.trained_seconds += time.perf_counter() - started_at
        if self.update == self.config.updates or isinstance(self.latest, Stopped):
            self.finish("done")
        elif self.trained_seconds > 60 * LIMITS.run_minutes:
            minutes = LIMITS.run_minutes
            self.mark_failed(Seq2SeqError("time_limit", minutes=minutes, update=self.update))
        elif self.at_goal:
            self.finish("paused")

    def record_event(self, event: Event, seconds: float) -> None:
        """Note what is to be written of an event, `seconds` after its update began."""
        self.latest = event
        match event:
            case Update(loss=loss, accuracy=accuracy, gradient_norm=norm, tokens=tokens):
                self.live.count_tokens(tokens, seconds)
                self.pending.updates.append((loss, accuracy, norm, tokens))
            case Measurement(evaluation=evaluation):
                self.pending.evaluations.append((event.update, *astuple(evaluation)))
            case Stopped(update=update, best_update=best):
                self.reason = {"code": "stopped_early", "fields": {"update": update, "best": best}}

    # --- what is shown, saved and written ------------------------------------------------

    def make_preview(self) -> None:
        """A new preview for the next report. Raises DivergenceError, see LivePreview."""
        updates_per_epoch = self.dataset.train_batches.updates_per_epoch(self.config)
        epoch = math.ceil(self.update / updates_per_epoch)
        self.pending.live = self.live.make_preview(self.update, epoch)

    def make_snapshot(self) -> None:
        """A new snapshot for the next report, which must come before the next update."""
        self.pending.snapshot = pack_state(self.state())
        self.snapshots.update, self.snapshots.made_at = self.update, time.perf_counter()

    @property
    def has_snapshot(self) -> bool:
        """Whether its latest update is saved, or about to be."""
        return self.snapshots.update == self.update

    def make_due_reports(self, job_count: int) -> None:
        """A preview and a snapshot, each where it is due, in a worker with job_count runs."""
        shortest_interval, interval_per_job = PREVIEW_INTERVAL
        interval = max(shortest_interval, interval_per_job * job_count)
        if time.perf_counter() - self.live.made_at >= interval:
            self.make_preview()
        if self.snapshots.is_due(job_count):
            self.make_snapshot()

    def finish(self, status: str) -> None:
        """Paused, stopped or done: with a last preview and snapshot."""
        if self.live.previewed_update != self.update:
            self.make_preview()
        if not self.has_snapshot:
            self.make_snapshot()
        self.status = status

    def mark_failed(self, error: Exception) -> None:
        self.status, self.reason = "failed", failure_reason(error, self.id, self.update)
        if not self.has_snapshot and isinstance(error, Seq2SeqError):
            self.make_snapshot()  # the last finite weights

    @property
    def is_urgent(self) -> bool:
        """To be written at once: a first point, a snapshot, an end."""
        has_first_update = self.pending.is_first and bool(self.pending.updates)
        has_snapshot = self.pending.snapshot is not None
        return has_first_update or has_snapshot or self.status != "running"

    def pending_progress(self) -> Progress:
        """What is not yet written."""
        return Progress(
            self.id,
            self.attempt,
            self.update,
            self.trained_seconds,
            self.pending.list_chunks(self.update),
            self.pending.live,
            self.pending.snapshot,
            self.status,
            self.reason,
        )

    def mark_written(self, progress: Progress, seconds: float) -> None:
        """The store has this report, and took `seconds` for it."""
        if progress.snapshot is not None:
            self.snapshots.write_seconds = seconds
        self.pending = Pending(is_first=self.pending.is_first and not progress.chunks)
