"""The command line: train, translate, evaluate, workers. Errors are one line and exit code 2."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from seq2seq_core.config import ARCHITECTURES, ATTENTIONS, TOKENIZERS, ModelConfig, TrainingConfig
from seq2seq_core.corpus import Corpus, CorpusError, read_file, read_rows, split_held_out
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.limits import LIMITS
from seq2seq_core.tokenizers import suggest

EVALUATE_EVERY = 10  # updates


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def batch_size(text: str) -> int | str:
    return text if text in ("full", "one") else int(text)


def parser() -> Parser:
    model, training = ModelConfig(), TrainingConfig()
    top = Parser(prog="python -m seq2seq_core", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train a model on a tab-separated corpus")
    train.add_argument("corpus", type=Path)
    train.add_argument("--out", type=Path, required=True, metavar="RUN")
    train.add_argument("--architecture", choices=ARCHITECTURES, default=model.architecture)
    train.add_argument(
        "--bidirectional", action=argparse.BooleanOptionalAction, default=model.bidirectional
    )
    train.add_argument("--attention", choices=ATTENTIONS, default=model.attention)
    for name in ("embedding_size", "hidden_size"):
        train.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(model, name))
    train.add_argument("--dropout", type=float, default=model.dropout)
    train.add_argument("--updates", type=int, default=training.updates)
    train.add_argument(
        "--batch-size", type=batch_size, default=training.batch_size, metavar="N|full|one"
    )
    train.add_argument("--learning-rate", type=float, default=training.learning_rate)
    train.add_argument("--teacher-forcing", type=float, default=training.teacher_forcing)
    train.add_argument("--tokenizer", choices=TOKENIZERS, help="default: space where it fits")
    train.add_argument("--held-out", type=Path, metavar="FILE", help="default: every tenth pair")
    train.add_argument("--seed", type=int, default=training.seed)

    translate = commands.add_parser("translate", help="translate one sentence")
    translate.add_argument("run", type=Path)
    translate.add_argument("text")

    evaluate = commands.add_parser("evaluate", help="measure a model on a corpus")
    evaluate.add_argument("run", type=Path)
    evaluate.add_argument("corpus", type=Path)

    for command in (train, translate, evaluate):
        command.add_argument("--json", action="store_true", help="one JSON object per event")

    workers = commands.add_parser("workers", help="train what the app's learners start")
    workers.add_argument("--count", type=int, default=os.cpu_count() or 1)
    workers.add_argument("--store", metavar="URL", help="default: the app's own")
    workers.add_argument("--follow-stdin", action="store_true", help="leave when it closes")
    return top


def usable(path: Path, tokenizer: str, as_json: bool) -> Corpus:
    """The usable pairs of a file; what is wrong with the others is said and left out."""
    corpus = read_rows(read_file(path), tokenizer, LIMITS.cli_pairs)
    for problem in corpus.problems:
        where = {"row": problem.row, "column": problem.column, "code": problem.error.code}
        if as_json:
            say({"event": "problem", "file": path.name, **where, "message": str(problem.error)})
        else:
            print(f"{path.name}, {problem}", file=sys.stderr)
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


def say(event: dict[str, object]) -> None:
    print(json.dumps(event, ensure_ascii=False, allow_nan=False), flush=True)


def train_command(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from seq2seq_core import checkpoint as checkpoints
    from seq2seq_core import training
    from seq2seq_core.batches import Batches
    from seq2seq_core.metrics import evaluate
    from seq2seq_core.models import build

    model_config = ModelConfig(
        **{name: getattr(options, name) for name in ModelConfig.__dataclass_fields__}
    )
    named = TrainingConfig.__dataclass_fields__.keys() - {"clip"}
    config = TrainingConfig(**{name: getattr(options, name) for name in named})
    rows = read_file(options.corpus)
    tokenizer = options.tokenizer or suggest([row.source for row in rows[:100]])
    if options.held_out:
        train_corpus = usable(options.corpus, tokenizer, options.json)
        held_out = usable(options.held_out, tokenizer, options.json).pairs
    else:
        whole = usable(options.corpus, tokenizer, options.json)
        kept, held = split_held_out(whole.rows, config.seed)
        train_corpus = read_rows(kept, tokenizer, LIMITS.cli_pairs)
        held_out = read_rows(held, tokenizer, LIMITS.cli_pairs).pairs
    source, target = train_corpus.vocabularies()
    data = Batches(train_corpus.pairs, source, target)
    measured = held_out or train_corpus.pairs
    measured_data = Batches(measured, source, target)
    model = build(model_config, len(source), len(target), config.seed)
    start = {
        "pairs": len(data),
        "held_out": len(held_out),
        "source_vocabulary": len(source),
        "target_vocabulary": len(target),
        "parameters": checkpoints.model_size(model),
        "tokenizer": tokenizer,
    }
    if options.json:
        say({"event": "start", **start})
    else:
        print(", ".join(f"{name} {value}" for name, value in start.items()))

    began, tokens = time.perf_counter(), 0
    bar = tqdm(
        training.train(model, training.start(model), data, config),
        total=config.updates,
        disable=options.json or not sys.stderr.isatty(),
    )
    for event in bar:
        tokens += event.tokens
        if options.json:
            numbers = {"loss": event.loss, "accuracy": event.accuracy}
            numbers["gradient_norm"] = event.gradient_norm
            say({"event": "update", "update": event.update, **numbers})
        if event.update % EVALUATE_EVERY == 0 or event.update == config.updates:
            evaluation = evaluate(model, measured_data, measured)
            bar.set_postfix(loss=f"{event.loss:.3f}", exact=f"{evaluation.exact_match:.0%}")
            if options.json:
                on = "held_out" if held_out else "training"
                say({"event": "evaluation", "update": event.update, "on": on, **asdict(evaluation)})
    seconds = time.perf_counter() - began
    checkpoint = checkpoints.Checkpoint(
        model_config, tokenizer, source, target, (state := event.state()).parameters
    )
    checkpoints.save(options.out, checkpoint, state, config)
    done = {
        "updates": event.update,
        "loss": event.loss,
        "exact_match": evaluation.exact_match,
        "seconds": round(seconds, 3),
        "target_tokens_per_second": round(tokens / seconds),
    }
    measures = {
        "held_out_loss": evaluation.loss,
        "token_accuracy": evaluation.token_accuracy,
        "alignment": evaluation.alignment,
    }
    if options.json:
        say({"event": "done", **done, **measures})
    else:
        print(", ".join(f"{name} {value}" for name, value in (done | measures).items()))


def translate_command(options: argparse.Namespace) -> None:
    from seq2seq_core import checkpoint as checkpoints
    from seq2seq_core.translation import translate

    checkpoint = checkpoints.load(options.run)
    translation = translate(checkpoint.build(), checkpoint, options.text)
    if options.json:
        say(asdict(translation))
        return
    if translation.unknown:
        print(f"unknown: {' '.join(translation.unknown)}", file=sys.stderr)
    print(translation.text)


def evaluate_command(options: argparse.Namespace) -> None:
    from seq2seq_core import checkpoint as checkpoints
    from seq2seq_core import metrics
    from seq2seq_core.batches import Batches
    from seq2seq_core.tokenizers import TOKENIZERS
    from seq2seq_core.translation import translate_all

    checkpoint = checkpoints.load(options.run)
    pairs = usable(options.corpus, checkpoint.tokenizer, options.json).pairs
    model, join = checkpoint.build(), TOKENIZERS[checkpoint.tokenizer].join
    written = translate_all(model, checkpoint, [pair.source for pair in pairs])
    read = metrics.evaluate(model, Batches(pairs, checkpoint.source, checkpoint.target), pairs)
    references = [pair.target for pair in pairs]
    scores = {
        "pairs": len(pairs),
        "exact_match": metrics.exact_match(written, references),
        "token_accuracy": read.token_accuracy,
        **asdict(metrics.text_scores([*map(join, written)], [*map(join, references)])),
        "alignment": read.alignment,
    }
    if options.json:
        say(scores)
    else:
        print("\n".join(f"{name} {value}" for name, value in scores.items()))


def workers_command(options: argparse.Namespace) -> None:
    from seq2seq_core import pool

    pool.main(options.count, options.store, options.follow_stdin)


COMMANDS = {
    "train": train_command,
    "translate": translate_command,
    "evaluate": evaluate_command,
    "workers": workers_command,
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.command != "workers":
        import torch

        torch.set_num_threads(1)  # such small models run five times faster than with two
    try:
        COMMANDS[options.command](options)
    except Seq2SeqError as error:
        print(f"seq2seq_core: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
