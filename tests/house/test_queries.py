"""No page of the open site, a partner's own among them, asks more than six things of the public database.

The pages are the GET lines of the access matrix, opened by each person who may.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from app.core.house import House
from tests.house.access_tables import PUBLIC
from tests.house.doors_world import Doors, open_doors
from tests.house.test_access_matrix import PEOPLE, doors_of

MOST_QUERIES = 6


@pytest.fixture(scope="module")
def doors(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    opened = open_doors(peopled, tmp_path_factory.mktemp("queries"))
    yield opened
    opened.house.dispose()


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The SELECTs that reach the public database meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(house.public.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.public.engine, "before_cursor_execute", note)


def test_no_page_of_the_open_site_needs_more_than_six_queries(doors: Doors) -> None:
    too_many = []
    for door in doors_of(PUBLIC):
        for column, expected in door.expected.items():
            if door.method != "GET" or expected not in ("200", "go"):
                continue
            browser = doors.browsers[PEOPLE.get(column, column)]
            address = door.address.format(**doors.names)
            browser.get(address).close()  # the first visit notes when it was, and reads the shelf
            with counted(doors.house) as seen:
                answer = browser.get(address)
            answer.close()
            if len(seen) > MOST_QUERIES:
                too_many.append(f"{address} {column}: {len(seen)}")
    assert not too_many, "\n".join(too_many)
