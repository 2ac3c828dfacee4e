"""Thousands of planted strings, and a reader who looks at everything that the open side ever says.

Names, numbers, phones, villages, townships, exact amounts, sentences and officers' private remarks: none of
them on any page, as a stranger or as a partner, in the open interface, its tables and its dictionary, in
headers, cookies, error pages, pictures and files, in the public database, the search index or the logs.
"""

import csv
import io
import re
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import inspect, select, text
from werkzeug.wrappers import Response
from whoosh import index as whoosh_index

from app.core.house import House
from app.core.money import yuan
from app.followup.models import Tie
from app.library.queries import all_cards
from tests.stories.leak_crawl import PARTNERS, Trip, everybody_reads
from tests.stories.leak_net import Net, listening, said_beside
from tests.stories.leak_world import COUNTIES, EACH, World, open_world
from tests.world import Site, house_of, public

FORM = "multipart/form-data; boundary=x"
# GET rules that the crawl need not reach, and why.
APART = {
    "gifts.paid": "where the payment provider sends people back to: there is a page only after a payment"
}
SORTS = {
    "name": 500,
    "number": 500,
    "phone": 400,
    "village": 300,
    "township": 20,
    "amount": 500,
    "sentence": 500,
    "key": 500,
    "remark": 20,
}


@pytest.fixture(scope="module")
def world(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = open_world(peopled, tmp_path_factory.mktemp("planted"))
    yield opened
    opened.house.dispose()


@pytest.fixture(scope="module")
def trip(world: World) -> Trip:
    with public(world.house) as session:
        card = next(iter(all_cards(session))).project_id
    return everybody_reads(world.site, world.names, world.words, card=card)


def test_thousands_are_planted_of_every_sort(world: World) -> None:
    assert len(world.words) >= 2_000
    assert {sort: len(world.secrets[sort]) >= least for sort, least in SORTS.items()} == dict.fromkeys(
        SORTS, True
    )
    with world.house.need_office().transaction(writes=False) as session:
        refs = set(session.execute(text("SELECT household_ref FROM household")).scalars())
    assert len(refs & world.words) == EACH * len(COUNTIES), "they are in the office"


def test_the_reader_has_seen_every_page_of_the_open_side(world: World, trip: Trip) -> None:
    rules = {
        str(rule.endpoint)
        for rule in world.site.app("public").url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }
    assert rules - set(trip.touched) == set(APART)
    assert trip.touched["library.show"] > 300, "a full shelf"
    assert trip.net.lines_n > 10_000
    assert trip.lost == [], "and no link leads nowhere"


def test_nothing_of_it_is_on_any_page_header_cookie_or_file(world: World, trip: Trip) -> None:
    """But one thing: whoever holds a need for money is told how much it takes (decisions 18)."""
    told = {(holder, budget) for holder, budget in money_told(world)}
    seen = {(place, word) for place, word in trip.net.caught if not _is_told(place, word, told)}
    assert seen == set()
    assert len(told) == 2


def money_told(world: World) -> Iterator[tuple[str, str]]:
    names = {f"测试伙伴{n}": login for n, login in enumerate(PARTNERS)}
    with world.house.need_office().transaction(writes=False) as session:
        for tie in session.scalars(select(Tie).where(Tie.kind == "money")):
            yield names[tie.donor_name], yuan(tie.need.budget_fen)


def _is_told(place: str, word: str, told: set[tuple[str, str]]) -> bool:
    """On the holder's own page of the claim."""
    login, _, rest = place.partition(" ")
    return rest.startswith("GET /my/claims/") and (login, word) in told


def test_nothing_of_it_was_logged(world: World, trip: Trip) -> None:
    net = Net(world.words)
    net.cast("log of the office", world.said)
    net.cast("log of the reader", trip.log)
    assert "request id=" in trip.log
    assert net.caught == set()


def test_pictures_and_files_say_nothing_beside(trip: Trip) -> None:
    """Neither a planted string nor who made them, where and with what."""
    kinds = {place.rsplit(".", 1)[-1] for place in trip.files}
    assert {"svg", "png", "csv"} <= kinds
    beside = {said for data in trip.files.values() for said in said_beside(data)}
    assert {said for said in beside if "@license" not in said} == set(), "but the licence of the icons"
    tools = re.compile(rb"(?i)photoshop|inkscape|sodipodi|xpacket|/home/|/root/|/Users/")
    assert [place for place, data in trip.files.items() if tools.search(data)] == []


def test_nothing_of_it_is_in_the_public_database_the_index_or_the_table(world: World) -> None:
    with world.table.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > 300
    net, folder = Net(world.words), world.house.settings.instance / "public"
    net.cast("table", world.table.read_text(encoding="utf-8"))
    for place, cell in cells(world.house):
        net.cast(place, cell)
    for path in folder.rglob("*"):
        if path.is_file():
            net.cast_file(path.name, path.read_bytes())
    net.cast("index", _index_words(folder / "index"))
    assert net.caught == set()


def cells(house: House) -> Iterator[tuple[str, str]]:
    with house.public.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield from ((table, str(cell)) for cell in row if cell is not None)


def _index_words(folder: Path) -> str:
    opened = whoosh_index.open_dir(str(folder))
    with opened.searcher() as searcher:
        words = [word.decode("utf-8", "replace") for _, word in searcher.reader().all_terms()]
        stored = [str(fields) for fields in searcher.reader().all_stored_fields()]
    opened.close()
    assert len(stored) > 300
    return "\n".join((*words, *stored))


# method, address, what is sent, the answer
REFUSED = [
    ("POST", "/my/interest", {}, 302),
    ("POST", "/login", {"login": "nobody", "password": "wrong"}, 422),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/library/XQ-00000000", {}, 404),
    ("GET", "/api/v1/projects/XQ-00000000", {}, 404),
    ("GET", "/verify/0000-0000", {}, 200),
    ("DELETE", "/library", {}, 405),
    ("POST", "/register/volunteer", {}, 422),
    ("POST", "/webhooks/stripe", {}, 404),
]


@pytest.mark.parametrize(("method", "address", "data", "status"), REFUSED)
def test_pages_that_say_no_say_nothing_else(
    method: str, address: str, data: dict[str, str], status: int, world: World
) -> None:
    answer = world.site.visitor().open(address, method=method, data=data)
    assert answer.status_code == status
    assert caught(world, answer) == set()


def caught(world: World, *answers: Response) -> set[tuple[str, str]]:
    net = Net(world.words)
    for answer in answers:
        net.cast_file("body", answer.get_data())
        net.cast_headers("answer", answer.headers)
    return net.caught


def test_a_form_without_its_token_a_taken_card_and_a_great_file_are_refused_in_silence(world: World) -> None:
    strict = Site(world.house, csrf=True)
    stale = strict.public("vol").post("/my/interest", data={})
    taken = world.site.public("firm").post(f"/my/claims/{world.names['claim']}/pledge", data={})
    huge = {"CONTENT_LENGTH": "30000000"}
    great = world.site.visitor().post(
        "/register/volunteer", data={"name": "x"}, content_type=FORM, environ_overrides=huge
    )
    assert (stale.status_code, taken.status_code, great.status_code) == (400, 404, 413)
    assert caught(world, stale, taken, great) == set()


@pytest.mark.parametrize("how", ["gone", "torn"])
def test_a_broken_database_says_that_it_is_broken_and_no_more(how: str, world: World, tmp_path: Path) -> None:
    """Also not in the log, though somebody asked for a planted number at that moment."""
    house, log = broken(world, tmp_path, how), io.StringIO()
    visitor, planted = Site(house).visitor(), sorted(world.secrets["number"])[7]
    with listening(log):
        answers = [visitor.get(f"/library/{planted}"), visitor.get("/library", query_string={"q": planted})]
        answers.append(visitor.get(f"/api/v1/projects/{planted}"))
    house.dispose()
    assert {a.status_code for a in answers} & {500, 503}
    net = Net(world.words)
    net.cast("log", log.getvalue())
    assert "error=" in log.getvalue()
    assert net.caught | caught(world, *answers) == set()


def broken(world: World, folder: Path, how: str) -> House:
    """A public database whose cards are gone, or whose file is torn."""
    (folder / "public").mkdir()
    whole = (world.house.settings.instance / "public" / "public.sqlite").read_bytes()
    (folder / "public" / "public.sqlite").write_bytes(whole if how == "gone" else whole[:100] + b"\0" * 9_000)
    house = house_of(folder)
    if how == "gone":
        with closing(sqlite3.connect(folder / "public" / "public.sqlite")) as connection:
            connection.execute("DROP TABLE card")
            connection.commit()
    return house


# One of each sort beside a twin of the same shape that stands nowhere.
TWINS = {
    "name": ("密名00007", "密名98761"),
    "number": ("", ""),
    "phone": ("13977700042", "13988800042"),
    "village": ("密址0042号院", "密址9876号院"),
    "amount": ("7000013", "7000014"),
    "sentence": ("密述0007", "密述9876"),
    "remark": ("密注003", "密注987"),
}


@pytest.mark.parametrize("sort", TWINS)
def test_a_planted_string_is_answered_byte_for_byte_like_a_nonsense_word(sort: str, world: World) -> None:
    """What the search does not know it may not know differently."""
    planted, twin = TWINS[sort]
    if sort == "number":
        planted = next(n for n in sorted(world.secrets[sort]) if len(n) == 18)
        twin = planted[:6] + planted[6:][::-1].replace("X", "7")
    assert any(planted in word for word in world.words) and not any(twin in word for word in world.words)
    for path in ("/library", "/api/v1/projects", "/recommend"):
        assert said_of(world, path, planted) == said_of(world, path, twin), path


def said_of(world: World, path: str, word: str) -> bytes:
    """Body and headers, with the word itself taken out however it is written."""
    answer = world.site.visitor().get(path, query_string={"q": word})
    heads = "\n".join(f"{k}: {v}" for k, v in answer.headers if k not in ("Date", "Set-Cookie", "ETag"))
    said = answer.get_data(as_text=True) + heads
    said = re.sub(r'name="csrf_token" value="[^"]*"', "", said)
    for written in (word, quote(word), *(word[:n] for n in range(len(word) - 1, 3, -1))):
        said = said.replace(written, "•")
    return said.encode()


def test_the_net_catches_what_is_planted_anywhere(world: World, tmp_path: Path) -> None:
    """In a cell, a header, a picture's text, a drawing's comment, a page's code, a log."""
    name = next(iter(world.secrets["name"]))
    site = Site(world.house)
    app = site.app("public")
    app.after_request(lambda answer: (answer.headers.add("X-Note", quote(name)), answer)[1])
    places = {
        "header": site.visitor().get("/"),
        "page": Response("&#" + ";&#".join(str(ord(c)) for c in name) + ";"),
        "json": Response(name.encode("unicode_escape").decode()),
        "png": Response(png_with(name)),
        "svg": Response(f"<svg><!-- {name} --></svg>"),
        "exif": Response(jpeg_with(name)),
    }
    assert {p for p, answer in places.items() if name in {w for _, w in caught(world, answer)}} == set(places)
    net, log = Net(world.words), io.StringIO()
    with listening(log):
        app.logger.info("somebody called %s", name)
    net.cast("log", log.getvalue())
    with world.house.public.engine.connect() as connection:
        connection.execute(text("UPDATE organisation SET contact = :name"), {"name": name})
        row = connection.execute(text("SELECT * FROM organisation")).first()
        net.cast("cell", "\n".join(str(cell) for cell in row or ()))
        connection.rollback()
    assert {place for place, _ in net.caught} == {"log", "cell"}


def png_with(said: str) -> bytes:
    body = b"Comment\0\0" + zlib.compress(said.encode())
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(body), b"zTXt") + body + b"\0" * 4


def jpeg_with(said: str) -> bytes:
    body = b"Exif\0\0" + said.encode("utf-16-le")
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xda"
