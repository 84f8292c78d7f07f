"""What an analysis leaves in its folder: a page to read and the numbers behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.files import write_whole


def keep(folder: Path, name: str, data: Mapping[str, Any], page: str) -> None:
    """Write ``name.json`` and ``name.html``, each completely or not at all."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / f"{name}.json", text + "\n")
    write_whole(folder / f"{name}.html", page)


def kept(folder: Path, name: str) -> str:
    """Where they are, for the end of what the terminal shows."""
    return f"\npage    {folder / name}.html\nnumbers {folder / name}.json"
