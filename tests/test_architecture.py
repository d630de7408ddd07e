"""The rules of the house, held by walking the files: imports, names, sizes."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "seq2seq_core"
CORE_FILES = sorted(CORE.rglob("*.py"))
PAGE_FILES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
PRODUCT_FILES = [*CORE_FILES, *PAGE_FILES]

# A package imports from those left of it, never from one right of it; `store` and `figures` stand
# beside the line: pages and workers use them.
LAYERS = [
    {"errors"},
    {"limits"},
    {"config"},
    {"presets"},
    {"data", "models"},
    {"decoding"},
    {"evaluation"},
    {"training"},
    {"inspection", "workers"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
ALLOWED = {
    "models": {"errors", "limits", "config"},
    "store": {"errors", "limits", "config", "data"},
    "figures": set(),
}
MAY_USE_STORE = {"store", "workers", "cli"}
NO_TORCH = ["store", "figures", "config.py", "presets.py"]
NO_TORCH += ["data/codec.py", "data/corpus.py", "data/vocabulary.py"]

# `pages/shared` by area, in the same order; every area but the first three bears the name of the
# core package that it shows
AREAS = [
    {"frame"},
    {"settings"},
    {"runs"},
    {"corpus", "training", "decoding", "inspection", "evaluation"},
]
AREA_RANK = {name: rank for rank, names in enumerate(AREAS) for name in names}

MOST_FILES = 14  # in one folder: its listing is the architecture
# what says neither what a thing is nor what is done to which thing
BARE_WORDS = """
act after again all alone answer answers any ask asked asks back bad before began begin best
both bring card cards choose chosen cut cuts different done draw drop due end ended far few fill
find first fit fits follow foot forget found fresh give given go gone good grow grown heed here
keep kept knob knobs know known last least left like line lines long look looked looks lot lots
made make many mark marks middle most name named names near now obey offer offers one open
opened other others over own part parts place places plain put remember right row rows said same
say see seen short show shown side sides some spot spread start started status strip strips take
tell there thing tidied tidy title told turn turned unlike values walk walks want wanted what
whole wish wishes word
"""
BARE_NAMES = set(BARE_WORDS.split())


def imported_names(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide where a name comes from"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def uses(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(package + ".") for name in imported_names(path))


def core_package(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def imported_packages(path: Path) -> set[str]:
    """The core's packages and modules that a file imports from."""
    return {
        name.split(".")[1]
        for name in imported_names(path)
        if name.startswith("seq2seq_core.")
        and (CORE / name.split(".")[1]).exists()
        or name.startswith("seq2seq_core.")
        and (CORE / f"{name.split('.')[1]}.py").exists()
    }


def relative_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


each_core_file = pytest.mark.parametrize("path", CORE_FILES, ids=relative_name)
each_page_file = pytest.mark.parametrize("path", PAGE_FILES, ids=relative_name)
each_product_file = pytest.mark.parametrize("path", PRODUCT_FILES, ids=relative_name)


# --- imports --------------------------------------------------------------------------------


@each_core_file
def test_core_knows_no_streamlit_and_no_page(path: Path) -> None:
    assert not uses(path, "streamlit")
    assert not uses(path, "pages")
    assert not uses(path, "pickle")


@each_core_file
def test_core_imports_run_one_way(path: Path) -> None:
    package = core_package(path)
    if package == "__init__":
        assert not uses(path, "seq2seq_core")
        return
    for other in imported_packages(path) - {package}:
        if package in ALLOWED:
            assert other in ALLOWED[package], f"{package} imports {other}"
        elif other == "store":
            assert package in MAY_USE_STORE, f"{package} imports the store"
        elif other == "figures":
            raise AssertionError(f"{package} imports figures: only pages draw")
        else:
            assert RANK[other] < RANK[package], f"{package} imports {other}"


def test_every_package_has_its_place() -> None:
    packages = {core_package(path) for path in CORE_FILES} - {"__init__"}
    assert packages <= set(RANK) | {"store", "figures"}
    areas = {path.name for path in (ROOT / "pages/shared").iterdir() if path.is_dir()}
    assert areas - {"__pycache__"} <= set(AREA_RANK)


@pytest.mark.parametrize("place", NO_TORCH)
def test_plain_modules_need_no_torch(place: str) -> None:
    path = CORE / place
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        assert not uses(file, "torch"), file.name


@each_page_file
def test_pages_touch_neither_torch_nor_sql(path: Path) -> None:
    for package in ("torch", "sqlalchemy", "sqlite3", "safetensors"):
        assert not uses(path, package)


@each_page_file
def test_page_areas_import_one_way(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    shared = [n for n in imported_names(path) if n.startswith("pages.shared.")]
    if parts[:2] != ("pages", "shared"):
        return
    assert not any(n.startswith("pages.") and not n.startswith("pages.shared") for n in shared)
    if len(parts) == 3:  # pages/shared/__init__.py
        assert not shared
        return
    for name in shared:
        area = name.split(".")[2]
        assert area == parts[2] or AREA_RANK[area] < AREA_RANK[parts[2]], f"{path.name}: {name}"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def top_level_imports(path: Path) -> set[str]:
    """What is imported as soon as the file is: not what a function imports when it is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = {module_name(path): top_level_imports(path) for path in PRODUCT_FILES}
    graph = {
        # a module of a package that says `from package import module` does not wait for the package
        name: {other for other in imports & set(modules) if not name.startswith(other)}
        for name, imports in modules.items()
    }
    visited: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name not in visited:
            for imported in graph[name]:
                visit(imported, (*trail, name))
            visited.add(name)

    for name in graph:
        visit(name, ())


# --- what a lesson shows --------------------------------------------------------------------

LESSON_FILES = [
    *sorted((CORE / "models").glob("*.py")),
    *sorted((CORE / "decoding").glob("*.py")),
    *(CORE / f"training/{name}.py" for name in ("loop", "learn", "schedules", "early_stopping")),
]


@pytest.mark.parametrize(
    "path", [path for path in LESSON_FILES if path.parent.name != "models"], ids=relative_name
)
def test_training_and_decoding_never_ask_for_a_models_class(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "isinstance" not in source
    from_models = {n for n in imported_names(path) if n.startswith("seq2seq_core.models.")}
    allowed = ("seq2seq_core.models.base", "seq2seq_core.models.attention_overrides")
    assert all(name.startswith(allowed) for name in from_models)  # the contract alone
    assert "build_model(" not in source


@pytest.mark.parametrize("path", LESSON_FILES, ids=relative_name)
def test_lesson_files_ask_for_no_class_of_a_model(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "isinstance(model" not in source and "type(model" not in source


def test_models_leave_their_explanation_to_inspection() -> None:
    """But for a score, whose formula and lines stand in one class."""
    allowed = {"attention.py", "calculation.py"}  # calculation has the words of all explanations
    for path in sorted((CORE / "models").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert path.name in allowed or "models.calculation" not in source, path.name


# --- sizes and names ------------------------------------------------------------------------

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def count_lines(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


FUNCTIONS = [(path, function) for path in PRODUCT_FILES for function in functions_of(path)]
FUNCTION_NAMES = [
    (f.name.strip("_"), f"{relative_name(path)}:{f.lineno}")
    for path, f in FUNCTIONS
    if not f.name.startswith("__")
]


@each_product_file
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_functions_are_short() -> None:
    lengths = sorted(count_lines(function) for _path, function in FUNCTIONS)
    assert median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 22
    longest = max(FUNCTIONS, key=lambda pair: count_lines(pair[1]))
    assert count_lines(longest[1]) <= 60, f"{longest[0].name}: {longest[1].name}"


def test_a_folders_listing_fits_a_glance() -> None:
    scripts = (ROOT / "assets").rglob("*.js")
    folders = Counter(path.parent for path in chain(PRODUCT_FILES, scripts))
    assert {str(folder): n for folder, n in folders.items() if n > MOST_FILES} == {}


def test_a_name_means_one_thing() -> None:
    """At most one top-level name in twenty is defined in a second module too."""
    homes: dict[str, set[str]] = defaultdict(set)
    for path in PRODUCT_FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in (
                "main",
                "page",
            ):
                homes[node.name].add(relative_name(path))
    twice = {name: places for name, places in homes.items() if len(places) > 1}
    assert len(twice) <= 0.05 * len(homes), twice


def test_no_function_has_a_bare_participle_or_particle_for_a_name() -> None:
    bare = [place for name, place in FUNCTION_NAMES if name in BARE_NAMES]
    assert len(bare) <= 0.02 * len(FUNCTION_NAMES), bare


def bound_names(path: Path) -> Iterator[str]:
    """Everything that a file gives a name to: functions, classes, fields, parameters, locals."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@each_product_file
def test_nothing_is_called_by_a_word_that_names_nothing(path: Path) -> None:
    assert not set(bound_names(path)) & {"told", "said", "kept", "look", "looked", "now", "found"}


def test_functions_are_named_by_verb_and_noun() -> None:
    one_word = [name for name, _place in FUNCTION_NAMES if "_" not in name]
    assert len(one_word) <= 0.45 * len(FUNCTION_NAMES), sorted(one_word)


def count_all_lines(paths: Iterable[Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def test_nine_lines_of_tests_stand_beside_ten_of_the_product() -> None:
    tests = (ROOT / "tests").rglob("*.py")
    assert count_all_lines(tests) >= 0.9 * count_all_lines(PRODUCT_FILES)
