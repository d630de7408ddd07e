"""Many runs learn in turns in one process, a few milliseconds each, so that every curve moves.

A worker talks to nobody but the store: before each turn it reads what learners ask, and about ten
times a second it reports what happened.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import mmap

import torch
from sqlalchemy import Engine

from seq2seq_core.store import queue
from seq2seq_core.store.engine import checkpoint_wal
from seq2seq_core.store.progress import Progress, write_progress
from seq2seq_core.store.queue import Claim, QueuedRun
from seq2seq_core.store.runs import STATUS_AFTER
from seq2seq_core.workers.job import Job, failure_reason

ROUND_SECONDS = 0.25  # seconds until every run has had a turn, as long as turns keep within these:
MIN_SLICE, MAX_SLICE = 0.005, 0.05
WRITE_INTERVAL = 0.1  # seconds between two writes
MAX_QUEUE_WAIT = 0.5  # seconds; a run that waits longer is claimed by the first worker that sees it
LEASE_SECONDS = 30.0  # a worker without a heartbeat for longer has lost its runs
MAINTENANCE_INTERVAL = 1.0  # seconds between two rounds of housekeeping


class Heartbeat:
    """What a worker is doing, in memory that outlives it: a run's id, or 0, and since when."""

    FORMAT = struct.Struct("<qd")

    def __init__(self, memory: mmap | bytearray | None = None) -> None:
        self.memory = bytearray(self.FORMAT.size) if memory is None else memory

    def write(self, run_id: int) -> None:
        self.FORMAT.pack_into(self.memory, 0, run_id, time.monotonic())

    def read(self) -> tuple[int, float]:
        """The run's id, and when it was written by the clock of time.monotonic."""
        run_id, timestamp = self.FORMAT.unpack_from(self.memory)
        return run_id, timestamp


class Worker:
    """Call `advance` for ever, then `close`.

    peers counts the workers of the pool, this one included. One of them owns the store's file: it
    alone makes WAL checkpoints.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        heartbeat: Heartbeat,
        peers: int = 1,
        owns_store_file: bool = True,
    ) -> None:
        torch.set_num_threads(1)
        self.engine, self.name, self.heartbeat = engine, name, heartbeat
        self.peers, self.owns_store_file = peers, owns_store_file
        self.jobs: dict[int, Job] = {}  # in the order of their turns
        self.rejected: list[Progress] = []  # runs that could not even be opened
        self.write_failed = False  # the last write has failed
        self.last_write_at = self.last_maintenance_at = 0.0

    def advance(self) -> bool:
        """Read what is asked, give one run its turn, write what is due; False: none was due.

        Raises StoreError where the store does not answer. Nothing is lost by that: no run goes on
        before everything is written.
        """
        if self.write_failed:
            self.write_progress()
        entries = queue.poll(self.engine)
        self.apply_commands({entry.run_id: entry for entry in entries if entry.worker == self.name})
        self.claim_next(entries)
        if job := self.next_job():
            self.jobs[job.id] = self.jobs.pop(job.id)  # to the end of the round
            self.run_slice(job)
        is_urgent = bool(self.rejected) or any(job.is_urgent for job in self.jobs.values())
        if is_urgent or (self.jobs and time.monotonic() - self.last_write_at >= WRITE_INTERVAL):
            self.write_progress()
        if time.monotonic() - self.last_maintenance_at >= MAINTENANCE_INTERVAL:
            self.maintain(entries)
        return job is not None

    @contextmanager
    def isolate_failures(self, job: Job) -> Iterator[None]:
        """An error in here ends this run alone; if the worker dies in here, the run is blamed."""
        self.heartbeat.write(job.id)
        try:
            yield
        except Exception as error:
            job.mark_failed(error)
        finally:
            self.heartbeat.write(0)

    def apply_commands(self, entries: dict[int, QueuedRun]) -> None:
        """Carry out what learners have asked of the runs of this worker."""
        for job in list(self.jobs.values()):
            entry = entries.get(job.id)
            if entry is None or entry.status != "running" or entry.attempt != job.attempt:
                del self.jobs[job.id]  # deleted, or taken by another worker
                continue
            with self.isolate_failures(job):
                if entry.updates > job.config.updates:
                    job.extend_updates(entry.updates)
                if entry.controls != job.controls:
                    job.apply_controls(entry.controls)
                if entry.wanted != "run":
                    job.finish(STATUS_AFTER[entry.wanted])

    def claim_next(self, entries: list[QueuedRun]) -> None:
        """Claim one waiting run, unless another worker has fewer and will take it in a moment."""
        waiting_entries = [entry for entry in entries if entry.status == "queued"]
        below_fair_share = len(self.jobs) < math.ceil(len(entries) / self.peers)
        if waiting_entries and (
            below_fair_share or time.time() - waiting_entries[0].changed_at > MAX_QUEUE_WAIT
        ):
            claim = queue.claim_run(self.engine, self.name)
            if claim is not None:
                self.open_job(claim)

    def open_job(self, claim: Claim) -> None:
        """Begin with a claimed run; one that cannot be opened is reported as failed."""
        self.heartbeat.write(claim.run_id)
        progress_fields = claim.run_id, claim.attempt, claim.update, claim.trained_seconds
        try:
            self.jobs[claim.run_id] = Job(claim)
        except Exception as error:
            reason = failure_reason(error, claim.run_id, claim.update)
            self.rejected.append(Progress(*progress_fields, status="failed", reason=reason))
        finally:
            self.heartbeat.write(0)

    def next_job(self) -> Job | None:
        """The job that gets the next time slice, if one is due.

        A run without a first result, or one that a learner steps by hand, goes before all others;
        else the run that has waited longest.
        """
        ready_jobs = [job for job in self.jobs.values() if job.status == "running" and job.is_due]
        first_jobs = [job for job in ready_jobs if job.pending.is_first]
        return next(iter(first_jobs + ready_jobs), None)

    def run_slice(self, job: Job) -> None:
        """Some milliseconds for one run, or its very first update."""
        deadline = time.perf_counter() + min(
            max(ROUND_SECONDS / len(self.jobs), MIN_SLICE), MAX_SLICE
        )
        with self.isolate_failures(job):
            while True:
                self.heartbeat.write(job.id)
                job.run_update()
                if job.status != "running" or job.pending.is_first:
                    return
                if not job.is_due or time.perf_counter() >= deadline:
                    return job.make_due_reports(len(self.jobs))

    def write_progress(self) -> None:
        """Report to the store what has happened since the last write."""
        self.write_failed, started_at = True, time.monotonic()
        reports = [
            job.pending_progress()
            for job in self.jobs.values()
            if job.pending.updates or job.is_urgent
        ]
        statuses = write_progress(self.engine, self.name, [*self.rejected, *reports])
        write_seconds, self.last_write_at = time.monotonic() - started_at, time.monotonic()
        self.write_failed, self.rejected = False, []
        for progress in reports:
            job = self.jobs[progress.run_id]
            job.mark_written(progress, write_seconds)
            job.status = statuses.get(job.id, "lost")
            if job.status != "running":
                del self.jobs[job.id]

    def maintain(self, entries: list[QueuedRun]) -> None:
        """Send a heartbeat, release the runs of dead workers, make a WAL checkpoint."""
        self.last_maintenance_at = time.monotonic()
        if self.jobs:
            queue.send_heartbeat(self.engine, self.name)
        other_entries = [
            entry
            for entry in entries
            if entry.status == "running" and entry.run_id not in self.jobs
        ]
        if any(time.time() - entry.changed_at > LEASE_SECONDS for entry in other_entries):
            queue.release_runs(self.engine, queue.lease_expired(LEASE_SECONDS))
        if self.owns_store_file:
            checkpoint_wal(self.engine)

    def close(self, seconds: float = 1.0) -> None:
        """Give all runs back, with a snapshot of each that can be saved within these seconds."""
        deadline = time.monotonic() + seconds
        for job in self.jobs.values():
            if not job.has_snapshot and time.monotonic() < deadline:
                with self.isolate_failures(job):
                    job.make_snapshot()
            if job.status == "running":
                job.status = "queued"
        self.write_progress()
