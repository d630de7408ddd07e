"""What several tests share: tiny pairs and every kind of recurrent model."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import torch

from seq2seq_core.config import ATTENTIONS, ModelConfig
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.codec import Codec
from seq2seq_core.data.corpus import Pair, Row, build_corpus
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.models.rnn_cells import CELLS

torch.set_num_threads(1)

FIVE = [
    Row("咖哥 喜欢 小冰", "KaGe likes XiaoBing"),
    Row("我 爱 学习 人工智能", "I love studying AI"),
    Row("深度学习 改变 世界", "DL changed the world"),
    Row("自然 语言 处理 很 强大", "NLP is so powerful"),
    Row("神经网络 非常 复杂", "Neural-Nets are complex"),
]
PAIRS: tuple[Pair, ...] = build_corpus(FIVE, "space").pairs
SOURCE = Vocabulary.from_sentences(pair.source for pair in PAIRS)
TARGET = Vocabulary.from_sentences(pair.target for pair in PAIRS)
CODEC = Codec("space", SOURCE, TARGET)
DATA = Batches(PAIRS, SOURCE, TARGET)

RECURRENT = [
    ModelConfig(cell, both, attention, 12, 16, layers=layers)
    for cell, attention, both, layers in product(CELLS, ATTENTIONS, (False, True), (1, 2))
]
TRANSFORMERS = [
    ModelConfig("transformer", layers=layers, heads=heads, model_size=16, feed_forward_size=24)
    for layers, heads in product((1, 2, 3, 4), (1, 2, 4, 8))
]
TRANSFORMERS += [  # sizes that these numbers of heads divide
    ModelConfig(
        "transformer", layers=layers, heads=heads, model_size=4 * heads, feed_forward_size=24
    )
    for layers, heads in product((1, 2, 3, 4), (3, 5, 6, 7))
]
# what else can be set, on every model that it concerns
ATTENDING_BEFORE = [replace(kind, timing="before") for kind in RECURRENT if kind.has_attention]
CONTEXT_EVERY_STEP = [
    replace(kind, context="every_step", decoder_relu=True, attention_size=9)
    for kind in RECURRENT[::3] + ATTENDING_BEFORE[::5]
]
SHARPENED = [replace(kind, sharpness=2.5) for kind in RECURRENT[::7] if kind.has_attention]
PRE_NORM = [replace(kind, norm="pre") for kind in TRANSFORMERS[:16]]
WITHOUT_POSITIONS = [replace(TRANSFORMERS[5], positions=False)]
KINDS = [*RECURRENT, *TRANSFORMERS]
VARIANTS = [*ATTENDING_BEFORE, *CONTEXT_EVERY_STEP, *SHARPENED, *PRE_NORM, *WITHOUT_POSITIONS]


def name_of(kind: ModelConfig) -> str:
    """What a kind has that others have not, for the name of its test."""
    if kind.is_transformer:
        parts = [kind.architecture, f"{kind.layers}x{kind.heads}", kind.norm]
        return "-".join([*parts, *([] if kind.positions else ["blind"])])
    parts = [kind.architecture, kind.attention, "bi" if kind.bidirectional else "uni"]
    parts += [str(kind.layers), kind.timing, kind.context, f"{kind.sharpness:g}"]
    return "-".join(parts)
