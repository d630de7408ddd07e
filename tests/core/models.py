"""What several tests share: tiny pairs and every kind of recurrent model."""

from __future__ import annotations

from itertools import product

import torch

from seq2seq_core.batches import Batches
from seq2seq_core.config import ATTENTIONS, ModelConfig
from seq2seq_core.corpus import Pair, Row, read_rows
from seq2seq_core.models.cells import CELLS
from seq2seq_core.vocabulary import Vocabulary

torch.set_num_threads(1)

FIVE = [
    Row("咖哥 喜欢 小冰", "KaGe likes XiaoBing"),
    Row("我 爱 学习 人工智能", "I love studying AI"),
    Row("深度学习 改变 世界", "DL changed the world"),
    Row("自然 语言 处理 很 强大", "NLP is so powerful"),
    Row("神经网络 非常 复杂", "Neural-Nets are complex"),
]
PAIRS: tuple[Pair, ...] = read_rows(FIVE, "space").pairs
SOURCE = Vocabulary.of(pair.source for pair in PAIRS)
TARGET = Vocabulary.of(pair.target for pair in PAIRS)
DATA = Batches(PAIRS, SOURCE, TARGET)

KINDS = [
    ModelConfig(architecture, bidirectional, attention, 12, 16, dropout=0.1)
    for architecture, attention, bidirectional in product(CELLS, ATTENTIONS, (False, True))
]
NAMES = [f"{k.architecture}-{k.attention}-{'bi' if k.bidirectional else 'uni'}" for k in KINDS]
