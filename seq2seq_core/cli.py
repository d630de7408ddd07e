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
    parse_int,
    parse_model_config,
    parse_training_config,
)
from seq2seq_core.data.corpus import Corpus, Row, build_corpus, split_held_out
from seq2seq_core.data.formats import read_file
from seq2seq_core.data.tokenizers import detect_tokenizer
from seq2seq_core.errors import CorpusError, Seq2SeqError
from seq2seq_core.limits import LIMITS, check_environment

if TYPE_CHECKING:  # torch takes a second to import: only the command that needs it waits
    from seq2seq_core.models.base import EncoderDecoder
    from seq2seq_core.training.dataset import Dataset
    from seq2seq_core.training.loop import TrainingState


class CommandParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def add_config_options(command: argparse.ArgumentParser, config: Config) -> None:
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


def option_values(options: argparse.Namespace, config_class: type[Config]) -> dict[str, object]:
    """What the options say for the fields of a config."""
    return {field.name: getattr(options, field.name) for field in fields(config_class)}


def build_parser() -> CommandParser:
    root_parser = CommandParser(prog="python -m seq2seq_core", description=__doc__)
    commands = root_parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train a model on a corpus: TSV, CSV or JSON")
    train.add_argument("corpus", type=Path)
    train.add_argument("--out", type=Path, required=True, metavar="RUN")
    add_config_options(train, ModelConfig())
    add_config_options(train, TrainingConfig())
    train.add_argument("--tokenizer", choices=TOKENIZER_NAMES, help="default: space where it fits")
    train.add_argument("--held-out", type=Path, metavar="FILE", help="default: every tenth pair")

    translate = commands.add_parser("translate", help="translate one sentence")
    translate.add_argument("run", type=Path)
    translate.add_argument("text")

    evaluate = commands.add_parser("evaluate", help="measure a model on a corpus")
    evaluate.add_argument("run", type=Path)
    evaluate.add_argument("corpus", type=Path)

    for command in (translate, evaluate):
        add_config_options(command, DecodingConfig())
    for command in (train, translate, evaluate):
        command.add_argument("--json", action="store_true", help="one JSON object per event")

    workers = commands.add_parser("workers", help="train what the app's learners start")
    workers.add_argument("--count", metavar="N", help="default: one per core")
    workers.add_argument("--store", metavar="URL", help="default: the app's own")
    workers.add_argument("--follow-stdin", action="store_true", help="leave when it closes")
    return root_parser


def load_corpus(path: Path, rows: Sequence[Row], tokenizer: str, as_json: bool) -> Corpus:
    """The usable pairs of a file's rows; problems of the others are printed, line by line.

    Raises CorpusError with code no_pairs.
    """
    corpus = build_corpus(rows, tokenizer, LIMITS.cli_pairs)
    for problem in corpus.problems:
        location = {"row": problem.row, "column": problem.column, "code": problem.error.code}
        if as_json:
            print_json(
                {"event": "problem", "file": path.name, **location, "message": str(problem.error)}
            )
        else:
            print(f"{path.name}, {problem}", file=sys.stderr)
    if not corpus.pairs:
        raise CorpusError("no_pairs")
    return corpus


def print_result(event: str, numbers: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json({"event": event, **numbers})
    else:
        print(", ".join(f"{name} {value}" for name, value in numbers.items()))


def print_json(event: dict[str, object]) -> None:
    print(json.dumps(event, ensure_ascii=False, allow_nan=False), flush=True)


def dataset_from_options(options: argparse.Namespace, config: TrainingConfig) -> Dataset:
    """The pairs to learn from and those held out. Raises CorpusError for an empty corpus."""
    from seq2seq_core.data.codec import Codec
    from seq2seq_core.training.dataset import Dataset

    rows = read_file(options.corpus)
    tokenizer = options.tokenizer or detect_tokenizer([row.source for row in rows[:100]])
    corpus = load_corpus(options.corpus, rows, tokenizer, options.json)
    if path := options.held_out:
        held_out = load_corpus(path, read_file(path), tokenizer, options.json)
    else:
        row_groups = split_held_out(corpus.rows, config.seed)
        corpus, held_out = (
            build_corpus(row_group, tokenizer, LIMITS.cli_pairs) for row_group in row_groups
        )
    codec = Codec(tokenizer, *corpus.build_vocabularies())
    return Dataset(corpus.pairs, held_out.pairs, codec)


def train_and_report(
    model: EncoderDecoder, dataset: Dataset, config: TrainingConfig, as_json: bool
) -> tuple[TrainingState, dict[str, object]]:
    """Train and print every event; returns the last state and the numbers of the final model.

    During training at most MAX_EVALUATED_PAIRS pairs are measured, at the end all of them.
    """
    from tqdm import tqdm

    from seq2seq_core.evaluation.metrics import evaluate
    from seq2seq_core.training.learn import Measurement, Update, learn
    from seq2seq_core.training.loop import initial_state

    print_event = print_json if as_json else lambda _event: None
    evaluation_set = "held_out" if dataset.held_out else "training"
    started_at, tokens = time.perf_counter(), 0
    with tqdm(total=config.updates, disable=as_json or not sys.stderr.isatty()) as progress_bar:
        for event in learn(model, initial_state(model), dataset, config):
            if isinstance(event, Update):
                last_update = event
                tokens += event.tokens
                progress_bar.update()
                names = ("update", "loss", "accuracy", "gradient_norm")
                print_event({"event": "update"} | {name: getattr(event, name) for name in names})
            elif isinstance(event, Measurement):
                numbers = {"update": event.update, "on": evaluation_set, **asdict(event.evaluation)}
                print_event({"event": "evaluation", **numbers})
                loss, exact = f"{last_update.loss:.3f}", f"{event.evaluation.exact_match:.0%}"
                progress_bar.set_postfix(loss=loss, exact=exact)
    seconds = time.perf_counter() - started_at
    pairs = dataset.evaluation_pairs
    evaluation = evaluate(model, dataset.make_batches(pairs), pairs)
    return event.copy_state(), {
        "updates": event.update,
        "loss": last_update.loss,
        "exact_match": evaluation.exact_match,
        "seconds": round(seconds, 3),
        "target_tokens_per_second": round(tokens / seconds),
        "held_out_loss": evaluation.loss,
        "token_accuracy": evaluation.token_accuracy,
        "alignment": evaluation.alignment,
    }


def train_command(options: argparse.Namespace) -> None:
    from seq2seq_core.models import build_model
    from seq2seq_core.training import checkpoint as checkpoints

    model_settings = parse_model_config(option_values(options, ModelConfig))
    config = parse_training_config(option_values(options, TrainingConfig))
    checkpoints.prepare_folder(options.out)  # before the work, not after it
    dataset = dataset_from_options(options, config)
    codec = dataset.codec
    model = build_model(model_settings, len(codec.source), len(codec.target), config.seed)
    print_result(
        "start",
        {
            "pairs": len(dataset.pairs),
            "held_out": len(dataset.held_out),
            "source_vocabulary": len(codec.source),
            "target_vocabulary": len(codec.target),
            "parameters": checkpoints.model_size(model),
            "tokenizer": codec.tokenizer,
        },
        options.json,
    )
    state, numbers = train_and_report(model, dataset, config, options.json)
    checkpoint = checkpoints.Checkpoint(model_settings, codec, state.parameters)
    checkpoints.save_checkpoint(options.out, checkpoint, state, config)
    print_result("done", numbers, options.json)


def translate_command(options: argparse.Namespace) -> None:
    from seq2seq_core.training.checkpoint import load_translator

    config = parse_decoding_config(option_values(options, DecodingConfig))
    translation = load_translator(options.run).translate(options.text, config)
    if options.json:
        print_json(asdict(translation))
        return
    if translation.unknown:
        print(f"unknown: {' '.join(translation.unknown)}", file=sys.stderr)
    print(translation.text)


def evaluate_command(options: argparse.Namespace) -> None:
    from seq2seq_core.data.batches import Batches
    from seq2seq_core.evaluation import metrics, text_metrics
    from seq2seq_core.training.checkpoint import load_translator

    config = parse_decoding_config(option_values(options, DecodingConfig))
    translator = load_translator(options.run)
    codec = translator.codec
    rows = read_file(options.corpus)
    pairs = load_corpus(options.corpus, rows, codec.tokenizer, options.json).pairs
    outputs = translator.translate_batch([pair.source for pair in pairs], config)
    batches = Batches(pairs, codec.source, codec.target)
    evaluation = metrics.evaluate(translator.model, batches, pairs)
    references = [pair.target for pair in pairs]
    scores = {
        "pairs": len(pairs),
        "exact_match": text_metrics.exact_match(outputs, references),
        "token_accuracy": evaluation.token_accuracy,
        **asdict(
            text_metrics.score_texts(
                [*map(codec.join_tokens, outputs)], [*map(codec.join_tokens, references)]
            )
        ),
        "alignment": evaluation.alignment,
    }
    if options.json:
        print_json(scores)
    else:
        print("\n".join(f"{name} {value}" for name, value in scores.items()))


def workers_command(options: argparse.Namespace) -> None:
    from seq2seq_core.store.engine import default_url, open_store
    from seq2seq_core.workers import pool

    count = None if options.count is None else parse_int("--count", options.count)
    url = options.store or default_url()
    open_store(url).dispose()  # raises here, in one line: a worker could only die of it
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
        options = build_parser().parse_args(arguments)
        if options.command != "workers":
            import torch

            torch.set_num_threads(1)  # such small models run five times faster than with two
        COMMANDS[options.command](options)
    except Seq2SeqError as error:
        print(f"seq2seq_core: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed it
        sys.stderr.close()
        return 0
    return 0
