"""A household at each step that waits for somebody, made by the people it takes up to there."""

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.operations import entry as case_entry
from app.cases.operations import filing
from app.cases.operations.opening import open_one
from app.cases.queries import live_item_of
from app.core.clock import local_day
from app.needs.operations import cascade
from app.needs.operations import entry as need_entry
from app.needs.queries import needs_of
from tests.clock import NOW
from tests.world import FAR_VILLAGE, VILLAGE, Wish, filed_case, home_sheet, new_household, officer

DAY = local_day(NOW)


def screened(session: Session, serial: int, prefix: str = "") -> Case:
    village = FAR_VILLAGE if prefix else VILLAGE
    actor = officer(session, prefix + "vw")
    return open_one(session, new_household(serial, village=village), actor=actor, now=NOW)


def checked(session: Session, serial: int, prefix: str = "") -> Case:
    """Two people were at the home; the village has not voted yet."""
    case, vw = screened(session, serial, prefix), officer(session, prefix + "vw")
    sheet = home_sheet(DAY, officer(session, prefix + "to"))
    case_entry.record_home_check(session, case, sheet, actor=vw, now=NOW)
    return case


def voted(session: Session, serial: int, prefix: str = "", *, votes_for: int = 7) -> Case:
    case, vw = checked(session, serial, prefix), officer(session, prefix + "vw")
    vote = case_entry.Vote(DAY, "主持人", 9, 1, votes_for, 8 - votes_for, 0, "记录")
    case_entry.record_evaluation(session, case, vote, actor=vw, now=NOW)
    return case


def itemised(session: Session, serial: int, prefix: str = "") -> Case:
    """A difficulty and a need are written down, not yet sent."""
    case, vw = voted(session, serial, prefix), officer(session, prefix + "vw")
    case_entry.add_difficulty(session, case, kind="生活物资", detail="", actor=vw, now=NOW)
    new_need = need_entry.NewNeed(f"N{serial}", "G07", 1, "important", budget_fen=100_000)
    need_entry.raise_need(session, case, new_need, actor=vw, now=NOW)
    return case


def reported(session: Session, serial: int, prefix: str = "") -> Case:
    """Sent to the township with one need."""
    case = itemised(session, serial, prefix)
    need_entry.submit_list(session, case, actor=officer(session, prefix + "vw"), now=NOW)
    return case


def determined(session: Session, serial: int, prefix: str = "") -> Case:
    case, tl = reported(session, serial, prefix), officer(session, prefix + "tl")
    need_entry.determine(
        session, case, accepted=True, meeting_on=DAY, ref_no="会纪1号", reason="", actor=tl, now=NOW
    )
    return case


def batched(session: Session, serial: int, prefix: str = "") -> Case:
    """In a batch that the township's lead has not sent yet."""
    case, to = determined(session, serial, prefix), officer(session, prefix + "to")
    batch = filing.make_batch(session, actor=to, now=NOW)
    filing.put_in_batch(session, batch, case, actor=to, now=NOW)
    return case


def sent_up(session: Session, serial: int, prefix: str = "") -> Case:
    """In a batch that the county has not opened yet."""
    case = batched(session, serial, prefix)
    item = live_item_of(session, case.id)
    assert item is not None
    filing.submit_batch(session, item.batch, actor=officer(session, prefix + "tl"), now=NOW)
    return case


def objected(session: Session, serial: int, prefix: str = "") -> Case:
    """The county doubts it and has written why."""
    case, cs = sent_up(session, serial, prefix), officer(session, prefix + "cs")
    item = live_item_of(session, case.id)
    assert item is not None
    filing.start_review(session, item.batch, actor=cs, now=NOW)
    filing.object_to_item(session, item, note="收入对不上", actor=cs, now=NOW)
    return case


def begin(session: Session, serial: int, prefix: str = "") -> Case:
    """Filed; its need waits for a department."""
    village = FAR_VILLAGE if prefix else VILLAGE
    return filed_case(session, new_household(serial, village=village), Wish(), prefix=prefix)


def passed_on(session: Session, serial: int) -> Case:
    """Its need waits for the unit that looks after the household."""
    case = begin(session, serial)
    unit = officer(session, "duty").unit_id
    assert unit is not None
    cascade.assign_unit(session, case, unit_id=unit, actor=officer(session, "cs"), now=NOW)
    need = needs_of(session, case.id)[0]
    entry = cascade.record_outcome(
        session, need, outcome="none", covered_qty=0, basis="没有", actor=officer(session, "dept"), now=NOW
    )
    cascade.verify_outcome(session, entry, actor=officer(session, "cs"), now=NOW)
    return case


def bypass_asked(session: Session, serial: int, prefix: str = "") -> Case:
    village = FAR_VILLAGE if prefix else VILLAGE
    case = filed_case(
        session, new_household(serial, village=village), Wish("G05", 1, "urgent"), prefix=prefix
    )
    need = needs_of(session, case.id)[0]
    cs = officer(session, prefix + "cs")
    cascade.ask_bypass(
        session, need, reason_code="极端天气", reason="今晚降温到零下二十度", actor=cs, now=NOW
    )
    return case
