"""A card says 可认领 only while its need is open; and whoever has to bring something finds it under 今天."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.followup.models import Tie
from app.library.models import Card
from app.needs.models import Need
from app.needs.states import NeedState
from app.releases.models import NeedProject
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.world import office, public


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def status(walk: Walk, number: str) -> str:
    with public(walk.house) as session:
        return session.scalars(select(Card).where(Card.project_id == number)).one().status


def cancel(walk: Walk, number: str) -> None:
    """The need is over in the office; its card turns only at the tick."""
    with office(walk.house) as session:
        project = session.scalars(select(NeedProject).where(NeedProject.project_id == number)).one()
        session.get_one(Need, project.need_id).state = NeedState.CANCELLED


def test_a_pairing_that_is_turned_away_for_a_need_that_is_over_leaves_its_card_closed(walk: Walk) -> None:
    walk.propose("vol")
    draft = walk.drafts()[0]
    assert walk.send(draft) == 303
    cancel(walk, draft.project_id)
    pair = walk.accept(draft)
    assert walk.pair(pair).state == "ended"
    assert status(walk, draft.project_id) != "open"


def test_a_pairing_that_the_household_declines_opens_its_card_again(walk: Walk) -> None:
    pair = walk.accepted()
    assert walk.step("vw", pair, "decline") == 303
    assert walk.pair_need(pair) == NeedState.PUBLISHED
    assert status(walk, walk.pair(pair).project_id) == "open"


def test_a_claim_of_a_need_that_is_over_leaves_its_card_closed(walk: Walk) -> None:
    number = walk.project("G07")
    cancel(walk, number)
    tie = walk.tie(walk.claim())
    assert (tie.project_id, tie.ended_how) == (number, "not_free")
    assert status(walk, number) != "open"


def today(walk: Walk, login: str) -> str:
    return walk.office(login).get("/office/").get_data(as_text=True)


@pytest.mark.parametrize("login", ["vw", "to"])
def test_a_promised_service_waits_for_village_and_township(walk: Walk, login: str) -> None:
    tie_id = walk.claim("S06")
    link = f"/office/followup/ties/{tie_id}"
    assert "陪着办" not in today(walk, login)
    walk.pledge(tie_id, qty=1)
    page = today(walk, login)
    assert "陪着办" in page and link in page


@pytest.mark.parametrize("login", ["vw", "to"])
def test_money_waits_for_them_once_something_was_bought_and_not_before(walk: Walk, login: str) -> None:
    tie_id = walk.claim("M02")
    with office(walk.house) as session:
        session.get_one(Tie, tie_id).state = "committed"
    assert "慈善组织买好了" not in today(walk, login)
    with office(walk.house) as session:
        session.get_one(Tie, tie_id).purchase = "学费一学期"
    page = today(walk, login)
    assert "慈善组织买好了" in page and f"/office/followup/ties/{tie_id}" in page


def test_goods_that_are_only_promised_wait_for_the_county_alone(walk: Walk) -> None:
    tie_id = walk.claim("G07")
    walk.pledge(tie_id)
    assert f"/office/followup/ties/{tie_id}" not in today(walk, "vw")
    assert f"/office/followup/ties/{tie_id}" in today(walk, "cs")
