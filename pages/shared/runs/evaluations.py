"""What is measured on a run's model, kept for as long as its latest snapshot stays the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import session
from seq2seq_core import store
from seq2seq_core.data.corpus import Pair
from seq2seq_core.evaluation import report
from seq2seq_core.evaluation.report import EvaluationReport
from seq2seq_core.inspection.attention_maps import AttentionMap, build_attention_maps
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.evaluation.alignment import AlignmentScore
    from seq2seq_core.training.restore import TrainedRun


CACHE_ENTRIES = (
    128  # of each measure: thirty learners, two models each, on old and on new sentences
)


@dataclass(frozen=True)
class EvaluationSample:
    """Which pairs are measured: all of them, or as many as can be measured at once."""

    texts: tuple[str, ...]  # the source sentences as they stand in the corpus
    rows: tuple[int, ...]  # their places among the pairs
    count: int  # of all pairs


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _evaluation_sample(run_id: int, held_out: bool) -> EvaluationSample:
    rows = store.load_run_corpus(session.engine(), run_id)["held_out" if held_out else "rows"]
    indices = report.sample_items(range(len(rows)))
    return EvaluationSample(tuple(rows[i][0] for i in indices), tuple(indices), len(rows))


def evaluation_sample(run: Run, held_out: bool) -> EvaluationSample:
    """The pairs of a run that are measured, out of its held-out or its training pairs."""
    return _evaluation_sample(run.id, held_out)


def has_held_out(trained: TrainedRun) -> bool:
    return bool(trained.dataset.held_out)


def evaluation_pairs(run: Run, trained: TrainedRun, held_out: bool) -> list[Pair]:
    """The pairs of the sample."""
    pairs = trained.dataset.held_out if held_out else trained.dataset.pairs
    return [pairs[row] for row in evaluation_sample(run, held_out).rows]


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _evaluation_report(
    run_id: int, update: int, held_out: bool, _run: Run, _trained: TrainedRun
) -> EvaluationReport:
    pairs = evaluation_pairs(_run, _trained, held_out)
    return report.build_report(_trained.translator, pairs)


def evaluation_report(run: Run, trained: TrainedRun, held_out: bool) -> EvaluationReport:
    """How good the model is on its held-out or on its training pairs."""
    return _evaluation_report(run.id, trained.update, held_out, run, trained)


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _greedy_match(run_id: int, update: int, _run: Run, _trained: TrainedRun) -> float:
    pairs = evaluation_pairs(_run, _trained, has_held_out(_trained))
    return report.greedy_exact_match(_trained.translator, pairs)


def cached_greedy_match(run: Run, trained: TrainedRun) -> float:
    """Exact match on the measured pairs, and nothing else: much quicker than all measures."""
    return _greedy_match(run.id, trained.update, run, trained)


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _eos_feeding_match(run_id: int, update: int, _run: Run, _trained: TrainedRun) -> float:
    pairs = evaluation_pairs(_run, _trained, has_held_out(_trained))
    return report.eos_feeding_exact_match(_trained.translator, pairs)


def cached_eos_feeding_match(run: Run, trained: TrainedRun) -> float:
    """Exact match on the measured pairs where the decoder reads <eos> instead of its own words."""
    return _eos_feeding_match(run.id, trained.update, run, trained)


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _attention_maps(
    run_id: int, update: int, _run: Run, _trained: TrainedRun
) -> list[AttentionMap] | None:
    pairs = evaluation_pairs(_run, _trained, has_held_out(_trained))
    return build_attention_maps(_trained.translator, pairs)


def cached_attention_maps(run: Run, trained: TrainedRun) -> list[AttentionMap] | None:
    """A map for each measured pair; None for a model without attention."""
    return _attention_maps(run.id, trained.update, run, trained)


@st.cache_resource(show_spinner=False, max_entries=CACHE_ENTRIES)
def _alignment_score(run_id: int, update: int, _trained: TrainedRun) -> AlignmentScore | None:
    return _trained.alignment_score()


def cached_alignment(run: Run, trained: TrainedRun) -> AlignmentScore | None:
    """Attention against the gold links; None where there are none, or no attention."""
    return _alignment_score(run.id, trained.update, trained)
