"""A change of the corpus on its way into the store: made clean, refused or kept, and said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.frame import errors, session
from pages.shared.frame.i18n import _
from pages.shared.frame.markdown import literal
from pages.shared.frame.session import CorpusView
from seq2seq_core.data.corpus import Problem, Row, SanitizedRows, count_duplicates, sanitize_rows

SHOWN = 4  # of many problems


def seen() -> dict[str, CorpusView | None]:
    """The version that the learner has before them: undo goes back from that one.

    A plain dict: a rerun may break in at every access to the session's own state, and between a
    commit and the note of it nothing may break in.
    """
    return st.session_state.setdefault("corpus_seen", {"view": None})


def say(text: str, refused: bool = False) -> None:
    """To be read once, when the page is drawn next. Plain text."""
    st.session_state.setdefault("corpus_said", []).append((text, refused))


def said() -> list[tuple[str, bool]]:
    """What is to be read now; whether something was refused."""
    return st.session_state.pop("corpus_said", [])


def show_said() -> None:
    for text, refused in said():
        if refused:
            st.warning(literal(text), icon=":material/block:")
        else:
            st.text(f"ⓘ {text}")


def say_problems(problems: Sequence[Problem], numbers: Sequence[object]) -> None:
    """What was not stored, by row, column and reason; `numbers` are the rows' own on the screen."""
    if not problems:
        return
    lines = [errors.problem_line(p, numbers[p.row - 1]) for p in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(_("… and {count} more.", count=len(problems) - SHOWN))
    say(_("Not stored:") + " " + " ".join(lines), refused=True)


def tidied(rows: Sequence[Row], tokenizer: str, numbers: Sequence[object] = ()) -> SanitizedRows:
    """The rows as they may be stored; what is refused, and what was taken out of them, is said."""
    numbers = numbers or range(1, len(rows) + 1)
    clean = sanitize_rows(rows, tokenizer)
    say_problems(clean.problems, numbers)
    if clean.altered_rows:
        shown = ", ".join(str(numbers[n - 1]) for n in clean.altered_rows[:SHOWN])
        more = " …" if len(clean.altered_rows) > SHOWN else ""
        say(
            _("Invisible characters were taken out of row {row}.", row=shown)
            if len(clean.altered_rows) == 1
            else _("Invisible characters were taken out of rows {rows}.", rows=shown + more)
        )
    return clean


def keep(
    view: CorpusView,
    rows: Sequence[Row],
    held_out: Sequence[Row] | None = None,
    name: str | None = None,
    tokenizer: str | None = None,
) -> CorpusView:
    """Store tidy rows as the version after the one shown. Raises StoreError with code stale.

    What is trained on is not new any more: it leaves the held-out pairs.
    """
    before, known = count_duplicates(view.rows), {row.source for row in rows}
    kept_out = view.held_out if held_out is None else held_out
    aside = [row for row in kept_out if row.source not in known]
    note = seen()
    note["view"] = saved = session.save_corpus(view, rows, aside, name, tokenizer)
    twice = count_duplicates(saved.rows)
    if twice > before or (twice and name):
        say(_("Rows that repeat an earlier pair: {count}.", count=twice))
    if len(aside) < len(kept_out):
        count = len(kept_out) - len(aside)
        say(
            _("1 held-out sentence is trained on now: it no longer tests the model.")
            if count == 1
            else _(
                "{count} held-out sentences are trained on now: they no longer test the model.",
                count=count,
            )
        )
    return saved
