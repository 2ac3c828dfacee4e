"""Visits in the office: answered by the village, missed, logged, confirmed; letters that come twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases.models import CaseRecord
from app.followup.jobs import TO_OFFICE
from app.needs.states import NeedState
from app.pairings.models import ServiceHour
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.world import office, public

LIST = "/office/followup/pairs"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, login: str, pair_id: int) -> str:
    answer = walk.office(login).get(f"{LIST}/{pair_id}")
    assert answer.status_code == 200, login
    return answer.get_data(as_text=True)


def test_the_village_answers_a_visit_before_it_takes_place(walk: Walk) -> None:
    pair_id = walk.active()
    refused, missed, cancelled = (walk.planned_visit(pair_id, hours=h) for h in (26, 28, 30))
    assert walk.answer(refused, "dance") == 422
    assert walk.answer(refused, "refuse") == 303
    walk.answer(missed, "accept"), walk.answer(cancelled, "accept")
    assert walk.answer(missed, "miss") == 409  # its hour has not come
    assert walk.answer(cancelled, "cancel") == 303
    walk.later(hours=29)
    assert walk.answer(missed, "miss") == 303
    with public(walk.house) as session:
        states = [walk.public_visit(session, v).state for v in (refused, missed, cancelled)]
    assert states == ["cancelled", "missed", "cancelled"]


def test_two_visits_missed_ask_for_a_call(walk: Walk) -> None:
    pair_id = walk.active()
    visits = [walk.planned_visit(pair_id, hours=h) for h in (26, 28)]
    for visit in visits:
        walk.answer(visit, "accept")
    walk.later(hours=29)
    walk.answer(visits[0], "miss")
    assert "约好没来" not in page(walk, "cs", pair_id)
    walk.answer(visits[1], "miss")
    assert "约好没来 2 次" in page(walk, "cs", pair_id)


def logged(walk: Walk, *, concern: bool = False) -> tuple[int, int]:
    pair_id = walk.active()
    visit = walk.planned_visit(pair_id)
    walk.answer(visit, "accept")
    walk.later(hours=27)
    walk.log_visit(visit, concern=concern)
    return pair_id, visit


def test_the_village_confirms_no_more_minutes_than_were_logged(walk: Walk) -> None:
    _, visit = logged(walk)
    assert walk.confirm_visit(visit, 61) == 422
    assert walk.confirm_visit(visit, 45) == 303
    assert walk.confirm_visit(visit, 45) == 409
    with public(walk.house) as session:
        assert session.scalar(select(func.sum(ServiceHour.minutes))) == 45


def test_a_worry_of_the_volunteer_stands_first(walk: Walk) -> None:
    logged(walk, concern=True)
    for login in ("vw", "cs"):
        assert "志愿者请社工看看" in walk.office(login).get(LIST).get_data(as_text=True)


def test_letters_that_come_twice_change_nothing(walk: Walk) -> None:
    pair_id, visit_id = logged(walk)
    walk.confirm_visit(visit_id)
    pair, visit = walk.pair(pair_id), walk.visit(visit_id)
    with office(walk.house) as session:
        before = session.scalar(select(func.count()).select_from(CaseRecord))
    again: dict[str, dict[str, object]] = {
        "pairing.accepted": {"pairing_ref": pair.pairing_ref},
        "visit.planned": {"visit_ref": visit.visit_ref},
        "visit.logged": {"visit_ref": visit.visit_ref, "sentence": "别的", "minutes": 9, "mood_code": "low"},
    }
    with office(walk.house) as session:
        for kind, payload in again.items():
            TO_OFFICE[kind](session, payload, walk.now())
    assert (walk.pair(pair_id).version, walk.visit(visit_id).minutes) == (pair.version, 60)
    with office(walk.house) as session:
        assert session.scalar(select(func.count()).select_from(CaseRecord)) == before
        TO_OFFICE["pairing.stopped"](session, {"pairing_ref": pair.pairing_ref}, walk.now())
    with office(walk.house) as session:
        TO_OFFICE["pairing.stopped"](session, {"pairing_ref": pair.pairing_ref}, walk.now())
    assert (walk.pair(pair_id).state, walk.pair_need(pair_id)) == ("ended", NeedState.PUBLISHED)
