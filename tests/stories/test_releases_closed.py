"""Failing closed: whatever goes wrong, nothing new is published, last week's library stays, somebody is
told."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.operations.consents import withdraw
from app.cases.queries import live_consent
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.house import House
from app.core.outbox import OfficeLetter
from app.demo.staff import made_up
from app.library.models import Card, LibraryTick, ShelfCohort
from app.library.operations import finish_tick, shelve_cohort
from app.library.operations.shelf import UnsafeCohort
from app.needs.models import Need
from app.policy import parameters
from app.policy.actors import Role
from app.policy.parameters import Parameter, Value
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.releases.operations.planning import gate_on
from app.releases.operations.tick import run_tick
from tests.clock import NOW
from tests.stories.gifts_world import CERTIFICATE
from tests.stories.releases_world import approve_all, carry, crowd, table, tick, week
from tests.world import Site, office, officer, public

START = date(2024, 6, 11)


@pytest.fixture
def waiting(house: House) -> House:
    """A crowd whose projects are approved; nothing is public yet."""
    crowd(house)
    approve_all(house)
    return house


@pytest.fixture
def parameter(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch


def set_k(monkeypatch: pytest.MonkeyPatch, value: int) -> None:
    wrong = Parameter("k_publish", (Value(START, value, "a slip of the pen"),))
    monkeypatch.setitem(parameters.PARAMETERS, "k_publish", wrong)


def nothing_new(house: House) -> None:
    with office(house) as session:
        assert session.scalar(select(func.count()).select_from(Cohort)) == 0
        assert session.scalar(select(func.count()).select_from(ReleaseRun)) == 0
        assert not session.scalars(select(NeedProject).where(NeedProject.state == "public")).all()
        assert not session.scalars(select(OfficeLetter).where(OfficeLetter.kind == "cohort.shelve")).all()


@pytest.mark.parametrize("k", [0, 1, 10])
def test_a_k_below_eleven_publishes_nothing(waiting: House, k: int, parameter: pytest.MonkeyPatch) -> None:
    set_k(parameter, k)
    with pytest.raises(Refusal), office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(1), now=NOW)
    nothing_new(waiting)


def test_a_higher_k_is_taken(parameter: pytest.MonkeyPatch) -> None:
    set_k(parameter, 13)
    assert gate_on(local_day(NOW)).k == 13


@pytest.mark.parametrize(
    "name", ["k_publish", "min_register_households", "min_distinct_types", "cohort_life_days"]
)
def test_a_parameter_that_is_missing_publishes_nothing(
    waiting: House, name: str, parameter: pytest.MonkeyPatch
) -> None:
    parameter.delitem(parameters.PARAMETERS, name)
    with pytest.raises(KeyError), office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(1), now=NOW)
    nothing_new(waiting)


def test_a_parameter_without_a_value_on_that_day_publishes_nothing(
    waiting: House, parameter: pytest.MonkeyPatch
) -> None:
    later = Parameter("k_publish", (Value(local_day(NOW) + timedelta(days=1), 11, "too late"),))
    parameter.setitem(parameters.PARAMETERS, "k_publish", later)
    with pytest.raises(LookupError), office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(1), now=NOW)
    nothing_new(waiting)


def test_a_consent_that_ended_between_approval_and_tick_keeps_its_needs_in(waiting: House) -> None:
    with office(waiting) as session:
        case = session.scalars(select(Case).join(Need).join(NeedProject)).first()
        assert case is not None
        consent = live_consent(session, case.id, "publish", local_day(NOW))
        assert consent is not None
        consent.expires_on = local_day(NOW) - timedelta(days=1)  # nobody did anything: it ran out
        own = set(session.scalars(select(NeedProject.project_id).join(Need).where(Need.case_id == case.id)))
    tick(waiting)
    shown = {row["project_id"] for row in table(waiting)}
    assert shown and not shown & own


def test_a_consent_withdrawn_the_minute_before_keeps_its_needs_in(waiting: House) -> None:
    with office(waiting) as session:
        case = session.scalars(select(Case).join(Need).join(NeedProject)).first()
        assert case is not None
        consent = live_consent(session, case.id, "publish", local_day(NOW))
        assert consent is not None
        withdraw(session, consent, actor=made_up(Role.VILLAGE_WORKER, case.area), now=NOW)
        own = set(session.scalars(select(NeedProject.project_id).join(Need).where(Need.case_id == case.id)))
    tick(waiting)
    shown = {row["project_id"] for row in table(waiting)}
    assert shown and not shown & own


class Breaking(random.Random):
    """Dies at the nth draw, as a machine would."""

    def __init__(self, at: int) -> None:
        super().__init__(7)
        self.left = at

    def random(self) -> float:
        return float(self._draw(super().random))

    def getrandbits(self, k: int) -> int:
        return int(self._draw(lambda: random.Random.getrandbits(self, k)))

    def _draw(self, draw: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("the power went")
        return draw()


@pytest.mark.parametrize("at", [0, 30, 90])
def test_a_tick_that_breaks_midway_leaves_no_trace(waiting: House, at: int) -> None:
    with pytest.raises(RuntimeError, match="power"), office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=Breaking(at), now=NOW)
    nothing_new(waiting)
    assert table(waiting) == []
    assert tick(waiting).published > 0  # and the next try does it all


def test_a_week_that_is_half_delivered_shows_nothing_of_itself(waiting: House) -> None:
    """Every cohort has arrived but the last letter: last week's library stands."""
    with office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(7), now=NOW)
        last = session.scalars(select(OfficeLetter).where(OfficeLetter.kind == "tick.done")).one()
        last.due_at = NOW + timedelta(hours=1)
    carry(waiting)
    with public(waiting) as session:
        assert session.scalars(select(ShelfCohort)).all()
        assert {c.absence for c in session.scalars(select(ShelfCohort))} == {"waiting"}
    browser = Site(waiting).visitor()
    assert table(waiting) == []
    with public(waiting) as session:
        number = session.scalars(select(Card.project_id)).first()
        certificate = session.scalars(select(ShelfCohort.certificate_no)).first()
    assert browser.get(f"/library/{number}").status_code == 404
    assert "有这张证书" not in browser.get(f"/verify/{certificate}").get_data(as_text=True)
    carry(waiting, NOW + timedelta(hours=1))
    assert table(waiting) != []
    assert browser.get(f"/library/{number}").status_code == 200


def test_a_cohort_that_is_refused_stays_away_and_the_others_come(waiting: House) -> None:
    with office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(7), now=NOW)
        letters = session.scalars(select(OfficeLetter).where(OfficeLetter.kind == "cohort.shelve")).all()
        if len(letters) < 2:
            pytest.fail("the crowd is too small for two cohorts")
        letters[0].payload = (letters[0].payload or "").replace('"compatible"', '"comparable"')
    carry(waiting)
    shown = {str(row["cohort_id"]) for row in table(waiting)}
    with office(waiting) as session:
        assert len(shown) == session.scalar(select(func.count()).select_from(Cohort)) - 1  # type: ignore[operator]


def payload(**changed: object) -> dict[str, object]:
    cards = [
        {
            "project_id": "XQ-AAAA0001",
            "action_no": 3,
            "need_item": "护理床",
            "kind": "goods",
            "amount_band": "500-1000元",
            "urgency": "important",
        }
    ]
    label = {
        "region_label": "全区",
        "household_size_band": "不限",
        "has_minor": "不限",
        "has_elder": "不限",
        "disability_group": "不限",
        "disease_group": "不限",
    }
    return {
        "cohort_id": "C-closed",
        "label": label,
        "certificate": {**CERTIFICATE, **changed},
        "tick": local_day(NOW).isoformat(),
        "published_month": "2026-11",
        "cards": cards,
    }


@pytest.mark.parametrize("changed", [{"k": 10}, {"k": 5, "households": 11}, {"rules": "gate-0"}])
def test_the_shelf_refuses_a_smaller_k_and_other_rules(house: House, changed: dict[str, object]) -> None:
    with pytest.raises(UnsafeCohort), public(house) as session:
        shelve_cohort(session, payload(**changed), now=NOW)
    with public(house) as session:
        assert session.scalars(select(Card)).all() == []


def test_a_late_cohort_of_a_week_that_is_done_appears_at_once(house: House) -> None:
    with public(house) as session:
        finish_tick(session, local_day(NOW).isoformat(), now=NOW)
        shelve_cohort(session, {**payload(), "waits": True}, now=NOW)
        assert session.scalars(select(ShelfCohort)).one().absence is None


def test_one_of_a_week_to_come_does_not(house: House) -> None:
    with public(house) as session:
        finish_tick(session, (local_day(NOW) - timedelta(days=7)).isoformat(), now=NOW)
        shelve_cohort(session, {**payload(), "waits": True}, now=NOW)
        assert session.scalars(select(ShelfCohort)).one().absence == "waiting"
        assert session.get_one(LibraryTick, 1).tick == local_day(NOW) - timedelta(days=7)


def today(house: House, login: str) -> str:
    page = Site(house).office(login).get("/office/")
    assert page.status_code == 200
    return page.get_data(as_text=True)


@pytest.mark.parametrize("login", ["cs", "cl", "admin"])
def test_a_monday_without_its_tick_is_told(waiting: House, login: str) -> None:
    assert "没有跑成" not in today(waiting, login)
    waiting.clock.set(week(1))  # type: ignore[attr-defined]
    assert "没有跑成" in today(waiting, login)
    tick(waiting, week(1))
    assert "没有跑成" not in today(waiting, login)


@pytest.mark.parametrize("login", ["cs", "cl", "admin"])
def test_a_letter_to_the_shelf_that_is_stuck_is_told_after_ten_minutes(waiting: House, login: str) -> None:
    with office(waiting) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(7), now=NOW)
        for letter in session.scalars(select(OfficeLetter)):
            letter.tries = 3
    waiting.clock.set(NOW + timedelta(minutes=9))  # type: ignore[attr-defined]
    assert "还没送到需求库" not in today(waiting, login)
    waiting.clock.set(NOW + timedelta(minutes=11))  # type: ignore[attr-defined]
    assert "还没送到需求库" in today(waiting, login)
    carry(waiting, NOW + timedelta(minutes=11))
    assert "还没送到需求库" not in today(waiting, login)


def test_others_are_not_troubled_with_it(waiting: House) -> None:
    waiting.clock.set(week(1))  # type: ignore[attr-defined]
    for login in ("vw", "to", "dept"):
        assert "没有跑成" not in today(waiting, login)
    with office(waiting) as session:
        assert officer(session, "vw").role == "village_worker"
