"""Settings in the store: JSON in the table, a frozen config in the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import JSON, Dialect
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from seq2seq_core.config import ModelConfig, TrainingConfig

Settings = TypeVar("Settings", bound=ModelConfig | TrainingConfig)


def restore_config(config_class: type[Settings], stored: Mapping[str, Any]) -> Settings:
    """A config as it was stored, also by an older or a newer version.

    A missing setting has its default, an unknown one is left out. The values were checked when
    the run was started, and are not checked again: a list of runs must open under any limits.
    """
    config = object.__new__(config_class)
    for field in fields(config_class):
        object.__setattr__(config, field.name, stored.get(field.name, field.default))
    return config


class ConfigColumn(TypeDecorator[Any]):
    """A column that holds the fields of a config."""

    impl = JSON
    cache_ok = True

    def __init__(self, config_class: type[ModelConfig] | type[TrainingConfig]) -> None:
        super().__init__()
        self.config_class = config_class

    def process_bind_param(self, value: Any, dialect: Dialect) -> dict[str, Any]:
        return asdict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return restore_config(self.config_class, value)

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        return self.impl_instance.coerce_compared_value(op, value)  # so that column["name"] works
