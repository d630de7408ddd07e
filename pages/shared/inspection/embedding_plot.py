"""Embeddings and states of a run's model as points, kept for as long as its snapshot stays."""

from __future__ import annotations

from collections import Counter
from typing import Any

import streamlit as st

from pages.shared.frame import session, theme
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import N_, _, current_language
from pages.shared.runs.caching import cache_by_identity
from seq2seq_core import store
from seq2seq_core.figures.scatter import MAX_GROUPS, Point, PointLabel, scatter_figure
from seq2seq_core.inspection import embeddings
from seq2seq_core.inspection.embeddings import VectorSet
from seq2seq_core.inspection.projection import Projection, project
from seq2seq_core.store import Run
from seq2seq_core.training.restore import TrainedRun, restore_run

VECTOR_SET_LABELS = {
    "source": N_("source words"),
    "target": N_("target words"),
    "encoder": N_("encoder states"),
    "decoder": N_("decoder states"),
}
VECTOR_SET_NOTES = {
    "source": N_("{count} source words: the vector that the encoder reads for each."),
    "target": N_("{count} target words: the vector that the decoder reads for each."),
    "encoder": N_(
        "{count} states out of {sentences} of {all} sentences, one for each word that the encoder "
        "has read. Colour and shape show the most frequent words."
    ),
    "decoder": N_(
        "{count} states out of {sentences} of {all} sentences, read with the true words: one "
        "before each word that is about to be written. Colour and shape show the most frequent of "
        "these words."
    ),
}


@cache_by_identity(max_entries=8)
def restore_untrained(run: Run) -> TrainedRun:
    """The model of a run before its first update."""
    description = store.load_run_corpus(session.engine(), run.id)
    return restore_run(description, run.model, None, run.training.seed)


@cache_by_identity(max_entries=48)  # a large one takes 3 MB
def projected_vectors(run: Run, trained: TrainedRun, name: str) -> tuple[VectorSet, Projection]:
    """The vectors of this name (a key of VECTOR_SET_LABELS), and their projection to a plane."""
    pairs = trained.dataset.pairs + trained.dataset.held_out
    vectors = embeddings.collect_vectors(trained.translator, pairs, name)
    return vectors, project(vectors.vectors)


def closest_word(vectors: VectorSet) -> str:
    """The word that has the closest neighbour of all."""
    return embeddings.closest_pair_word(vectors) or vectors.words[0]


def nearest_words(vectors: VectorSet, word: str) -> dict[str, float]:
    """The nearest words with their cosine, the nearest first."""
    return {
        neighbour.word: neighbour.cosine
        for neighbour in embeddings.nearest_neighbours(vectors, word)
    }


def describe_vector_set(name: str, vectors: VectorSet, trained: TrainedRun) -> str:
    """What the points are, and how many there are."""
    dataset = trained.dataset
    return _(
        VECTOR_SET_NOTES[name],
        count=f"{len(vectors.words):,}",
        sentences=len(vectors.sentences),
        all=f"{len(dataset.pairs) + len(dataset.held_out):,}",
    )


def point_tooltip(vectors: VectorSet, i: int) -> tuple[str, ...]:
    """A word with its meaning; of a state the sentence too, and where in it."""
    word = join_with_glosses([vectors.words[i]])
    if not vectors.positions:
        return (word,)
    row, position = vectors.positions[i]
    tokens = list(vectors.sentences[row])
    tokens[position] = f"[{tokens[position]}]"
    return word, " ".join(tokens)


def scatter_points(vectors: VectorSet, projection: Projection, rank: dict[str, int]) -> list[Point]:
    """rank: 2 for the chosen word, 1 for its neighbours."""
    most_frequent = Counter(vectors.words).most_common(MAX_GROUPS) if vectors.positions else ()
    group = {word: i for i, (word, _count) in enumerate(most_frequent)}
    return [
        Point(x, y, point_tooltip(vectors, i), group.get(word), rank.get(word, 0))
        for i, (word, (x, y)) in enumerate(zip(vectors.words, projection.points, strict=True))
    ]


def mean_point(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)


def word_labels(
    vectors: VectorSet, projection: Projection, rank: dict[str, int]
) -> list[PointLabel]:
    """Each word once, in the middle of its points: the chosen one first, then the frequent ones."""
    points: dict[str, list[tuple[float, float]]] = {}
    for word, point in zip(vectors.words, projection.points, strict=True):
        points.setdefault(word, []).append(point)
    words = sorted(points, key=lambda word: (-rank.get(word, 0), -len(points[word])))
    return [PointLabel(*mean_point(points[word]), word, rank.get(word, 0)) for word in words]


def embedding_figure(
    name: str, vectors: VectorSet, projection: Projection, rank: dict[str, int]
) -> dict[str, Any]:
    palette = theme.current_palette()
    colour = palette.source if name == "source" else palette.target_ink
    axes = [
        _("axis {number}: {share} of the variance", number=number, share=f"{share:.0%}")
        for number, share in enumerate(projection.variance_shares, 1)
    ]
    return scatter_figure(
        scatter_points(vectors, projection, rank),
        word_labels(vectors, projection, rank),
        palette.muted_text if vectors.positions else colour,
        palette,
        *axes,
    )


def draw_embedding_plot(
    name: str, vectors: VectorSet, projection: Projection, word: str, cosines: dict[str, float]
) -> None:
    """word and its neighbours are marked in it; cosines: of the neighbours, the nearest first."""
    st.plotly_chart(
        embedding_figure(name, vectors, projection, {word: 2} | dict.fromkeys(cosines, 1)),
        theme=None,
        key=f"words_plot_{current_language()}",
        config={"displayModeBar": False, "showTips": False},
        alt=_(
            "Points in a plane. Nearest to {word}: {words}",
            word=word,
            words=join_with_glosses(cosines),
        ),
    )
