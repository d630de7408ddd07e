"""How good is a text? Exact match, BLEU, chrF and ROUGE, by the field's own implementations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seq2seq_core.data.tokenizers import CJK

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU


def exact_match(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Share of sentences that are right to the last token. Needs at least one sentence."""
    matches = [list(o) == list(r) for o, r in zip(outputs, references, strict=True)]
    return sum(matches) / len(matches)


@dataclass(frozen=True)
class TextScores:
    """A set of output texts against one reference each."""

    bleu: float  # 0 to 100
    bleu_signature: str  # says how it was computed (Post 2018)
    chrf: float  # 0 to 100
    rouge1: float  # F1, 0 to 1, here and below: words in common
    rouge2: float  # pairs of neighbours in common
    rougeL: float  # longest common subsequence


def contains_chinese(texts: Sequence[str]) -> bool:
    """Whether one of the texts has a Chinese character: such texts are cut into characters."""
    return any(CJK.search(text) for text in texts)


def score_texts(outputs: Sequence[str], references: Sequence[str]) -> TextScores:
    """Corpus BLEU (Papineni et al. 2002) and chrF (Popović 2015) by sacrebleu, mean ROUGE F1.

    One reference each. sacrebleu cuts Chinese references into characters by its own "zh" tokenizer.
    """
    from sacrebleu.metrics import BLEU, CHRF  # takes 0.2 s: not for pages without scores

    # force: no warning that the texts look tokenized; they are, on both sides alike
    bleu = BLEU(tokenize="zh" if contains_chinese(references) else "13a", force=True)
    bleu_score = bleu.corpus_score(list(outputs), [list(references)]).score
    chrf_score = CHRF().corpus_score(list(outputs), [list(references)]).score
    rouge_scores = [rouge_f1(o, r) for o, r in zip(outputs, references, strict=True)]
    rouge_means = [sum(values) / len(values) for values in zip(*rouge_scores, strict=True)]
    return TextScores(bleu_score, str(bleu.get_signature()), chrf_score, *rouge_means)


@dataclass(frozen=True)
class SentenceBleu:
    """BLEU of one sentence: the geometric mean of its precisions times the brevity penalty."""

    score: float  # 0 to 100
    signature: str
    counts: tuple[int, ...]  # n-grams of the output that the reference has too, n = 1 to 4
    totals: tuple[int, ...]  # n-grams of the output
    brevity_penalty: float  # below 1 where the output is shorter than the reference


def build_bleu(reference: str, effective_order: bool) -> BLEU:
    """sacrebleu's BLEU, cutting words as the reference's language needs it."""
    from sacrebleu.metrics import BLEU

    tokenize = "zh" if contains_chinese([reference]) else "13a"
    if effective_order:
        return BLEU(tokenize=tokenize, effective_order=True)
    return BLEU(tokenize=tokenize, smooth_method="none", force=True)


def sentence_bleu(output: str, reference: str) -> SentenceBleu:
    """BLEU of one sentence with effective_order: only n-grams that fit into it count.

    By the plain formula a perfect sentence of three words gets 0, see unsmoothed_sentence_bleu.
    """
    bleu = build_bleu(reference, effective_order=True)
    result = bleu.sentence_score(output, [reference])
    counts, totals = tuple(map(int, result.counts)), tuple(map(int, result.totals))
    return SentenceBleu(result.score, str(bleu.get_signature()), counts, totals, result.bp)


def unsmoothed_sentence_bleu(output: str, reference: str) -> float:
    """BLEU of one sentence by the formula of 2002, which was made for whole texts.

    It always takes n-grams up to four words and smooths nothing: 0 where no four words in a row
    are right.
    """
    bleu = build_bleu(reference, effective_order=False)  # as a text of one sentence
    return bleu.corpus_score([output], [[reference]]).score


def first_words(reference: str, count: int) -> str:
    """The first words of a text, as BLEU cuts it."""
    tokens = build_bleu(reference, effective_order=True).tokenizer(reference).split()
    return " ".join(tokens[:count])


class CharacterTokenizer:
    """rouge-score's own tokenizer knows ASCII only; Chinese is compared character by character."""

    def tokenize(self, text: str) -> list[str]:
        return [character for character in text if not character.isspace()]


def rouge_f1(output: str, reference: str) -> tuple[float, float, float]:
    """ROUGE-1, ROUGE-2 and ROUGE-L F1 (Lin 2004), 0 to 1; English is compared in lower case."""
    from rouge_score.rouge_scorer import RougeScorer

    tokenizer = CharacterTokenizer() if contains_chinese([reference, output]) else None
    scores = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=tokenizer).score(
        reference, output
    )
    return scores["rouge1"].fmeasure, scores["rouge2"].fmeasure, scores["rougeL"].fmeasure
