"""A household with a need at every stage that its page can show, made by the people it takes."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Unit
from app.cases.models import Case
from app.core.clock import local_day
from app.core.house import House
from app.followup.operations import claims as ties
from app.followup.queries import tie_by_claim
from app.gifts.operations import pledges
from app.gifts.operations.claims import claim_card
from app.gifts.queries import claim_by_ref
from app.needs.models import Need
from app.needs.operations import cascade
from app.needs.queries import needs_of
from app.releases.models import NeedProject
from tests.clock import NOW
from tests.stories.releases_world import approve_all, crowd, tick
from tests.world import Site, Wish, donor, filed_case, new_household, office, officer, public

DAY = local_day(NOW)
CONFIRMED, PUBLISHED, SECOND, FIRST, BYPASSED, EARLY = "G07", "G12", "G08", "G09", "G05", "S06"
SERIAL = 4711


@dataclass(frozen=True)
class Journey:
    """The household of this world: its case, its needs by item code, the number of the confirmed one."""

    case_id: int
    case_no: str
    needs: dict[str, int]
    project_id: str


def journey(site: Site) -> Journey:
    """One need confirmed, one on the shelf, one at ②, one at ① without an answer, one bypassed, one met by
    ①."""
    house = site.house
    crowd(house)
    with office(house) as session:
        case, needs = _household(session)
        _cascade(session, case, needs)
        found = {code: n.id for code, n in needs.items()}
        case_id, case_no = case.id, case.case_no
    approve_all(house)
    tick(house)
    with office(house) as session:
        project_id = _project(session, found[CONFIRMED])
    _deliver(site, project_id)
    return Journey(case_id, case_no, found, project_id)


def _household(session: Session) -> tuple[Case, dict[str, Need]]:
    wishes = [
        Wish(CONFIRMED, 2),
        Wish(PUBLISHED, 1, "urgent", 30_000),
        Wish(SECOND),
        Wish(FIRST),
        Wish(BYPASSED, 1, "urgent"),
        Wish(EARLY, 2, "deferred", None),
    ]
    case = filed_case(session, new_household(SERIAL, child=True), *wishes)
    return case, {n.item_code: n for n in needs_of(session, case.id)}


def _cascade(session: Session, case: Case, needs: dict[str, Need]) -> None:
    cs, cl = officer(session, "cs"), officer(session, "cl")
    unit = session.scalars(select(Unit).where(Unit.name == "包抓单位")).one()
    cascade.assign_unit(session, case, unit_id=unit.id, actor=cs, now=NOW)
    answer(session, needs[EARLY], 1, "covered", 2)
    for code in (CONFIRMED, PUBLISHED):
        answer(session, needs[code], 1, "none", 0)
        answer(session, needs[code], 2, "none", 0)
    answer(session, needs[SECOND], 1, "none", 0)
    bypass = cascade.ask_bypass(
        session, needs[BYPASSED], reason_code="极端天气", reason="今晚降温到零下二十度", actor=cs, now=NOW
    )
    cascade.approve_bypass(session, bypass, actor=cl, now=NOW)


def answer(session: Session, need: Need, stage: int, outcome: str, covered: int) -> None:
    """Recorded by the one whose step it is, verified by another."""
    recorder, verifier = {1: ("dept", "cs"), 2: ("duty", "to")}[stage]
    entry = cascade.record_outcome(
        session,
        need,
        outcome=outcome,
        covered_qty=covered,
        basis="冬季补贴",
        actor=officer(session, recorder),
        now=NOW,
    )
    cascade.verify_outcome(session, entry, actor=officer(session, verifier), now=NOW)


def _project(session: Session, need_id: int) -> str:
    return session.scalars(select(NeedProject.project_id).where(NeedProject.need_id == need_id)).one()


def _deliver(site: Site, project_id: str) -> None:
    """Claimed, promised, received at the county, handed over in the township, confirmed in the village."""
    house = site.house
    with public(house) as session:
        firm = donor(session, "firm")
        claim = claim_card(session, project_id=project_id, ready_on=DAY, promised=True, actor=firm, now=NOW)
        ref = claim.claim_ref
    site.carry()
    with public(house) as session:
        claimed = claim_by_ref(session, ref)
        assert claimed is not None
        day = DAY + timedelta(days=5)
        pledges.make_pledge(session, claimed, qty=2, date_by=day, actor=donor(session, "firm"), now=NOW)
    site.carry()
    _hand_over(house, ref)
    site.carry()


def _hand_over(house: House, ref: str) -> None:
    with office(house) as session:
        tie = tie_by_claim(session, ref)
        assert tie is not None
        ties.arrive(session, tie, qty=2, actor=officer(session, "cs"), now=NOW)
        ties.hand_over(
            session,
            tie,
            receipt_by="member",
            receipt_method="paper",
            receipt_name="家里人",
            actor=officer(session, "to"),
            now=NOW,
        )
        ties.confirm(session, tie, qty=2, actor=officer(session, "vw"), now=NOW)
