"""What the shipped corpora are called where one chooses one, and what each is about."""

from __future__ import annotations

from pages.shared.frame.i18n import N_

CORPUS_DESCRIPTIONS = {
    "first": (N_("First"), N_("300 pairs in which words recombine.")),
    "five_sentences": (N_("Five sentences"), N_("No word occurs twice.")),
    "reverse": (
        N_("Reverse"),
        N_("Three to eight symbols, written backwards: for each there is one place to look at."),
    ),
    "labels": (
        N_("Labels"),
        N_("A label for every word; for 要, 把, 画, 在 and 信 only the neighbours decide."),
    ),
    "summaries": (
        N_("Summaries"),
        N_("Long becomes short: who did what is kept; time, place and number are dropped."),
    ),
    "dialogue": (
        N_("Dialogue"),
        N_("Something is said, and a reply takes up its names and things."),
    ),
    "questions": (
        N_("Questions"),
        N_("Two facts and a question; the answer is a word of the facts."),
    ),
}
