"""A run in a worker's hands: its model, its events, and what is not yet written of them."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from seq2seq_core.config import ModelConfig, TrainingConfig
from seq2seq_core.errors import CorpusError, DivergenceError, Seq2SeqError
from seq2seq_core.evaluation.metrics import chance_alignment, evaluate
from seq2seq_core.limits import LIMITS
from seq2seq_core.models import build
from seq2seq_core.store.history import checked
from seq2seq_core.store.queue import Chunk, Claim, Progress, Wishes
from seq2seq_core.training.checkpoint import Checkpoint, model_size, pack_state, unpack_state
from seq2seq_core.training.dataset import sentences_by_source, load_dataset
from seq2seq_core.training.loop import Update, TrainingState, initial_state, train
from seq2seq_core.training.schedules import EarlyStopping
from seq2seq_core.workers.preview import Attention, sentences, watch

LOG = logging.getLogger(__name__)

EVALUATE_EVERY = 10  # updates
EVALUATED = 100  # pairs
FRAME = (0.15, 0.05)  # seconds between two frames: at least, and per run of the worker
SNAPSHOT = (1.0, 0.2)  # the same between two snapshots,
SHARE = 20  # and so many times as long as writing one takes
LATE = 0.25  # seconds that a slowed run may be behind its pace


def reason_of(error: Exception, run_id: int, update: int) -> dict[str, Any]:
    """An error as code and fields; one that is not a learner's goes to the log."""
    if not isinstance(error, Seq2SeqError):
        LOG.error("run %d, update %d", run_id, update, exc_info=error)
        return {"code": "internal", "fields": {"update": update}}
    fields = {k: v if isinstance(v, int | str) else str(v) for k, v in error.fields.items()}
    return {"code": error.code, "fields": fields}


def finite(attention: Attention | None) -> bool:
    return all(math.isfinite(number) for row in attention or () for number in row)


class Job:
    """Raises Seq2SeqError where the run cannot go on: damaged weights, settings out of limits."""

    def __init__(self, claim: Claim) -> None:
        self.id, self.attempt = claim.run_id, claim.attempt
        self.config = TrainingConfig(**claim.training)
        model_config, stuff = ModelConfig(**claim.model), load_dataset(claim.corpus)
        if not stuff.pairs:
            raise CorpusError("no_pairs")
        self.data = stuff.make_batches(stuff.pairs)
        self.model = build(model_config, len(stuff.source), len(stuff.target), self.config.seed)
        self.data.check_update_size(self.config, model_config.attention_cost)
        self.began = initial_state(self.model)
        if claim.weights is not None:
            weights = checked(claim.weights, claim.checksum)
            self.began = unpack_state(weights, model_size(self.model))
        self.events = train(self.model, self.began, self.data, self.config)
        self.event: Update | None = None  # the last one

        self.measured = stuff.evaluation_pairs[:EVALUATED]
        self.measured_data = stuff.make_batches(self.measured)
        self.chance = chance_alignment(self.measured)
        self.evaluated = "held_out" if stuff.held_out else "training"
        self.names = Checkpoint(
            model_config,
            claim.corpus["tokenizer"],
            stuff.source,
            stuff.target,
            self.began.parameters,
        )
        self.known = sentences_by_source(claim.corpus, stuff)
        self.corpus_watched = claim.corpus["watched"]
        self.due_at = time.monotonic()
        self.heed(claim.wishes)
        # a model that knows nothing yet would babble on for ever
        self.longest = min(self.data.tgt.shape[1] + 4, LIMITS.decoded_tokens)

        self.status = "running"
        self.reason: dict[str, Any] | None = None
        self.seconds = claim.trained_seconds
        self.shown_update = self.saved = self.began.update  # of the last frame and snapshot
        self.framed_at, self.saved_at = 0.0, time.perf_counter()
        self.save_cost = 0.0  # seconds that writing the last snapshot took
        self.tokens, self.learning = 0, 0.0  # since the last frame
        self.per_second = 0.0  # updates, by the clock, smoothed
        self.patience = EarlyStopping(best_update=self.began.update)  # counted from where it goes on
        self.fresh = True  # not even the first event is written
        self.forget()

    def heed(self, wishes: Wishes) -> None:
        """Do as the learner wishes from now on."""
        self.wishes = wishes
        self.watched = watch(wishes.watched or self.corpus_watched, self.known, self.names)
        self.due_at = min(self.due_at, time.monotonic() + 1 / wishes.pace if wishes.pace else 0.0)
        self.shown = -1  # the next frame shows it

    @property
    def due(self) -> bool:
        """Whether its pace allows another update now."""
        return time.monotonic() >= self.due_at

    @property
    def there(self) -> bool:
        """At the update where it shall pause."""
        return self.wishes.goal is not None and self.update >= self.wishes.goal

    def forget(self) -> None:
        """Everything is written."""
        self.updates: list[tuple[float, ...]] = []
        self.evaluations: list[tuple[float, ...]] = []
        self.live: dict[str, Any] | None = None
        self.snapshot: bytes | None = None

    @property
    def update(self) -> int:
        return self.event.update if self.event else self.began.update

    @property
    def urgent(self) -> bool:
        """To be written at once: a first point, a snapshot, an end."""
        first = self.fresh and bool(self.updates)
        return first or self.snapshot is not None or self.status != "running"

    def state(self) -> TrainingState:
        return self.event.copy_state() if self.event else self.began

    def advance(self) -> None:
        """One update, and what is measured after it."""
        if self.there:
            return self.end("paused")
        if self.wishes.pace:  # what was late by more than a moment is not made up for
            now = time.monotonic()
            self.due_at = max(self.due_at + 1 / self.wishes.pace, now - LATE)
        began = time.perf_counter()
        event = next(self.events, None)
        if event is None:  # nothing left to learn
            return self.end("done")
        self.event = event
        self.tokens += event.tokens
        self.learning += time.perf_counter() - began
        self.updates.append((event.loss, event.accuracy, event.gradient_norm, event.tokens))
        last = event.update == self.config.updates
        if event.update == 1 or event.update % EVALUATE_EVERY == 0 or last:
            self.evaluate()
        self.seconds += time.perf_counter() - began
        if last:
            self.end("done")
        elif self.evaluated == "held_out" and self.patience.should_stop(self.config, event.update):
            self.reason = {
                "code": "stopped_early",
                "fields": {"update": event.update, "best": self.patience.best_update},
            }
            self.end("done")
        elif self.seconds > 60 * LIMITS.run_minutes:
            minutes = LIMITS.run_minutes
            self.fail(Seq2SeqError("time_limit", minutes=minutes, update=event.update))
        elif self.there:
            self.end("paused")

    def evaluate(self) -> None:
        found = evaluate(self.model, self.measured_data, self.measured)
        if not math.isfinite(found.loss):
            raise DivergenceError("diverged", update=self.update)
        self.patience = self.patience.observe(self.update, found.loss)
        alignment = -1.0 if found.alignment is None else found.alignment
        numbers = found.loss, found.token_accuracy, found.exact_match, alignment
        self.evaluations.append((self.update, *numbers))

    def look(self) -> None:
        """Make a frame."""
        now = sentences(self.model, self.watched, self.names, self.longest)
        if not all(finite(sentence["attention"]) for sentence in now):
            raise DivergenceError("diverged", update=self.update)
        seconds = time.perf_counter() - self.framed_at
        if self.framed_at:
            rate = (self.update - self.shown_update) / seconds
            self.per_second += 0.4 * (rate - self.per_second) if self.per_second else rate
        self.live = {
            "update": self.update,
            "updates_per_second": round(self.per_second, 2),
            "epoch": math.ceil(self.update / self.data.updates_per_epoch(self.config)),
            "tokens_per_second": round(self.tokens / self.learning) if self.learning else 0,
            "evaluated": self.evaluated,
            "chance": self.chance,
            "sentences": now,
        }
        self.shown = self.shown_update = self.update
        self.framed_at = time.perf_counter()
        self.tokens, self.learning = 0, 0.0

    def save(self) -> None:
        """Make a snapshot. It must be written before the next update."""
        self.snapshot = pack_state(self.state())
        self.saved, self.saved_at = self.update, time.perf_counter()

    def keep_up(self, runs: int) -> None:
        """A frame and a snapshot where they are due; runs counts those of the worker."""
        now = time.perf_counter()
        if now - self.framed_at >= max(FRAME[0], FRAME[1] * runs):
            self.look()
        if now - self.saved_at >= max(SNAPSHOT[0], runs * max(SNAPSHOT[1], SHARE * self.save_cost)):
            self.save()

    def end(self, status: str) -> None:
        """Paused, stopped or done: with a last frame and snapshot."""
        if self.shown != self.update:
            self.look()
        if self.saved != self.update:
            self.save()
        self.status = status

    def extend(self, updates: int) -> None:
        """Learn until a later update than first planned."""
        self.began, self.event = self.state(), None
        self.config = TrainingConfig(**{**vars(self.config), "updates": updates})
        self.events = train(self.model, self.began, self.data, self.config)
        self.status = "running"

    def fail(self, error: Exception) -> None:
        self.status, self.reason = "failed", reason_of(error, self.id, self.update)
        if self.saved != self.update and isinstance(error, Seq2SeqError):
            self.save()  # the last finite weights

    def progress(self) -> Progress:
        """What is not yet written."""
        chunks: list[Chunk] = []
        if self.updates:
            first = self.update - len(self.updates) + 1
            chunks.append(Chunk("update", first, self.updates))
        if self.evaluations:
            chunks.append(Chunk("evaluation", int(self.evaluations[0][0]), self.evaluations))
        return Progress(
            self.id,
            self.attempt,
            self.update,
            self.seconds,
            chunks,
            self.live,
            self.snapshot,
            self.status,
            self.reason,
        )
