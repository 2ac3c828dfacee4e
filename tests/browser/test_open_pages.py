"""What a stranger sees: every open page in a real browser, on a desk and on a phone, with a full shelf and an
empty one, in the large view, by keyboard alone; and axe finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Live
from tests.stories.library_world import catalogue_shelf

PAGES = (
    "/",
    "/library",
    "/library?q=lunyi",
    "/library?q=qqqzz",
    "/library?kind=goods&kind=company&urgency=urgent&region=640324&sort=month&page=1",
    "/library/XQ-00000000",
    "/recommend",
    "/recommend?kind=service&near=640324&time=monthly",
    "/guide",
    "/privacy",
    "/data",
    "/accessibility",
    "/verify",
    "/verify/T000-TEST",
    "/login",
    "/register",
)
WIDTHS = [1280, 360]


def faults(page: Page, address: str, width: int, status: int = 200) -> list[str]:
    """What is wrong with a page: its answer, a sideways scroll, more than one h1, whatever axe finds."""
    answer = page.goto(address)
    found = []
    if answer is None or answer.status != status:
        found.append(f"{address}: {answer.status if answer else 'no answer'}")
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{address}: scrolls sideways")
    if page.locator("h1").count() != 1:
        found.append(f"{address}: {page.locator('h1').count()} h1")
    axe = Axe().run(page)
    if axe.violations_count:
        found.append(f"{address}: {axe.generate_report()}")
    return found


def complaints(page: Page) -> list[str]:
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_open_pages_are_whole(live: Live, width: int) -> None:
    catalogue_shelf(live.site.house)
    live.site.work()
    live.width = width
    page = live.window()
    wrong = complaints(page)
    assert [fault for address in PAGES for fault in faults(page, address, width)] == []
    assert wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_whole_before_the_first_tick(live: Live, width: int) -> None:
    live.width = width
    page = live.window()
    assert [
        f for a in ("/", "/library", "/recommend?kind=goods", "/data") for f in faults(page, a, width)
    ] == []
    assert [f for f in faults(page, "/library/XQ-NOSUCH00", width, status=404)] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_large_view_has_four_choices_and_holds_everywhere(live: Live, width: int) -> None:
    catalogue_shelf(live.site.house)
    live.width = width
    page = live.window()
    page.goto("/elder")
    assert page.locator(".bigbtn").count() <= 4
    size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size >= 20
    assert [
        f for a in ("/", "/library", "/library/XQ-00000000", "/recommend") for f in faults(page, a, width)
    ] == []
    page.goto("/elder")
    assert page.locator("html.elder").count() == 0


@pytest.mark.browser
def test_the_questions_are_seen_without_scrolling(live: Live) -> None:
    catalogue_shelf(live.site.house)
    page = live.window()
    page.goto("/")
    for what in ("h1", "#ask h2", "#ask fieldset >> nth=0", "#ask select"):
        box = page.locator(what).first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 900, what


@pytest.mark.browser
def test_the_toolbar_is_used_by_keyboard_and_remembered(live: Live) -> None:
    page = live.window()
    page.goto("/guide")
    page.keyboard.press("Alt+Shift+A")
    bar = page.locator("[role=toolbar]")
    assert bar.is_visible()
    names = bar.locator("button:visible").all_inner_texts()
    assert [n for n in names if "声音" not in n and "语速" not in n] == [
        "放大",
        "缩小",
        "鼠标样式",
        "大字幕",
        "重置",
        "退出服务",
    ]
    page.locator("[data-tool=in]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.tool") == "out"
    page.locator("[data-tool=caption]").click()
    assert page.locator(".captionbar").count() == 1
    page.goto("/privacy")
    assert page.locator("html.zoom-1").count() == 1 and page.locator("[role=toolbar]").is_visible()
    page.locator("[data-tool=close]").click()
    assert page.locator("html.zoom-1").count() == 0 and not page.locator("[role=toolbar]").is_visible()
    assert page.locator(".captionbar").count() == 0


@pytest.mark.browser
def test_filters_change_the_part_and_the_address_and_go_back(live: Live) -> None:
    catalogue_shelf(live.site.house)
    page = live.window()
    wrong = complaints(page)
    page.goto("/library")
    page.evaluate("window.before = true")
    before = page.locator(".hits").inner_text()
    with page.expect_response(lambda r: "kind=service" in r.url):
        page.locator("#f-kind-service").check()
    page.wait_for_url("**/library?kind=service")
    page.locator("#off-kind-1").wait_for()
    assert page.evaluate("window.before") is True, "the page was loaded anew"
    assert page.locator(".hits").inner_text() != before
    assert page.evaluate("document.activeElement.id") == "f-kind-service"
    assert page.locator("#live").inner_text() == page.locator(".hits").inner_text()
    shared = page.url
    page.locator("#off-kind-1").click()
    page.wait_for_url("**/library")
    page.go_back()
    page.locator("#off-kind-1").wait_for()
    assert page.url == shared
    page.goto(shared)
    assert page.locator("#f-kind-service").is_checked()
    assert wrong == []


@pytest.mark.browser
def test_a_phone_filters_on_a_sheet_without_any_script(live: Live) -> None:
    catalogue_shelf(live.site.house)
    context = live.browser.new_context(
        viewport={"width": 360, "height": 800}, base_url=live.address, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/library")
    assert not page.locator("#f-kind-money").is_visible()
    page.locator("a[href='#facets']").click()
    page.locator("#f-kind-money").check()
    page.locator(".fac-go button").click()
    page.wait_for_url("**kind=money**")
    assert not page.locator("#f-kind-money").is_visible()
    assert page.locator(".chips").inner_text().count("资金") == 1
    context.close()


@pytest.mark.browser
def test_a_stranger_gets_by_keyboard_from_the_first_page_to_a_card(live: Live) -> None:
    catalogue_shelf(live.site.house)
    page = live.window()
    page.goto("/library")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("轮椅")
    page.keyboard.press("Enter")
    page.wait_for_url("**/library?q=**")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.need')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/library/XQ-**")
    assert "我来接这一项" in page.locator("#claim").inner_text()


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
