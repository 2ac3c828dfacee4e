"""What a volunteer, a charity and a company see of their own: every page that their own pages lead to, in a
real browser, on a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.core.house import House
from tests.browser.test_open_pages import WIDTHS, complaints, faults
from tests.browser.town import Town, open_town
from tests.stories.direct_world import open_desk
from tests.stories.gifts_world import (
    GOODS,
    MONEY,
    STUDY,
    bed,
    filed_project,
    make_claim,
    shelve,
    switch_money,
    told_claim,
)
from tests.stories.pairings_world import HAIR, TALK, agreed_visit, running_pairing, suggested
from tests.world import Site, public

# Of pages that differ by a number alone one is opened; of claims two, before the terms came and after.
ALIKE = {"/my/claims/#": 2}
# What each must have seen, so that a lost link does not make the test easy.
MUST = {
    "vol": {
        "/my",
        "/my/claims",
        "/my/claims/#",
        "/my/claims/#/pay",
        "/my/claims/#/release",
        "/my/interest",
        "/my/pairings/#",
        "/my/pairings/#/plan",
        "/my/pairings/#/stop",
        "/my/profile",
        "/my/proposals",
        "/my/proposals/#",
        "/my/saved",
        "/my/saved/#",
        "/my/settings",
        "/library/#/claim",
    },
    "charity": {"/my", "/my/claims", "/my/claims/#", "/my/projects", "/my/projects/#", "/my/projects/new"},
    "firm": {"/my", "/my/claims", "/my/claims/#", "/my/claims/#/release", "/my/offers/#", "/my/profile"},
}


@pytest.fixture
def town(house: House, browser: Browser) -> Iterator[Town]:
    """One of everything that a partner can have before him."""
    shelve(house)
    switch_money(house)
    filed_project(house)
    desk = open_desk(house)
    desk.ask("firm")
    agreed_visit(house, running_pairing(house, HAIR))
    suggested(house, TALK)
    told_claim(house, GOODS, "firm")
    told_claim(house, MONEY, "vol")
    told_claim(house, bed(0), "charity")
    with public(house) as session:
        make_claim(session, bed(1), "firm")
    own = Site(house).public("vol")
    own.post("/my/saved", data={"kind": "goods"})
    own.post(f"/my/favourites/{STUDY}")
    with open_town(house, browser) as opened:
        opened.works()
        yield opened


def alike(address: str) -> str:
    """The address with its numbers left out."""
    return re.sub(r"/(?:[A-Z]{2}-\w+|[0-9A-Z]{6,}|\d+)(?=/|$)", "/#", address.split("?")[0])


def leads(page: Page) -> list[str]:
    """One's own pages, and the forms to take something, that this page links to."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href').split('#')[0])")
    own = (h for h in hrefs if h.split("?")[0] == "/my" or h.startswith("/my/") or h.endswith("/claim"))
    return [h for h in own if not h.split("?")[0].endswith(".csv")]


def walk(page: Page, width: int) -> tuple[list[str], dict[str, int]]:
    """What is wrong on any page that can be reached, and how many of each kind were opened."""
    wrong: list[str] = []
    opened: dict[str, int] = {}
    seen, todo = {"/my", f"/library/{STUDY}/claim"}, ["/my", f"/library/{STUDY}/claim"]
    while todo:
        address = todo.pop(0)
        if opened.get(alike(address), 0) >= ALIKE.get(alike(address), 1):
            continue
        opened[alike(address)] = opened.get(alike(address), 0) + 1
        wrong += faults(page, address, width)
        fresh = [lead for lead in dict.fromkeys(leads(page)) if lead not in seen]
        seen.update(fresh)
        todo += fresh
    return wrong, opened


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_partner_is_whole(town: Town, width: int) -> None:
    for login, must in MUST.items():
        page = town.person(login, wing="public", width=width).page
        said = complaints(page)
        wrong, opened = walk(page, width)
        assert wrong == [], login
        assert said == [], login
        assert must - set(opened) == set(), login


@pytest.mark.browser
def test_the_bar_below_says_where_one_is(town: Town) -> None:
    places = {
        "/": "首页",
        "/library": "需求库",
        f"/library/{STUDY}": "需求库",
        "/my": "我的结对",
        "/my/claims": "我的结对",
        "/my/profile": "我的",
        "/my/settings": "我的",
    }
    person = town.person("vol", wing="public", width=360)
    for address, where in places.items():
        here = person.goes(address).page.locator(".tabbar [aria-current=page]")
        assert here.all_inner_texts() == [where], address
