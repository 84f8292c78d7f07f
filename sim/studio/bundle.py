"""The page as one file: its modules, style, uPlot and a recording, with nothing left to fetch."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.errors import RunError

PAGE = Path(__file__).parent / "page"
START = "main.js"
IMPORT = re.compile(r'^import\s+(?:[^;]*?\sfrom\s+)?"\./([\w.-]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=async |class |const |function |let )", re.MULTILINE)
TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) (\w+)", re.MULTILINE
)


def page_with(recording: dict[str, Any]) -> str:
    """The page that shows a recording, as HTML that needs no network.

    Raises
    ------
    RunError
        If uPlot, which draws its curves, is not installed.
    """
    script, curves = one_script(START), uplot("uPlot.iife.js")
    kept = {
        "/uplot/uPlot.min.css": uplot("uPlot.min.css"), "/uplot/uPlot.iife.js": curves,
        "/page/style.css": _read("style.css"), "/page/main.js": script,
    }
    page = _read("index.html")
    page = re.sub(r'<link rel="icon"[^>]*href="/page/([^"]*)">', _icon, page)
    page = re.sub(
        r'<link rel="stylesheet" href="([^"]*)">',
        lambda found: f"<style>\n{kept[found[1]]}</style>", page,
    )
    page = re.sub(
        r'<script(?: defer)?( type="module")? src="([^"]*)"></script>',
        lambda found: f"<script{found[1] or ''}>{_harmless(kept[found[2]])}</script>", page,
    )
    page = page.replace("<head>", f"<head>\n{_policy(page)}", 1)
    return page.replace("</body>", f"{_as_script(recording)}\n</body>", 1)


def one_script(name: str) -> str:
    """A module with all that it imports, as one script; every top-level name must be of one kind.

    Raises
    ------
    RunError
        If two modules have a top-level name in common, which one script cannot have.
    """
    order = _in_order(name)
    seen: dict[str, str] = {}
    for module in order:
        for known in TOP_LEVEL.findall(_read(module)):
            if known in seen:
                raise RunError(f"{seen[known]} and {module} both have a top-level name {known}")
            seen[known] = module
    return "".join(f"// {module}\n{_plain(_read(module))}" for module in order)


def _in_order(name: str, before: tuple[str, ...] = ()) -> list[str]:
    """Modules, each after those that it imports, once."""
    order: list[str] = []
    for imported in IMPORT.findall(_read(name)):
        if imported not in before:
            order += _in_order(imported, (*before, name))
    return list(dict.fromkeys([*order, name]))


def _plain(module: str) -> str:
    return EXPORT.sub("", IMPORT.sub("", module))


def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def uplot(name: str) -> str:
    """A file of uPlot from the installed package, without notes that point to other files.

    Raises
    ------
    RunError
        If it is not installed.
    """
    if find_spec("uplot") is None:
        raise RunError("a replay draws with uPlot: pip install 'counterpoise[studio]'")
    text = (resources.files("uplot") / "static" / name).read_text(encoding="utf-8")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def _icon(found: re.Match[str]) -> str:
    data = base64.b64encode((PAGE / found[1]).read_bytes()).decode("ascii")
    return f'<link rel="icon" href="data:image/svg+xml;base64,{data}">'


def _harmless(script: str) -> str:
    """A script that cannot end before its end."""
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)


def _policy(page: str) -> str:
    """Nothing is fetched, and no script runs but those of this file."""
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    known = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}'"
        for script in scripts
    )
    rules = (
        f"default-src 'none'; script-src {known}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _as_script(recording: dict[str, Any]) -> str:
    """A recording as data in the page; no text of a scenario can be markup."""
    text = json.dumps(recording, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, code in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(character, code)
    return f'<script type="application/json" id="recording">{text}</script>'
