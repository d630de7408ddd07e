"""The rules of the house, held by walking the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "seq2seq_core"

# each module may import from the groups above its own, and from none below
ORDER = [
    {"errors"},
    {"limits"},
    {"config", "text", "vocabulary", "tokenizers", "anki", "curves"},
    {"corpus"},
    {"files"},
    {"models"},
    {"batches", "schedules"},
    {"training", "decoding", "beam"},
    {"metrics", "text_scores", "links"},
    {"checkpoint", "tables", "overlap"},
    {"translation", "workspaces", "corpora", "classes"},
    {"runs", "record", "frame", "report", "maps", "what_if", "tree"},
    {"store", "claims", "experiment", "figures", "inside", "heads", "space"},
    {"job"},
    {"worker"},
    {"pool"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide where a name comes from"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def uses(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(package + ".") for name in imports(path))


CORE_FILES = sorted(CORE.rglob("*.py"))
PAGE_FILES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def core_module(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", CORE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_knows_no_streamlit_and_no_page(path: Path) -> None:
    assert not uses(path, "streamlit")
    assert not uses(path, "pages")
    assert not uses(path, "pickle")


@pytest.mark.parametrize("path", CORE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_run_one_way(path: Path) -> None:
    module = core_module(path)
    if module == "__init__":
        assert not uses(path, "seq2seq_core")
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "seq2seq_core" and len(parts) > 1 and parts[1] in RANK:
            same_package = parts[1] == module == "models"
            assert same_package or RANK[parts[1]] < RANK[module], f"{module} imports {name}"


@pytest.mark.parametrize(
    "name",
    [
        "store",
        "tables",
        "runs",
        "workspaces",
        "claims",
        "figures",
        "corpus",
        "config",
        "vocabulary",
    ],
)
def test_plain_modules_need_no_torch(name: str) -> None:
    if (CORE / f"{name}.py").exists():
        assert not uses(CORE / f"{name}.py", "torch")


def test_models_know_torch_and_settings_only() -> None:
    allowed = {"config", "errors", "limits", "models"}
    for path in sorted((CORE / "models").glob("*.py")):
        for name in imports(path):
            if name.startswith("seq2seq_core."):
                assert name.split(".")[1] in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("name", ["training", "decoding", "beam"])
def test_training_and_decoding_never_ask_for_a_models_class(name: str) -> None:
    source = (CORE / f"{name}.py").read_text(encoding="utf-8")
    assert "isinstance" not in source
    built = {n for n in imports(CORE / f"{name}.py") if n.startswith("seq2seq_core.models")}
    assert all(n.startswith("seq2seq_core.models.base") for n in built)  # the contract alone
    assert "build(" not in source


LESSONS = [*sorted((CORE / "models").glob("*.py"))]
LESSONS += [CORE / f"{name}.py" for name in ("training", "decoding", "beam", "schedules")]


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_lesson_shows_fits_on_a_projector(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    assert "isinstance(model" not in source and "type(model" not in source
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, node.name


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_touch_neither_torch_nor_sql(path: Path) -> None:
    for package in ("torch", "sqlalchemy", "sqlite3", "safetensors"):
        assert not uses(path, package)


def test_every_module_has_its_place() -> None:
    assert {core_module(path) for path in CORE_FILES} - {"__init__"} <= set(RANK)
