"""What goes into the corpus and out of it as a whole: the lesson's corpora, files, pasted rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.shared.corpus import edits, table, transforms
from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _, ngettext
from pages.shared.frame.markdown import escape_markdown
from pages.shared.frame.session import CorpusView
from seq2seq_core.data import bundled, formats
from seq2seq_core.data.cleaning import clean_text
from seq2seq_core.data.corpus import Row
from seq2seq_core.data.tokenizers import detect_tokenizer
from seq2seq_core.errors import CorpusError
from seq2seq_core.limits import LIMITS


def popover_mounts() -> int:
    """How often something was loaded or pasted: each time new, closed popovers replace the old."""
    return st.session_state.get("corpus_popover_mounts", 0)


def close_popovers() -> None:
    st.session_state["corpus_popover_mounts"] = popover_mounts() + 1


@errors.deferred_errors
def load_bundled_corpus(name: str) -> None:
    """Put one of the shipped corpora into the table; it can be undone like any change."""
    close_popovers()
    bundled_corpus = bundled.load_bundled(name)
    save_replacement(name, bundled_corpus.rows, bundled_corpus.held_out, "space")


@errors.deferred_errors
def upload_file(key: str) -> None:
    """Put a file into the table: what can be stored, and the rest by name."""
    file = st.session_state[key]
    if file is None:
        return
    close_popovers()
    encoding = st.session_state.get("corpus_encoding") or formats.ENCODINGS[0]
    data = file.getvalue()
    try:
        read_upload(file.name, data, encoding)
    except CorpusError as error:
        if error.code == "offer_gb18030":
            st.session_state["corpus_other_encoding"] = file.name, data
        raise


@errors.deferred_errors
def reread_file() -> None:
    """The file that was not UTF-8, in the other encoding that Chinese texts come in."""
    name, data = st.session_state.pop("corpus_other_encoding")
    read_upload(name, data, "gb18030")


def clear_pending_uploads() -> None:
    """Forget what an earlier file left to be decided: another corpus has come."""
    for key in ("corpus_other_encoding", "corpus_too_many"):
        st.session_state.pop(key, None)


def read_upload(name: str, data: bytes, encoding: str) -> None:
    clear_pending_uploads()
    rows = formats.parse_rows(formats.decode_upload(data, encoding), name)
    if len(rows) > LIMITS.pairs:
        st.session_state["corpus_too_many"] = name, len(rows), rows[: LIMITS.pairs]
        table.unmount_editor()
    else:
        replace_corpus(name, rows)


@errors.deferred_errors
def accept_first_rows() -> None:
    """Take the first rows of a file that is too long, as many as the limit allows."""
    name, _count, rows = st.session_state.pop("corpus_too_many")
    replace_corpus(name, rows)


def replace_corpus(name: str, rows: Sequence[Row]) -> None:
    tokenizer = detect_tokenizer([row.source for row in rows])
    usable_rows = edits.sanitize_with_notices(rows, tokenizer).rows
    if not usable_rows:
        raise CorpusError("no_pairs")
    save_replacement(clean_text(name)[:40], usable_rows, (), tokenizer)
    edits.queue_notice(
        ngettext(
            "1 pair from {name}; sentences are cut into words: {cut}.",
            "{count} pairs from {name}; sentences are cut into words: {cut}.",
            len(usable_rows),
            name=name,
            cut=_(transforms.TOKENIZER_LABELS[tokenizer][0]),
        )
    )


def save_replacement(
    name: str, rows: Sequence[Row], held_out: Sequence[Row], tokenizer: str
) -> None:
    clear_pending_uploads()
    edits.save_edit(session.current_corpus(), rows, held_out, name, tokenizer)
    table.unmount_editor()


@errors.deferred_errors
def append_pasted_rows() -> None:
    """Append the lines of a spreadsheet."""
    close_popovers()
    view = session.current_corpus()
    rows = formats.parse_rows(st.session_state["corpus_paste"], "paste.tsv")
    new_rows = edits.sanitize_with_notices(rows, view.tokenizer).rows
    if not new_rows:  # all were refused, which is said
        return
    transforms.save_version([*view.rows, *new_rows], view.held_out)
    edits.queue_notice(
        ngettext("1 pair was appended.", "{count} pairs were appended.", len(new_rows))
    )
    st.session_state["corpus_paste"] = ""


def paste_form() -> None:
    st.text_area(
        _("Rows out of a spreadsheet: source, tab, target; they come at the end."),
        key="corpus_paste",
        height=160,
    )
    st.button(_("Append"), on_click=append_pasted_rows, key="corpus_append")


def download_buttons(view: CorpusView) -> None:
    for form in formats.FORMATS:
        st.download_button(
            form.upper(),
            partial(formats.dump_rows, view.rows, form),
            f"corpus.{form}",
            on_click="ignore",
            key=f"corpus_download_{form}",
        )


def choose_bundled() -> None:
    """The corpora of the lesson, each with what it is about."""
    with st.container(gap="small", key="corpus_shipped"):
        for name, info in bundled.CORPORA.items():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    _(info.title),
                    on_click=load_bundled_corpus,
                    args=(name,),
                    key=f"corpus_load_{name}",
                )
                st.caption(_(info.description))


def choose_file() -> None:
    """A file of one's own: at most as large as the limits allow, said before it is chosen."""
    key = f"corpus_file_{popover_mounts()}"
    st.segmented_control(
        _("Encoding of the file"),
        formats.ENCODINGS,
        default=formats.ENCODINGS[0],
        required=True,
        format_func=str.upper,
        key="corpus_encoding",
    )
    # Streamlit's own words on the button know no other language, and repeat the limits
    st.html(
        f"""<style>[data-testid=stFileUploaderDropzoneInstructions] {{ display: none; }}
        [data-testid=stFileUploaderDropzone] button p {{ font-size: 0; }}
        [data-testid=stFileUploaderDropzone] button p::after
        {{ content: "{_("Choose a file")}"; font-size: .875rem; }}</style>"""
    )
    st.file_uploader(
        _(
            "A file of your own: TSV, CSV or JSON, a source and a target per line, or an export "
            "of Anki or Tatoeba; at most {pairs} pairs and {size} MB.",
            pairs=LIMITS.pairs,
            size=LIMITS.upload_bytes // 2**20,
        ),
        type=["tsv", "csv", "json", "txt"],
        key=key,
        on_change=upload_file,
        args=(key,),
    )


def pending_uploads() -> None:
    """What else can be done with a file that could not be taken as it was."""
    if "corpus_other_encoding" in st.session_state:
        st.button(
            _(
                "Read {name} as GB18030",
                name=escape_markdown(st.session_state["corpus_other_encoding"][0]),
            ),
            on_click=reread_file,
            key="corpus_read_again",
        )
    too_long_file: tuple[str, int, list[Row]] | None = st.session_state.get("corpus_too_many")
    if too_long_file is None:
        return
    with st.container(border=True, key="corpus_pending"):
        st.text(
            _(
                "{name} has {count} pairs; here there may be {limit}.",
                name=too_long_file[0],
                count=too_long_file[1],
                limit=LIMITS.pairs,
            )
        )
        st.button(
            _("Take the first {limit}", limit=LIMITS.pairs),
            on_click=accept_first_rows,
            key="corpus_take",
        )


def corpus_toolbar(view: CorpusView) -> None:
    """The tools of the table, in one line."""
    with st.container(horizontal=True, vertical_alignment="center", key="corpus_tools"):
        load_key, paste_key = f"corpus_load_{popover_mounts()}", f"corpus_paste_{popover_mounts()}"
        with st.popover(_("Load a corpus"), icon=":material/library_books:", key=load_key):
            choose_bundled()
            choose_file()
        with st.popover(_("Paste rows"), icon=":material/content_paste:", key=paste_key):
            paste_form()
        transforms.swap_button()
        transforms.choose_tokenizer(view)
        transforms.simplify_button(view)
        with st.popover(_("Download"), icon=":material/download:"):
            download_buttons(view)
