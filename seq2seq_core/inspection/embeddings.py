"""Vectors as points in a plane: principal components (Pearson 1901), and who is whose neighbour."""

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

MAX_STATES = 1500  # about so many at most; it decides how many sentences are read
MAX_COMPARED_WORDS = 500  # words, the first ones, among which the closest two are looked for

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
class Projection:
    """A cloud seen from the side on which it is widest."""

    points: tuple[tuple[float, float], ...]
    variance_shares: tuple[float, float]  # of the variance, along each axis


@dataclass(frozen=True)
class Neighbour:
    word: str
    cosine: float  # -1 to 1, between the full vectors


def pca(vectors: Tensor, axes: int = 2) -> tuple[Tensor, Tensor]:
    """Coordinates (N, axes) on the axes of largest variance, and the share of it on each (axes,).

    An axis may as well point the other way: here its largest component is positive, so that the
    same vectors always give the same picture.
    """
    centred = vectors.double() - vectors.double().mean(0)
    u, s, vh = torch.linalg.svd(centred, full_matrices=False)  # (N, K), (K,), (K, D)
    signs = vh.gather(1, vh.abs().argmax(1, keepdim=True)).sign().squeeze(1)
    variance = s.square()
    shares = variance / variance.sum().clamp(min=1e-30)
    points = u * s * signs
    missing_axes = max(0, axes - len(s))  # fewer vectors or numbers than axes: nothing varies there
    points = torch.cat([points, points.new_zeros(len(points), missing_axes)], dim=1)
    return points[:, :axes], torch.cat([shares, shares.new_zeros(missing_axes)])[:axes]


def project(vector_set: VectorSet) -> Projection:
    points, shares = pca(vector_set.vectors)
    x_share, y_share = shares.tolist()
    return Projection(tuple((x, y) for x, y in points.tolist()), (x_share, y_share))


def mean_vectors(vector_set: VectorSet) -> tuple[list[str], Tensor]:
    """The words, each once, and the mean (W, D) of the vectors that each one has."""
    words = list(dict.fromkeys(vector_set.words))
    row_by_word = {word: i for i, word in enumerate(words)}
    rows = torch.tensor([row_by_word[word] for word in vector_set.words])
    sums = torch.zeros(len(words), vector_set.vectors.shape[1]).index_add_(
        0, rows, vector_set.vectors
    )
    return words, sums / rows.bincount(minlength=len(words)).unsqueeze(1)


def nearest_neighbours(vector_set: VectorSet, word: str, count: int = 8) -> list[Neighbour]:
    """The words whose mean vector makes the smallest angle with this word's, the nearest first."""
    words, vectors = mean_vectors(vector_set)
    directions = normalize(vectors, dim=1)
    cosines = (directions @ directions[words.index(word)]).clamp(-1, 1).tolist()
    others = [Neighbour(w, c) for w, c in zip(words, cosines, strict=True) if w != word]
    return sorted(others, key=lambda one: -one.cosine)[:count]


def closest_pair_word(vector_set: VectorSet) -> str | None:
    """A word of the two that are closest to each other; None where there are not two."""
    words, vectors = mean_vectors(vector_set)
    directions = normalize(vectors[:MAX_COMPARED_WORDS], dim=1)
    if len(directions) < 2:
        return None
    cosines = (directions @ directions.T).fill_diagonal_(-2)
    return words[int(cosines.argmax()) // len(directions)]


def sample_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """As many of the pairs as have STATES positions, evenly over all of them."""
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
    """Out of (id, place, vector); special tokens are left out."""
    words = [
        (vocabulary.tokens[i], position, vector)
        for i, position, vector in tagged_vectors
        if i > UNK
    ]
    return VectorSet(
        tuple(word for word, *_rest in words),
        torch.stack([vector for *_rest, vector in words]),
        tuple(place for _word, place, _vector in words),
        tuple(sentences),
    )


@torch.no_grad()
def encoder_states(
    model: EncoderDecoder, vocabulary: Vocabulary, pairs: Sequence[Pair]
) -> VectorSet:
    """The encoder's last layer at every word that it reads."""
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
    """The decoder's last layer before each word that it shall write, read with the true words."""
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
