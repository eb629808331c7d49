"""Scripts of the desk that Streamlit runs in the browser, as components of its own kind."""

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_known: WeakKeyDictionary[BidiComponentManager, dict[str, Any]] = WeakKeyDictionary()


def own_component(assets: Path, **files: str) -> Any:
    """The component whose files lie in a folder, made known to Streamlit as it runs now.

    assets: a folder within one that bears the component's name;
    /_stcore/bidi-components/desk.<name>/ serves what is in it
    files: js and css, the names of those that the component begins with
    """
    manager = get_bidi_component_manager()
    components = _known.setdefault(manager, {})
    name = assets.parent.name
    if name not in components:
        # What pyproject.toml says of an installed package.
        manifest = ComponentManifest("desk", "1", [ComponentConfig(name, asset_dir=assets.name)])
        manager.register_from_manifest(manifest, assets.parent)
        made = st.components.v2.component(f"desk.{name}", isolate_styles=False, **files)
        components[name] = made
    return components[name]
