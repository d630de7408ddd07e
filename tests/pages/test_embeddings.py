"""Words shows a model's vectors, and the neighbours that they really have."""

from __future__ import annotations

import json

import pytest
import torch

from tests.pages.laboratory import (
    KINDS,
    ROWS,
    Laboratory,
    address,
    open_page,
    page_text,
    select,
)

pytestmark = pytest.mark.usefixtures("english")
NUMBERS = {title: str(number) for number, title in enumerate(KINDS, 1)}
WORDS = {token for row in ROWS for token in row.source.split()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_neighbours_are_those_of_the_embedding_matrix(lab: Laboratory, kind: str) -> None:
    app = open_page(lab, "embeddings", run=NUMBERS[kind])
    word = app.selectbox[1].value
    table = app.dataframe[0].value
    translator = select(lab, kind).trained.translator
    (weight,) = [
        matrix
        for name, matrix in translator.model.named_parameters()
        if "embed" in name and matrix.shape[0] == len(translator.codec.source)
    ][:1]
    ids = translator.codec.source.encode([word, *table["word"]])
    vectors = torch.nn.functional.normalize(weight.detach()[list(ids)], dim=1)
    cosines = (vectors[1:] @ vectors[0]).tolist()
    assert list(table["cosine"]) == pytest.approx(cosines, abs=1e-4)
    assert cosines == sorted(cosines, reverse=True)
    assert word not in list(table["word"])


@pytest.mark.parametrize("cloud", ["source", "target", "encoder", "decoder"])
def test_every_set_of_vectors_is_drawn_and_counted(lab: Laboratory, cloud: str) -> None:
    app = open_page(lab, "embeddings", run="1", cloud=cloud)
    assert not app.error
    (chart,) = app.get("plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert figure["data"]
    text = page_text(app)
    count = next(line for line in text.splitlines() if "words: the vector" in line or
                 "states out of" in line).split()[0]  # fmt: skip
    assert int(count.replace(",", "")) >= len(set(app.selectbox[1].options))
    assert ("stands here for their mean" in text) == (cloud in ("encoder", "decoder"))


def test_the_words_to_choose_are_those_of_the_corpus(lab: Laboratory) -> None:
    app = open_page(lab, "embeddings", run="1")
    assert len(app.selectbox[1].options) == len(WORDS)


def test_a_word_of_the_link_is_chosen_and_named_in_the_pictures_description(
    lab: Laboratory,
) -> None:
    app = open_page(lab, "embeddings", run="1", near="毛衣")
    assert app.selectbox[1].value == "毛衣"
    (chart,) = app.get("plotly_chart")
    assert chart.proto.alt.startswith("Points in a plane. Nearest to 毛衣")
    for word in app.dataframe[0].value["word"]:
        assert word in chart.proto.alt
    unknown = open_page(lab, "embeddings", run="1", near="恐龙")
    assert unknown.selectbox[1].value in WORDS


def test_before_training_the_vectors_are_others(lab: Laboratory) -> None:
    trained = open_page(lab, "embeddings", run="1", near="毛衣")
    untrained = open_page(lab, "embeddings", run="1", near="毛衣", untrained="true")
    assert untrained.toggle[0].value and not trained.toggle[0].value
    assert list(trained.dataframe[0].value["cosine"]) != list(
        untrained.dataframe[0].value["cosine"]
    )
    untrained.toggle[0].set_value(False).run()
    assert "untrained" not in address(untrained)
    assert list(untrained.dataframe[0].value["word"]) == list(trained.dataframe[0].value["word"])


def test_the_picture_says_how_much_of_the_variance_it_keeps(lab: Laboratory) -> None:
    line = next(
        caption.value
        for caption in open_page(lab, "embeddings", run="1").caption
        if "of the variance" in caption.value
    )
    share = int(line.split("The picture keeps ")[1].split("%")[0])
    assert 0 < share <= 100
    assert f"all {KINDS['gru'].embedding_size} numbers" in line
