"""A preset has its words, its corpus and its settings, and takes nothing away for good."""

from __future__ import annotations

import pytest

from pages.shared.frame.i18n import load_translations
from pages.shared.training import presets
from seq2seq_core import store
from seq2seq_core.data import bundled
from seq2seq_core.presets import PRESETS
from tests.pages.laboratory import ROWS, Laboratory, address, open_page, save_corpus


def test_every_preset_has_a_title_and_a_sentence_in_both_languages() -> None:
    assert list(presets.PRESET_TEXTS) == list(PRESETS)
    for title, sentence in presets.PRESET_TEXTS.values():
        for phrase in (title, sentence):
            assert load_translations("zh").gettext(phrase) != phrase
    titles = [title for title, _sentence in presets.PRESET_TEXTS.values()]
    assert len(set(titles)) == len(titles)


def head_of(lab: Laboratory) -> store.Revision:
    engine = lab.open()
    workspace = store.find_workspace(engine, lab.key)
    assert workspace is not None
    head = store.find_head(engine, workspace.id)
    assert head is not None
    return head


@pytest.mark.parametrize("name", ["five_one", "summaries", "labels", "transformer"])
def test_a_preset_starts_its_model_on_its_corpus(
    empty_lab: Laboratory, english: None, name: str
) -> None:
    preset = PRESETS[name]
    app = open_page(empty_lab, "train")
    app.button(key=f"train_preset_{name}").click().run()
    assert not app.error
    (run,) = empty_lab.runs().values()
    for field, value in preset.settings.items():
        config = run.model if hasattr(run.model, field) else run.training
        assert getattr(config, field) == value
    head = head_of(empty_lab)
    assert head.name == preset.corpus
    assert bundled.is_swapped(head.name, head.rows) == preset.is_swapped
    assert run.revision_id == head.id
    assert address(app)["run"] == "1"


def test_the_corpus_of_before_is_one_undo_away(own_lab: Laboratory, english: None) -> None:
    engine = own_lab.open()
    mine = save_corpus(engine, own_lab.key, ROWS[:7], (), name="mine.tsv")
    app = open_page(own_lab, "train")
    app.button(key="train_preset_five_full").click().run()
    after = head_of(own_lab)
    assert after.name == "five_sentences" and after.parent_id == mine.id
    assert "The corpus has changed too" in "".join(toast.value for toast in app.toast)
    corpus_page = open_page(own_lab, "corpus")
    corpus_page.button(key="corpus_undo").click().run()
    assert head_of(own_lab).rows == mine.rows


def test_ones_own_version_of_the_corpus_of_a_preset_stays(own_lab: Laboratory) -> None:
    before = head_of(own_lab)
    assert before.name == PRESETS["default"].corpus == "first"
    app = open_page(own_lab, "train")
    app.button(key="train_preset_default").click().run()
    assert head_of(own_lab).id == before.id
