"""What can go wrong, as codes with fields and one English sentence each.

The sentences name the thing, the place and the way out. The command line prints them as they are;
the pages look them up in the reader's language, which is why the core itself never translates.
"""

from __future__ import annotations

MESSAGES: dict[str, str] = {
    # one field of a corpus
    "empty": "This sentence is empty: write a few words.",
    "too_long": "This sentence has more than {limit} characters: shorten it.",
    "not_unicode": "This sentence holds characters that are not valid Unicode: type it again.",
    "control_character": "This sentence holds the control character {character}: delete it.",
    "too_many_marks": "This sentence has more than {limit} accents on one letter: delete some.",
    "too_many_tokens": "This sentence has {count} tokens, the limit is {limit}: shorten it.",
    "token_too_long": "The token “{token}” is longer than {limit} characters: put a space in it.",
    "reserved_token": "{token} is a special token of the model: write another word.",
    # one row, or the whole table
    "bad_alignment": "The alignment “{link}” points outside of the sentence: write it as 0-0 1-2.",
    "no_pairs": "There is no usable sentence pair: write at least one with its translation.",
    "too_many_pairs": "The corpus has {count} pairs, the limit is {limit}: delete some.",
    "too_many_words": "The {side} vocabulary has {count} words, the limit is {limit}: use fewer.",
    "not_utf8": "{path} is not UTF-8 text (byte {position}): save it as UTF-8.",
    "offer_gb18030": "This file is not UTF-8 text; it may be GB18030: choose that encoding.",
    "not_text": "This file is not a text table: save it as TSV, CSV or JSON.",
    "packed": "This is a {kind} file: unpack it first.",
    "too_large": "This file is larger than {limit} MB: make it smaller.",
    "no_rows": "This file has no rows: it needs one sentence pair per line.",
    "too_many_columns": "Row {row} has {count} columns: source, target and alignment are enough.",
    "field_too_long": "Row {row} has a field of more than {limit} characters: shorten it.",
    "bad_quotes": "Row {row} has a quotation mark out of place: close it, or write two inside "
    "of a quoted cell.",
    "json_broken": "This is not valid JSON (line {line}): mend it there.",
    "json_too_deep": "This JSON is nested too deeply: write a list of pairs.",
    "json_key_twice": "The key {key} appears twice in one JSON object: leave one.",
    "json_shape": "This JSON is no list of sentence pairs made of text: "
    'write [{{"source": …, "target": …}}].',
    "in_file": "The file {path} cannot be used: {problem}",
    "cannot_write": "{path} cannot be written: {reason}.",
    "cannot_read": "{path} cannot be read: {reason}.",
    # settings
    "unknown_choice": "{name} must be one of {choices}, not “{value}”.",
    "unknown_setting": "There is no setting “{name}”: the settings are {choices}.",
    "not_whole": "{name} must be a whole number, not “{value}”.",
    "not_a_number": "{name} must be a finite number, not “{value}”.",
    "bad_limit": "The limit {name} must be a whole number from 1 on, not “{value}”.",
    "out_of_range": "{name} must be between {low} and {high}, not {value}.",
    "odd_hidden": "hidden_size must be even for a bidirectional encoder (half for each direction), "
    "not {value}: take {better}.",
    "uneven_heads": "model_size must be a multiple of heads, each takes an equal part: {size} is "
    "no multiple of {heads}.",
    "not_a_branch": "“{text}” does not say what to change in this translation: change it on the "
    "Decode page.",
    "not_a_target_word": "The model cannot write “{word}”: it has learnt no such target word. Take "
    "one that it knows.",
    "nothing_left": "One source word has to stay: leave out another one.",
    "too_many_branches": "There is no room for one more: remove a translation from the list first.",
    "beam_and_lot": "A beam keeps the most probable, a temperature draws by lot: choose one.",
    "too_many_parameters": "The model would have {count} parameters, the limit is {limit}: "
    "take smaller sizes.",
    "too_much_per_update": "One update would fill {count} numbers (batch × length × vocabulary), "
    "the limit is {limit}: take a smaller batch.",
    # training and what is stored
    "diverged": "Training diverged at update {update}: try a smaller learning rate.",
    "stopped_early": "Stopped early at update {update}: the held-out loss was lowest at update "
    "{best} and has not fallen since.",
    "damaged": "The stored weights are damaged ({detail}): train again.",
    "not_a_run": "{path} is not a trained run ({detail}): name the folder that train --out wrote.",
    "worker_died": "The run stopped its worker twice, last after update {update}: "
    "try a smaller model or batch.",
    "time_limit": "The run reached its time limit of {minutes} minutes at update {update}.",
    "internal": "The run stopped with an internal error at update {update}: start it again.",
    "newer_store": "This store was written by a newer version ({found}, not {known}): "
    "update the app.",
    "store_elsewhere": "The store cannot be opened: {detail}.",
    "too_many_runs": "You keep {limit} runs, that is the limit: delete one on the Train page.",
    "gone": "This work no longer exists: start again from the corpus.",
    "stale": "Somebody changed this corpus in the meantime: the newer version is shown.",
    "nothing_to_undo": "This is the first version of the corpus: there is nothing to undo.",
    "cannot_save": "This cannot be saved now ({detail}): try again in a minute.",
    "cannot_reach": "The store does not answer ({detail}): try again in a minute.",
}


class Seq2SeqError(Exception):
    """Something that a learner can cause, with a code and the fields of its sentence."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return MESSAGES[self.code].format(**self.fields)


class CorpusError(Seq2SeqError):
    """A text that cannot become a corpus."""


class ConfigError(Seq2SeqError):
    """A setting outside of what makes sense here."""


class DivergenceError(Seq2SeqError):
    """The loss exploded or is no longer a number."""


class CheckpointError(Seq2SeqError):
    """Stored weights that are not what they claim to be."""


class StoreError(Seq2SeqError):
    """The store refuses: unknown, changed by somebody else, or from another version."""
