"""What the signature of a BLEU score says (Post 2018), part by part."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame.i18n import N_, _
from seq2seq_core.evaluation.report import ScoredSentence
from seq2seq_core.evaluation.text_metrics import sentence_bleu

PARTS = {
    "nrefs": N_("how many references each sentence has"),
    "case": N_("mixed: capital and small letters are different"),
    "eff": N_("yes: only as many words in a row as fit into the sentence; no: always up to four"),
    "tok": N_("how words are cut: 13a for languages with spaces, zh for Chinese, by characters"),
    "smooth": N_("exp: where nothing of a length is right, a small number stands for zero"),
    "version": N_("of sacrebleu"),
}


def parts_of(text: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in text.split("|"))


def signature(of_all: str, one: ScoredSentence) -> None:
    """The signatures of both BLEU scores of the page, with every part explained."""
    of_one = sentence_bleu(one.output_text, one.reference_text).signature
    st.subheader(_("What the BLEU signature says"), anchor=False)
    st.markdown(_("Two BLEU scores can only be compared where their signatures are the same."))
    st.code(of_all, language=None)
    together, alone = parts_of(of_all), parts_of(of_one)
    st.table(
        {
            _("part"): list(together),
            _("all sentences"): list(together.values()),
            _("one sentence"): [alone.get(name, "–") for name in together],
            _("what it says"): [_(PARTS[name]) if name in PARTS else "" for name in together],
        },
        hide_index=True,
    )
