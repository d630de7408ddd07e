"""The corpus as a table: every change is saved as it is made, and every change can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import errors, session
from pages.shared.i18n import _, language
from pages.shared.session import CorpusView
from seq2seq_core import corpora, files, store
from seq2seq_core.corpus import Corpus, Row, read_rows
from seq2seq_core.errors import StoreError
from seq2seq_core.limits import LIMITS
from seq2seq_core.text import clean
from seq2seq_core.tokenizers import CJK, suggest

PROBLEMS = 8  # shown at once
LONGEST_WORD = 5  # Chinese characters; what is longer is rather a sentence without spaces


def table_of(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a table, numbered from 1 as the problems count them."""
    return pd.DataFrame(
        {"source": [row.source for row in rows], "target": [row.target for row in rows]},
        index=pd.RangeIndex(1, len(rows) + 1),
        dtype="object",
    )


def rows_of(table: pd.DataFrame, before: Sequence[Row]) -> tuple[Row, ...]:
    """The table as rows. Gold links belong to a pair as it was: a changed pair has none."""
    links = {(row.source, row.target): row.alignment for row in before}
    cells = (
        (as_text(s), as_text(t)) for s, t in zip(table["source"], table["target"], strict=True)
    )
    return tuple(Row(source, target, links.get((source, target), "")) for source, target in cells)


def as_text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""  # an empty cell is None or NaN


def shown() -> dict[str, Any]:
    """What the editor stands on: mounts, base and view.

    A plain dict: a rerun may break in at every access to the session's own state, and between a
    commit and the note of it nothing may break in.
    """
    return st.session_state.setdefault("corpus_shown", {"mounts": 0, "base": None, "view": None})


def editor_key() -> str:
    return f"corpus_table_{shown()['mounts']}_{language()}"


def mount(view: CorpusView) -> None:
    """A fresh editor: fed its own output, Streamlit's would lose every second edit."""
    shown().update(mounts=shown()["mounts"] + 1, base=table_of(view.rows), view=view)


def shown_view() -> CorpusView:
    """The version shown, mounted anew after a page switch, an undo, another tab's edit."""
    now, view = session.corpus(), shown()["view"]
    if view is None or editor_key() not in st.session_state:
        mount(now)
    elif view.revision != now.revision:
        errors.show(StoreError("stale"))  # what was typed here in the meantime does not win
        mount(now)
    return shown()["view"]


def save(view: CorpusView, rows: tuple[Row, ...]) -> CorpusView:
    """Keep an edit. Where another tab was quicker its version stays, and the learner is told."""
    note = shown()
    try:
        note["view"] = session.save_corpus(view, rows, view.held_out)
    except StoreError as error:
        errors.show(error)
        mount(session.corpus())
    return shown()["view"]


@errors.kept
def undo() -> None:
    """Back to the version before the one that is shown, not before somebody else's."""
    view = shown()["view"]
    shown()["view"] = None
    if view is not None and view.revision is not None:
        store.undo(session.engine(), view.revision.workspace_id, view.revision.id)


@errors.kept
def load(name: str) -> None:
    """Put one of the shipped corpora into the table; it can be undone like any change."""
    shipped = corpora.shipped(name)
    replace(name, shipped.rows, shipped.held_out)


@errors.kept
def upload(key: str) -> None:
    """Put a file into the table, whole or not at all."""
    file = st.session_state[key]
    if file is None:
        return
    encoding = st.session_state.get("corpus_encoding") or files.ENCODINGS[0]
    rows = files.rows_of(files.text_of(file.getvalue(), encoding), file.name)
    tokenizer = suggest([row.source for row in rows])
    read_rows(rows, tokenizer)  # refuses what is too large
    replace(clean(file.name)[:40], tuple(rows), (), tokenizer)


def replace(
    name: str, rows: tuple[Row, ...], held_out: tuple[Row, ...], tokenizer: str = "space"
) -> None:
    session.save_corpus(session.corpus(), rows, held_out, name, tokenizer)
    shown()["view"] = None


def tools(view: CorpusView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/train.py", label=_("Train on it"), icon=":material/show_chart:")
        st.button(
            _("Undo"),
            on_click=undo,
            disabled=view.revision is None or view.revision.parent_id is None,
            icon=":material/undo:",
            key="corpus_undo",
        )
        with st.popover(_("Load a corpus"), icon=":material/library_books:"):
            for name, title in (
                ("first", _("First: 300 pairs in which words recombine")),
                ("five_sentences", _("Five sentences: no word occurs twice")),
            ):
                st.button(title, on_click=load, args=(name,), key=f"corpus_load_{name}")
            choose_file()
        with st.popover(_("Download"), icon=":material/download:"):
            for form in files.FORMATS:
                st.download_button(
                    form.upper(),
                    partial(files.written, view.rows, form),
                    f"corpus.{form}",
                    on_click="ignore",
                    key=f"corpus_download_{form}",
                )
        st.text("✓ " + _("saved") if view.revision else _("as it comes with the lesson"))


def choose_file() -> None:
    """A file of one's own: at most as large as the limits allow, said before it is chosen."""
    key = f"corpus_file_{shown()['mounts']}"  # empty again after each
    st.segmented_control(
        _("Encoding of the file"),
        files.ENCODINGS,
        default=files.ENCODINGS[0],
        required=True,
        format_func=str.upper,
        key="corpus_encoding",
    )
    st.file_uploader(
        _(
            "A file of your own: TSV, CSV or JSON, a source and a target per line, "
            "at most {pairs} pairs and {size} MB.",
            pairs=LIMITS.pairs,
            size=LIMITS.upload_bytes // 2**20,
        ),
        type=["tsv", "csv", "json", "txt"],
        key=key,
        on_change=upload,
        args=(key,),
    )


def problems(corpus: Corpus, table: pd.DataFrame) -> None:
    """What is wrong, at the numbers that the rows have on the screen."""
    numbers = [n for n in table.index if any(as_text(c).strip() for c in table.loc[n])]
    lines = [errors.problem_line(p, numbers[p.row - 1]) for p in corpus.problems]
    hints = [
        _("Row {row}: without spaces the whole sentence counts as one word.", row=number)
        for number in numbers
        if len(CJK.findall(text := as_text(table.loc[number, "source"]))) > LONGEST_WORD
        and " " not in text.strip()
    ]
    if not lines + hints:
        return
    with st.container(border=True, key="corpus_problems"):
        if lines:
            st.text(_("These rows are left out until they are mended; all others are used:"))
        for line in (lines + hints)[:PROBLEMS]:
            st.text(f"⚠ {line}")
        if len(lines + hints) > PROBLEMS:
            st.text(_("… and {count} more.", count=len(lines + hints) - PROBLEMS))


def vocabulary(title: str, sentences: Iterable[Sequence[str]], key: str) -> None:
    counts = Counter(token for sentence in sentences for token in sentence)
    st.subheader(title, anchor=False)
    st.caption(_("{count} words, and four special tokens", count=len(counts)))
    known = corpora.words()
    table = pd.DataFrame(counts.most_common(), columns=["word", "count"])
    table["pinyin"] = [known[w].pinyin if w in known else "" for w in table["word"]]
    table["gloss"] = [known[w].gloss if w in known else "" for w in table["word"]]
    explained = language() == "en" and bool(table["pinyin"].any())
    st.dataframe(
        table,
        hide_index=True,
        height=320,
        column_order=["word", "pinyin", "gloss", "count"] if explained else ["word", "count"],
        column_config={
            "word": st.column_config.TextColumn(_("word")),
            "count": st.column_config.NumberColumn(_("how often")),
            "pinyin": st.column_config.TextColumn(_("pinyin")),
            "gloss": st.column_config.TextColumn(_("meaning")),
        },
        key=key,
    )


def held_out(view: CorpusView) -> None:
    """What the model never learns from: to be read, not to be changed."""
    with st.expander(_("{count} held-out pairs, never trained on", count=len(view.held_out))):
        st.dataframe(
            table_of(view.held_out),
            height=320,
            column_config={
                "source": st.column_config.TextColumn(_("Chinese · source")),
                "target": st.column_config.TextColumn(_("English · target")),
            },
            key="corpus_held_out",
        )


def page() -> None:
    st.title(_("Corpus: what the model learns from"), anchor=False)
    st.markdown(
        _(
            "Each row is a sentence and its translation, words separated by spaces. Change a word, "
            "add a row at the end, or tick rows to delete them: every change is saved."
        )
    )
    place = st.container()  # above the table, but known only after it
    view = shown_view()
    base = shown()["base"]
    edited = st.data_editor(
        base,
        num_rows="dynamic",
        height=420,
        hide_index=False,
        key=editor_key(),
        column_config={
            "source": st.column_config.TextColumn(_("Chinese · source"), default=""),
            "target": st.column_config.TextColumn(_("English · target"), default=""),
        },
        alt=_("The sentence pairs of the corpus, to be edited."),
    )
    origin = corpora.shipped(view.name).rows if view.name in corpora.NAMES else ()
    rows = rows_of(edited, (*origin, *view.rows))
    if rows != view.rows:
        view = save(view, rows)
    with place:
        tools(view)
    corpus = read_rows(view.rows, view.tokenizer)
    problems(corpus, edited)
    left, right = st.columns(2, gap="large")
    with left:
        vocabulary(_("Chinese words"), (p.source for p in corpus.pairs), "corpus_source_words")
    with right:
        vocabulary(_("English words"), (p.target for p in corpus.pairs), "corpus_target_words")
    if view.held_out:
        held_out(view)


page()
