"""Pairs as tensors, and which of them the model sees at which update.

Everything random is a function of (seed, update): a run goes on from any update without a stored
generator, and bitwise as if it had never stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.config import TrainingConfig
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import EOS, PAD, SOS, Vocabulary
from seq2seq_core.errors import ConfigError
from seq2seq_core.limits import LIMITS


@dataclass(frozen=True)
class Batch:
    src: Tensor  # (B, S) ids
    src_mask: Tensor  # (B, S), True = real token
    tgt_in: Tensor  # (B, T), <sos> y_1 … y_n
    tgt_out: Tensor  # (B, T), y_1 … y_n <eos>: what the decoder should predict at each position


def seeded_generator(seed: int, *key: object) -> torch.Generator:
    """A generator for one place in a run, named by the key: same seed and key, same numbers."""
    digest = hashlib.blake2b(repr((seed, *key)).encode(), digest_size=7).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big"))


def pad_sequences(sequences: Sequence[Sequence[int]]) -> Tensor:
    """Ids of different lengths as one (N, longest) tensor, filled up with <pad>."""
    longest = max(map(len, sequences), default=0)
    return torch.tensor([[*ids, *[PAD] * (longest - len(ids))] for ids in sequences])


class Batches:
    """A corpus as padded tensors, cut into batches of similar length."""

    def __init__(self, pairs: Sequence[Pair], source: Vocabulary, target: Vocabulary) -> None:
        self.target_vocabulary_size = len(target)
        self.src = pad_sequences([source.encode(pair.source) for pair in pairs])  # (N, S)
        targets = [[SOS, *target.encode(pair.target), EOS] for pair in pairs]
        self.tgt = pad_sequences(targets)  # (N, T + 1)
        self.src_lengths = (self.src != PAD).sum(1)  # (N,)
        self.tgt_lengths = (self.tgt != PAD).sum(1) - 1  # (N,), without <sos>

    def __len__(self) -> int:
        return len(self.src)

    def select_batch(self, rows: Tensor) -> Batch:
        """The batch of these rows (B,), no wider than its longest sentences."""
        src = self.src[rows, : int(self.src_lengths[rows].max())]  # (B, S)
        tgt = self.tgt[rows, : int(self.tgt_lengths[rows].max()) + 1]  # (B, T + 1)
        return Batch(src, src != PAD, tgt[:, :-1], tgt[:, 1:].contiguous())

    def full_batch(self) -> Batch:
        return self.select_batch(torch.arange(len(self)))

    def updates_per_epoch(self, config: TrainingConfig) -> int:
        return config.updates_per_epoch(len(self))

    def epoch_batches(self, config: TrainingConfig, epoch: int) -> list[Tensor]:
        """The batches of one epoch, as rows. Sentences of similar length stand together."""
        generator = seeded_generator(config.seed, "epoch", epoch)
        order = torch.randperm(len(self), generator=generator)
        lengths = self.src_lengths[order] * 1000 + self.tgt_lengths[order]  # source length first
        batches = order[lengths.argsort(stable=True)].split(int(config.batch_size))
        return [batches[i] for i in torch.randperm(len(batches), generator=generator)]

    def check_update_size(self, config: TrainingConfig, attention_cost: int = 1) -> None:
        """Raises ConfigError where one update would be too much work for a shared machine.

        attention_cost: see ModelConfig.attention_cost.
        """
        size = config.pairs_per_update(len(self))
        values_per_token = max(self.target_vocabulary_size, self.src.shape[1] * attention_cost)
        count = min(size, len(self)) * self.tgt.shape[1] * values_per_token
        if count > LIMITS.logits_per_update:
            raise ConfigError("too_much_per_update", count=count, limit=LIMITS.logits_per_update)
