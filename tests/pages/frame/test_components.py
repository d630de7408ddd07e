"""The files of the components: a folder each, real imports, addresses that no cache outlives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.decoding.wording import MINOR_WEIGHT
from pages.shared.frame.components import COMPONENT_FOLDER, PACKAGE, ROOT, hash_files

FOLDER = ROOT / COMPONENT_FOLDER
SCRIPTS = sorted(FOLDER.rglob("*.js"))
STYLES = sorted(FOLDER.rglob("*.css"))
PAGES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "pages").rglob("*.py"))]
COMPONENTS = {  # each that a page registers
    name for text in PAGES for name in re.findall(r'register_component\("(\w+)"\)', text)
}
IMPORT = re.compile(r'^import \{ (?P<names>[^}]+) \} from "(?P<path>[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)


def relative_name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


each_script = pytest.mark.parametrize("path", SCRIPTS, ids=relative_name)
each_style = pytest.mark.parametrize("path", STYLES, ids=relative_name)


def imported_files(path: Path) -> list[Path]:
    """What a script or a style sheet imports, as it is written there."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return [path.parent / name for name in re.findall(r'@import "([^"]+)";', text)]
    lines = [line for line in text.splitlines() if line.startswith("import ")]
    assert len(lines) == len(IMPORT.findall(text)), "an import that this test cannot read"
    return [path.parent / match["path"] for match in IMPORT.finditer(text)]


@each_script
def test_every_imported_name_is_exported(path: Path) -> None:
    for match in IMPORT.finditer(path.read_text(encoding="utf-8")):
        exported = EXPORT.findall((path.parent / match["path"]).read_text(encoding="utf-8"))
        assert set(match["names"].split(", ")) <= set(exported), match["path"]


@each_script
def test_every_exported_name_is_imported(path: Path) -> None:
    """The default is what Streamlit calls: the one of each component's own script."""
    text = path.read_text(encoding="utf-8")
    imported = {
        name
        for script in SCRIPTS
        for match in IMPORT.finditer(script.read_text(encoding="utf-8"))
        if (script.parent / match["path"]).resolve() == path
        for name in match["names"].split(", ")
    }
    assert set(EXPORT.findall(text)) == imported
    is_component = path.stem == path.parent.name and path.stem in COMPONENTS
    assert text.count("export default ") == is_component
    assert len(re.findall("^export ", text, re.MULTILINE)) == len(imported) + is_component


@each_script
def test_every_imported_name_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    body = IMPORT.sub("", text)
    for match in IMPORT.finditer(text):
        for name in match["names"].split(", "):
            assert re.search(rf"\b{name}\b", body), name


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=relative_name)
def test_a_component_imports_from_its_own_folder_and_from_lib_alone(path: Path) -> None:
    for imported in imported_files(path):
        assert imported.is_file(), imported
        folder = imported.resolve().parent
        assert folder in (path.parent, FOLDER / "lib"), f"{relative_name(path)}: {imported}"


def test_every_file_belongs_to_a_component_that_a_page_shows() -> None:
    needed: set[Path] = set()

    def visit(path: Path) -> None:
        if path not in needed:
            needed.add(path)
            for imported in imported_files(path):
                visit(imported.resolve())

    for name in COMPONENTS:
        path = FOLDER / name / name
        assert path.with_suffix(".js").is_file(), path
        for suffix in (".js", ".css"):
            if path.with_suffix(suffix).exists():
                visit(path.with_suffix(suffix))
    assert needed == {*SCRIPTS, *STYLES}


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_every_style_sheet_brings_the_theme(name: str) -> None:
    styles = FOLDER / name / f"{name}.css"
    assert not styles.exists() or FOLDER / "lib/theme.css" in [
        path.resolve() for path in imported_files(styles)
    ]


@each_script
def test_a_styled_component_waits_for_its_styles(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "export default" in text and path.with_suffix(".css").exists():
        assert "export default whenStyled(import.meta.url, " in text


def test_words_and_pictures_agree_on_what_is_little_attention() -> None:
    constant = re.compile(r"\bMINOR_WEIGHT = ([\d.]+);")
    values = [v for path in SCRIPTS for v in constant.findall(path.read_text(encoding="utf-8"))]
    assert [float(value) for value in values] == [MINOR_WEIGHT]


@each_script
def test_learner_text_never_becomes_markup(path: Path) -> None:
    """Only constants do, and a line that says so."""
    text = path.read_text(encoding="utf-8")
    assert "insertAdjacentHTML" not in text and "outerHTML" not in text
    for statement in re.findall(r"\.innerHTML =[^;]+;.*", text):
        assert "constant" in statement or "SKELETON" in statement, statement


def test_any_change_of_a_file_changes_the_address(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    script = tmp_path / "lib/dom.js"
    hashes = set()
    for text in ("", "a", "b"):
        script.write_text(text, encoding="utf-8")
        hashes.add(hash_files(tmp_path))
    script.rename(tmp_path / "lib/text.js")
    hashes.add(hash_files(tmp_path))
    assert len(hashes) == 4
    assert hash_files(tmp_path) in hashes  # and nothing else does


def show_component() -> None:
    from pages.shared.frame import components

    components.stepper_component(key="one", data={"key": "a"})


def test_every_server_of_a_process_serves_the_files_by_address() -> None:
    """As in tests, where each app has a server of its own; no code travels with the data."""
    for _server in range(2):
        app = AppTest.from_function(show_component).run()
        assert not app.exception
        [element] = app.get("bidi_component")
        message = element.proto
        assert message.component_name == f"{PACKAGE}.stepper"
        assert message.js_source_path == "stepper/stepper.js"
        assert not message.js_content and not message.css_content
