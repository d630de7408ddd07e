"""Errors as one sentence in the reader's language: the thing, the place and the way out."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.shared.i18n import _, catalogue, language
from pages.shared.literal import literal
from seq2seq_core.corpus import Problem
from seq2seq_core.errors import MESSAGES, Seq2SeqError


def sentence(code: str, fields: Mapping[str, object]) -> str:
    """The sentence of an error code, as plain text: it may hold what a learner typed."""
    known = catalogue(language())
    text = known.get(MESSAGES[code]) or MESSAGES[code]
    return text.format(**{name: known.get(str(value), value) for name, value in fields.items()})


def show(error: Seq2SeqError) -> None:
    st.error(literal(sentence(error.code, error.fields)), icon=":material/error:")


def unexpected() -> None:
    """What a learner reads when a page failed by our own fault; the details are in the log."""
    st.error(_("This page could not be drawn. Your work is saved: reload, or choose another page."))


def problem_line(problem: Problem) -> str:
    columns = {"source": _("source"), "target": _("target"), "alignment": _("alignment")}
    return _(
        "Row {row}, {column}: {problem}",
        row=problem.row,
        column=columns[problem.column],
        problem=sentence(problem.error.code, problem.error.fields),
    )
