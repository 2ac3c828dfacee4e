"""再排一次 before a real browser: asked for by keyboard, followed without a reload, and by a link without
scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.worker import Worker
from tests.browser.conftest import Live
from tests.browser.test_office_pages import signed_in
from tests.browser.town import _live
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk

PROPOSALS = "/office/followup/proposals"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def faultless(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def asks_by_keyboard(page: Page) -> None:
    """From the start of the page's own part: the first stop is the button."""
    page.goto(PROPOSALS)
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#run-again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#run-progress")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_a_run_shows_how_far_it_is_and_its_result_without_a_reload(
    walk: Walk, browser: Browser, width: int
) -> None:
    walk.propose()
    with _live(walk.site, browser) as live:
        live.width = width
        page = signed_in(live, walk.site, "cs")
        asks_by_keyboard(page)
        faultless(page)
        page.evaluate("window.stillHere = true")
        page.locator("[name=draft]").nth(1).check()
        Worker(walk.house).run_once(walk.now())
        live_part = page.locator("#run-live")
        expect(live_part).to_contain_text("换成新排的", timeout=15_000)
        expect(live_part).to_contain_text("只排")
        assert page.evaluate("window.stillHere") is True, "the page was not loaded anew"
        expect(page.locator("[name=draft]").nth(1)).to_be_checked()
        faultless(page)
        page.locator("#run-look").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#run-look")).to_have_count(0)


@pytest.mark.browser
def test_without_scripts_a_link_looks_again(walk: Walk, browser: Browser) -> None:
    walk.propose()
    with _live(walk.site, browser) as live:
        page = _without_scripts(live, signed_in(live, walk.site, "cs"))
        asks_by_keyboard(page)
        Worker(walk.house).run_once(walk.now())
        page.click("#run-look")
        expect(page.locator("#run-live")).to_contain_text("只排")
        expect(page.locator("#run-progress")).to_have_count(0)


def _without_scripts(live: Live, signed: Page) -> Page:
    """The same session in a browser that runs none."""
    context = live.browser.new_context(java_script_enabled=False, base_url=live.address, locale="zh-CN")
    context.add_cookies(signed.context.cookies())  # type: ignore[arg-type]
    return context.new_page()
