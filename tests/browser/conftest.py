"""A real Chromium before the real site: an HTTP server in this process, so that a test can move the clock."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app.core.house import House
from tests.world import PASSWORD, Site

PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MUST_RUN = os.environ.get("CI") == "true"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own; with CI=true its absence is a failure, never a skip."""
    found = next((path for name in PLACES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        except Exception as error:  # whatever keeps it from starting, the answer is the same
            if MUST_RUN:
                raise
            pytest.skip(f"BROWSER TESTS SKIPPED: no Chromium could be started ({type(error).__name__})")
        yield opened
        opened.close()


@dataclass
class Live:
    """The site at an address, and a window for each person."""

    site: Site
    address: str
    browser: Browser
    width: int = 1280

    def window(self) -> Page:
        context = self.browser.new_context(
            viewport={"width": self.width, "height": 900}, base_url=self.address, locale="zh-CN"
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    def sign_in(self, login: str, *, wing: str = "office") -> Page:
        """By name and password, as everybody does."""
        page = self.window()
        page.goto("/office/login" if wing == "office" else "/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit], main form button >> nth=0")
        return page


@pytest.fixture
def live(house: House, browser: Browser) -> Iterator[Live]:
    site = Site(house, csrf=True)
    server = make_server("127.0.0.1", 0, site.app("public"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(site, f"http://127.0.0.1:{server.port}", browser)
    server.shutdown()
    thread.join()
