"""What a volunteer, a charity and a company see of their own: every page that their own pages lead to, in a
real browser, on a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.core.house import House
from app.library.operations.asking import ask, take_reply
from app.library.queries import card_by_number
from tests.browser.test_open_pages import WIDTHS, complaints, faults
from tests.browser.town import Town, open_town
from tests.clock import NOW
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
from tests.world import Site, donor, public

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
        "/my/questions",
        "/my/questions/#",
        "/library/#/claim",
        "/library/#/ask",
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
    asked_and_answered(house)
    with open_town(house, browser) as opened:
        opened.works()
        yield opened


def asked_and_answered(house: House) -> None:
    """Two questions of `vol`: one is answered, one waits."""
    with public(house) as session:
        actor = donor(session, "vol")
        for number in (STUDY, bed(2)):
            card = card_by_number(session, number)
            assert card is not None
            question = ask(session, card, topic="hand", text="能寄过去吗", actor=actor, now=NOW)
            reply = {"question_ref": question.question_ref, "answers": ["parcel_ok"], "reason": None}
            if number == STUDY:
                take_reply(session, {**reply, "sentence": "寄之前说一声", "at": NOW.isoformat()}, now=NOW)


def alike(address: str) -> str:
    """The address with its numbers left out."""
    return re.sub(r"/(?:[A-Z]{2}-\w+|[0-9A-Z]{6,}|\d+)(?=/|$)", "/#", address.split("?")[0])


def leads(page: Page) -> list[str]:
    """One's own pages, and the forms to take something, that this page links to."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href').split('#')[0])")
    own = (
        h for h in hrefs if h.split("?")[0] == "/my" or h.startswith("/my/") or h.endswith(("/claim", "/ask"))
    )
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


@pytest.mark.browser
def test_a_question_is_asked_by_keyboard_on_a_phone_and_its_draft_comes_back(town: Town) -> None:
    page = town.person("charity", wing="public", width=360).goes(f"/library/{bed(3)}").page
    page.get_by_role("link", name="私下问县里").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("input[name=topic]").first.focus()
    page.keyboard.press("Space")
    page.locator("textarea[name=text]").focus()
    page.keyboard.type("旧的行不行")
    with page.expect_response(lambda answer: answer.url.endswith("/ask/keep")):
        page.keyboard.press("Tab")
    page.locator("[data-saved]", has_text="已存").wait_for()
    page.reload()
    assert page.locator("textarea[name=text]").input_value() == "旧的行不行"
    assert page.locator("input[name=topic]").first.is_checked()
    page.get_by_role("button", name="问县里").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "问出去了" in page.locator("main").inner_text()
    assert "等县里答复" in page.locator("main").inner_text()
