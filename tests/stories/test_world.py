"""The people and households that other tests start from are made by the operations, on both engines."""

from app.core.house import House
from app.needs.states import NeedState
from tests.world import Site, Wish, donor, new_household, office, public, settled_case


def test_a_settled_case_waits_for_society(any_house: House) -> None:
    with office(any_house) as session:
        case, needs = settled_case(
            session, new_household(1, child=True), Wish(), Wish("S01", budget_fen=None)
        )
        assert case.state == "filed"
        assert {n.state for n in needs} == {NeedState.STAGE3}


def test_partners_are_verified(house: House) -> None:
    with public(house) as session:
        for login in ("vol", "charity", "firm"):
            assert donor(session, login).label


def test_everybody_can_sign_in(site: Site) -> None:
    assert site.office("cs").get("/office/post").status_code == 200
    assert site.visitor().get("/").status_code == 200
