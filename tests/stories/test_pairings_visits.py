"""Visits of a pairing on the partner's side: planned within the hours, one sentence, counted once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models.partners import Volunteer
from app.core.clock import at_local
from app.core.errors import BadInput, NotFound, Refusal
from app.core.house import House
from app.core.outbox import PublicLetter
from app.pairings.models import ServiceHour
from app.pairings.operations import pairing as tying
from app.pairings.operations import visits
from tests.clock import NOW, SteppingClock
from tests.stories.gifts_world import DAY
from tests.stories.pairings_world import (
    TEACH,
    VISIT_DAY,
    agreed_visit,
    pairing_named,
    running_pairing,
    visit_named,
)
from tests.world import Site, donor, public

TEN = at_local(VISIT_DAY, 10)

SENTENCE = "理了发，聊了会儿天，说好下月再来。"

LOG = {"sentence": SENTENCE, "minutes": "60", "mood_code": "good"}


def plan_form(**other: str) -> dict[str, str]:
    return {"planned_at": VISIT_DAY.isoformat(), "clock": "10:00", "kind": "visit", "adults_n": "1", **other}


def letters(house: House, kind: str) -> int:
    with public(house) as session:
        return len(session.scalars(select(PublicLetter).where(PublicLetter.kind == kind)).all())


def test_planning_a_visit_asks_the_village(site: Site) -> None:
    ref = running_pairing(site.house)
    client = site.public("vol")
    assert client.get(f"/my/pairings/{ref}/plan").status_code == 200
    assert client.post(f"/my/pairings/{ref}/plan", data=plan_form()).status_code == 303
    assert "等村里回话" in client.get(f"/my/pairings/{ref}").text
    assert letters(site.house, "visit.planned") == 1


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (at_local(VISIT_DAY, 7, 59), "before eight"),
        (at_local(VISIT_DAY, 20), "from eight in the evening"),
        (NOW - timedelta(minutes=1), "in the past"),
        (at_local(DAY + timedelta(days=61), 10), "more than sixty days ahead"),
    ],
)
def test_visits_are_between_eight_and_twenty_and_within_sixty_days(
    house: House, at: datetime, why: str
) -> None:
    ref = running_pairing(house)
    with public(house) as session, pytest.raises(BadInput) as refused:
        visits.plan_visit(
            session,
            pairing_named(session, ref),
            planned_at=at,
            kind="visit",
            adults_n=1,
            actor=donor(session, "vol"),
            now=NOW,
        )
    assert refused.value.field == "planned_at", why


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock": "21:00"},
        {"planned_at": "2026-13-01"},
        {"planned_at": "2026-11-01"},
        {"kind": "party"},
        {"adults_n": "0"},
        {"adults_n": "七"},
    ],
)
def test_a_bad_plan_is_shown_again_with_what_to_change(site: Site, wrong: dict[str, str]) -> None:
    ref = running_pairing(site.house)
    page = site.public("vol").post(f"/my/pairings/{ref}/plan", data=plan_form(**wrong))
    assert page.status_code == 422
    assert "处要改" in page.text
    assert letters(site.house, "visit.planned") == 0


def test_where_a_child_lives_two_checked_adults_go(house: House) -> None:
    ref = running_pairing(house, TEACH, child=True, adults_min=2)
    with public(house) as session, pytest.raises(BadInput) as refused:
        visits.plan_visit(
            session,
            pairing_named(session, ref),
            planned_at=TEN,
            kind="visit",
            adults_n=1,
            actor=donor(session, "vol"),
            now=NOW,
        )
    assert refused.value.field == "adults_n"


def test_a_visit_is_written_down_in_one_sentence(site: Site, clock: SteppingClock) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    client = site.public("vol")
    assert "记下这一次" not in client.get(f"/my/pairings/{ref}").text
    clock.set(TEN + timedelta(hours=2))
    client = site.public("vol")
    assert "记下这一次" in client.get(f"/my/pairings/{ref}").text
    assert client.post(f"/my/visits/{visit}/log", data=LOG).status_code == 303
    page = client.get(f"/my/pairings/{ref}").text
    assert "记好了，等村里确认" in page
    assert SENTENCE not in page  # it travelled to the office and is not kept here
    assert letters(site.house, "visit.logged") == 1
    assert client.post(f"/my/visits/{visit}/log", data=LOG).status_code == 409
    assert letters(site.house, "visit.logged") == 1


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("", ""),
        ("好" * 61, "61"),
        ("和王大爷聊了一会儿，挺好。", "王大爷"),
        ("电话是13800138000，下次打。", "13800138000"),
        ("老人刚做完透析，有点累。", "透析"),
        ("在红寺堡镇门口见的面。", "镇"),
    ],
)
def test_a_sentence_that_would_tell_who_they_are_is_asked_for_anew(
    site: Site, clock: SteppingClock, sentence: str, named: str
) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    clock.set(TEN + timedelta(hours=2))
    page = site.public("vol").post(f"/my/visits/{visit}/log", data={**LOG, "sentence": sentence})
    assert page.status_code == 422
    assert named in page.text and sentence in page.text
    assert letters(site.house, "visit.logged") == 0


@pytest.mark.parametrize(
    ("minutes", "mood"), [("0", "good"), ("481", "good"), ("很久", "good"), ("60", ""), ("60", "great")]
)
def test_minutes_and_mood_are_asked_for(site: Site, clock: SteppingClock, minutes: str, mood: str) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    clock.set(TEN + timedelta(hours=2))
    data = {**LOG, "minutes": minutes, "mood_code": mood}
    page = site.public("vol").post(f"/my/visits/{visit}/log", data=data)
    assert page.status_code == 422
    assert SENTENCE in page.text


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (TEN - timedelta(seconds=1), False),
        (TEN, True),
        (TEN + timedelta(days=7), True),
        (TEN + timedelta(days=7, seconds=1), False),
    ],
)
def test_it_is_written_within_seven_days_of_the_visit(house: House, at: datetime, allowed: bool) -> None:
    ref = running_pairing(house)
    visit = agreed_visit(house, ref)
    entry = visits.VisitLog(SENTENCE, 60, "good")
    with public(house) as session:
        found, actor = visit_named(session, visit), donor(session, "vol")
        if allowed:
            visits.log_visit(session, found, entry, actor=actor, now=at)
            assert found.state == "logged"
        else:
            with pytest.raises(Refusal):
                visits.log_visit(session, found, entry, actor=actor, now=at)


def test_two_visits_of_one_person_do_not_overlap(house: House) -> None:
    ref = running_pairing(house)
    first, second = agreed_visit(house, ref), agreed_visit(house, ref, TEN + timedelta(minutes=30))
    now = TEN + timedelta(hours=3)
    with public(house) as session:
        actor = donor(session, "vol")
        entry = visits.VisitLog(SENTENCE, 60, "good")
        visits.log_visit(session, visit_named(session, first), entry, actor=actor, now=now)
        with pytest.raises(BadInput) as refused:
            visits.log_visit(session, visit_named(session, second), entry, actor=actor, now=now)
        assert refused.value.field == "minutes"


def test_a_draft_waits_on_the_server_and_goes_with_the_sentence(site: Site, clock: SteppingClock) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    clock.set(TEN + timedelta(hours=2))
    client = site.public("vol")
    saved = client.post(f"/my/visits/{visit}/draft", data={"sentence": "理了发，"})
    assert (saved.status_code, saved.text) == (200, "草稿 12:00 已存")
    assert "理了发，" in site.public("vol").get(f"/my/pairings/{ref}").text
    client.post(f"/my/visits/{visit}/log", data=LOG)
    with public(site.house) as session:
        assert visit_named(session, visit).draft is None


def test_minutes_count_once_and_only_when_confirmed(site: Site, clock: SteppingClock) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    clock.set(TEN + timedelta(hours=2))
    client = site.public("vol")
    client.post(f"/my/visits/{visit}/log", data=LOG)
    assert "1 小时 0 分" not in client.get("/my").text
    for _again in range(2):
        with public(site.house) as session:
            visits.take_confirmation(session, {"visit_ref": visit, "minutes": 60}, now=clock.now())
    with public(site.house) as session:
        assert [h.minutes for h in session.scalars(select(ServiceHour))] == [60]
    assert "1 小时 0 分" in client.get("/my").text


def test_answers_about_a_visit_twice_change_nothing(house: House) -> None:
    ref = running_pairing(house)
    visit = agreed_visit(house, ref, answered="refused")
    with public(house) as session:
        visits.take_answer(session, {"visit_ref": visit, "answer": "refused"}, now=NOW)
        visits.take_answer(session, {"visit_ref": visit, "answer": "accepted"}, now=NOW)
        assert visit_named(session, visit).state == "cancelled"


def test_nothing_is_planned_or_written_once_it_is_over(site: Site, clock: SteppingClock) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    client = site.public("vol")
    client.post(f"/my/pairings/{ref}/stop")
    assert client.get(f"/my/pairings/{ref}/plan").status_code == 303
    assert client.post(f"/my/pairings/{ref}/plan", data=plan_form()).status_code == 422
    clock.set(TEN + timedelta(hours=1))
    assert site.public("vol").post(f"/my/visits/{visit}/log", data=LOG).status_code == 409


def test_another_partners_pairing_and_visit_are_not_found(site: Site, clock: SteppingClock) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    for login in ("firm", "charity", "newvol"):
        client = site.public(login)
        for address in (f"/my/pairings/{ref}", f"/my/pairings/{ref}/plan", f"/my/pairings/{ref}/stop"):
            assert client.get(address).status_code == 404, address
        assert client.post(f"/my/pairings/{ref}/plan", data=plan_form()).status_code == 404
        assert client.post(f"/my/pairings/{ref}/stop").status_code == 404
        assert client.post(f"/my/visits/{visit}/log", data=LOG).status_code == 404
        assert client.post(f"/my/visits/{visit}/draft", data={"sentence": "x"}).status_code == 404
        assert ref not in client.get("/my").text
    with public(site.house) as session, pytest.raises(NotFound):
        tying.stop(session, pairing_named(session, ref), actor=donor(session, "firm"), now=NOW)
    assert site.visitor().get(f"/my/pairings/{ref}").status_code == 302


def test_a_visit_after_the_checks_run_out_is_not_planned(house: House) -> None:
    ref = running_pairing(house)
    late = at_local(DAY + timedelta(days=50), 10)
    with public(house) as session:
        pairing = pairing_named(session, ref)
        session.get_one(Volunteer, pairing.volunteer_id).valid_to = DAY + timedelta(days=40)
        with pytest.raises(BadInput) as refused:
            visits.plan_visit(
                session,
                pairing,
                planned_at=late,
                kind="visit",
                adults_n=1,
                actor=donor(session, "vol"),
                now=NOW,
            )
        assert refused.value.field == "planned_at"
