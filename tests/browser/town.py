"""A town for the walk: the site, the worker, the commands, the payment provider, a window for each person."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Locator, Page
from werkzeug.serving import make_server

from app.core.house import House
from app.demo.stripe_standin import StandIn, server
from app.factory import _add_commands
from app.worker import Worker
from tests.browser.conftest import Live
from tests.clock import SteppingClock
from tests.stories.gifts_world import KEY, SECRET, _serving
from tests.world import Site


@dataclass
class Person:
    """Somebody before a browser: goes to pages, fills in what they ask, presses buttons by their words."""

    page: Page

    def __post_init__(self) -> None:
        self.page.on("dialog", lambda question: question.accept())

    def goes(self, address: str) -> "Person":
        answer = self.page.goto(address)
        assert answer is not None and answer.status == 200, (address, answer and answer.status)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{address} must be pushed sideways by {wide} px"
        return self

    def fills(self, **fields: str | list[str] | bool | Path) -> "Person":
        for name, value in fields.items():
            _put(self.page, name.replace("__", "-"), value)
        return self

    def presses(self, words: str) -> "Person":
        """A button or link of the page's own part, by its words."""
        main = self.page.locator("main")
        found = main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words)).first
        found.scroll_into_view_if_needed()
        with self.page.expect_navigation():
            found.click()
        return self

    def sees(self, *words: str) -> "Person":
        text = self.page.locator("body").inner_text()
        for word in words:
            assert word in text, f"“{word}” is not on {self.page.url}:\n{text[:1500]}"
        return self

    def sees_not(self, *words: str) -> "Person":
        text = self.page.locator("body").inner_text()
        assert [w for w in words if w in text] == []
        return self

    @property
    def here(self) -> str:
        return re.sub(r"^https?://[^/]+|[?#].*$", "", self.page.url)

    def number(self, pattern: str) -> str:
        """What a pattern with one group finds in the page's markup."""
        found = re.search(pattern, self.page.content())
        assert found is not None, f"{pattern} is not on {self.page.url}"
        return found[1]


def _put(page: Page, name: str, value: str | list[str] | bool | Path) -> None:
    at = page.locator(f'main [name="{name}"]')
    for shut in at.first.locator("xpath=ancestor::details[not(@open)]").all():
        shut.locator("summary").first.click()
    if isinstance(value, list):
        for one in value:
            page.locator(f'main [name="{name}"][value="{one}"]').check()
    elif isinstance(value, Path):
        at.set_input_files(str(value))
    elif isinstance(value, bool):
        at.set_checked(value)
    elif at.first.get_attribute("type") in ("radio", "checkbox"):
        page.locator(f'main [name="{name}"][value="{value}"]').check()
    else:
        _write(at.first, value)


def _write(at: Locator, value: str) -> None:
    if at.evaluate("e => e.tagName") == "SELECT":
        at.select_option(value)
    else:
        at.fill(value)


@dataclass
class Town:
    house: House
    live: Live
    provider: StandIn
    front: Flask
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def clock(self) -> SteppingClock:
        assert isinstance(self.house.clock, SteppingClock)
        return self.house.clock

    def person(self, login: str, *, wing: str = "office", width: int = 1280) -> Person:
        """Signed in by name and password; the same window again later."""
        if login not in self.people:
            self.live.width = width
            self.people[login] = Person(self.live.sign_in(login, wing=wing))
        return self.people[login]

    def stranger(self, width: int = 1280) -> Person:
        self.live.width = width
        return Person(self.live.window())

    def goes_on(self, by: timedelta) -> None:
        """Time passes. Sessions run out over days, so everybody signs in again."""
        self.clock.set(self.clock.now() + by)
        for person in self.people.values():
            person.page.context.close()
        self.people.clear()

    def works(self) -> None:
        """One round of the background worker."""
        Worker(self.house).run_once(self.clock.now())

    def command(self, *args: str) -> str:
        result = self.front.test_cli_runner().invoke(args=list(args))
        assert result.exit_code == 0, result.output
        return result.output


@contextmanager
def open_town(house: House, browser: Browser) -> Iterator[Town]:
    from_provider = StandIn(secret=SECRET)
    with ExitStack() as stack:
        stack.enter_context(_serving(server(from_provider, 0)))
        settings = replace(
            house.settings,
            stripe_secret_key=KEY,
            stripe_webhook_secret=SECRET,
            stripe_api_base=from_provider.url,
        )
        paying = replace(house, settings=settings)
        site = Site(paying, csrf=True)
        live = stack.enter_context(_live(site, browser))
        from_provider.webhook = f"{live.address}/webhooks/stripe"
        from_provider.waits = ()
        front = site.app("public")
        front.extensions["house"] = paying
        _add_commands(front, settings)
        yield Town(paying, live, from_provider, front)


@contextmanager
def _live(site: Site, browser: Browser) -> Iterator[Live]:
    made = make_server("127.0.0.1", 0, site.app("public"), threaded=True)
    with _serving(made):
        yield Live(site, f"http://127.0.0.1:{made.server_port}", browser)
