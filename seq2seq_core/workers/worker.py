"""Many runs learn in turns in one process, a few milliseconds each, so that every curve moves.

A worker talks to nobody but the store: it reads what learners ask before each turn, and tells what
happened about ten times a second.
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
from seq2seq_core.store.queue import Claim, Order, Progress
from seq2seq_core.store.runs import RESTING
from seq2seq_core.store.schema import tidy
from seq2seq_core.workers.job import Job, reason_of

ROUND = 0.25  # seconds until every run has had a turn, as long as turns keep within these:
SHORTEST, LONGEST = 0.005, 0.05
WRITE = 0.1  # seconds between two writes
PATIENCE = 0.5  # a run that waits longer is taken by whoever sees it
LEASE = 30.0  # a worker that has been silent for so long has lost its runs
CHORES = 1.0  # seconds between two rounds of housekeeping


class Cell:
    """What a worker is doing, in memory that outlives it: a run's id, or 0, and since when."""

    FORMAT = struct.Struct("<qd")

    def __init__(self, memory: mmap | bytearray | None = None) -> None:
        self.memory = bytearray(self.FORMAT.size) if memory is None else memory

    def write(self, run_id: int) -> None:
        self.FORMAT.pack_into(self.memory, 0, run_id, time.monotonic())

    def read(self) -> tuple[int, float]:
        """The run's id, and when it was written by the clock of time.monotonic."""
        run_id, when = self.FORMAT.unpack_from(self.memory)
        return run_id, when


class Worker:
    """Call `advance` for ever, then `close`.

    peers counts the workers of the pool, this one included; the one that `keeps` the store looks
    after its file.
    """

    def __init__(
        self, engine: Engine, name: str, cell: Cell, peers: int = 1, keeps: bool = True
    ) -> None:
        torch.set_num_threads(1)
        self.engine, self.name, self.cell = engine, name, cell
        self.peers, self.keeps = peers, keeps
        self.jobs: dict[int, Job] = {}  # in the order of their turns
        self.unfit: list[Progress] = []  # runs that could not even be opened
        self.behind = False  # the last write has failed
        self.wrote_at = self.chores_at = 0.0

    def advance(self) -> bool:
        """Read what is asked, give one run its turn, write what is due; False: none was due.

        Raises StoreError where the store does not answer. Nothing is lost by that: no run goes on
        before everything is written.
        """
        if self.behind:
            self.write()
        orders = queue.look(self.engine)
        self.obey({order.run_id: order for order in orders if order.worker == self.name})
        self.take(orders)
        if job := self.whose_turn():
            self.jobs[job.id] = self.jobs.pop(job.id)  # to the end of the round
            self.turn(job)
        urgent = bool(self.unfit) or any(job.urgent for job in self.jobs.values())
        if urgent or (self.jobs and time.monotonic() - self.wrote_at >= WRITE):
            self.write()
        if time.monotonic() - self.chores_at >= CHORES:
            self.chores(orders)
        return job is not None

    @contextmanager
    def busy(self, job: Job) -> Iterator[None]:
        """What goes wrong in here ends this run, and no other; a death in here is its fault."""
        self.cell.write(job.id)
        try:
            yield
        except Exception as error:
            job.fail(error)
        finally:
            self.cell.write(0)

    def obey(self, orders: dict[int, Order]) -> None:
        """Do what learners have asked of the runs at hand."""
        for job in list(self.jobs.values()):
            order = orders.get(job.id)
            if order is None or order.status != "running" or order.attempt != job.attempt:
                del self.jobs[job.id]  # deleted, or taken by another worker
                continue
            with self.busy(job):
                if order.updates > job.config.updates:
                    job.extend(order.updates)
                if order.wishes != job.wishes:
                    job.heed(order.wishes)
                if order.wanted != "run":
                    job.end(RESTING[order.wanted])

    def take(self, orders: list[Order]) -> None:
        """Claim one waiting run, unless another worker has fewer and will take it in a moment."""
        waiting = [order for order in orders if order.status == "queued"]
        fair = len(self.jobs) < math.ceil(len(orders) / self.peers)
        if waiting and (fair or time.time() - waiting[0].changed_at > PATIENCE):
            claim = queue.claim(self.engine, self.name)
            if claim is not None:
                self.open(claim)

    def open(self, claim: Claim) -> None:
        self.cell.write(claim.run_id)
        place = claim.run_id, claim.attempt, claim.update, claim.trained_seconds
        try:
            self.jobs[claim.run_id] = Job(claim)
        except Exception as error:
            reason = reason_of(error, claim.run_id, claim.update)
            self.unfit.append(Progress(*place, status="failed", reason=reason))
        finally:
            self.cell.write(0)

    def whose_turn(self) -> Job | None:
        """Who has nothing to show yet or is stepped by hand comes first, then who waits longest."""
        going = [job for job in self.jobs.values() if job.status == "running" and job.due]
        return next((job for job in going if job.fresh), going[0] if going else None)

    def turn(self, job: Job) -> None:
        """Some milliseconds for one run, or its very first update."""
        end = time.perf_counter() + min(max(ROUND / len(self.jobs), SHORTEST), LONGEST)
        with self.busy(job):
            while True:
                self.cell.write(job.id)
                job.advance()
                if job.status != "running" or job.fresh:
                    return
                if not job.due or time.perf_counter() >= end:
                    return job.keep_up(len(self.jobs))

    def write(self) -> None:
        """Tell the store what has happened since the last write."""
        self.behind, began = True, time.monotonic()
        told = [job.progress() for job in self.jobs.values() if job.updates or job.urgent]
        status = queue.write(self.engine, self.name, [*self.unfit, *told])
        took, self.wrote_at = time.monotonic() - began, time.monotonic()
        self.behind, self.unfit = False, []
        for progress in told:
            job = self.jobs[progress.run_id]
            job.save_cost = took if progress.snapshot else job.save_cost
            job.forget()
            job.fresh = job.fresh and not progress.chunks
            job.status = status.get(job.id, "lost")
            if job.status != "running":
                del self.jobs[job.id]

    def chores(self, orders: list[Order]) -> None:
        """Say that this worker lives, take the runs of those that do not, tidy up."""
        self.chores_at = time.monotonic()
        if self.jobs:
            queue.renew(self.engine, self.name)
        others = [o for o in orders if o.status == "running" and o.run_id not in self.jobs]
        if any(time.time() - order.changed_at > LEASE for order in others):
            queue.release(self.engine, queue.silent_for(LEASE))
        if self.keeps:
            tidy(self.engine)

    def close(self, seconds: float = 1.0) -> None:
        """Give all runs back, with a snapshot of those that can be saved in so many seconds."""
        end = time.monotonic() + seconds
        for job in self.jobs.values():
            if job.saved != job.update and time.monotonic() < end:
                with self.busy(job):
                    job.save()
            if job.status == "running":
                job.status = "queued"
        self.write()
