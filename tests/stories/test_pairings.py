"""The space of a pairing on the partner's side: visits within the rules, one sentence, and a way to stop."""

from datetime import timedelta

from sqlalchemy import select

from app.core.clock import at_local
from app.core.house import House
from app.core.outbox import PublicLetter
from app.library.models import Card
from app.matches.operations.scoring import willing_partners
from app.pairings.models import Pairing, Visit
from app.pairings.operations import pairing as tying
from app.pairings.operations import rhythm, visits
from tests.clock import NOW
from tests.stories.gifts_world import DAY
from tests.stories.pairings_world import (
    HAIR,
    LIAISON,
    VISIT_DAY,
    accepted_pairing,
    activate,
    agreed_visit,
    answer,
    pairing_named,
    running_pairing,
    visit_named,
)
from tests.world import Site, donor, public

TEN = at_local(VISIT_DAY, 10)


SENTENCE = "理了发，聊了会儿天，说好下月再来。"


LOG = {"sentence": SENTENCE, "minutes": "60", "mood_code": "good"}


def card_status(house: House, number: str = HAIR) -> str:
    with public(house) as session:
        return session.scalar(select(Card.status).where(Card.project_id == number)) or ""


def pairing_state(house: House, pairing_ref: str) -> str:
    with public(house) as session:
        return pairing_named(session, pairing_ref).state


def plan_form(**other: str) -> dict[str, str]:
    return {"planned_at": VISIT_DAY.isoformat(), "clock": "10:00", "kind": "visit", "adults_n": "1", **other}


def letters(house: House, kind: str) -> int:
    with public(house) as session:
        return len(session.scalars(select(PublicLetter).where(PublicLetter.kind == kind)).all())


def test_the_space_tells_what_is_next_at_every_step(site: Site) -> None:
    ref = accepted_pairing(site.house)
    client, address = site.public("vol"), f"/my/pairings/{ref}"
    assert "正在问家里" in client.get(address).text
    answer(site.house, ref)
    assert "家里愿意，正在准备" in client.get(address).text
    activate(site.house, ref)
    page = client.get(address).text
    assert LIAISON in page and "县社工服务中心" in page and "0953-8020000" in page
    assert "三件不做的事" in page and "想停下来" in page
    assert page.count("<time>") >= 3


def test_no_name_or_number_of_the_liaison_is_shown_before_it_begins(site: Site) -> None:
    ref = accepted_pairing(site.house)
    answer(site.house, ref)
    assert LIAISON not in site.public("vol").get(f"/my/pairings/{ref}").text


def test_a_no_of_the_household_is_told_without_a_reason(site: Site) -> None:
    ref = accepted_pairing(site.house)
    answer(site.house, ref, yes=False)
    page = site.public("vol").get(f"/my/pairings/{ref}").text
    assert "本次未能结对" in page and "想停下来" not in page
    assert card_status(site.house) == "open"


def test_letters_of_the_office_twice_change_nothing(house: House) -> None:
    ref = accepted_pairing(house)
    for _again in range(2):
        answer(house, ref)
        activate(house, ref)
    with public(house) as session:
        assert pairing_named(session, ref).state == "active"
    answer(house, ref, yes=False)  # one that crossed
    assert pairing_state(house, ref) == "active"
    for _again in range(2):
        with public(house) as session:
            tying.take_end(session, {"pairing_ref": ref, "open_again": True}, now=NOW)
    with public(house) as session:
        ended = pairing_named(session, ref)
        assert (ended.state, ended.liaison_name, ended.live_key) == ("ended", None, None)
    assert card_status(house) == "open"


def test_a_goal_that_is_reached_leaves_the_card_taken(house: House) -> None:
    ref = running_pairing(house)
    with public(house) as session:
        tying.take_end(session, {"pairing_ref": ref, "open_again": False}, now=NOW)
    assert card_status(house) == "claimed"


def test_stopping_asks_no_reason_and_closes_what_was_open(site: Site) -> None:
    ref = running_pairing(site.house)
    visit = agreed_visit(site.house, ref)
    client = site.public("vol")
    asked = client.get(f"/my/pairings/{ref}/stop").text
    assert "不用解释" in asked and "<textarea" not in asked
    assert client.post(f"/my/pairings/{ref}/stop").status_code == 303
    page = client.get(f"/my/pairings/{ref}").text
    assert "这一段结束了" in page and LIAISON not in page
    with public(site.house) as session:
        assert visit_named(session, visit).state == "cancelled"
        stopped = session.scalars(select(Pairing)).one()
        assert (stopped.live_key, stopped.liaison_phone) == (None, None)
        places = {w.interest.volunteer_id: w.places for w in willing_partners(session, DAY)}
        assert places[stopped.volunteer_id] == 2  # it has its place again
    assert card_status(site.house) == "open"
    assert letters(site.house, "pairing.stopped") == 1
    assert client.post(f"/my/pairings/{ref}/stop").status_code == 409


def test_the_rhythm_says_what_comes_next(house: House) -> None:
    """First by the office's day; then a month after the last; red only on the day or after it."""
    ref = running_pairing(house)
    with public(house) as session:
        pairing = pairing_named(session, ref)
        first = rhythm.next_contact(pairing, NOW)
        assert first is not None
        assert (first.code, first.due_on, first.late) == ("plan", VISIT_DAY, False)
        late = rhythm.next_contact(pairing, at_local(VISIT_DAY, 9))
        assert late is not None and late.late
    visit = agreed_visit(house, ref)
    with public(house) as session:
        pairing = pairing_named(session, ref)
        codes = []
        for at in (NOW, at_local(VISIT_DAY, 9), TEN + timedelta(hours=1), TEN + timedelta(days=8)):
            ahead = rhythm.next_contact(pairing, at)
            assert ahead is not None
            codes.append(ahead.code)
        assert codes == ["agreed", "today", "log", "plan"]
        entry = visits.VisitLog(SENTENCE, 60, "good")
        visits.log_visit(
            session,
            visit_named(session, visit),
            entry,
            actor=donor(session, "vol"),
            now=TEN + timedelta(hours=1),
        )
        after = rhythm.next_contact(pairing, TEN + timedelta(hours=2))
        assert after is not None
        assert (after.code, after.due_on) == ("plan", VISIT_DAY + timedelta(days=30))


def test_the_strip_has_at_most_twelve_cells_and_exactly_one_of_now(house: House) -> None:
    ref = running_pairing(house, contacts_min=52, cadence="weekly")
    with public(house) as session:
        pairing = pairing_named(session, ref)
        for done in range(20):
            cells = rhythm.strip(pairing, NOW)
            assert len(cells) == 12
            assert [c.mark for c in cells].count("now") == 1
            assert [c.number for c in cells] == list(range(cells[0].number, cells[0].number + 12))
            assert next(c.number for c in cells if c.mark == "now") == done + 1
            pairing.visits.append(_past_visit(pairing, done))
        session.rollback()


def _past_visit(pairing: Pairing, number: int) -> Visit:
    return Visit(
        visit_ref=f"past-{number}",
        pairing_id=pairing.id,
        planned_at=NOW - timedelta(days=200 - 7 * number),
        kind="visit",
        adults_n=1,
        state="confirmed",
        created_at=NOW,
        created_by="test",
    )
