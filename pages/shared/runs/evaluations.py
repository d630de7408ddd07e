"""What is measured on a run's model, computed once for each of its snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared.frame import session
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core import store
from seq2seq_core.data.corpus import Pair
from seq2seq_core.evaluation import report
from seq2seq_core.evaluation.report import EvaluationReport
from seq2seq_core.inspection.attention_maps import AttentionMap, build_attention_maps
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.evaluation.alignment import AlignmentScore
    from seq2seq_core.training.restore import TrainedRun

CACHE_ENTRIES = 128  # of each measure: thirty learners, two models each, old and new sentences


@dataclass(frozen=True)
class EvaluationSample:
    """Which pairs are measured: all of them, or as many as can be measured at once."""

    texts: tuple[str, ...]  # the source sentences as they stand in the corpus
    rows: tuple[int, ...]  # their positions among the pairs
    count: int  # of all pairs


@cache_by_identity(max_entries=CACHE_ENTRIES)
def evaluation_sample(run: Run, held_out: bool) -> EvaluationSample:
    """The pairs of a run that are measured, out of its held-out or its training pairs."""
    rows = store.load_run_corpus(session.engine(), run.id)["held_out" if held_out else "rows"]
    indices = report.sample_items(range(len(rows)))
    return EvaluationSample(tuple(rows[i][0] for i in indices), tuple(indices), len(rows))


def has_held_out(trained: TrainedRun) -> bool:
    return bool(trained.dataset.held_out)


def evaluation_pairs(run: Run, trained: TrainedRun, held_out: bool) -> list[Pair]:
    """The pairs of the sample."""
    pairs = trained.dataset.held_out if held_out else trained.dataset.pairs
    return [pairs[row] for row in evaluation_sample(run, held_out).rows]


@cache_by_identity(max_entries=CACHE_ENTRIES)
def evaluation_report(run: Run, trained: TrainedRun, held_out: bool) -> EvaluationReport:
    """How good the model is on its held-out or on its training pairs."""
    return report.build_report(trained.translator, evaluation_pairs(run, trained, held_out))


@cache_by_identity(max_entries=CACHE_ENTRIES)
def cached_greedy_match(run: Run, trained: TrainedRun) -> float:
    """Exact match on the measured pairs, and nothing else: much quicker than all measures."""
    pairs = evaluation_pairs(run, trained, has_held_out(trained))
    return report.greedy_exact_match(trained.translator, pairs)


@cache_by_identity(max_entries=CACHE_ENTRIES)
def cached_eos_feeding_match(run: Run, trained: TrainedRun) -> float:
    """Exact match on the measured pairs where the decoder reads <eos> instead of its own words."""
    pairs = evaluation_pairs(run, trained, has_held_out(trained))
    return report.eos_feeding_exact_match(trained.translator, pairs)


@cache_by_identity(max_entries=CACHE_ENTRIES)
def cached_attention_maps(run: Run, trained: TrainedRun) -> list[AttentionMap] | None:
    """A map for each measured pair; None for a model without attention."""
    pairs = evaluation_pairs(run, trained, has_held_out(trained))
    return build_attention_maps(trained.translator, pairs)


@cache_by_identity(max_entries=CACHE_ENTRIES)
def cached_alignment(run: Run, trained: TrainedRun) -> AlignmentScore | None:
    """Attention against the gold links; None where there are none, or no attention."""
    return trained.alignment_score()
