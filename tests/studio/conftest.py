"""A real Chromium for tests of pages; where one of its parts is missing, they are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.studio.looking import Looker

NEEDED = ("starlette", "uvicorn", "websockets", "uplot")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, one for a file of tests."""
    for name in NEEDED:
        pytest.importorskip(name, reason=f"the page needs {name}: install counterpoise[studio]")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Python Playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium; there is none on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def looker(browser: Any) -> Iterator[Looker]:
    """A page of its own on a small projector, on which nothing may go wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    looking = Looker(context.new_page())
    yield looking
    context.close()
    assert not looking.wrong
