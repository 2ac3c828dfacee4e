"""The library with 20,000 cards (BIG: 200,000 on PostgreSQL): search, facets, the list page, a claim.

Peers (tests/bench/library_peers.py): SQLite FTS5 and a bare Whoosh with one document a card; an empty view of
Flask. Times are wall milliseconds; requests a second are of one core's time.
"""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core.clock import local_day
from app.core.house import House
from app.factory import build_public
from app.library.models import Card, Wording
from app.library.operations import set_claimed
from app.library.queries import Snapshot, Wish, browse
from app.library.queries.browsing import PAGE_SIZE
from app.library.queries.keeping import Keeper
from app.library.queries.ordering import rows_in_order
from app.library.search import WordIndex, find, open_search, query_words
from migrations.environment import upgrade
from tests import postgres
from tests.bench.figures import Figure, less_is_better, more_is_better, percentiles, seconds
from tests.bench.library_peers import BareWhoosh, Fts5, empty_view
from tests.clock import NOW
from tests.stories.library_world import stock
from tests.stories.test_library_search import QUESTIONS
from tests.world import house_of

CARDS, MANY = 20_000, 200_000
TIMES = 600
DAY = local_day(NOW)
TYPED = [question for question, _ in QUESTIONS]


def measure(big: bool) -> list[Figure]:
    with _embedded() as house:
        figures = _searches(house, f"search, {CARDS} cards, Whoosh", "8 / 25 ms", "30 ms")
        figures += _peers(house) + _page(house)
    for count in (CARDS, MANY) if big else (CARDS,):
        with _on_postgres(count) as house:
            figures += _searches(house, f"search, {count} cards, PostgreSQL", "12 / 60 ms", "12 / 60 ms")
    return figures


def _searches(house: House, name: str, target: str, with_facets: str) -> list[Figure]:
    index, keeper = open_search(house.settings.search, house.settings.instance), Keeper()
    with house.public.transaction(writes=False) as session:
        first = seconds(lambda: keeper.shelf(session)) * 1000
        index.sync(session)
    plain = percentiles(_asking(house, index, keeper, facets=False), TIMES)
    whole = percentiles(_asking(house, index, keeper, facets=True), TIMES)
    claim = percentiles(_claiming(house, keeper), 60)
    index.close()
    return [
        less_is_better(f"{name}, p50", plain[0], None, "ms", target),
        less_is_better(f"{name}, p99", plain[1], None, "ms", target),
        less_is_better(f"{name} with facets, p50", whole[0], None, "ms", with_facets),
        less_is_better(f"{name} with facets, p99", whole[1], None, "ms", with_facets),
        less_is_better(f"{name}: first reading of the shelf", first, None, "ms"),
        less_is_better(f"{name}: shelf after a claim, p50", claim[0], None, "ms"),
    ]


def _asking(house: House, index: WordIndex, keeper: Keeper, *, facets: bool) -> Callable[[], object]:
    """One question after another, as the page does it: the counter, the words, the first page."""
    typed = itertools.cycle(TYPED)

    def ask() -> object:
        with house.public.transaction(writes=False) as session:
            shelf = keeper.shelf(session)
            found = find(index, session, query_words(next(typed)))
        return browse(shelf, Wish(), found=found, day=DAY) if facets else _first_page(shelf, found)

    ask()
    return ask


def _first_page(shelf: Snapshot, found: dict[int, int]) -> list[object]:
    rows = np.flatnonzero(np.isin(shelf.wording, list(found)) & (shelf.columns["status"] == 0))
    score = np.array([found[int(w)] for w in shelf.wording[rows]])
    ordered = rows_in_order(shelf, rows[score == score.max(initial=0)], "fair", DAY)
    return [shelf.cards[n] for n in ordered[:PAGE_SIZE]]


def _claiming(house: House, keeper: Keeper) -> Callable[[], object]:
    """What the first page after a claim costs: the snapshot is brought up to date."""
    with house.public.transaction(writes=False) as session:
        numbers = iter(session.scalars(select(Card.project_id).limit(100)).all())

    def read() -> object:
        with house.public.transaction(writes=False) as session:
            return keeper.shelf(session)

    def claim_and_read() -> object:
        with house.public.transaction() as session:
            set_claimed(session, next(numbers), claimed=True, now=NOW)
        return read()

    return claim_and_read


def _peers(house: House) -> list[Figure]:
    """The same questions at the plain ways, over the same words; ours with facets beside them."""
    with house.public.transaction(writes=False) as session:
        rows = session.execute(
            select(Card.project_id, Wording.words).join(Wording, Card.wording_id == Wording.id)
        )
        cards = [
            (number, " ".join(part.split("'")[1] for part in words.split(" "))) for number, words in rows
        ]
    asked = [[w[0] for w in query_words(t)] for t in TYPED]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, peer in (("bare Whoosh", BareWhoosh(Path(folder), cards)), ("SQLite FTS5", Fts5(cards))):
            questions = itertools.cycle(asked)
            p50, p99 = percentiles(lambda p=peer, q=questions: p.find(next(q)), 200)  # type: ignore[misc]
            figures.append(Figure(f"peer: {name}, {len(cards)} documents, p50", p50, None, None, "ms"))
            figures.append(Figure(f"peer: {name}, {len(cards)} documents, p99", p99, None, None, "ms"))
            peer.close()
    return figures


def _page(house: House) -> list[Figure]:
    """Requests a second of the anonymous list page, from the named cache, beside an empty view's."""
    app, bare = build_public(house), empty_view()
    site = {"path": "/library", "query_string": "kind=goods&page=2"}
    kept = _rate(app, site)
    empty = _rate(bare, {"path": "/"})
    fresh = _rate(app, site, times=40, change=iter(range(2, 2000)))
    return [
        more_is_better(
            "list page from library.pages", kept, empty, "requests/s of a core", ">= 0.5 of an empty view"
        ),
        Figure("list page made anew", fresh, empty, fresh / empty, "requests/s of a core"),
    ]


def _rate(app: object, site: dict[str, str], times: int = 1500, change: Iterator[int] | None = None) -> float:
    def once() -> None:
        query = f"kind=goods&page={next(change)}" if change is not None else site.get("query_string", "")
        environ = EnvironBuilder(path=site["path"], query_string=query).get_environ()
        parts, status, _headers = run_wsgi_app(app, environ)  # type: ignore[arg-type]
        assert status == "200 OK" and b"".join(parts) is not None

    once()
    started = time.process_time()
    for _ in range(times):
        once()
    return times / (time.process_time() - started)


@contextmanager
def _embedded() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/public/public.sqlite", "public")
        house = house_of(Path(folder))
        stock(house, CARDS)
        yield house
        house.dispose()


@contextmanager
def _on_postgres(count: int) -> Iterator[House]:
    with postgres.server() as base, tempfile.TemporaryDirectory() as folder:
        postgres.run_sql(base, "CREATE DATABASE library_bench")
        url = postgres.address(base, "library_bench")
        upgrade(url, "public")
        made = house_of(Path(folder), public_url=url)
        house = replace(made, settings=replace(made.settings, search="postgres"))
        stock(house, count)
        with house.public.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield house
        house.dispose()
