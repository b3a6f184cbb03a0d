"""
Take the pictures of the report that the README and the tutorial show.

    .venv/bin/python scripts/make_screenshots.py ENGLISH.html FRENCH.html

Writes docs/images/report-en.png and report-fr.png: all indicators at a glance, and the first one
with its run chart. Use the reports of a synthetic practice only.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH = 1120


def main() -> None:
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser_path is None:
        sys.exit("There is no chromium here: run scripts/install-test-system.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for report in map(Path, sys.argv[1:3]):
            page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
            page.goto(report.resolve().as_uri())
            code = page.evaluate("document.documentElement.lang").split("-")[0]
            ends = page.evaluate(
                """() => {
                     const top = document.querySelector('#glance h2').getBoundingClientRect().top;
                     const chart = document.querySelector('.indicator figure');
                     return [top + scrollY - 32, chart.getBoundingClientRect().bottom + scrollY];
                   }"""
            )
            box = {"x": 0, "y": ends[0], "width": WIDTH, "height": ends[1] - ends[0] + 16}
            page.screenshot(path=IMAGES / f"report-{code}.png", clip=box, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
