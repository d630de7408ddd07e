"""What the composer is given to draw, and in which words."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from pages.shared.corpus import composer_data
from pages.shared.corpus.composer_data import describe_unclear, offer_data
from pages.shared.frame import i18n
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled
from seq2seq_core.data.augmentation import AugmentationOffer, LexiconEntry, UnclearWords

FIRST = CorpusView("first", "space", bundled.load_bundled("first").rows, (), None)


@pytest.fixture(autouse=True, scope="module")
def english() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "browsers_language", lambda: "en")
        yield


def plain(parts: Sequence[dict[str, str]]) -> str:
    return "".join(text for part in parts for text in part.values())


def test_new_words_on_one_side_alone_are_asked_about() -> None:
    lone_source, lone_target = UnclearWords(["小雪"], []), UnclearWords([], ["some"])
    assert plain(describe_unclear(lone_source)).startswith("小雪 is new, but the target has no new")
    assert plain(describe_unclear(lone_target)).startswith("some is new, but the source has no new")
    uneven = plain(describe_unclear(UnclearWords(["很", "爱"], ["love"])))
    assert "很 爱 in the source and love in the target" in uneven


def test_an_offer_names_the_word_its_rows_and_its_places() -> None:
    entry, places = LexiconEntry("小雪", "XiaoXue"), (LexiconEntry("小冰", "XiaoBing"),)
    offer = offer_data(AugmentationOffer(entry, 1, places))
    assert plain(offer["said"]).startswith("小雪 is new.")
    assert offer["places"] == [{"entry": ["小冰", "XiaoBing"], "shown": "小冰 → XiaoBing"}]
    assert "stands in 4 sentences" in plain(offer_data(AugmentationOffer(entry, 4, places))["said"])


def test_all_that_is_sent_can_be_sent() -> None:
    words = composer_data.word_data(FIRST, "en")
    json.dumps([words, composer_data.composer_labels(FIRST, 2)])
    assert words["draft"]["source"] == tuple(FIRST.rows[0].source.split())
    assert len(words["words"]["source"]) == 48
    assert all(len(word) in (1, 3) for word in words["words"]["source"])  # with sound and meaning


def test_ones_own_pairs_are_named_by_row_and_text() -> None:
    (pair,) = composer_data.own_pairs_data(FIRST, [3])
    row = FIRST.rows[3]
    assert pair["is"] == {"row": 3, "source": row.source, "target": row.target}
    assert [word["token"] for word in pair["source"]] == row.source.split()


def request(**changes: object) -> dict[str, object]:
    row = FIRST.rows[0]
    draft = {"source": row.source.split(), "target": row.target.split()}
    return {"id": 1.5, **draft, "side": "source", "index": 8, "word": None, **changes}


def test_a_question_about_a_place_leaves_the_draft_as_it_is() -> None:
    answer = composer_data.suggestions_data(FIRST, request())
    assert (answer["id"], answer["side"], answer["index"]) == (1.5, "source", 8)
    row = FIRST.rows[0]
    assert (" ".join(answer["source"]), " ".join(answer["target"])) == (row.source, row.target)
    assert "毛衣" not in answer["words"] and 0 < answer["fitting"] < len(answer["words"])
    json.dumps(answer)


def test_a_chosen_word_takes_others_along() -> None:
    answer = composer_data.suggestions_data(FIRST, request(word="苹果"))
    assert " ".join(answer["target"]) == "XiaoBing bought two red apples yesterday"
    assert "个" in answer["source"]
    assert "毛衣" in answer["words"]  # what went may come back


def test_no_words_are_sent_where_no_place_is_open() -> None:
    answer = composer_data.suggestions_data(FIRST, request(index=None, word="茶"))
    assert answer["source"][-1] == "茶" and "tea" in answer["target"]
    assert (answer["words"], answer["fitting"]) == ([], 0)
