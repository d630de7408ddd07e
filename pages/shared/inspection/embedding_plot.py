"""Embeddings and states of a run's model as points, kept for as long as its snapshot stays."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.frame import session, theme
from pages.shared.frame.glossary import join_with_glosses
from pages.shared.frame.i18n import N_, _, current_language
from seq2seq_core import figures, store
from seq2seq_core.figures import Point, PointLabel
from seq2seq_core.store import Run

if TYPE_CHECKING:
    from seq2seq_core.inspection.embeddings import VectorSet, Projection
    from seq2seq_core.training.dataset import TrainedRun

NAMES = {
    "source": N_("source words"),
    "target": N_("target words"),
    "encoder": N_("encoder states"),
    "decoder": N_("decoder states"),
}
TOLD = {
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


@st.cache_resource(show_spinner=False, max_entries=8)
def _untrained(run_id: int, _run: Run) -> TrainedRun:
    from seq2seq_core.training import dataset

    description = store.load_run_corpus(session.engine(), run_id)
    return dataset.restore_run(description, _run.model, None, _run.training["seed"])


def untrained(run: Run) -> TrainedRun:
    """The model of a run before its first update."""
    return _untrained(run.id, run)


@st.cache_resource(show_spinner=False, max_entries=48)  # a large one takes 3 MB
def _cloud(run_id: int, update: int, name: str, _trained: TrainedRun) -> tuple[VectorSet, Projection]:
    from seq2seq_core.inspection import embeddings  # torch comes with it: only this page pays

    material = _trained.dataset
    pairs = material.pairs + material.held_out
    found = embeddings.collect_vectors(_trained.model, _trained.checkpoint, pairs, name)
    return found, embeddings.project(found)


def cloud_of(run: Run, trained: TrainedRun, name: str) -> tuple[VectorSet, Projection]:
    """The vectors, and how they are shown."""
    return _cloud(run.id, trained.update, name, trained)


def closest(cloud: VectorSet) -> str:
    """The word that has the closest neighbour of all."""
    from seq2seq_core.inspection import embeddings

    return embeddings.closest_pair_word(cloud) or cloud.words[0]


def neighbours(cloud: VectorSet, word: str) -> dict[str, float]:
    """The nearest words with their cosine, the nearest first."""
    from seq2seq_core.inspection import embeddings

    return {near.word: near.cosine for near in embeddings.nearest_neighbours(cloud, word)}


def in_words(name: str, cloud: VectorSet, trained: TrainedRun) -> str:
    """What the points are, and how many there are."""
    material = trained.dataset
    return _(
        TOLD[name],
        count=f"{len(cloud.words):,}",
        sentences=len(cloud.sentences),
        all=f"{len(material.pairs) + len(material.held_out):,}",
    )


def told(cloud: VectorSet, i: int) -> tuple[str, ...]:
    """A word with its meaning; of a state the sentence too, and where in it."""
    word = join_with_glosses([cloud.words[i]])
    if not cloud.positions:
        return (word,)
    row, position = cloud.positions[i]
    tokens = list(cloud.sentences[row])
    tokens[position] = f"[{tokens[position]}]"
    return word, " ".join(tokens)


def dots(cloud: VectorSet, picture: Projection, rank: dict[str, int]) -> list[Point]:
    """rank: 2 for the chosen word, 1 for its neighbours."""
    counted = Counter(cloud.words).most_common(figures.MAX_GROUPS) if cloud.positions else ()
    group = {word: i for i, (word, _count) in enumerate(counted)}
    return [
        Point(x, y, told(cloud, i), group.get(word), rank.get(word, 0))
        for i, (word, (x, y)) in enumerate(zip(cloud.words, picture.points, strict=True))
    ]


def middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)


def labels(cloud: VectorSet, picture: Projection, rank: dict[str, int]) -> list[PointLabel]:
    """Each word once, in the middle of its points: the chosen one first, then the frequent ones."""
    points: dict[str, list[tuple[float, float]]] = {}
    for word, point in zip(cloud.words, picture.points, strict=True):
        points.setdefault(word, []).append(point)
    found = [(word, rank.get(word, 0), *middle(some)) for word, some in points.items()]
    found.sort(key=lambda one: (-one[1], -len(points[one[0]])))
    return [PointLabel(x, y, word, near) for word, near, x, y in found]


def figure(name: str, cloud: VectorSet, picture: Projection, rank: dict[str, int]) -> dict[str, Any]:
    palette = theme.palette()
    plain = palette.source if name == "source" else palette.target
    axes = [
        _("axis {number}: {share} of the variance", number=number, share=f"{share:.0%}")
        for number, share in enumerate(picture.variance_shares, 1)
    ]
    return figures.scatter_figure(
        dots(cloud, picture, rank),
        labels(cloud, picture, rank),
        palette.muted_text if cloud.positions else plain,
        palette,
        *axes,
    )


def chart(name: str, cloud: VectorSet, picture: Projection, word: str, near: dict[str, float]) -> None:
    """word is marked in it, and so are its neighbours."""
    st.plotly_chart(
        figure(name, cloud, picture, {word: 2} | dict.fromkeys(near, 1)),
        theme=None,
        key=f"words_cloud_{current_language()}",
        config={"displayModeBar": False, "showTips": False},
        alt=_("Points in a plane. Nearest to {word}: {words}", word=word, words=join_with_glosses(near)),
    )
