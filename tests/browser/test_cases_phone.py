"""The village worker's phone: drafts saved on leaving a field, faults led to, all of it within the screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.stories.cases_world import checked
from tests.world import Site

PHONE = 360


def whole(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=words).click()


@pytest.mark.browser
def test_what_was_typed_is_saved_on_leaving_the_field(live: Live) -> None:
    live.width = PHONE
    phone = live.sign_in("vw")
    phone.goto("/office/cases/new")
    whole(phone)
    phone.fill("#narrative", "奶奶带着孙女")
    phone.focus("#phone")
    expect(phone.locator("[data-saved]")).to_have_text(re.compile(r"草稿 \d\d:\d\d 已存"))
    phone.goto("/office/cases/")
    whole(phone)
    desk = live.sign_in("vw")
    desk.goto("/office/cases/")
    desk.get_by_role("link", name="接着写").click()
    expect(desk.locator("#narrative")).to_have_value("奶奶带着孙女")


@pytest.mark.browser
def test_the_summary_leads_to_each_field_by_keyboard(live: Live) -> None:
    live.width = PHONE
    phone = live.sign_in("vw")
    phone.goto("/office/cases/new")
    press(phone, "下一步")
    expect(phone.locator("[data-focus]")).to_be_focused()
    whole(phone)
    for link in phone.locator("[data-focus] a").all():
        target = (link.get_attribute("href") or "")[1:]
        assert phone.evaluate("id => document.getElementById(id) !== null", target), target
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("location.hash") == "#category"


@pytest.mark.browser
def test_the_pages_of_a_household_fit_the_phone(live: Live) -> None:
    case_id = checked(Site(live.site.house))  # typed without a browser, so without its tokens
    live.width = PHONE
    phone = live.sign_in("vw")
    for path in ("", "/evaluation", "/list", "/consents", "/members/new", "/amend"):
        answer = phone.goto(f"/office/cases/{case_id}{path}")
        assert answer is not None and answer.status == 200, path
        whole(phone)
