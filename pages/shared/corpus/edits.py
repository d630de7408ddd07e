"""A change of the corpus on its way into the store: made clean, refused or kept, and said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _, ngettext
from pages.shared.frame.markdown import escape_markdown
from pages.shared.frame.session import CorpusView
from seq2seq_core.data.corpus import Problem, Row, SanitizedRows, count_duplicates, sanitize_rows

MAX_SHOWN_PROBLEMS = 4  # of many; the others are counted


def shown_revision() -> dict[str, CorpusView | None]:
    """The version that the learner has before them: undo goes back from that one.

    A plain dict: a rerun may break in at every access to the session's own state, and between a
    commit and the note of it nothing may break in.
    """
    return st.session_state.setdefault("corpus_seen", {"view": None})


def queue_notice(text: str, refused: bool = False) -> None:
    """Keep plain text to be shown once, when the page is drawn next."""
    st.session_state.setdefault("corpus_said", []).append((text, refused))


def pop_notices() -> list[tuple[str, bool]]:
    """The notices not shown yet, each with whether something was refused."""
    return st.session_state.pop("corpus_said", [])


def show_notices() -> None:
    for text, refused in pop_notices():
        if refused:
            st.warning(escape_markdown(text), icon=":material/block:")
        else:
            st.text(f"ⓘ {text}")


def queue_problems(problems: Sequence[Problem], numbers: Sequence[object]) -> None:
    """Say what was not stored, by row, column and reason.

    numbers: of the rows on the screen, by position.
    """
    if not problems:
        return
    lines = [errors.format_problem(p, numbers[p.row - 1]) for p in problems[:MAX_SHOWN_PROBLEMS]]
    if len(problems) > MAX_SHOWN_PROBLEMS:
        lines.append(_("… and {count} more.", count=len(problems) - MAX_SHOWN_PROBLEMS))
    queue_notice(_("Not stored:") + " " + " ".join(lines), refused=True)


def sanitize_with_notices(
    rows: Sequence[Row], tokenizer: str, numbers: Sequence[object] = ()
) -> SanitizedRows:
    """The rows as they may be stored; notices say what is refused or was taken out of them."""
    numbers = numbers or range(1, len(rows) + 1)
    sanitized = sanitize_rows(rows, tokenizer)
    queue_problems(sanitized.problems, numbers)
    if sanitized.altered_rows:
        row_numbers = ", ".join(
            str(numbers[n - 1]) for n in sanitized.altered_rows[:MAX_SHOWN_PROBLEMS]
        )
        more = " …" if len(sanitized.altered_rows) > MAX_SHOWN_PROBLEMS else ""
        queue_notice(
            _("Invisible characters were taken out of row {row}.", row=row_numbers)
            if len(sanitized.altered_rows) == 1
            else _("Invisible characters were taken out of rows {rows}.", rows=row_numbers + more)
        )
    return sanitized


def save_edit(
    view: CorpusView,
    rows: Sequence[Row],
    held_out: Sequence[Row] | None = None,
    name: str | None = None,
    tokenizer: str | None = None,
) -> CorpusView:
    """Store sanitized rows as the version after the one shown. Raises StoreError with code stale.

    What is trained on is not new any more: it leaves the held-out pairs.
    """
    earlier_duplicates, trained_sources = count_duplicates(view.rows), {row.source for row in rows}
    earlier_held_out = view.held_out if held_out is None else held_out
    still_held_out = [row for row in earlier_held_out if row.source not in trained_sources]
    slot = shown_revision()
    slot["view"] = saved = session.save_corpus(view, rows, still_held_out, name, tokenizer)
    duplicate_count = count_duplicates(saved.rows)
    if duplicate_count > earlier_duplicates or (duplicate_count and name):
        queue_notice(_("Rows that repeat an earlier pair: {count}.", count=duplicate_count))
    if len(still_held_out) < len(earlier_held_out):
        count = len(earlier_held_out) - len(still_held_out)
        queue_notice(
            ngettext(
                "1 held-out sentence is trained on now: it no longer tests the model.",
                "{count} held-out sentences are trained on now: they no longer test the model.",
                count,
            )
        )
    return saved
