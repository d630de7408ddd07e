"""What a page shows of a run while it learns, made anew a few times a second."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from seq2seq_core.decoding.translator import Translator
from seq2seq_core.errors import DivergenceError
from seq2seq_core.evaluation.alignment import chance_alignment
from seq2seq_core.limits import LIMITS
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.dataset import Dataset
from seq2seq_core.training.learn import evaluated_pairs
from seq2seq_core.workers.preview import (
    AttentionRows,
    sentences_by_source,
    tokenize_previews,
    translate_previews,
)


def is_finite(attention: AttentionRows | None) -> bool:
    return all(math.isfinite(number) for row in attention or () for number in row)


class LivePreview:
    """Makes one preview after another, and measures how fast the run learns between two of them."""

    def __init__(
        self,
        model: EncoderDecoder,
        corpus: Mapping[str, Any],
        dataset: Dataset,
        update: int,
    ) -> None:
        self.translator = Translator(model, dataset.codec)
        self.sentences_by_source = sentences_by_source(corpus, dataset)
        self.default_texts: Sequence[str] = corpus["watched"]
        # a model that knows nothing yet would go on writing up to the limit
        longest_target = dataset.train_batches.tgt.shape[1]
        self.max_length = min(longest_target + 4, LIMITS.decoded_tokens)
        self.evaluation = {
            "evaluated": "held_out" if dataset.held_out else "training",
            "chance": chance_alignment(evaluated_pairs(dataset)),
        }
        self.update, self.made_at = update, 0.0  # of the last preview
        self.tokens, self.seconds = 0, 0.0  # target tokens since the last preview, time for them
        self.updates_per_second = 0.0  # by the clock, smoothed
        self.choose_sentences(None)

    def choose_sentences(self, texts: Sequence[str] | None) -> None:
        """What the previews show from now on; None: the sentences of the corpus.

        Raises CorpusError where one cannot be read.
        """
        self.sentences = tokenize_previews(
            texts or self.default_texts, self.sentences_by_source, self.translator.codec
        )
        # no update: the next preview is made anew, also where the run has not learnt in between
        self.previewed_update = -1

    def count_tokens(self, tokens: int, seconds: float) -> None:
        """Count the target tokens of an update, and the seconds that it took."""
        self.tokens += tokens
        self.seconds += seconds

    def measure_speed(self, update: int) -> None:
        """Updates per second since the last preview, as a running mean."""
        if not self.made_at:
            return
        rate = (update - self.update) / (time.perf_counter() - self.made_at)
        smoothed = self.updates_per_second + 0.4 * (rate - self.updates_per_second)
        self.updates_per_second = smoothed if self.updates_per_second else rate

    def make_preview(self, update: int, epoch: int) -> dict[str, Any]:
        """The preview after an update. Raises DivergenceError where attention is no number."""
        translations = translate_previews(self.translator, self.sentences, self.max_length)
        if not all(is_finite(sentence["attention"]) for sentence in translations):
            raise DivergenceError("diverged", update=update)
        self.measure_speed(update)
        preview = {
            "update": update,
            "updates_per_second": round(self.updates_per_second, 2),
            "epoch": epoch,
            "tokens_per_second": round(self.tokens / self.seconds) if self.seconds else 0,
            **self.evaluation,
            "sentences": translations,
        }
        self.previewed_update = self.update = update
        self.made_at = time.perf_counter()
        self.tokens, self.seconds = 0, 0.0
        return preview
