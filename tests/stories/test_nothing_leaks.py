"""Five hundred households with planted names, numbers, phones, villages and sentences are published.

None of it shows in the public database (every cell, and the bytes of its files), the search index (every
stored field and word), the export, the open pages, the answers to a search for it, and the logs of it all.
"""

import csv
import io
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from whoosh import index as whoosh_index

from app.core.house import House
from app.factory import _add_commands, build_public
from app.policy.regions import villages_in
from tests.register import Register, make, write
from tests.world import Site, house_of

COUNTIES = ("640303", "640324", "640422", "640423", "640424")
EACH = 100


def planted() -> tuple[Register, set[str]]:
    """A register in which everything personal is a string that stands nowhere else."""
    made, secrets = make(23, COUNTIES, households=EACH, first=1.0), set()
    for n, row in enumerate(made.households):
        row |= {
            "address_detail": f"密址{n:04d}号院",
            "phone": f"139777{n:05d}",
            "narrative": f"密述{n:04d}：院里一棵老槐树，奶奶每天坐在树下等人。",
            "monthly_income_fen": str(7_000_000 + n * 13),
        }
        secrets |= {
            row[key] for key in ("household_ref", "address_detail", "phone", "narrative", "village_code")
        }
        secrets |= {row["narrative"][:6], row["monthly_income_fen"], row["township_code"]}
        secrets |= {v.name for v in villages_in(row["township_code"]) if v.code == row["village_code"]}
    for n, row in enumerate(made.members):
        row["name"] = f"密名{n:05d}"
        secrets |= {row["name"], row["id_no"], row["birth_date"], row["member_ref"]}
    for n, row in enumerate(made.needs):
        row |= {
            "description": f"密求{n:05d}：想要一样东西",
            "budget_fen": str(int(row["budget_fen"] or 1) * 100 + 7),
        }
        secrets |= {row["description"], row["description"][:7], row["need_ref"]}
    heads = {row["household_ref"]: row for row in made.members if row["relation"] == "本人"}
    for row in made.households:
        row["applicant_name"] = heads[row["household_ref"]]["name"]
    return made, {s for s in secrets if len(s) >= 4}


@pytest.fixture(scope="module")
def secrets() -> set[str]:
    return planted()[1]


@dataclass(frozen=True)
class Shelf:
    """What was published, and all that was said while it was."""

    house: House
    table: Path
    said: str


@pytest.fixture(scope="module")
def shelf(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder, log = tmp_path_factory.mktemp("planted"), io.StringIO()
    shutil.copytree(peopled, folder / "instance")
    house = house_of(folder / "instance")
    app = build_public(house)
    app.extensions["house"] = house
    _add_commands(app, house.settings)
    write(planted()[0], folder / "in")
    with listening(log):
        for args in (
            ["demo", "load", "--from", str(folder / "in"), "--settled"],
            ["releases", "tick", "--plan-all"],
            ["library", "reindex"],
            ["library", "export", "--out", str(folder / "table.csv")],
        ):
            result = app.test_cli_runner().invoke(args=args)
            assert result.exit_code == 0, result.output
            log.write(result.output)
    yield Shelf(house, folder / "table.csv", log.getvalue())
    house.dispose()


@contextmanager
def listening(log: io.StringIO) -> Iterator[None]:
    """Every logger at its most talkative."""
    root, handler = logging.getLogger(), logging.StreamHandler(log)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield
    root.removeHandler(handler)
    root.setLevel(level)


def shows(content: str, secrets: set[str]) -> set[str]:
    """The planted strings that a text holds; a word list, since thousands are looked for."""
    pattern = re.compile("|".join(sorted(map(re.escape, secrets), key=len, reverse=True)))
    return set(pattern.findall(content))


def cells(house: House) -> Iterator[str]:
    with house.public.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield from (str(cell) for cell in row if cell is not None)


def test_nothing_personal_is_anywhere_on_the_public_side(shelf: Shelf, secrets: set[str]) -> None:
    with shelf.table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 300, "the test looks at a full shelf"
    public = shelf.house.settings.instance / "public"
    assert shows(shelf.table.read_text(encoding="utf-8"), secrets) == set()
    assert shows("\n".join(cells(shelf.house)), secrets) == set()
    for path in public.rglob("*"):
        if path.is_file():
            assert shows(path.read_bytes().decode("utf-8", "replace"), secrets) == set(), path.name
    assert shows(_index_words(public / "index"), secrets) == set()
    assert shows(shelf.said, secrets) == set()


def _index_words(folder: Path) -> str:
    opened = whoosh_index.open_dir(str(folder))
    with opened.searcher() as searcher:
        words = [word.decode("utf-8", "replace") for _, word in searcher.reader().all_terms()]
        stored = [str(fields) for fields in searcher.reader().all_stored_fields()]
    opened.close()
    assert len(stored) > 300
    return "\n".join((*words, *stored))


def test_open_pages_and_their_headers_show_nothing(shelf: Shelf, secrets: set[str]) -> None:
    visitor, log = Site(shelf.house).visitor(), io.StringIO()
    number = next(iter(_numbers(visitor.get("/library").get_data(as_text=True))))
    pages = ["/", "/library", "/library?page=2", f"/library/{number}", "/recommend", "/api/v1/openapi.json"]
    with listening(log):
        for address in (*pages, "/library/XQ-00000000", "/nowhere", "/verify/0000-0000"):
            answer = visitor.get(address)
            heads = "\n".join(f"{k}: {v}" for k, v in answer.headers)
            assert shows(answer.get_data(as_text=True) + heads, secrets) == set(), address
    assert shows(log.getvalue(), secrets) == set()


def test_a_planted_string_is_answered_like_a_nonsense_word(shelf: Shelf, secrets: set[str]) -> None:
    """What the search does not know it may not know differently: a twin from nowhere finds the same."""
    visitor = Site(shelf.house).visitor()

    def answer(word: str) -> str:
        page = visitor.get("/library", query_string={"q": word}).get_data(as_text=True)
        return re.sub(r"(?s)<(?:input|link|a) [^>]*>|" + re.escape(word), "", page)

    for word in sorted(s for s in secrets if s.startswith("密"))[::400]:
        twin = re.sub(r"密.\d+", "密谎98765", word)
        assert twin not in secrets and answer(word) == answer(twin), "told apart"


def test_the_search_for_planted_strings_finds_them(shelf: Shelf, secrets: set[str]) -> None:
    """They are in the office, or the tests above look for what was never there."""
    assert {"密名00007", "密述0007"} <= shows("密名00007 密述0007", secrets)
    with shelf.house.need_office().transaction(writes=False) as session:
        from_office = session.execute(text("SELECT household_ref FROM household")).scalars().all()
    assert len(set(from_office) & secrets) == EACH * len(COUNTIES)


def _numbers(page: str) -> set[str]:
    return set(re.findall(r"XQ-[0-9A-Z]{8}", page))
