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
from seq2seq_core.models.base import EncoderDecoder
from seq2seq_core.training.checkpoint import Checkpoint

CLOUDS = ("source", "target", "encoder", "decoder")  # embeddings of both sides, states of both
STATES = 1500  # about so many at most; it decides how many sentences are read
COMPARED = 500  # words, the first ones, among which the closest two are looked for

Place = tuple[int, int]  # sentence, position


@dataclass(frozen=True)
class Cloud:
    """Vectors with their words. An embedding is one vector a word, a state one a position."""

    words: tuple[str, ...]
    vectors: Tensor  # (N, D)
    places: tuple[Place, ...] = ()  # of states, in `sentences`
    sentences: tuple[tuple[str, ...], ...] = ()

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return self.vectors.shape[1]


@dataclass(frozen=True)
class Picture:
    """A cloud seen from the side on which it is widest."""

    points: tuple[tuple[float, float], ...]
    shares: tuple[float, float]  # of the variance, along each axis


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
    lacking = max(0, axes - len(s))  # fewer vectors or numbers than axes: nothing varies there
    points = torch.cat([points, points.new_zeros(len(points), lacking)], dim=1)
    return points[:, :axes], torch.cat([shares, shares.new_zeros(lacking)])[:axes]


def picture(cloud: Cloud) -> Picture:
    points, shares = pca(cloud.vectors)
    across, up = shares.tolist()
    return Picture(tuple((x, y) for x, y in points.tolist()), (across, up))


def means(cloud: Cloud) -> tuple[list[str], Tensor]:
    """The words, each once, and the mean (W, D) of the vectors that each one has."""
    words = list(dict.fromkeys(cloud.words))
    at = {word: i for i, word in enumerate(words)}
    rows = torch.tensor([at[word] for word in cloud.words])
    sums = torch.zeros(len(words), cloud.vectors.shape[1]).index_add_(0, rows, cloud.vectors)
    return words, sums / rows.bincount(minlength=len(words)).unsqueeze(1)


def neighbours(cloud: Cloud, word: str, count: int = 8) -> list[Neighbour]:
    """The words whose mean vector makes the smallest angle with this word's, the nearest first."""
    words, vectors = means(cloud)
    directions = normalize(vectors, dim=1)
    cosines = (directions @ directions[words.index(word)]).clamp(-1, 1).tolist()
    others = [Neighbour(w, c) for w, c in zip(words, cosines, strict=True) if w != word]
    return sorted(others, key=lambda one: -one.cosine)[:count]


def closest(cloud: Cloud) -> str | None:
    """A word of the two that are closest to each other; None where there are not two."""
    words, vectors = means(cloud)
    directions = normalize(vectors[:COMPARED], dim=1)
    if len(directions) < 2:
        return None
    cosines = (directions @ directions.T).fill_diagonal_(-2)
    return words[int(cosines.argmax()) // len(directions)]


def spread(pairs: Sequence[Pair]) -> list[Pair]:
    """As many of the pairs as have STATES positions, evenly over all of them."""
    longest = max(max(len(pair.source), len(pair.target)) for pair in pairs)
    count = min(len(pairs), max(1, STATES // longest))
    return [pairs[i * len(pairs) // count] for i in range(count)]


def embeddings(table: Tensor, vocabulary: Vocabulary) -> Cloud:
    """table (V, E); the special tokens are no words and left out."""
    first = len(SPECIAL_TOKENS)
    return Cloud(vocabulary.tokens[first:], table.detach()[first:].clone())


def cloud_of(
    found: Iterable[tuple[int, Place, Tensor]],
    vocabulary: Vocabulary,
    sentences: Sequence[tuple[str, ...]],
) -> Cloud:
    """Out of (id, place, vector); special tokens are left out."""
    words = [(vocabulary.tokens[i], place, vector) for i, place, vector in found if i > UNK]
    return Cloud(
        tuple(word for word, *_rest in words),
        torch.stack([vector for *_rest, vector in words]),
        tuple(place for _word, place, _vector in words),
        tuple(sentences),
    )


@torch.no_grad()
def encoder_states(model: EncoderDecoder, vocabulary: Vocabulary, pairs: Sequence[Pair]) -> Cloud:
    """The encoder's last layer at every word that it reads."""
    ids = [vocabulary.encode(pair.source) for pair in pairs]
    found = []
    for length in sorted(set(map(len, ids))):  # sentences as long as each other need no padding
        rows = [row for row, one in enumerate(ids) if len(one) == length]
        src = torch.tensor([ids[row] for row in rows])
        states = model.inspect_source(src, torch.ones_like(src, dtype=torch.bool)).states
        found += [
            (ids[row][j], (row, j), states[i, j])
            for i, row in enumerate(rows)
            for j in range(length)
        ]
    return cloud_of(found, vocabulary, [pair.source for pair in pairs])


@torch.no_grad()
def decoder_states(model: EncoderDecoder, made: Checkpoint, pairs: Sequence[Pair]) -> Cloud:
    """The decoder's last layer before each word that it shall write, read with the true words."""
    batch = Batches(pairs, made.source, made.target).full_batch()
    state = model.init_state(batch.src, batch.src_mask)
    found = []
    for t in range(batch.tgt_in.shape[1]):
        inspection = model.inspect(state, batch.tgt_in[:, t])
        state = inspection.step.state
        ids = batch.tgt_out[:, t].tolist()  # <pad> after the end: cloud_of leaves it out
        found += [(i, (row, t), inspection.hidden[row]) for row, i in enumerate(ids)]
    return cloud_of(found, made.target, [pair.target for pair in pairs])


def cloud(model: EncoderDecoder, checkpoint: Checkpoint, pairs: Sequence[Pair], name: str) -> Cloud:
    """One of CLOUDS; the states are those of some of the pairs, see `spread`."""
    model.eval()
    if name == "source":
        return embeddings(model.source_embedding.weight, checkpoint.source)
    if name == "target":
        return embeddings(model.target_embedding.weight, checkpoint.target)
    if name == "encoder":
        return encoder_states(model, checkpoint.source, spread(pairs))
    return decoder_states(model, checkpoint, spread(pairs))
