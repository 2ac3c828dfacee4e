"""What a stranger sees: every open page in a real browser, on a desk and on a phone, and axe finds
nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Live

PAGES = (
    "/",
    "/library",
    "/recommend",
    "/guide",
    "/privacy",
    "/accessibility",
    "/verify",
    "/login",
    "/register",
)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_open_pages_are_whole(live: Live, width: int) -> None:
    live.width = width
    page = live.window()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        found = Axe().run(page)
        assert found.violations_count == 0, (address, found.generate_report())
    assert wrong == []


@pytest.mark.browser
def test_officers_and_partners_sign_in(live: Live) -> None:
    assert "/office/" in live.sign_in("cs").url
    assert live.sign_in("vol", wing="public").url.endswith("/my")


@pytest.mark.browser
def test_a_wrong_password_says_so(live: Live) -> None:
    page = live.window()
    page.goto("/office/login")
    page.fill("input[name=login]", "cs")
    page.fill("input[name=password]", "nicht-richtig")
    page.click("main form button >> nth=0")
    assert page.locator("[role=alert]").count() >= 1
