"""Step ④: nobody came in sixty days, two people put the need to the finance bureau, its answer is checked."""

import random
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.models import CaseRecord
from app.core.house import House
from app.needs.models import CascadeOutcome, Need, Referral
from app.releases.models import NeedProject
from app.releases.operations.projects import approve_project, prepare_project
from tests.clock import NOW
from tests.world import Site, Wish, new_household, office, officer, settled_case

FOURTH = "/office/releases/fourth"
DOSSIER = {"dossier": "政策和单位都问过，等了两个月没有人接，还差 1 件，约 1200 元。"}
LONG_AGO = NOW - timedelta(days=60)


def waiting(house: House, *, since: datetime = LONG_AGO, item: str = "G06", serial: int = 61) -> int:
    """A need that reached step ③ on that day."""
    with office(house) as session:
        return settled_case(session, new_household(serial), Wish(item), now=since)[1][0].id


def need_of(house: House, need_id: int) -> Need:
    with office(house) as session:
        return session.get_one(Need, need_id)


def referral(house: House) -> int:
    with office(house) as session:
        return session.scalars(select(Referral.id).order_by(Referral.id.desc())).first() or 0


def ask(who: FlaskClient, need_id: int, **data: str) -> int:
    return who.post(f"{FOURTH}/{need_id}", data=data or DOSSIER).status_code


def say(who: FlaskClient, referral_id: int, word: str, **data: str) -> int:
    return who.post(f"/office/releases/referrals/{referral_id}/{word}", data=data).status_code


def put_to_finance(site: Site, need_id: int) -> int:
    assert ask(site.office("cs"), need_id) == 303
    asked = referral(site.house)
    assert say(site.office("cl"), asked, "approve") == 303
    return asked


def answer(site: Site, need_id: int, how: str, qty: str = "", login: str = "dept") -> int:
    data = {"stage": "4", "outcome": how, "covered_qty": qty, "basis": "临时救助备用金"}
    return site.office(login).post(f"/office/needs/{need_id}/outcome", data=data).status_code


def newest_outcome(house: House, need_id: int) -> int:
    with office(house) as session:
        rows = select(CascadeOutcome.id).where(CascadeOutcome.need_id == need_id)
        return session.scalars(rows.order_by(CascadeOutcome.id.desc())).first() or 0


def verify(site: Site, need_id: int, login: str = "cs") -> int:
    path = f"/office/needs/outcomes/{newest_outcome(site.house, need_id)}/verify"
    return site.office(login).post(path).status_code


def page(site: Site, login: str, path: str) -> str:
    got = site.office(login).get(path)
    assert got.status_code == 200, path
    return got.get_data(as_text=True)


def test_two_people_put_it_to_finance_and_a_channel_meets_it(any_house: House) -> None:
    site = Site(any_house)
    need_id = waiting(any_house)
    put_to_finance(site, need_id)
    need = need_of(any_house, need_id)
    assert (need.state, need.cascade_stage, need.stage4_on) == ("stage4", 4, date(2026, 11, 23))
    assert answer(site, need_id, "covered") == 303
    assert need_of(any_house, need_id).state == "stage4", "not counted before somebody else has looked"
    assert verify(site, need_id) == 303
    met = need_of(any_house, need_id)
    assert (met.state, met.residual_qty, met.met_on) == ("met", 0, date(2026, 11, 23))
    with office(any_house) as session:
        told = session.scalars(select(CaseRecord.text).where(CaseRecord.need_id == need_id)).all()
    assert any("转请财政" in text for text in told) and any("财政兜底已核对" in text for text in told)


def test_the_one_who_asked_never_agrees(house: House, site: Site) -> None:
    need_id = waiting(house)
    assert ask(site.office("cl"), need_id) == 403
    assert ask(site.office("cs"), need_id) == 303
    for login in ("cs", "cs2", "to", "vw"):
        assert say(site.office(login), referral(house), "approve") == 403, login
    assert say(site.office("far_cs"), referral(house), "approve") == 404
    assert need_of(house, need_id).state == "stage3"


def test_before_sixty_days_it_waits_for_society(house: House, site: Site) -> None:
    early = waiting(house, since=LONG_AGO + timedelta(days=1))
    assert ask(site.office("cs"), early) == 409
    shown = page(site, "cs", f"{FOURTH}/{early}")
    assert "满 60 天还没有人接" in shown and "最早 11 月 24 日" in shown
    assert "提请负责人批" not in shown
    assert "等得够久、可以转来的 0 件" in page(site, "cs", FOURTH)


def test_a_short_word_is_asked_for_again(house: House, site: Site) -> None:
    need_id = waiting(house)
    assert ask(site.office("cs"), need_id, dossier="没人接") == 422
    assert ask(site.office("cs"), need_id, dossier="") == 422
    assert referral(house) == 0


def test_asked_twice_only_once(house: House, site: Site) -> None:
    need_id = waiting(house)
    assert ask(site.office("cs"), need_id) == 303
    assert ask(site.office("cs2"), need_id) == 409
    assert say(site.office("cl"), referral(house), "refuse") == 303
    assert need_of(house, need_id).state == "stage3"
    assert ask(site.office("cs2"), need_id) == 303, "refused, it may be asked again"


def approved_project(house: House, need_id: int, *, planned: bool) -> None:
    with office(house) as session:
        need, rng = session.get_one(Need, need_id), random.Random(3)
        project = prepare_project(session, need, rng=rng, actor=officer(session, "cs"), now=NOW)
        approve_project(session, project, actor=officer(session, "cl"), now=NOW)
        if planned:
            project.planned_label, project.planned_k = project.floor, 12


def test_what_waits_in_vain_for_a_cohort_leaves_the_list(house: House, site: Site) -> None:
    need_id = waiting(house)
    approved_project(house, need_id, planned=False)
    assert need_of(house, need_id).state == "in_cohort"
    put_to_finance(site, need_id)
    with office(house) as session:
        project = session.scalars(select(NeedProject)).one()
        assert (project.state, project.live_key) == ("dropped", None)


def test_what_the_next_cohort_has_room_for_is_not_referred(house: House, site: Site) -> None:
    need_id = waiting(house)
    approved_project(house, need_id, planned=True)
    assert ask(site.office("cs"), need_id) == 409
    assert "可以转来的 0 件" in page(site, "cs", FOURTH)


def test_without_a_channel_it_stays_and_goes_to_the_meeting(house: House, site: Site) -> None:
    need_id = waiting(house)
    asked = put_to_finance(site, need_id)
    assert answer(site, need_id, "none") == 303
    assert answer(site, need_id, "none") == 409, "one answer waits for its check"
    assert verify(site, need_id) == 303
    assert need_of(house, need_id).state == "stage4"
    assert "带上这份答复上会商" in page(site, "cs", f"{FOURTH}/{need_id}")
    meeting = {"meeting-meeting_on": "2026-12-18"}
    assert say(site.office("to"), asked, "meeting", **meeting) == 403
    assert say(site.office("cs"), asked, "meeting", **{"meeting-meeting_on": "2026-11-01"}) == 422
    assert say(site.office("cs"), asked, "meeting", **meeting) == 303
    assert "12 月 18 日" in page(site, "dept", FOURTH)
    assert answer(site, need_id, "covered") == 303, "a channel may be found later"
    assert verify(site, need_id) == 303
    assert need_of(house, need_id).state == "met"


@pytest.mark.parametrize("login", ["safe", "duty", "cs", "to"])
def test_only_finance_answers(login: str, house: House, site: Site) -> None:
    need_id = waiting(house)
    put_to_finance(site, need_id)
    assert answer(site, need_id, "none", login=login) == 403


def test_finance_sees_what_was_put_to_it_and_nothing_else(house: House, site: Site) -> None:
    mine, other = waiting(house), waiting(house, serial=62)
    put_to_finance(site, mine)
    shown = page(site, "dept", FOURTH)
    assert f"{FOURTH}/{mine}" in shown and f"{FOURTH}/{other}" not in shown
    assert site.office("dept").get(f"{FOURTH}/{other}").status_code == 404
    assert site.office("safe").get(FOURTH).status_code == 404


def test_today_says_who_has_to_move(house: House, site: Site) -> None:
    need_id = waiting(house)
    assert "看要不要转到第④步" in page(site, "cs", "/office/")
    ask(site.office("cs"), need_id)
    assert "看要不要转到第④步" not in page(site, "cs", "/office/")
    assert "批转第④步" in page(site, "cl", "/office/")
    say(site.office("cl"), referral(house), "approve")
    assert "有没有现有渠道" in page(site, "dept", "/office/")
    answer(site, need_id, "none")
    assert "核对第④步" in page(site, "cs", "/office/")
    verify(site, need_id)
    assert "有没有现有渠道" not in page(site, "dept", "/office/")


def test_the_households_page_shows_step_four(house: House, site: Site) -> None:
    need_id = waiting(house)
    put_to_finance(site, need_id)
    case_id = need_of(house, need_id).case_id
    shown = page(site, "cs", f"/office/cases/{case_id}/timeline")
    assert "财政兜底" in shown and "第④步还没回话" in shown
    assert "④ 财政兜底，写回档案" in page(site, "vw", f"/office/needs/{need_id}")


def test_an_answer_past_its_time_stands_in_the_list_of_what_is_late(
    house: House, site: Site, clock: object
) -> None:
    need_id = waiting(house)
    put_to_finance(site, need_id)
    assert "等第④步回话" not in page(site, "cl", "/office/late")
    clock.set(NOW + timedelta(days=35))  # type: ignore[attr-defined]
    assert "等第④步回话" in page(site, "cl", "/office/late")


def test_a_need_that_somebody_took_meanwhile_is_not_referred(house: House, site: Site) -> None:
    need_id = waiting(house)
    ask(site.office("cs"), need_id)
    with office(house) as session:
        session.get_one(Need, need_id).state = "held"
    assert say(site.office("cl"), referral(house), "approve") == 409
    assert "已经有人在办" in page(site, "cl", f"{FOURTH}/{need_id}")
