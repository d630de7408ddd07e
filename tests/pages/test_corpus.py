"""The corpus page: every click makes a version, says what it did, and can be taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from seq2seq_core import store
from seq2seq_core.data import bundled
from seq2seq_core.data.corpus import Row, swap_sides
from tests.pages.laboratory import (
    FIRST,
    HELD_OUT,
    ROWS,
    Laboratory,
    address,
    component_data,
    open_page,
    page_text,
    save_corpus,
)

pytestmark = pytest.mark.usefixtures("english")


def head_of(lab: Laboratory) -> store.Revision | None:
    engine = lab.open()
    workspace = store.find_workspace(engine, lab.key)
    assert workspace is not None
    return store.find_head(engine, workspace.id)


def rows_of(lab: Laboratory) -> tuple[Row, ...]:
    head = head_of(lab)
    assert head is not None
    return head.rows


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def paste(app: AppTest, text: str) -> AppTest:
    app.text_area(key="corpus_paste").set_value(text).run()
    return click(app, "corpus_append")


def test_before_the_first_change_nothing_is_stored(empty_lab: Laboratory) -> None:
    app = open_page(empty_lab, "corpus", view="table")
    assert "not changed yet" in page_text(app)
    assert head_of(empty_lab) is None
    assert app.button(key="corpus_undo").disabled


def test_another_corpus_of_the_lesson_is_loaded_and_undone(empty_lab: Laboratory) -> None:
    app = open_page(empty_lab, "corpus", view="table")
    click(app, "corpus_load_five_sentences")
    five = bundled.load_bundled("five_sentences")
    assert rows_of(empty_lab) == five.rows
    assert "✓ saved" in page_text(app)
    click(app, "corpus_undo")
    assert rows_of(empty_lab) == FIRST.rows
    assert app.button(key="corpus_undo").disabled


def test_the_sides_are_swapped_and_swapped_back(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    click(app, "corpus_swap")
    assert rows_of(own_lab) == tuple(swap_sides(ROWS))
    head = head_of(own_lab)
    assert head is not None and head.held_out == tuple(swap_sides(HELD_OUT))
    click(app, "corpus_swap")
    assert rows_of(own_lab) == ROWS  # the gold links too


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [
        ("你 好\thello", 1, "1 pair was appended."),
        ("你 好\thello\n再见\tgood bye", 2, "2 pairs were appended."),
    ],
)
def test_pasted_rows_come_at_the_end(own_lab: Laboratory, text: str, count: int, said: str) -> None:
    app = paste(open_page(own_lab, "corpus", view="table"), text)
    rows = rows_of(own_lab)
    assert rows[: len(ROWS)] == ROWS and len(rows) == len(ROWS) + count
    assert rows[len(ROWS)] == Row("你 好", "hello")
    assert said in page_text(app)


def test_of_pasted_rows_the_good_ones_are_kept_and_the_others_named(own_lab: Laboratory) -> None:
    app = paste(open_page(own_lab, "corpus", view="table"), "你 好\thello\n你 <eos>\tx")
    assert len(rows_of(own_lab)) == len(ROWS) + 1
    (warning,) = app.warning
    assert warning.value.replace("\\", "").startswith("Not stored: Row 2, source: <eos> is")


def test_a_pasted_row_that_is_there_already_is_said(own_lab: Laboratory) -> None:
    app = paste(open_page(own_lab, "corpus", view="table"), f"{ROWS[0].source}\t{ROWS[0].target}")
    assert "Rows that repeat an earlier pair: 1." in page_text(app)


def test_what_is_trained_on_is_held_out_no_longer(own_lab: Laboratory) -> None:
    row = HELD_OUT[0]
    app = paste(open_page(own_lab, "corpus", view="table"), f"{row.source}\t{row.target}")
    head = head_of(own_lab)
    assert head is not None and row.source not in [one.source for one in head.held_out]
    assert len(head.held_out) == len(HELD_OUT) - 1
    assert "1 held-out sentence is trained on now" in page_text(app)


def test_another_tokenizer_ends_the_links_and_stays(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    app.radio[0].set_value("character").run()
    head = head_of(own_lab)
    assert head is not None and head.tokenizer == "character"
    assert {row.alignment for row in head.rows} == {""}
    assert [row.target for row in head.rows] == [row.target for row in ROWS]
    assert app.radio[0].value == "character"


def test_traditional_characters_can_be_simplified(own_lab: Laboratory) -> None:
    assert "corpus_simplify" not in [
        button.key for button in open_page(own_lab, "corpus", view="table").button
    ]
    save_corpus(own_lab.open(), own_lab.key, [Row("我 愛 書", "I love books")], (), name="mine")
    app = click(open_page(own_lab, "corpus", view="table"), "corpus_simplify")
    assert rows_of(own_lab) == (Row("我 爱 书", "I love books"),)
    assert "corpus_simplify" not in [button.key for button in app.button]


def test_a_sentence_without_spaces_is_pointed_at(own_lab: Laboratory) -> None:
    rows = [Row("我们都喜欢学习", "we all like to learn"), Row("我 笑", "I laugh")]
    save_corpus(own_lab.open(), own_lab.key, rows, (), name="mine")
    text = page_text(open_page(own_lab, "corpus", view="table"))
    assert "⚠ Row 1: without spaces the whole sentence counts as one word." in text
    assert "Row 2" not in text


def test_held_out_pairs_can_be_read(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    labels = [expander.label for expander in app.expander]
    assert f"{len(HELD_OUT)} held-out pairs, never trained on" in labels
    assert any(
        list(table.value["source"]) == [row.source for row in HELD_OUT] for table in app.dataframe
    )


def test_train_on_it_starts_a_run_on_the_corpus_and_goes_there(own_lab: Laboratory) -> None:
    app = click(open_page(own_lab, "corpus", view="table"), "corpus_train")
    assert app.title[0].value == "Train, and watch it learn"
    new = max(own_lab.runs().values(), key=lambda run: run.number)
    head = head_of(own_lab)
    assert head is not None and (new.revision_id, new.status) == (head.id, "queued")
    assert address(app)["run"] == str(new.number)


def test_a_corpus_without_a_usable_pair_starts_nothing(own_lab: Laboratory) -> None:
    save_corpus(own_lab.open(), own_lab.key, [Row("我", "")], (), name="mine")
    app = click(open_page(own_lab, "corpus", view="table"), "corpus_train")
    assert "There is no usable sentence pair" in app.error[0].value
    assert app.title[0].value == "Corpus: what the model learns from"
    assert len(own_lab.runs()) == 3


def test_the_tensors_of_a_pair_are_its_words_over_their_ids(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="model")
    encoder, decoder, target = component_data(app, "tensors")["rows"]
    assert [cell["text"] for cell in encoder["cells"]] == ROWS[0].source.split()
    words = ROWS[0].target.split()
    assert [cell["text"] for cell in decoder["cells"]] == ["<sos>", *words]
    assert [cell["text"] for cell in target["cells"]] == [*words, "<eos>"]
    source_words = app.dataframe[0].value
    ids = dict(zip(source_words["word"], source_words["id"], strict=True))
    assert [int(cell["sub"]) for cell in encoder["cells"]] == [
        ids[word] for word in ROWS[0].source.split()
    ]


def test_words_are_counted_and_special_tokens_as_often_as_they_come_to_stand(
    own_lab: Laboratory,
) -> None:
    app = open_page(own_lab, "corpus", view="model")
    tokens = [token for row in ROWS for token in row.source.split()]
    table = app.dataframe[0].value
    assert dict(zip(table["word"], table["count"], strict=True)) == {
        word: tokens.count(word) for word in set(tokens)
    }
    app.toggle(key="corpus_specials").set_value(True).run()
    target = app.dataframe[1].value
    counts = dict(zip(target["word"], target["count"], strict=True))
    assert counts["<sos>"] == counts["<eos>"] == len(ROWS)
    assert counts["<pad>"] == counts["<unk>"] == 0


def test_without_a_usable_pair_there_are_no_tensors(own_lab: Laboratory) -> None:
    save_corpus(own_lab.open(), own_lab.key, [Row("我", "")], (), name="mine")
    assert "There is no usable pair yet." in page_text(open_page(own_lab, "corpus", view="model"))


def test_an_upload_replaces_the_corpus(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    data = "我 笑\tI laugh\n你 笑\tyou laugh\n".encode()
    app.file_uploader[0].set_value(("mine.tsv", data, "text/plain")).run()
    head = head_of(own_lab)
    assert head is not None and head.name == "mine.tsv"
    assert head.rows == (Row("我 笑", "I laugh"), Row("你 笑", "you laugh"))
    assert head.held_out == ()
    assert "2 pairs from mine.tsv" in page_text(app)


def test_an_upload_in_gb18030_is_offered_to_be_read_so(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    data = "我 爱 书\tI love books\n".encode("gb18030")
    app.file_uploader[0].set_value(("mine.tsv", data, "text/plain")).run()
    assert "it may be GB18030" in app.error[0].value
    assert rows_of(own_lab) == ROWS
    click(app, "corpus_read_again")
    assert rows_of(own_lab) == (Row("我 爱 书", "I love books"),)


def test_of_a_file_that_is_too_long_the_first_rows_can_be_taken(own_lab: Laboratory) -> None:
    app = open_page(own_lab, "corpus", view="table")
    data = "".join(f"我 {i}\tI {i}\n" for i in range(2001)).encode()
    app.file_uploader[0].set_value(("long.tsv", data, "text/plain")).run()
    assert "long.tsv has 2001 pairs; here there may be 2000." in page_text(app)
    assert rows_of(own_lab) == ROWS
    click(app, "corpus_take")
    assert len(rows_of(own_lab)) == 2000
