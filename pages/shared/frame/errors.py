"""Errors as one sentence in the reader's language: the thing, the place and the way out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps

import streamlit as st

from pages.shared.frame.i18n import _, translate
from pages.shared.frame.markdown import escape_markdown
from seq2seq_core.data.corpus import Problem
from seq2seq_core.errors import MESSAGES, Seq2SeqError

LOG = logging.getLogger(__name__)


def error_sentence(code: str, fields: Mapping[str, object]) -> str:
    """The sentence of an error code, as plain text: it may hold what a learner typed."""
    return translate(MESSAGES[code]).format(
        **{
            name: translate(value) if isinstance(value, str) else value
            for name, value in fields.items()
        }
    )


def show_error(error: Seq2SeqError) -> None:
    st.error(escape_markdown(error_sentence(error.code, error.fields)), icon=":material/error:")


@contextmanager
def errors_on_page() -> Iterator[None]:
    """Whatever goes wrong inside ends as one sentence on the page, never as a traceback."""
    try:
        yield
    except Seq2SeqError as error:
        show_error(error)
    except Exception:
        LOG.exception("a page failed")
        st.error(_("This could not be drawn. Your work is saved: reload, or choose another page."))


def deferred_errors(callback: Callable[..., None]) -> Callable[..., None]:
    """For callbacks, which run before the page: what goes wrong is shown when it is drawn."""

    @wraps(callback)
    def guarded_callback(*arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception as error:
            st.session_state["error"] = error

    return guarded_callback


def show_deferred() -> None:
    """Show what a callback raised, once, at the top of the page that is drawn after it."""
    error = st.session_state.pop("error", None)
    if error is not None:
        with errors_on_page():
            raise error


def format_problem(problem: Problem, row: object) -> str:
    """A problem with the number that its row has on the screen."""
    columns = {
        "source": _("source"),
        "target": _("target"),
        "alignment": _("alignment"),
    }
    return _(
        "Row {row}, {column}: {problem}",
        row=row,
        column=columns[problem.column],
        problem=error_sentence(problem.error.code, problem.error.fields),
    )
