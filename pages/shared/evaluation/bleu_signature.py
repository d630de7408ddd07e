"""What the signature of a BLEU score says (Post 2018), part by part."""

from __future__ import annotations

import streamlit as st

from pages.shared.frame.i18n import N_, _
from seq2seq_core.evaluation.report import ScoredSentence
from seq2seq_core.evaluation.text_metrics import sentence_bleu

SIGNATURE_PARTS = {
    "nrefs": N_("how many references each sentence has"),
    "case": N_("mixed: capital and small letters are different"),
    "eff": N_("yes: only as many words in a row as fit into the sentence; no: always up to four"),
    "tok": N_("how words are cut: 13a for languages with spaces, zh for Chinese, by characters"),
    "smooth": N_("exp: where nothing of a length is right, a small number stands for zero"),
    "version": N_("of sacrebleu"),
}


def parse_signature(text: str) -> dict[str, str]:
    """Its parts by name, of a text like nrefs:1|case:mixed|tok:13a."""
    return dict(part.split(":", 1) for part in text.split("|"))


def draw_bleu_signature(corpus_signature: str, sentence: ScoredSentence) -> None:
    """The signatures of both BLEU scores of the page, with every part explained."""
    sentence_signature = sentence_bleu(sentence.output_text, sentence.reference_text).signature
    st.subheader(_("What the BLEU signature says"), anchor=False)
    st.markdown(_("Two BLEU scores can only be compared where their signatures are the same."))
    st.code(corpus_signature, language=None)
    corpus_parts = parse_signature(corpus_signature)
    sentence_parts = parse_signature(sentence_signature)
    st.table(
        {
            _("part"): list(corpus_parts),
            _("all sentences"): list(corpus_parts.values()),
            _("one sentence"): [sentence_parts.get(name, "–") for name in corpus_parts],
            _("what it says"): [
                _(SIGNATURE_PARTS[name]) if name in SIGNATURE_PARTS else "" for name in corpus_parts
            ],
        },
        hide_index=True,
    )
