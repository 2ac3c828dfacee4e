"""Steps ① and ②: recorded by one, verified by another; what is left goes on; the urgent way takes two."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models.office import Unit
from app.core.audit import OfficeAudit
from app.core.house import House
from app.needs.models import CascadeBypass, CascadeOutcome, Need
from app.needs.operations import cascade
from app.needs.queries import needs_of
from tests.clock import NOW
from tests.world import FAR_COUNTY, FAR_VILLAGE, Site, Wish, filed_case, new_household, office, officer

NEEDS = "/office/needs"


def filed(house: House, *wishes: Wish, unit: bool = True) -> list[int]:
    """Needs of a filed household in step ①, looked after by 包抓单位."""
    with office(house) as session:
        case = filed_case(session, new_household(41), *wishes)
        if unit:
            of = session.query(Unit).filter(Unit.name == "包抓单位").one()
            cascade.assign_unit(session, case, unit_id=of.id, actor=officer(session, "cs"), now=NOW)
        return [n.id for n in needs_of(session, case.id)]


def need_of(house: House, need_id: int) -> Need:
    with office(house) as session:
        return session.get_one(Need, need_id)


def outcome(house: House, need_id: int) -> int:
    with office(house) as session:
        rows = select(CascadeOutcome.id).where(CascadeOutcome.need_id == need_id)
        return session.scalars(rows.order_by(CascadeOutcome.id.desc())).first() or 0


def record(
    who: FlaskClient, need_id: int, how: str = "none", qty: str = "", basis: str = "没有对应的政策"
) -> int:
    data = {"outcome": how, "covered_qty": qty, "basis": basis}
    return who.post(f"{NEEDS}/{need_id}/outcome", data=data).status_code


def verify(who: FlaskClient, outcome_id: int) -> int:
    return who.post(f"{NEEDS}/outcomes/{outcome_id}/verify").status_code


def test_what_both_steps_leave_goes_on_to_society(any_house: House) -> None:
    site = Site(any_house)
    need_id = filed(any_house, Wish("G08", qty=2))[0]
    assert record(site.office("dept"), need_id, "partial", "1", "冬令救助，已发 1 床") == 303
    assert need_of(any_house, need_id).state == "stage1", "not counted before somebody else has looked"
    assert verify(site.office("cs"), outcome(any_house, need_id)) == 303
    assert (need_of(any_house, need_id).state, need_of(any_house, need_id).residual_qty) == ("stage2", 1)
    assert record(site.office("duty"), need_id) == 303
    assert verify(site.office("to"), outcome(any_house, need_id)) == 303
    assert need_of(any_house, need_id).state == "stage3"


def test_what_policy_covers_whole_is_met_and_never_published(house: House, site: Site) -> None:
    need_id = filed(house)[0]
    record(site.office("dept"), need_id, "covered", "1", "临时救助")
    page = site.office("cs").post(f"{NEEDS}/outcomes/{outcome(house, need_id)}/verify", follow_redirects=True)
    assert "已经解决" in page.get_data(as_text=True)
    assert need_of(house, need_id).state == "met"


def test_a_rejected_outcome_is_recorded_again(house: House, site: Site) -> None:
    need_id, cs = filed(house)[0], site.office("cs")
    record(site.office("dept"), need_id)
    first = outcome(house, need_id)
    assert cs.post(f"{NEEDS}/outcomes/{first}/reject", data={"reject-reason": ""}).status_code == 422
    assert (
        cs.post(f"{NEEDS}/outcomes/{first}/reject", data={"reject-reason": "冬令救助没有查"}).status_code
        == 303
    )
    assert "冬令救助没有查" in site.office("dept").get(f"{NEEDS}/{need_id}").get_data(as_text=True)
    assert record(site.office("dept"), need_id) == 303
    assert verify(cs, outcome(house, need_id)) == 303


@pytest.mark.parametrize(
    ("how", "qty", "basis"),
    [
        ("none", "", ""),
        ("partial", "0", "依据"),
        ("partial", "9", "依据"),
        ("partial", "x", "依据"),
        ("", "", "依据"),
    ],
)
def test_half_an_answer_is_asked_for_again(how: str, qty: str, basis: str, house: House, site: Site) -> None:
    need_id = filed(house)[0]
    assert record(site.office("dept"), need_id, how, qty, basis) == 422
    assert outcome(house, need_id) == 0


def test_the_second_step_needs_its_unit(house: House, site: Site) -> None:
    need_id = filed(house, unit=False)[0]
    record(site.office("dept"), need_id)
    verify(site.office("cs"), outcome(house, need_id))
    assert site.office("duty").get(f"{NEEDS}/{need_id}").status_code == 404
    with office(house) as session:
        own = session.query(Unit).filter(Unit.name == "包抓单位").one().id
    assert (
        site.office("cs").post(f"{NEEDS}/{need_id}/unit", data={"unit-unit_id": str(own)}).status_code == 303
    )
    assert record(site.office("duty"), need_id) == 303


def test_a_unit_of_another_county_is_not_there(house: House, site: Site) -> None:
    need_id = filed(house, unit=False)[0]
    with office(house) as session:
        session.add(
            Unit(name="外县单位", kind="dept", region_code=FAR_COUNTY, created_at=NOW, created_by="t")
        )
        session.flush()
        far = session.query(Unit).filter(Unit.name == "外县单位").one().id
    assert (
        site.office("cs").post(f"{NEEDS}/{need_id}/unit", data={"unit-unit_id": str(far)}).status_code == 422
    )


WHO = {  # reading, recording ①, verifying ① — by hand
    "vw": (200, 403, 403),
    "to": (200, 403, 403),
    "tl": (200, 403, 403),
    "cs": (200, 403, 303),
    "cl": (200, 403, 403),
    "dept": (200, 303, 403),
    "duty": (200, 403, 403),
    "far_cs": (404, 404, 404),
    "far_vw": (404, 404, 404),
    "admin": (404, 404, 404),
}


@pytest.mark.parametrize("login", WHO)
def test_who_may_read_record_and_verify(login: str, house: House, site: Site) -> None:
    first, second = filed(house, Wish("G08"), Wish("G12"))
    record(site.office("dept"), second)
    who = site.office(login)
    said = (
        who.get(f"{NEEDS}/{first}").status_code,
        record(who, first),
        verify(who, outcome(house, second)),
    )
    assert said == WHO[login]


def test_reading_a_need_is_written_down(house: House, site: Site) -> None:
    need_id = filed(house)[0]
    site.office("dept").get(f"{NEEDS}/{need_id}")
    with office(house) as session:
        rows = session.scalars(select(OfficeAudit.verb).where(OfficeAudit.actor_role == "county_dept")).all()
    assert "need.read" in rows


def ask(site: Site, need_id: int, reason: str = "炉子炸了，夜里零下十五度") -> int:
    data = {"bypass-reason_code": "极端天气", "bypass-reason": reason}
    return site.office("cs").post(f"{NEEDS}/{need_id}/bypass", data=data).status_code


def bypass(house: House, need_id: int) -> int:
    with office(house) as session:
        rows = select(CascadeBypass.id).where(CascadeBypass.need_id == need_id)
        return session.scalars(rows.order_by(CascadeBypass.id.desc())).first() or 0


def test_the_urgent_way_takes_a_reason_and_a_second_person(house: House, site: Site) -> None:
    need_id = filed(house, Wish("G05", urgency="urgent"))[0]
    assert ask(site, need_id, "冷") == 422
    assert ask(site, need_id) == 303
    asked = bypass(house, need_id)
    assert site.office("cs").post(f"{NEEDS}/bypasses/{asked}/approve").status_code == 403
    assert site.office("cs2").post(f"{NEEDS}/bypasses/{asked}/approve").status_code == 403
    assert need_of(house, need_id).state == "stage1"
    assert site.office("cl").post(f"{NEEDS}/bypasses/{asked}/approve").status_code == 303
    assert (need_of(house, need_id).state, need_of(house, need_id).bypassed) == ("stage3", True)


def test_a_refused_urgent_way_goes_on_as_before(house: House, site: Site) -> None:
    need_id = filed(house, Wish("G05", urgency="urgent"))[0]
    ask(site, need_id)
    assert site.office("cl").post(f"{NEEDS}/bypasses/{bypass(house, need_id)}/refuse").status_code == 303
    assert need_of(house, need_id).state == "stage1"
    assert record(site.office("dept"), need_id) == 303


@pytest.mark.parametrize("urgency", ["deferred", "low"])
def test_what_can_wait_has_no_urgent_way(urgency: str, house: House, site: Site) -> None:
    need_id = filed(house, Wish("G05", urgency=urgency))[0]
    assert ask(site, need_id) == 422
    assert "急难直通" not in site.office("cs").get(f"{NEEDS}/{need_id}").get_data(as_text=True)


def test_two_at_once_the_later_is_told(house: House, site: Site) -> None:
    need_id = filed(house)[0]
    record(site.office("dept"), need_id)
    entry = outcome(house, need_id)
    assert verify(site.office("cs"), entry) == 303
    again = site.office("cs2").post(f"{NEEDS}/outcomes/{entry}/verify")
    assert again.status_code == 409 and "刷新" in again.get_data(as_text=True)


def test_a_neighbouring_county_sees_none_in_its_list(house: House, site: Site) -> None:
    filed(house)
    with office(house) as session:
        filed_case(session, new_household(42, village=FAR_VILLAGE), prefix="far_")
        numbers = {n.area[:6]: n.case.case_no for n in session.scalars(select(Need))}
    page = site.office("cs").get(f"{NEEDS}/").get_data(as_text=True)
    assert numbers["640324"] in page and numbers["640303"] not in page


def test_closed_by_the_township_once_it_is_met(house: House, site: Site) -> None:
    need_id = filed(house)[0]
    assert site.office("to").post(f"{NEEDS}/{need_id}/close").status_code == 409
    record(site.office("dept"), need_id, "covered", "1", "临时救助")
    verify(site.office("cs"), outcome(house, need_id))
    assert site.office("vw").post(f"{NEEDS}/{need_id}/close").status_code == 403
    assert site.office("to").post(f"{NEEDS}/{need_id}/close").status_code == 303
    assert need_of(house, need_id).state == "closed"
