"""Take the picture of the README again: ``python -m tests.pictures``; needs Chromium."""

import io

from tests.studio.conftest import ARGUMENTS, CHROMIUM
from tests.studio.looking import ROOT, Looker, serving

PICTURES = ROOT / "experiments" / "examples" / "pictures"
SIZE = {"width": 1360, "height": 800}
WEEK = 40


def keep(name, taken):
    """Write a picture with a palette of its own."""
    from PIL import Image

    PICTURES.mkdir(exist_ok=True)
    few = Image.open(io.BytesIO(taken)).convert("RGB").quantize(
        method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE  # rare colors keep their hue
    )
    few.save(PICTURES / f"{name}.png", optimize=True)


def page(browser):
    """The page, in the middle of the first lesson's market."""
    with serving("first_lesson", "--port", "0") as address:
        looker = Looker(browser.new_page(viewport=SIZE)).open(address)
        looker.page.click("#play")
        looker.reach(WEEK)
        looker.rest()
        looker.seek(WEEK)
        looker.page.wait_for_timeout(500)  # news fade on the stage
        return looker.page.screenshot()


def main():
    """Take them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        keep("page", page(browser))
        browser.close()


if __name__ == "__main__":
    main()
