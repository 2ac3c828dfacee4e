"""A reader who follows every link, every form by GET and every address that a machine is told of."""

import html
import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.stories.leak_net import Net, json_texts, listening
from tests.world import Site

STATIC = Path(__file__).resolve().parents[2] / "static"
PARTNERS = ("vol", "charity", "firm", "newvol")
STARTS = ("/", "/robots.txt", "/sitemap.xml", "/api/v1/openapi.json")
_LINK = re.compile(r'(?:href|src)="([^"]+)"')
_MAYBE = re.compile(r'(?:action|content|hx-get|data-[\w-]+)="([^"]+)"')
_LOCATION = re.compile(r"<loc>([^<]+)</loc>|Sitemap:\s*(\S+)|url\(([^)]+)\)")


@dataclass
class Crawl:
    """One reader. `most` limits how many addresses with a question mark are read of each page, for lists
    can be asked in more ways than there are seconds."""

    app: Flask
    browser: FlaskClient
    net: Net
    who: str
    most: int = 40
    touched: Counter[str] = field(default_factory=Counter)
    files: dict[str, bytes] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _linked: set[str] = field(default_factory=set)

    def read(self, *starts: str, pages: int = 10_000) -> None:
        waiting, known = deque(starts), set(starts)
        while waiting and pages:
            address = waiting.popleft()
            endpoint = self._page_of(address)
            if endpoint is None or self._enough(endpoint, address):
                continue
            pages -= 1
            answer = self.browser.get(address)
            if answer.status_code in (200, 302, 303, 304):
                self.touched[endpoint] += 1
            elif answer.status_code == 404 and address in self._linked:
                self.lost.append(address)
            self.keep(f"{self.who} GET {address}", answer)
            found = [a for a in self._addresses(address, answer) if a not in known]
            answer.close()
            known.update(found)
            waiting.extend(found)

    def keep(self, place: str, answer: TestResponse) -> None:
        """Body and headers go through the net; pictures are kept for a closer look."""
        self.net.cast_file(place, answer.data)
        self.net.cast_headers(place, answer.headers)
        if answer.mimetype == "application/json":
            for text in json_texts(answer.get_data(as_text=True)):
                self.net.cast(place, text)
        if (answer.mimetype or "").startswith("image/") or "attachment" in answer.headers.get(
            "Content-Disposition", ""
        ):
            self.files[place] = answer.data

    def _page_of(self, address: str) -> str | None:
        """The endpoint behind an address of this site; None for another site's, the office's, or no page."""
        parts = urlsplit(address)
        if parts.netloc not in ("", "localhost") or parts.scheme not in ("", "http", "https"):
            return None
        if not parts.path.startswith("/") or parts.path.startswith("/office"):
            return None
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(parts.path, method="GET")
        except RequestRedirect as moved:
            return self._page_of(moved.new_url)
        except HTTPException:
            return None
        return str(endpoint)

    def _enough(self, endpoint: str, address: str) -> bool:
        if "?" not in address:
            return False
        self._asked[endpoint] += 1
        return self._asked[endpoint] > self.most

    def _addresses(self, base: str, answer: TestResponse) -> Iterator[str]:
        if location := answer.headers.get("Location"):
            yield _plain(base, location)
        if not (answer.mimetype or "").startswith(("text/", "application/")):
            return
        text = answer.get_data(as_text=True)
        if answer.mimetype == "text/html":
            links = {_plain(base, html.unescape(found)) for found in _LINK.findall(text)}
            self._linked |= links
            yield from sorted(links)
        for found in _MAYBE.findall(text):
            yield _plain(base, html.unescape(found))
        for groups in _LOCATION.findall(text):
            yield _plain(base, html.unescape(next(filter(None, groups))).strip("'\" "))
        if answer.mimetype == "application/json":
            yield from (_plain(base, t) for t in json_texts(text) if t.startswith(("/", "http://localhost")))


def _plain(base: str, link: str) -> str:
    """Without the host and the place in the page."""
    parts = urlsplit(urljoin("http://localhost" + base, link))
    if parts.netloc != "localhost":
        return link
    return parts.path + (f"?{parts.query}" if parts.query else "")


def told_paths(document: str, values: dict[str, str]) -> list[str]:
    """Every path that the open API describes, with these values for what stands in braces."""
    paths = json.loads(document)["paths"]
    return [re.sub(r"\{(\w+)\}", lambda m: values[m[1]], path) for path in paths]


@dataclass(frozen=True)
class Trip:
    """What was read, by how many pages each, what was logged meanwhile, the pictures and files, and links
    that lead nowhere."""

    net: Net
    touched: Counter[str]
    log: str
    files: dict[str, bytes]
    lost: list[str]


def everybody_reads(site: Site, names: Mapping[str, object], words: frozenset[str], *, card: str) -> Trip:
    """A stranger reads everything; each partner everything of its own and a taste of the rest."""
    net, log, app = Net(words), io.StringIO(), site.app("public")
    shipped = [f"/static/{p.relative_to(STATIC)}" for p in STATIC.rglob("*") if p.is_file()]
    with listening(log):
        stranger = Crawl(app, site.visitor(), net, "stranger")
        document = stranger.browser.get("/api/v1/openapi.json").get_data(as_text=True)
        number = _certificate_of(stranger.browser, card)
        told = told_paths(document, {"project_id": card, "number": number})
        stranger.read(*STARTS, *told, *shipped, f"/verify/{number}", "/metrics", "/healthz", "/readyz")
        readers = [stranger]
        for login in PARTNERS:
            reader = Crawl(app, site.public(login), net, login, most=4)
            reader.read("/my", f"/library/{card}/claim", *_own(names), "/library", pages=150)
            readers.append(reader)
    touched, files, lost = Counter[str](), dict[str, bytes](), list[str]()
    for reader in readers:
        touched.update(reader.touched)
        files |= reader.files
        lost += reader.lost
    return Trip(net, touched, log.getvalue(), files, lost)


def _certificate_of(browser: FlaskClient, card: str) -> str:
    found = re.search(r"/verify/([0-9A-Z-]+)", browser.get(f"/library/{card}").get_data(as_text=True))
    assert found is not None, "a card shows its certificate"
    return found[1]


def _own(names: Mapping[str, object]) -> list[str]:
    """Addresses behind which something of a partner's stands; the others find nothing there."""
    return [
        f"/my/claims/{names['claim']}/release",
        f"/my/claims/{names['claim_money']}/pay",
        f"/my/projects/{names['filing']}/gifts/{names['gift']}",
        f"/my/offers/{names['offer_no']}",
        f"/my/pairings/{names['pairing']}/plan",
        f"/my/pairings/{names['pairing']}/stop",
        f"/my/proposals/{names['proposal']}",
        f"/my/saved/{names['search']}",
        f"/my/questions/{names['question']}",
    ]
