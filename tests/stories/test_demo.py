"""The demo: every step of every process is occupied by something to look at, and nobody in it exists."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post
from app.accounts.models.public import DonorAccount
from app.cases.models import CaseRecord, Household, Member
from app.core.database import OfficeBase, PublicBase, Stateful
from app.core.errors import Refusal
from app.core.house import House
from app.core.states import OfficeStateChange, PublicStateChange
from app.demo.loading import load_demo
from app.library.models import Card, ShelfCohort
from app.library.states import CardStatus
from app.needs.models import Need
from app.needs.states import NeedState
from app.pairings.models import Pairing
from app.policy.actors import OFFICE_ROLES, PARTNER_ROLES, ROLE_LABELS
from app.policy.numbers import is_resident_number
from app.releases.models import NeedProject, ReleaseRun
from app.releases.states import ProjectState
from migrations.models import load_models
from tests.clock import NOW, SteppingClock
from tests.world import Site, house_of, office, public

SMALL = 150
# States in which nothing can be looked at, because nothing stays in them.
PASSED_THROUGH = {("consent", "asked"): "asked and answered on one sheet, in one step"}


@pytest.fixture(scope="module")
def demo(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A small demo, loaded once for all tests of this file; they only read."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(migrated, folder)
    house = house_of(folder, clock=SteppingClock())
    report = load_demo(house, seed=2026, households=SMALL, say=lambda line: None)
    assert report["stories_left"] == [], "every story of the data could be told to its end"
    yield house
    house.dispose()


def states_of(model: type[Any]) -> set[str]:
    check = next(c for c in model.__table__.constraints if str(c.name or "").endswith("state_known"))
    return set(re.findall(r"'(\w+)'", str(check.sqltext)))


def occupied(session: Session, base: type[Any]) -> Iterator[tuple[str, str, bool]]:
    """(table, state, whether a row stands there) for every state of a wing."""
    load_models()
    for model in base.__subclasses__():
        name = model.__table__.name
        if issubclass(model, Stateful):
            found = set(session.scalars(select(model.state).distinct()))
            yield from ((name, state, state in found) for state in states_of(model))


def test_every_state_is_occupied(demo: House) -> None:
    with office(demo) as here, public(demo) as there:
        every = [*occupied(here, OfficeBase), *occupied(there, PublicBase)]
    assert len(every) > 100, "the search must find the machines of both wings"
    empty = {(table, state) for table, state, there in every if not there}
    assert empty == set(PASSED_THROUGH)


def test_the_shelf_shows_every_status_and_the_last_three_weeks(demo: House) -> None:
    with public(demo) as session:
        shown = select(Card.status).join(ShelfCohort).where(ShelfCohort.absence.is_(None)).distinct()
        assert set(session.scalars(shown)) == set(CardStatus)
    with office(demo) as session:
        runs = list(session.scalars(select(ReleaseRun).order_by(ReleaseRun.tick.desc())))
    monday = NOW.date()
    assert [r.tick for r in runs[:3]] == [monday - timedelta(weeks=n) for n in range(3)]
    assert all(r.published > 20 for r in runs[:3])


def test_the_crowd_covers_every_county(demo: House) -> None:
    with office(demo) as session:
        counties = select(func.count(func.distinct(Household.county_code)))
        assert session.scalar(counties) == 22


def test_nothing_happened_after_now(demo: House) -> None:
    for wing, log in ((office, OfficeStateChange), (public, PublicStateChange)):
        with wing(demo) as session:
            newest = session.scalar(select(func.max(log.at)))
            assert newest is not None and newest <= NOW
    with office(demo) as session:
        last = session.scalar(select(func.max(CaseRecord.at)))
        assert last is not None and last <= NOW


def test_nobody_in_it_exists(demo: House) -> None:
    """Resident numbers have county digits that are not assigned, phones an area that is not."""
    with office(demo) as session:
        numbers = [m.id_no for m in session.scalars(select(Member)) if m.id_no]
        phones = [h.phone for h in session.scalars(select(Household)) if h.phone]
    assert all(is_resident_number(n) and n[4:6] == "99" for n in numbers)
    assert len(set(numbers)) == len(numbers) > 500
    assert all(p.startswith("100000") for p in phones)


def test_every_role_has_an_account_and_enters_with_one_click(demo: House) -> None:
    with office(demo) as session:
        roles = set(session.scalars(select(Post.role).join(Officer).where(Officer.is_demo)))
        logins = {role: _holder(session, role) for role in roles}
    assert roles == {r.value for r in OFFICE_ROLES}
    site = Site(demo)
    page = site.visitor().get("/office/login").get_data(as_text=True)
    for role in OFFICE_ROLES:
        assert ROLE_LABELS[role] in page
        client = site.visitor()
        entered = client.post("/office/login/demo", data={"login": logins[role.value]})
        assert entered.status_code == 303
        assert client.get("/office/").status_code == 200, role


def _holder(session: Session, role: str) -> str:
    held = select(Officer.login).join(Post).where(Post.role == role).order_by(Officer.id).limit(1)
    return session.scalars(held).one()


def test_every_kind_of_partner_enters_with_one_click(demo: House) -> None:
    with public(demo) as session:
        assert set(session.scalars(select(DonorAccount.role))) == {r.value for r in PARTNER_ROLES}
    site = Site(demo)
    page = site.visitor().get("/login").get_data(as_text=True)
    for login in ("org_cs1", "org_qy1", "org_zy1", "vol_ma"):
        assert f'value="{login}"' in page
        client = site.visitor()
        assert client.post("/login/demo", data={"login": login}).status_code == 303
        assert client.get("/my").status_code == 200


def test_a_story_is_told_to_its_end(demo: House) -> None:
    """H01: policy and unit gave a part, a firm brought the bed, the village asked, the case shows it all."""
    with office(demo) as session:
        need = session.scalars(select(Need).where(Need.need_ref == "H01-N1")).one()
        assert need.state == NeedState.CLOSED
        project = session.scalars(select(NeedProject).where(NeedProject.need_id == need.id)).one()
        assert project.state == ProjectState.PUBLIC
        steps = set(session.scalars(select(CaseRecord.kind).where(CaseRecord.case_id == need.case_id)))
        assert {"step", "outcome", "publication", "claim", "delivery", "confirmation"} <= steps


def test_the_first_volunteer_has_a_pairing_with_visits(demo: House) -> None:
    with public(demo) as session:
        account = session.scalars(select(DonorAccount).where(DonorAccount.login == "vol_ma")).one()
        mine = select(Pairing).where(Pairing.volunteer_id == account.volunteer_id, Pairing.state == "active")
        assert len(session.scalars(mine).one().visits) >= 4


def test_loading_twice_is_refused(demo: House) -> None:
    with office(demo) as session:
        before = session.scalar(select(func.count(Household.id)))
    with pytest.raises(Refusal, match="make demo-reset"):
        load_demo(demo, seed=1, households=10, say=lambda line: None)
    with office(demo) as session:
        assert session.scalar(select(func.count(Household.id))) == before
