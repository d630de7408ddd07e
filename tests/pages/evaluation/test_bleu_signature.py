"""A signature's parts."""

from __future__ import annotations

from pages.shared.evaluation.bleu_signature import SIGNATURE_PARTS, parse_signature
from seq2seq_core.evaluation.text_metrics import score_texts, sentence_bleu


def test_the_parts_put_together_are_the_signature() -> None:
    for signature in (
        sentence_bleu("a b", "a b").signature,
        score_texts(["a b"], ["a b"]).bleu_signature,
        score_texts(["我 爱"], ["我 爱"]).bleu_signature,
    ):
        parts = parse_signature(signature)
        assert "|".join(f"{name}:{value}" for name, value in parts.items()) == signature
        assert set(parts) <= set(SIGNATURE_PARTS)


def test_chinese_is_cut_by_characters_and_the_signature_says_so() -> None:
    assert parse_signature(score_texts(["我 爱"], ["我 爱"]).bleu_signature)["tok"] == "zh"
    assert parse_signature(score_texts(["I love"], ["I love"]).bleu_signature)["tok"] == "13a"
