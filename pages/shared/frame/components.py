"""The components: what moves many times a second, drawn in the browser from data sent once.

Each is an ES module in a folder of its own, assets/components/NAME/NAME.js, with a style sheet
beside it; what several need is in assets/components/lib. The browser fetches the files once: with
each message Streamlit sends their address alone, where code given as text would travel along.

Streamlit serves files only of components that it knows from the manifest of an installed package,
which this app is not. So it is handed the same manifest by its own, internal class: see the pinned
version in requirements.txt.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

ROOT = Path(__file__).parents[3]
COMPONENT_FOLDER = "assets/components"


def hash_files(folder: Path) -> str:
    """A hash of the names and contents of all files in a folder, as 12 hex digits."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


# The hash is part of every address: a browser that has an older version's files asks for the new.
PACKAGE = f"seq2seq_lab_{hash_files(ROOT / COMPONENT_FOLDER)}"
_declaration_lock = threading.Lock()


def declare_component(name: str) -> None:
    """Tell this server where the component's files are, unless it knows.

    A second time would take the component away for a moment, from under another learner's script.
    """
    manager = get_bidi_component_manager()
    with _declaration_lock:
        if manager.get_component_path(f"{PACKAGE}.{name}") is None:
            manifest = ComponentManifest(PACKAGE, "", [ComponentConfig(name, COMPONENT_FOLDER)])
            manager.register_from_manifest(manifest, ROOT)


@cache
def create_renderer(name: str) -> Any:
    return st.components.v2.component(f"{PACKAGE}.{name}", js=f"{name}/{name}.js")


def register_component(name: str) -> Callable[..., Any]:
    """The mounting command of assets/components/NAME/NAME.js, which fetches its style sheet itself.

    To be called once a process, so from a module, not from a page's script.
    """

    def mount_component(**arguments: Any) -> Any:
        declare_component(name)
        return create_renderer(name)(**arguments)

    return mount_component


sidebar_closer = register_component("close_sidebar")
stepper_component = register_component("stepper")
attention_map_component = register_component("attention_map")
guess_component = register_component("guess")
tensors_component = register_component("tensors")
