"""What partners put aside: favourites, and searches with what is new since the last look."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.house import House
from app.library.models import Favourite, SavedSearch
from app.library.operations import retire_cohorts
from app.policy.catalogue import NAMES
from tests.clock import NOW, SteppingClock
from tests.stories.library_world import DAY, LABELS, card, catalogue_shelf, cohort, shelve_all
from tests.world import Site, public


def rows(house: House, model: type[Favourite] | type[SavedSearch]) -> int:
    with house.public.transaction(writes=False) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def new_cohort(house: House, clock: SteppingClock, weeks: int) -> None:
    """A week later, two beds and a haircut more."""
    now = clock.forward(timedelta(weeks=1))
    cards = [card(f"XQ-W{weeks}A{n:05d}", NAMES["护理床"]) for n in range(2)]
    cards.append(card(f"XQ-W{weeks}B00000", NAMES["理发"]))
    tick = DAY + timedelta(weeks=weeks)
    with public(house) as session:
        shelve_all(session, [cohort(70 + weeks, LABELS[1], cards, tick)], now=now)


def test_a_card_is_put_aside_once_and_taken_back(site: Site) -> None:
    catalogue_shelf(site.house)
    partner = site.public("vol")
    assert "先收着" in text(partner, "/library/XQ-00000000")
    for _ in range(2):
        assert partner.post("/my/favourites/XQ-00000000").status_code == 303
    assert rows(site.house, Favourite) == 1
    assert "轮椅" in text(partner, "/my/saved") and "不再收着" in text(partner, "/library/XQ-00000000")
    assert partner.post("/my/favourites/XQ-00000000/drop").status_code == 303
    assert rows(site.house, Favourite) == 0 and "轮椅" not in text(partner, "/my/saved")


def test_what_one_puts_aside_nobody_else_sees(site: Site) -> None:
    catalogue_shelf(site.house)
    site.public("vol").post("/my/favourites/XQ-00000000")
    site.public("vol").post("/my/saved", data={"kind": "goods"})
    other = site.public("firm")
    assert "轮椅" not in text(other, "/my/saved") and "先收着" in text(other, "/library/XQ-00000000")
    for address in ("/my/saved/1/drop", "/my/saved/1/looked"):
        assert other.post(address).status_code == 404
    assert other.get("/my/saved/1").status_code == 404 and rows(site.house, SavedSearch) == 1


def test_a_visitor_is_sent_to_sign_in(site: Site) -> None:
    catalogue_shelf(site.house)
    for address in ("/my/favourites/XQ-00000000", "/my/saved"):
        assert site.visitor().post(address).status_code == 302
    assert site.visitor().get("/my/saved").status_code == 302
    assert "先收着" not in text(site.visitor(), "/library/XQ-00000000")


def test_a_saved_search_tells_what_came_since_the_last_look(site: Site, clock: SteppingClock) -> None:
    catalogue_shelf(site.house)
    site.work()
    partner = site.public("vol")
    assert partner.post("/my/saved", data={"q": "护理床", "kind": "goods"}).status_code == 303
    assert "没有新的" in text(partner, "/my/saved")
    new_cohort(site.house, clock, 1)
    site.work()
    partner = site.public("vol")  # a session does not last a week
    assert "有新来的" in text(partner, "/my/saved")
    page = text(partner, "/my/saved/1")
    assert "上次以后新来的</h2>" in page and len(set(re.findall(r"XQ-W1A\d+", page))) == 2
    assert "有新来的" in text(partner, "/my/saved"), "opening a page looks at nothing yet"
    partner.post("/my/saved/1/looked")
    assert "没有新的" in text(partner, "/my/saved")
    new_cohort(site.house, clock, 2)
    site.work()
    assert "有新来的" in text(site.public("vol"), "/my/saved")


def test_the_same_conditions_are_kept_once_and_in_one_form(site: Site) -> None:
    catalogue_shelf(site.house)
    partner = site.public("vol")
    for data in (
        {"kind": ["goods", "money"], "sort": "fair"},
        {"kind": ["goods", "money"], "status": "open"},
    ):
        partner.post("/my/saved", data=data)
    assert rows(site.house, SavedSearch) == 1
    refused = partner.post("/my/saved", data={"kind": "nonsense"})
    assert refused.status_code == 409 and "还没有选条件" in refused.get_data(as_text=True)


def test_there_is_a_limit_that_says_what_to_do(site: Site) -> None:
    catalogue_shelf(site.house)
    partner = site.public("vol")
    for n in range(20):
        assert partner.post("/my/saved", data={"q": f"词{n}"}).status_code == 303
    refused = partner.post("/my/saved", data={"q": "再一个"})
    assert refused.status_code == 409 and "先去掉一组" in refused.get_data(as_text=True)


def test_a_favourite_that_left_the_library_is_not_listed(site: Site) -> None:
    catalogue_shelf(site.house)
    partner = site.public("vol")
    partner.post("/my/favourites/XQ-00000000")
    with public(site.house) as session:
        retire_cohorts(session, ["C000000000000000"], tick=DAY.isoformat(), now=NOW)
    assert "轮椅" not in text(partner, "/my/saved")
    assert partner.get("/library/XQ-00000000").status_code == 404
