"""`demo load --from`: registers of any counties, as settled households or as new ones, again and again."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases.models import Case, Consent, Household
from app.cases.states import CaseState
from app.core.errors import BadInput, Refusal
from app.core.house import House
from app.demo.tables import load_tables
from app.needs.models import Need
from app.needs.states import NeedState
from tests.clock import NOW
from tests.register import Register, make, write
from tests.stories.releases_world import approve_all, tick
from tests.world import office

FAR, NEAR = "640422", "640324"


def register(tmp_path: Path, *counties: str, seed: int = 3, households: int = 14) -> tuple[Register, Path]:
    made = make(seed, counties, households=households)
    write(made, tmp_path / "in")
    return made, tmp_path / "in"


def count(house: House) -> int:
    with office(house) as session:
        return session.scalar(select(func.count(Household.id))) or 0


def test_settled_households_wait_for_publication_with_all_consents(any_house: House, tmp_path: Path) -> None:
    made, folder = register(tmp_path, NEAR, FAR)
    report = load_tables(any_house, folder, settled=True)
    assert report == {
        "households": 28,
        "members": len(made.members),
        "needs": len(made.needs),
        "skipped": 0,
        "settled": True,
        "waiting": len(made.needs),
    }
    with office(any_house) as session:
        assert set(session.scalars(select(Case.state))) == {CaseState.FILED}
        assert set(session.scalars(select(Need.state))) == {NeedState.STAGE3}
        given = select(func.count(Consent.id)).where(Consent.state == "given")
        assert session.scalar(given) == 28 * 5
    approve_all(any_house)
    assert tick(any_house).published > 11


def test_each_settled_need_was_looked_at_by_two_people_in_both_steps(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR)
    load_tables(house, folder, settled=True)
    with office(house) as session:
        for need in session.scalars(select(Need)):
            assert [(o.stage, o.state) for o in need.outcomes] == [(1, "verified"), (2, "verified")]
            assert all(o.recorded_by_key != o.verified_by_key for o in need.outcomes)


def test_a_tick_of_an_earlier_monday_finds_them_in_care(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR, FAR, households=20)
    load_tables(house, folder, settled=True)
    june = NOW.replace(month=6, day=1)
    approve_all(house, june)
    assert tick(house, june).published > 11


def test_without_settled_they_start_at_the_home_check(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR)
    load_tables(house, folder, settled=False)
    with office(house) as session:
        assert set(session.scalars(select(Case.state))) == {CaseState.SCREENING}
        assert set(session.scalars(select(Need.state))) == {NeedState.DRAFT}


def test_more_counties_can_be_added_later(house: House, tmp_path: Path) -> None:
    for number, county in enumerate((NEAR, FAR)):
        _, folder = register(tmp_path / county, county, seed=number)
        load_tables(house, folder, settled=True)
    assert count(house) == 28


def test_households_that_are_there_are_left_alone(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR)
    load_tables(house, folder, settled=True)
    _, both = register(tmp_path / "more", NEAR, FAR)
    report = load_tables(house, both, settled=True)
    assert (report["households"], report["skipped"]) == (14, 14)
    with pytest.raises(Refusal, match="都已经在册"):
        load_tables(house, both, settled=True)


def test_a_number_of_another_household_is_refused_and_nothing_is_written(
    house: House, tmp_path: Path
) -> None:
    _, folder = register(tmp_path, NEAR, seed=1)
    load_tables(house, folder, settled=True)
    _, other = register(tmp_path / "other", NEAR, FAR, seed=2)
    with pytest.raises(Refusal, match="申请人不是同一位"):
        load_tables(house, other, settled=True)
    assert count(house) == 14


def test_tables_that_cannot_be_read_are_refused(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR)
    (folder / "needs.csv").rename(folder / "kept.csv")
    with pytest.raises(BadInput, match=r"needs\.csv"):
        load_tables(house, folder, settled=True)
    text = (folder / "kept.csv").read_text(encoding="utf-8")
    (folder / "needs.csv").write_text(text.replace("item_code", "thing"), encoding="utf-8")
    with pytest.raises(BadInput, match="少了这一列"):
        load_tables(house, folder, settled=True)
    (folder / "needs.csv").write_text(text.replace(",1,", ",many,"), encoding="utf-8")
    with pytest.raises(BadInput, match="数字"):
        load_tables(house, folder, settled=True)
    assert count(house) == 0


def test_an_item_that_the_catalogue_does_not_have_writes_nothing(house: House, tmp_path: Path) -> None:
    _, folder = register(tmp_path, NEAR)
    path = folder / "needs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",G", ",Z"), encoding="utf-8")
    with pytest.raises(BadInput, match="不在目录里"):
        load_tables(house, folder, settled=True)
    assert count(house) == 0
