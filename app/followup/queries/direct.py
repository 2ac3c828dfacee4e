"""What waits for a direct match and why, who could be asked, and what was asked (decisions 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models.verification import Verification
from app.accounts.states import VerificationState
from app.cases.queries import cases_consenting, facts_of
from app.core.paging import Page, paged
from app.core.states import OfficeStateChange
from app.followup.models import DirectOffer, Tie
from app.followup.states import OfferState, TieState
from app.needs.models import Need
from app.needs.states import NeedState
from app.policy.actors import Actor
from app.policy.lattice import satisfies
from app.policy.lists import URGENCY_ORDER
from app.policy.regions import prefecture_of
from app.releases.models import NeedProject
from app.releases.queries import NEED_FACTS
from app.releases.states import ProjectState

WHY = {
    "bypassed": "急难直通，不公布",
    "telling": "这样东西会说出这户没有的情况，公布了反而好认",
    "private": "家里只同意县里直接对接，不公布",
    "dropped": "审过，决定不公布",
    "withheld": "公布要凑的户数还不够",
}
UNDERTAKING = "undertaking"
_OPEN_TIES = (TieState.HELD, TieState.CONTACTED, TieState.COMMITTED, TieState.ARRIVED, TieState.HANDED_OVER)


@dataclass(frozen=True)
class Waiting:
    """A need that only an officer can bring to somebody: why, since when, and whether the family said yes."""

    need: Need
    why: str
    since: date | None
    consenting: bool


@dataclass(frozen=True)
class Partner:
    """An organisation that may be asked, with what the office knows of its work: met, met of this very item,
    in hand."""

    dossier: Verification
    near: bool
    done: int
    same: int
    in_hand: int


def offer_by_id(session: Session, offer_id: int) -> DirectOffer | None:
    return session.get(DirectOffer, offer_id)


def offer_by_number(session: Session, offer_no: str) -> DirectOffer | None:
    return session.scalar(select(DirectOffer).where(DirectOffer.offer_no == offer_no))


def offers_of_need(session: Session, need_id: int) -> Sequence[DirectOffer]:
    """The newest first."""
    statement = select(DirectOffer).where(DirectOffer.need_id == need_id)
    return session.scalars(statement.order_by(DirectOffer.id.desc())).all()


def offers_waiting(session: Session) -> Sequence[DirectOffer]:
    """Of every county."""
    statement = select(DirectOffer).where(DirectOffer.state == OfferState.OFFERED)
    return session.scalars(statement.options(joinedload(DirectOffer.need).joinedload(Need.case))).all()


def ties_before_promise(session: Session) -> Sequence[Tie]:
    """Direct offers that were taken and are not promised yet."""
    statement = select(Tie).join(DirectOffer, DirectOffer.offer_no == Tie.project_id)
    return session.scalars(statement.where(Tie.state.in_((TieState.HELD, TieState.CONTACTED)))).all()


def offers_page(session: Session, actor: Actor, *, waiting: bool, page: int = 1) -> Page:
    """What waits for an answer, the soonest due first; or what was answered, the newest first."""
    is_waiting = DirectOffer.state == OfferState.OFFERED
    statement = (
        select(DirectOffer)
        .join(Need)
        .where(Need.area.startswith(actor.area), is_waiting if waiting else ~is_waiting)
        .options(joinedload(DirectOffer.need).joinedload(Need.case))
        .order_by(DirectOffer.answer_by if waiting else DirectOffer.id.desc(), DirectOffer.id)
    )
    return paged(session, statement, page)


def ties_of_offers(session: Session, offers: Sequence[DirectOffer]) -> dict[str, Tie]:
    """The claim that came of each."""
    numbers = [o.offer_no for o in offers]
    return {t.project_id: t for t in session.scalars(select(Tie).where(Tie.project_id.in_(numbers)))}


def needs_waiting(session: Session, actor: Actor, day: date, *, only: int | None = None) -> list[Waiting]:
    """急 first, then who waits longest. `only`: just the need with that id, if it waits."""
    states = (NeedState.STAGE3, NeedState.IN_COHORT)
    statement = select(Need).where(Need.state.in_(states), Need.area.startswith(actor.area))
    if only is not None:
        statement = statement.where(Need.id == only)
    needs = session.scalars(statement.options(NEED_FACTS).order_by(Need.id)).unique().all()
    cases = {n.case_id for n in needs}
    direct = cases_consenting(session, cases, "direct_match", day)
    public = cases_consenting(session, cases, "publish", day)
    projects, dropped = _projects(session, actor)
    found = []
    for need in needs:
        project = projects.get(need.id)
        private = need.case_id in direct and need.case_id not in public
        why = _why(need, project, need.id in dropped, private, day)
        if why:
            since = project.withheld_since if project is not None and why == "withheld" else need.stage3_on
            found.append(Waiting(need, why, since, need.case_id in direct))
    return sorted(found, key=lambda w: (URGENCY_ORDER.index(w.need.urgency), w.since or day, w.need.id))


def _projects(session: Session, actor: Actor) -> tuple[dict[int, NeedProject], set[int]]:
    """Projects on their way to a cohort by need; and the needs whose project somebody decided to drop."""
    area = Need.area.startswith(actor.area)
    live = (ProjectState.DRAFTED, ProjectState.APPROVED)
    rows = session.scalars(select(NeedProject).join(Need).where(NeedProject.state.in_(live), area))
    moves = select(OfficeStateChange.subject_id).where(
        OfficeStateChange.subject_type == "need_project", OfficeStateChange.action == "drop"
    )
    dropped = session.scalars(select(NeedProject.need_id).join(Need).where(NeedProject.id.in_(moves), area))
    return {p.need_id: p for p in rows}, set(dropped)


def _why(need: Need, project: NeedProject | None, dropped: bool, private: bool, day: date) -> str:
    if need.bypassed:
        return "bypassed"
    if project is not None:
        return "withheld" if project.withheld_reason and not project.held_back else ""
    if satisfies(facts_of(need.case.household, day), need.item.implies) is not True:
        return "telling"
    if private:
        return "private"
    return "dropped" if dropped else ""


def organisations_for(session: Session, need: Need, day: date) -> list[Partner]:
    """Verified, with the undertaking, of the need's prefecture: those of the county first, then who has done
    the same before, then who has less in hand."""
    statement = select(Verification).where(
        Verification.subject == "organisation",
        Verification.state == VerificationState.VERIFIED,
        Verification.area.startswith(prefecture_of(need.county_code)),
    )
    newest = {v.token: v for v in session.scalars(statement.order_by(Verification.id))}
    able = [v for v in newest.values() if _able(v, need, day)]
    work = _work_of(session, [v.token for v in able], need.item_code)
    found = [Partner(v, v.area == need.county_code, *work.get(v.token, (0, 0, 0))) for v in able]
    return sorted(found, key=lambda p: (not p.near, -p.same, p.in_hand, p.dossier.id))


def _able(dossier: Verification, need: Need, day: date) -> bool:
    valid = dossier.valid_to is not None and day <= dossier.valid_to
    return valid and dossier.holds(UNDERTAKING, day)


def _work_of(session: Session, tokens: Sequence[str], item_code: str) -> dict[str, tuple[int, int, int]]:
    done, same, in_hand = (
        Tie.state == TieState.CONFIRMED,
        Need.item_code == item_code,
        Tie.state.in_(_OPEN_TIES),
    )
    rows = session.execute(
        select(
            Tie.donor_token,
            func.count().filter(done),
            func.count().filter(done, same),
            func.count().filter(in_hand),
        )
        .join(Need, Tie.need_id == Need.id)
        .where(Tie.donor_token.in_(tokens), or_(done, in_hand))
        .group_by(Tie.donor_token)
    )
    return {token: (a, b, c) for token, a, b, c in rows}
