"""Every phrase that a page can show, collected from the source."""

from __future__ import annotations

import ast
from pathlib import Path

from seq2seq_core.data.bundled import CORPORA
from seq2seq_core.errors import MESSAGES

ROOT = Path(__file__).parents[2]
MARKERS = {"_", "N_", "segments"}


def collected() -> set[str]:
    """First arguments of _(), N_() and segments(), the core's error sentences and their details,
    and what the lesson's corpora are called."""
    found = set(MESSAGES.values())
    for info in CORPORA.values():
        found |= {info.title, info.label, info.description}
    for path in (ROOT / "seq2seq_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("detail", "side"):
                found |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in MARKERS and isinstance(first, ast.Constant):
                    found.add(first.value)
    return found
