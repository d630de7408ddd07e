"""The command line: train, translate, evaluate, workers. Errors are one line and exit code 2."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from seq2seq_core.config import (
    CHOICES,
    TOKENIZER_NAMES,
    Config,
    DecodingConfig,
    ModelConfig,
    TrainingConfig,
    parse_decoding_config,
    parse_model_config,
    parse_training_config,
    parse_int,
)
from seq2seq_core.data.corpus import Corpus, Row, build_corpus, split_held_out
from seq2seq_core.data.formats import read_file
from seq2seq_core.data.tokenizers import detect_tokenizer
from seq2seq_core.data.vocabulary import Vocabulary
from seq2seq_core.errors import CorpusError, Seq2SeqError
from seq2seq_core.limits import LIMITS, check_environment

if TYPE_CHECKING:  # torch takes a second to import: only the command that needs it waits
    from seq2seq_core.models.base import EncoderDecoder
    from seq2seq_core.training.dataset import Dataset
    from seq2seq_core.training.loop import TrainingState

EVALUATE_EVERY = 10  # updates


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def add_settings(command: argparse.ArgumentParser, config: Config) -> None:
    """An option for every setting, under its field's name.

    Their values stay text here: config reads them as strictly as those of a URL.
    """
    for field in fields(config):
        option, default = f"--{field.name.replace('_', '-')}", getattr(config, field.name)
        if field.name in CHOICES:
            command.add_argument(option, choices=CHOICES[field.name], default=default)
        elif isinstance(default, bool):
            command.add_argument(option, action=argparse.BooleanOptionalAction, default=default)
        else:
            metavar = "N|full|one" if field.name == "batch_size" else "N"
            command.add_argument(option, default=default, metavar=metavar)


def settings(options: argparse.Namespace, kind: type[Config]) -> dict[str, object]:
    """What the options say for the fields of a config."""
    return {field.name: getattr(options, field.name) for field in fields(kind)}


def parser() -> Parser:
    top = Parser(prog="python -m seq2seq_core", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train a model on a corpus: TSV, CSV or JSON")
    train.add_argument("corpus", type=Path)
    train.add_argument("--out", type=Path, required=True, metavar="RUN")
    add_settings(train, ModelConfig())
    add_settings(train, TrainingConfig())
    train.add_argument("--tokenizer", choices=TOKENIZER_NAMES, help="default: space where it fits")
    train.add_argument("--held-out", type=Path, metavar="FILE", help="default: every tenth pair")

    translate = commands.add_parser("translate", help="translate one sentence")
    translate.add_argument("run", type=Path)
    translate.add_argument("text")

    evaluate = commands.add_parser("evaluate", help="measure a model on a corpus")
    evaluate.add_argument("run", type=Path)
    evaluate.add_argument("corpus", type=Path)

    for command in (translate, evaluate):
        add_settings(command, DecodingConfig())
    for command in (train, translate, evaluate):
        command.add_argument("--json", action="store_true", help="one JSON object per event")

    workers = commands.add_parser("workers", help="train what the app's learners start")
    workers.add_argument("--count", metavar="N", help="default: one per core")
    workers.add_argument("--store", metavar="URL", help="default: the app's own")
    workers.add_argument("--follow-stdin", action="store_true", help="leave when it closes")
    return top


def usable(path: Path, rows: Sequence[Row], tokenizer: str, as_json: bool) -> Corpus:
    """The usable pairs of a file's rows; what is wrong with the others is said and left out."""
    corpus = build_corpus(rows, tokenizer, LIMITS.cli_pairs)
    for problem in corpus.problems:
        where = {"row": problem.row, "column": problem.column, "code": problem.error.code}
        if as_json:
            say({"event": "problem", "file": path.name, **where, "message": str(problem.error)})
        else:
            print(f"{path.name}, {problem}", file=sys.stderr)
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


def tell(event: str, numbers: dict[str, object], as_json: bool) -> None:
    if as_json:
        say({"event": event, **numbers})
    else:
        print(", ".join(f"{name} {value}" for name, value in numbers.items()))


def say(event: dict[str, object]) -> None:
    print(json.dumps(event, ensure_ascii=False, allow_nan=False), flush=True)


def material_for(options: argparse.Namespace, config: TrainingConfig) -> tuple[str, Dataset]:
    """The tokenizer's name, and what is learnt and what is held out, as the options say."""
    from seq2seq_core.training.dataset import Dataset

    rows = read_file(options.corpus)
    tokenizer = options.tokenizer or detect_tokenizer([row.source for row in rows[:100]])
    corpus = usable(options.corpus, rows, tokenizer, options.json)
    if path := options.held_out:
        pairs = corpus.pairs
        held_out = usable(path, read_file(path), tokenizer, options.json).pairs
    else:
        parts = split_held_out(corpus.rows, config.seed)
        pairs, held_out = (build_corpus(part, tokenizer, LIMITS.cli_pairs).pairs for part in parts)
    source = Vocabulary.from_sentences(pair.source for pair in pairs)
    target = Vocabulary.from_sentences(pair.target for pair in pairs)
    return tokenizer, Dataset(pairs, held_out, source, target)


def learn(
    model: EncoderDecoder, material: Dataset, config: TrainingConfig, as_json: bool
) -> tuple[TrainingState, dict[str, object]]:
    """Train and tell; returns the last state and the numbers of the end."""
    from tqdm import tqdm

    from seq2seq_core.evaluation.metrics import evaluate
    from seq2seq_core.training import loop
    from seq2seq_core.training.schedules import EarlyStopping

    data, measured = material.make_batches(material.pairs), material.make_batches(material.evaluation_pairs)
    began, tokens, patience = time.perf_counter(), 0, EarlyStopping()
    bar = tqdm(
        loop.train(model, loop.initial_state(model), data, config),
        total=config.updates,
        disable=as_json or not sys.stderr.isatty(),
    )
    for event in bar:
        tokens += event.tokens
        if as_json:
            numbers = {"loss": event.loss, "accuracy": event.accuracy}
            numbers["gradient_norm"] = event.gradient_norm
            say({"event": "update", "update": event.update, **numbers})
        if event.update % EVALUATE_EVERY == 0 or event.update == config.updates:
            result = evaluate(model, measured, material.evaluation_pairs)
            patience = patience.observe(event.update, result.loss)
            bar.set_postfix(loss=f"{event.loss:.3f}", exact=f"{result.exact_match:.0%}")
            if as_json:
                on = "held_out" if material.held_out else "training"
                say({"event": "evaluation", "update": event.update, "on": on, **asdict(result)})
            if material.held_out and patience.should_stop(config, event.update):
                break
    seconds = time.perf_counter() - began
    return event.copy_state(), {
        "updates": event.update,
        "loss": event.loss,
        "exact_match": result.exact_match,
        "seconds": round(seconds, 3),
        "target_tokens_per_second": round(tokens / seconds),
        "held_out_loss": result.loss,
        "token_accuracy": result.token_accuracy,
        "alignment": result.alignment,
    }


def train_command(options: argparse.Namespace) -> None:
    from seq2seq_core.models import build
    from seq2seq_core.training import checkpoint as checkpoints

    shape = parse_model_config(settings(options, ModelConfig))
    config = parse_training_config(settings(options, TrainingConfig))
    checkpoints.prepare_folder(options.out)  # before the work, not after it
    tokenizer, material = material_for(options, config)
    source, target = material.source, material.target
    model = build(shape, len(source), len(target), config.seed)
    tell(
        "start",
        {
            "pairs": len(material.pairs),
            "held_out": len(material.held_out),
            "source_vocabulary": len(source),
            "target_vocabulary": len(target),
            "parameters": checkpoints.model_size(model),
            "tokenizer": tokenizer,
        },
        options.json,
    )
    state, numbers = learn(model, material, config, options.json)
    checkpoint = checkpoints.Checkpoint(shape, tokenizer, source, target, state.parameters)
    checkpoints.save_checkpoint(options.out, checkpoint, state, config)
    tell("done", numbers, options.json)


def translate_command(options: argparse.Namespace) -> None:
    from seq2seq_core.decoding.translator import translate
    from seq2seq_core.training import checkpoint as checkpoints

    config = parse_decoding_config(settings(options, DecodingConfig))
    checkpoint = checkpoints.load_checkpoint(options.run)
    translation = translate(checkpoint.build(), checkpoint, options.text, config)
    if options.json:
        say(asdict(translation))
        return
    if translation.unknown:
        print(f"unknown: {' '.join(translation.unknown)}", file=sys.stderr)
    print(translation.text)


def evaluate_command(options: argparse.Namespace) -> None:
    from seq2seq_core.data.batches import Batches
    from seq2seq_core.data.tokenizers import TOKENIZERS
    from seq2seq_core.decoding.translator import translate_all
    from seq2seq_core.evaluation import metrics, text_metrics
    from seq2seq_core.training import checkpoint as checkpoints

    config = parse_decoding_config(settings(options, DecodingConfig))
    checkpoint = checkpoints.load_checkpoint(options.run)
    rows = read_file(options.corpus)
    pairs = usable(options.corpus, rows, checkpoint.tokenizer, options.json).pairs
    model, join = checkpoint.build(), TOKENIZERS[checkpoint.tokenizer].join
    written = translate_all(model, checkpoint, [pair.source for pair in pairs], config)
    read = metrics.evaluate(model, Batches(pairs, checkpoint.source, checkpoint.target), pairs)
    references = [pair.target for pair in pairs]
    scores = {
        "pairs": len(pairs),
        "exact_match": text_metrics.exact_match(written, references),
        "token_accuracy": read.token_accuracy,
        **asdict(text_metrics.score_texts([*map(join, written)], [*map(join, references)])),
        "alignment": read.alignment,
    }
    if options.json:
        say(scores)
    else:
        print("\n".join(f"{name} {value}" for name, value in scores.items()))


def workers_command(options: argparse.Namespace) -> None:
    from seq2seq_core.store.schema import default_url, open_store
    from seq2seq_core.workers import pool

    count = None if options.count is None else parse_int("--count", options.count)
    url = options.store or default_url()
    open_store(url).dispose()  # refused here, in one line: a worker could only die of it
    pool.main(count, url, options.follow_stdin)


COMMANDS = {
    "train": train_command,
    "translate": translate_command,
    "evaluate": evaluate_command,
    "workers": workers_command,
}


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        check_environment()
        options = parser().parse_args(arguments)
        if options.command != "workers":
            import torch

            torch.set_num_threads(1)  # such small models run five times faster than with two
        COMMANDS[options.command](options)
    except Seq2SeqError as error:
        print(f"seq2seq_core: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 0
    return 0
