"""What the officers see: every page of every role's menu, and each kind of page it leads to, on a desk and on
a phone, in the large view, with a household at every step. One heading, no fault in the console, no sideways
scroll, axe finds nothing."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.needs.queries import needs_of
from app.releases.queries import project_of_need
from tests.browser.conftest import Live
from tests.browser.test_open_pages import complaints
from tests.stories.oversight_world import PUBLISHED, journey
from tests.world import Site, filed_case, new_household, office

LOGINS = ("vw", "to", "tl", "cs", "cl", "dept", "safe", "duty", "admin")
MENU_AT_LEAST = {"vw": 5, "to": 8, "tl": 5, "cs": 11, "cl": 10, "dept": 2, "safe": 3, "duty": 2, "admin": 3}
PHONE, DESK = 360, 1280
SIZES = """() => {
  const small = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || e.closest(".vh,svg")) continue;
    const says = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (says && parseFloat(getComputedStyle(e).fontSize) < 16) small.push(e.innerText.slice(0, 20));
  }
  return small;
}"""
RED = """() => [...document.querySelectorAll("main .btn--call")].filter(e => e.checkVisibility()).length"""


def signed_in(live: Live, site: Site, login: str) -> Page:
    """A window with the session of `login`: typing the password is tried elsewhere."""
    page = live.window()
    cookie = site.office(login).get_cookie(site.app("office").config["SESSION_COOKIE_NAME"], path="/office")
    assert cookie is not None
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"{live.address}/office/"}])
    return page


def faults(page: Page, address: str, width: int, seen: set[str], in_menu: bool) -> list[str]:
    """What is wrong with the page at that width. axe looks at every page of the menu on a desk, and once at
    each kind of page at each width; contrast, which takes it longest, once at each kind."""
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("scrolls sideways")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if small := page.evaluate(SIZES):
        found.append(f"smaller than 16 px: {small[:3]}")
    if (red := page.evaluate(RED)) > 1:
        found.append(f"{red} red buttons")
    name = f"{width} {kind(address)}"
    if name not in seen or (in_menu and width == DESK):
        axe = Axe().run(page, options={"rules": {"color-contrast": {"enabled": name not in seen}}})
        found += [axe.generate_report()] if axe.violations_count else []
    seen.add(name)
    return [f"{address} at {width}: {fault}" for fault in found]


def links(page: Page, within: str) -> list[str]:
    """Addresses of our own, without downloads."""
    found = page.locator(f"{within} a[href]").evaluate_all(
        "all => all.filter(a => a.origin === location.origin).map(a => a.pathname + a.search)"
    )
    return [
        a for a in dict.fromkeys(found) if a.startswith("/office") and not re.search("/template|/papers/", a)
    ]


def kind(address: str) -> str:
    """Pages of one view differ in numbers alone."""
    return re.sub(r"\d+", "N", address.split("?")[0])


def walked(live: Live, site: Site, login: str, seen: set[str]) -> list[str]:
    """The menu, and what its pages lead to: each kind of page once for all roles together."""
    page = signed_in(live, site, login)
    wrong = complaints(page)
    page.goto("/office/")
    menu = links(page, ".side-wide")
    found = [] if len(menu) >= MENU_AT_LEAST[login] else [f"{login} has only {menu}"]
    waiting, known, leads = list(menu), set(menu), dict.fromkeys(menu, "the menu")
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            found.append(
                f"{login}, {address} from {leads[address]}: {answer.status if answer else 'no answer'}"
            )
            continue
        found += [
            f"{login}, {f}"
            for width in (DESK, PHONE)
            for f in faults(page, address, width, seen, address in menu)
        ]
        for further in links(page, "main"):
            if further not in known and (name := f"{kind(further)} {kind(address)}") not in seen:
                seen.add(name)
                known.add(further)
                waiting.append(further)
                leads[further] = address
    page.context.close()
    return found + [f"{login}, console: {line}" for line in wrong]


def ask_privately(site: Site, need_id: int) -> None:
    """A partner's question about the need's card has come to the county."""
    with office(site.house) as session:
        project = project_of_need(session, need_id)
        assert project is not None
    asking = {"topic": "when", "text": "周末能送到吗"}
    assert site.public("vol").post(f"/library/{project.project_id}/ask", data=asking).status_code == 303
    site.carry()


@pytest.mark.browser
def test_every_page_of_every_menu_is_whole(live: Live) -> None:
    site = Site(live.site.house)  # typed without a browser, so without its tokens
    ask_privately(site, journey(site).needs[PUBLISHED])
    seen: set[str] = set()
    assert [fault for login in LOGINS for fault in walked(live, site, login, seen)] == []
    assert f"{PHONE} /office/followup/inquiries/N" in seen, "the question was read"


@pytest.mark.browser
def test_the_large_view_is_switched_in_the_office_and_leads_back(live: Live) -> None:
    live.width = PHONE
    site = Site(live.site.house)
    page = signed_in(live, site, "vw")
    page.goto("/office/cases/")
    page.get_by_role("link", name="大字版").click()
    page.wait_for_url("**/office/cases/")
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 20
    case = filed(site)
    for address in (*links(page, ".side-wide"), *case):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, address
    page.get_by_role("link", name="普通版").click()
    assert page.locator("html.elder").count() == 0


def filed(site: Site) -> tuple[str, ...]:
    """Pages of a filed household, and of its need."""
    with site.house.need_office().transaction() as session:
        case = filed_case(session, new_household(1, child=True))
        need = needs_of(session, case.id)[0]
        return tuple(
            f"/office/{a}" for a in (f"cases/{case.id}", f"cases/{case.id}/timeline", f"needs/{need.id}")
        )


@pytest.mark.browser
def test_the_toolbar_opens_in_the_office(live: Live) -> None:
    page = signed_in(live, Site(live.site.house), "to")
    page.goto("/office/")
    page.get_by_role("link", name="无障碍").click()
    assert page.evaluate("document.activeElement.dataset.tool") == "in"
    page.keyboard.press("Enter")
    assert page.locator("html.zoom-1").count() == 1
    axe = Axe().run(page)
    assert axe.violations_count == 0, axe.generate_report()


@pytest.mark.browser
def test_an_officer_gets_by_keyboard_to_the_page_itself(live: Live) -> None:
    page = signed_in(live, Site(live.site.house), "to")
    page.goto("/office/cases/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('main')")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.browser
def test_a_number_too_long_for_any_page_is_not_found(live: Live) -> None:
    page = signed_in(live, Site(live.site.house), "cs")
    answer = page.goto(f"/office/cases/{10**20}")
    assert answer is not None and answer.status == 404
