"""What models and searches cost, each beside the plain way to do the same, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.benchmarks.table import Figures, Row

TURNS = 12  # of each
UPDATES = 12
SENTENCES = 8


def time_in_turns(
    ours: Callable[[], object], other: Callable[[], object]
) -> tuple[list[float], ...]:
    """CPU milliseconds of both, one after the other, so that the machine is the same to both."""
    took: tuple[list[float], ...] = ([], [])
    for _ in range(TURNS):
        for times, way in zip(took, (ours, other), strict=True):
            began = time.process_time()
            way()
            times.append(1_000 * (time.process_time() - began))
    return took


def transformer() -> Row:
    """Updates of our Transformer and of torch.nn.Transformer with the same sizes and data."""
    import torch
    from torch import nn

    from seq2seq_core.config import ModelConfig, TrainingConfig
    from seq2seq_core.data.bundled import load_bundled
    from seq2seq_core.models import build_model
    from seq2seq_core.training.dataset import freeze_dataset, load_dataset
    from seq2seq_core.training.loop import initial_state, token_loss, train

    kind, config = ModelConfig("transformer", layers=2), TrainingConfig(updates=UPDATES)
    corpus = load_bundled("first")
    dataset = load_dataset(freeze_dataset(corpus.rows, corpus.held_out, "space", kind, config))
    data = dataset.make_batches(dataset.pairs)
    source_size, target_size = len(dataset.codec.source), len(dataset.codec.target)
    model = build_model(kind, source_size, target_size, 1)

    size = kind.model_size
    names = nn.ModuleList([nn.Embedding(source_size, size)])
    names += [nn.Embedding(target_size, size), nn.Linear(size, target_size)]
    stack = nn.Transformer(
        size, kind.heads, 2, 2, kind.feed_forward_size, kind.dropout, batch_first=True
    )
    weights = [*names.parameters(), *stack.parameters()]
    adam = torch.optim.Adam(weights, lr=config.learning_rate, fused=True)

    def plain() -> None:
        for rows in (
            data.epoch_batches(config, 0)[:UPDATES] + data.epoch_batches(config, 1)[: UPDATES - 10]
        ):
            batch = data.select_batch(rows)
            steps = batch.tgt_in.shape[1]
            states = stack(
                names[0](batch.src) * size**0.5,
                names[1](batch.tgt_in) * size**0.5,
                tgt_mask=nn.Transformer.generate_square_subsequent_mask(steps),
                src_key_padding_mask=~batch.src_mask,
                memory_key_padding_mask=~batch.src_mask,
            )
            adam.zero_grad()
            token_loss(names[2](states), batch.tgt_out).backward()
            nn.utils.clip_grad_norm_(weights, config.clip)
            adam.step()

    def ours() -> None:
        for _ in train(model, initial_state(model), data, config):
            pass

    took, beside = time_in_turns(ours, plain)
    return Row(
        Figures(f"{UPDATES} updates of a Transformer, CPU ms", took),
        Figures("torch.nn.Transformer", beside),
        1,
        "times it",
        of_ratio=True,
    )


def searches() -> list[Row]:
    """A beam in one batch and hypothesis by hypothesis; a step from inside and a plain one."""
    import torch

    from seq2seq_core.config import ModelConfig
    from seq2seq_core.data.batches import pad_sequences
    from seq2seq_core.data.vocabulary import PAD, SOS
    from seq2seq_core.decoding.beam_search import Hypothesis, beam_search, expand_hypotheses
    from seq2seq_core.decoding.stepper import Stepper, greedy_search
    from seq2seq_core.models import build_model

    model = build_model(ModelConfig(attention="additive"), 60, 60, 1).eval()
    sources = [torch.randint(4, 60, (9,)) for _ in range(SENTENCES)]

    def in_one_batch() -> None:
        for src in sources:
            beam_search(model, src, 5, max_length=12)

    @torch.no_grad()
    def one_at_a_time() -> None:
        for src in sources:
            first = model.init_state(src[None], torch.ones(1, len(src), dtype=torch.bool))
            alive = [(Hypothesis(), first)]
            for _ in range(12):
                grown = []
                for one, state in alive:
                    token = torch.tensor([one.tokens[-1] if one.tokens else SOS])
                    step = model.step(state, token)
                    ways = expand_hypotheses([one], step.logits.double().log_softmax(1), 5)
                    grown += [(way, step.state) for way in ways]
                grown.sort(key=lambda pair: -pair[0].log_probability)
                alive = [pair for pair in grown[:5] if not pair[0].finished]

    def inside() -> None:
        for src in sources:
            Stepper.from_source(model, src).decode_to_end(12)

    def plain() -> None:
        for src in sources:
            greedy_search(
                model, pad_sequences([src.tolist()]), pad_sequences([src.tolist()]) != PAD, 12
            )

    beam, single = time_in_turns(in_one_batch, one_at_a_time)
    stepping, fast = time_in_turns(inside, plain)
    return [
        Row(
            Figures("a beam of five in one batch, CPU ms", beam),
            Figures("one hypothesis at a time", single),
            0.5,
            "of it",
            of_ratio=True,
        ),
        Row(
            Figures("greedy with everything inside, CPU ms", stepping),
            Figures("greedy alone", fast),
            3,
            "times it",
            of_ratio=True,
        ),
    ]


def in_a_process() -> list[Row]:
    """All of them, with one thread as everywhere."""
    import torch
    import torch._dynamo  # else by the first optimizer, for a second

    torch.set_num_threads(1)
    return [transformer(), *searches()]


def compute() -> list[Row]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(in_a_process).result()
