"""The vectors that a model has for words and positions, and which words are neighbours there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import SPECIAL_TOKENS, UNK, Vocabulary
from seq2seq_core.decoding.translator import Translator
from seq2seq_core.models.base import EncoderDecoder

MAX_STATES = 1500  # positions, about: this decides how many sentences are read
MAX_COMPARED_WORDS = 500  # the closest two words are looked for among the first ones

TokenPosition = tuple[int, int]  # sentence, position


@dataclass(frozen=True)
class VectorSet:
    """Vectors with their words. An embedding is one vector a word, a state one a position."""

    words: tuple[str, ...]
    vectors: Tensor  # (N, D)
    positions: tuple[TokenPosition, ...] = ()  # of states, in `sentences`
    sentences: tuple[tuple[str, ...], ...] = ()

    @property
    def vector_size(self) -> int:
        """How many numbers a vector has."""
        return self.vectors.shape[1]


@dataclass(frozen=True)
class Neighbour:
    """A word near another one."""

    word: str
    cosine: float  # -1 to 1, between the full vectors


def mean_vectors(vector_set: VectorSet) -> tuple[list[str], Tensor]:
    """The words, each once, and the mean (W, D) of the vectors that each one has."""
    words = list(dict.fromkeys(vector_set.words))
    row_by_word = {word: i for i, word in enumerate(words)}
    rows = torch.tensor([row_by_word[word] for word in vector_set.words])
    sums = torch.zeros(len(words), vector_set.vector_size).index_add_(0, rows, vector_set.vectors)
    return words, sums / rows.bincount(minlength=len(words)).unsqueeze(1)


def nearest_neighbours(vector_set: VectorSet, word: str, count: int = 8) -> list[Neighbour]:
    """The `count` words whose mean vectors make the smallest angles with this word's.

    The nearest comes first. word: one of the set's.
    """
    words, vectors = mean_vectors(vector_set)
    directions = normalize(vectors, dim=1)
    cosines = (directions @ directions[words.index(word)]).clamp(-1, 1).tolist()
    others = [Neighbour(w, c) for w, c in zip(words, cosines, strict=True) if w != word]
    return sorted(others, key=lambda neighbour: -neighbour.cosine)[:count]


def closest_pair_word(vector_set: VectorSet) -> str | None:
    """One of the two words that are closest to each other; None where the set has fewer."""
    words, vectors = mean_vectors(vector_set)
    directions = normalize(vectors[:MAX_COMPARED_WORDS], dim=1)
    if len(directions) < 2:
        return None
    cosines = (directions @ directions.T).fill_diagonal_(-2)  # a word is no neighbour of its own
    return words[int(cosines.argmax()) // len(directions)]


def sample_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """Some of the pairs, evenly over all of them, that have at most MAX_STATES positions a side."""
    longest = max(max(len(pair.source), len(pair.target)) for pair in pairs)
    count = min(len(pairs), max(1, MAX_STATES // longest))
    return [pairs[i * len(pairs) // count] for i in range(count)]


def embedding_vectors(table: Tensor, vocabulary: Vocabulary) -> VectorSet:
    """table (V, E); the special tokens are no words and left out."""
    first_word_id = len(SPECIAL_TOKENS)
    return VectorSet(vocabulary.tokens[first_word_id:], table.detach()[first_word_id:].clone())


def build_vector_set(
    tagged_vectors: Iterable[tuple[int, TokenPosition, Tensor]],
    vocabulary: Vocabulary,
    sentences: Sequence[tuple[str, ...]],
) -> VectorSet:
    """From (token id, position, vector (D,)); special tokens are left out."""
    ids, positions, vectors = zip(*(item for item in tagged_vectors if item[0] > UNK), strict=True)
    words = tuple(vocabulary.tokens[i] for i in ids)
    return VectorSet(words, torch.stack(vectors), positions, tuple(sentences))


@torch.no_grad()
def encoder_states(
    model: EncoderDecoder, vocabulary: Vocabulary, pairs: Sequence[Pair]
) -> VectorSet:
    """The encoder's last layer at every word that it reads, special tokens left out."""
    ids = [vocabulary.encode(pair.source) for pair in pairs]
    tagged_vectors = []
    for length in sorted(set(map(len, ids))):  # sentences as long as each other need no padding
        rows = [row for row, sentence_ids in enumerate(ids) if len(sentence_ids) == length]
        src = torch.tensor([ids[row] for row in rows])
        states = model.inspect_source(src, torch.ones_like(src, dtype=torch.bool)).states
        tagged_vectors += [
            (ids[row][j], (row, j), states[i, j])
            for i, row in enumerate(rows)
            for j in range(length)
        ]
    return build_vector_set(tagged_vectors, vocabulary, [pair.source for pair in pairs])


@torch.no_grad()
def decoder_states(translator: Translator, pairs: Sequence[Pair]) -> VectorSet:
    """The decoder's last layer as it writes each target word, after the true words before it."""
    model, codec = translator.model, translator.codec
    batch = Batches(pairs, codec.source, codec.target).full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    tagged_vectors = []
    for t in range(batch.tgt_in.shape[1]):
        inspection = model.inspect(state, batch.tgt_in[:, t])
        state = inspection.step.state
        ids = batch.tgt_out[:, t].tolist()  # <pad> after the end: build_vector_set leaves it out
        tagged_vectors += [(i, (row, t), inspection.hidden[row]) for row, i in enumerate(ids)]
    return build_vector_set(tagged_vectors, codec.target, [pair.target for pair in pairs])


def collect_vectors(translator: Translator, pairs: Sequence[Pair], name: str) -> VectorSet:
    """The embeddings of the "source" or "target", the states of the "encoder" or "decoder".

    States are read from some of the pairs, see `sample_pairs`.
    """
    model, codec = translator.model.eval(), translator.codec
    if name == "source":
        return embedding_vectors(model.source_embedding.weight, codec.source)
    if name == "target":
        return embedding_vectors(model.target_embedding.weight, codec.target)
    if name == "encoder":
        return encoder_states(model, codec.source, sample_pairs(pairs))
    return decoder_states(translator, sample_pairs(pairs))
