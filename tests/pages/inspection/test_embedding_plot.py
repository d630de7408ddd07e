"""Points of a picture are the vectors of the model, their labels the words of these."""

from __future__ import annotations

import pytest
import torch

from pages.shared.inspection import embedding_plot
from seq2seq_core.figures.scatter import MAX_GROUPS
from seq2seq_core.inspection.embeddings import VectorSet
from seq2seq_core.inspection.projection import Projection, project
from tests.pages.laboratory import HELD_OUT, ROWS, Laboratory, select

SQUARE = VectorSet(
    ("书", "了", "件", "茶"), torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [-1.0, 0.0]])
)
STATES = VectorSet(
    ("a", "b", "a"), torch.eye(3), ((0, 0), (0, 1), (1, 1)), (("a", "b"), ("c", "a"))
)
FLAT = Projection(((0.0, 0.0), (2.0, 2.0), (4.0, 0.0)), (0.6, 0.3))


def test_the_nearest_word_points_the_same_way() -> None:
    nearest = embedding_plot.nearest_words(SQUARE, "书")
    assert list(nearest) == ["了", "件", "茶"]
    assert nearest["茶"] == pytest.approx(-1) and nearest["件"] == pytest.approx(0)
    assert embedding_plot.closest_word(SQUARE) in ("书", "了")


def test_a_word_alone_is_the_closest_of_all() -> None:
    assert embedding_plot.closest_word(VectorSet(("书",), torch.ones(1, 2))) == "书"


def test_a_point_of_a_state_shows_its_place_in_its_sentence(english: None) -> None:
    assert embedding_plot.point_tooltip(STATES, 2) == ("a", "c [a]")
    assert embedding_plot.point_tooltip(STATES, 1) == ("b", "a [b]")
    assert embedding_plot.point_tooltip(SQUARE, 1) == ("了 (done)",)


def test_the_most_frequent_words_have_groups_where_points_repeat() -> None:
    points = embedding_plot.scatter_points(STATES, FLAT, {"b": 2})
    assert [point.group for point in points] == [0, 1, 0]
    assert [point.emphasis for point in points] == [0, 2, 0]
    alone = embedding_plot.scatter_points(SQUARE, project(SQUARE.vectors), {})
    assert {point.group for point in alone} == {None}
    many = VectorSet(
        tuple(f"w{i}" for i in range(40)), torch.eye(40), tuple((0, i) for i in range(40)),
        (tuple(f"w{i}" for i in range(40)),),
    )  # fmt: skip
    groups = {
        point.group for point in embedding_plot.scatter_points(many, project(many.vectors), {})
    }
    assert len(groups - {None}) == MAX_GROUPS


def test_a_word_is_written_once_in_the_middle_of_its_points() -> None:
    labels = embedding_plot.word_labels(STATES, FLAT, {"b": 2})
    assert [label.text for label in labels] == ["b", "a"]  # the chosen one first
    assert (labels[1].x, labels[1].y) == (2.0, 0.0)


@pytest.mark.parametrize("name", embedding_plot.VECTOR_SET_LABELS)
def test_what_the_points_are_is_counted(lab: Laboratory, english: None, name: str) -> None:
    selection = select(lab, "gru")
    vectors, projection = embedding_plot.projected_vectors(selection.run, selection.trained, name)
    said = embedding_plot.describe_vector_set(name, vectors, selection.trained)
    assert said.startswith(f"{len(vectors.words)} ")
    if name in ("encoder", "decoder"):
        assert f"out of {len(vectors.sentences)} of {len(ROWS) + len(HELD_OUT)} sentences" in said
    assert len(projection.points) == len(vectors.words)
    assert 0 < sum(projection.variance_shares) <= 1 + 1e-6


def test_the_untrained_model_is_the_run_before_its_first_update(lab: Laboratory) -> None:
    run = lab.runs()["gru"]
    untrained = embedding_plot.restore_untrained(run)
    assert untrained.update == 0
    assert untrained is embedding_plot.restore_untrained(run)
    trained_vectors = embedding_plot.projected_vectors(run, select(lab, "gru").trained, "source")[
        0
    ].vectors
    assert not torch.equal(
        trained_vectors, embedding_plot.projected_vectors(run, untrained, "source")[0].vectors
    )
