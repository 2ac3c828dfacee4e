"""Public needs of one village, and short ways to a claim, a pairing, a filing in the office."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.followup.models import OfficeVisit, PairTie, ProposalDraft, Tie
from app.followup.queries import pair_by_ref, tie_by_claim
from app.gifts.models import Claim, Pledge
from app.gifts.operations import claims as claiming
from app.gifts.operations import pledges
from app.gifts.queries import claim_by_ref
from app.matches.models import PairingProposal
from app.matches.operations.interests import Offer, state_interest
from app.matches.operations.proposing import propose
from app.needs.models import Need
from app.needs.states import NeedState
from app.pairings.models import Pairing, Visit
from app.pairings.operations import pairing as pairing_ops
from app.pairings.operations import visits as visit_ops
from app.policy.actors import SYSTEM
from app.releases.models import NeedProject
from tests.clock import SteppingClock
from tests.stories.followup_shelf import TWO
from tests.world import COUNTY, VILLAGE, Site, donor, house_of, office, public


def open_walk(published: Path, tmp_path: Path) -> Iterator["Walk"]:
    """What the tests' fixture yields: a copy of its own and a clock of its own."""
    folder = tmp_path / "walk"
    shutil.copytree(published, folder)
    house = house_of(folder, clock=SteppingClock())
    yield Walk(house, Site(house))
    house.dispose()


@dataclass
class Walk:
    """Both wings of a house whose cards are public: the office is walked in browsers, the donor's side
    through its operations."""

    house: House
    site: Site

    def now(self) -> datetime:
        return self.house.clock.now()

    def later(self, **by: float) -> datetime:
        moved = self.now() + timedelta(**by)
        self.house.clock.set(moved)  # type: ignore[attr-defined]
        return moved

    def office(self, login: str) -> FlaskClient:
        return self.site.office(login)

    def carry(self) -> None:
        self.site.carry()

    def project(self, code: str, nth: int = 0) -> str:
        """The number of a public card of VILLAGE whose need is of that item."""
        with office(self.house) as session:
            found = session.scalars(
                select(NeedProject)
                .join(Need)
                .where(NeedProject.state == "public", Need.item_code == code, Need.area == VILLAGE)
                .order_by(NeedProject.id)
            ).all()
            return str(found[nth].project_id)

    def claim(self, code: str = TWO, login: str = "firm", nth: int = 0) -> int:
        """A claim by a partner that has reached the office; the tie's id."""
        number = self.project(code, nth)
        with public(self.house) as session:
            claim = claiming.claim_card(
                session,
                project_id=number,
                ready_on=local_day(self.now()),
                promised=True,
                actor=donor(session, login, self.now()),
                now=self.now(),
            )
            ref = claim.claim_ref
        self.carry()
        with office(self.house) as session:
            tie = tie_by_claim(session, ref)
            assert tie is not None
            return tie.id

    def pledge(self, tie_id: int, *, qty: int = 2, days: int = 5, login: str = "firm") -> None:
        with public(self.house) as session:
            pledges.make_pledge(
                session,
                self.claim_of(session, tie_id),
                qty=qty,
                date_by=local_day(self.now()) + timedelta(days=days),
                actor=donor(session, login, self.now()),
                now=self.now(),
            )
        self.carry()

    def release(self, tie_id: int, login: str = "firm") -> None:
        with public(self.house) as session:
            actor = donor(session, login, self.now())
            claiming.release_claim(session, self.claim_of(session, tie_id), actor=actor, now=self.now())
        self.carry()

    def claim_of(self, session: Session, tie_id: int) -> Claim:
        """The public side of a tie."""
        claim = claim_by_ref(session, self.tie(tie_id).claim_ref)
        assert claim is not None
        return claim

    def pledge_of(self, session: Session, tie_id: int) -> Pledge:
        pledge = self.claim_of(session, tie_id).pledge
        assert pledge is not None
        return pledge

    def tie(self, tie_id: int) -> Tie:
        with office(self.house) as session:
            return session.get_one(Tie, tie_id)

    def need_state(self, tie_id: int) -> NeedState:
        with office(self.house) as session:
            return NeedState(session.get_one(Tie, tie_id).need.state)

    def post(self, login: str, tie_id: int, step: str, **data: object) -> int:
        """One step on the page of a claim, as that officer; the status that came back."""
        name = step.replace("-", "_")
        filled = {f"{name}-{k}": v for k, v in data.items()}
        answer = self.office(login).post(f"/office/followup/ties/{tie_id}/{step}", data=filled)
        self.carry()
        return answer.status_code

    def arrived(self, *, qty: int = 2, by: str = "cs") -> int:
        """A goods claim that stands at the county reception point; the tie's id."""
        tie_id = self.claim()
        self.pledge(tie_id, qty=qty)
        assert self.post(by, tie_id, "arrive", qty=qty) == 303
        return tie_id

    def handed_over(self, *, qty: int = 2, by: str = "to") -> int:
        tie_id = self.arrived(qty=qty)
        assert self.post(by, tie_id, "hand-over", **RECEIPT) == 303
        return tie_id

    def propose(self, *logins: str, minors: bool = False) -> None:
        """The batch with these partners willing to do services in COUNTY."""
        with public(self.house) as session:
            for login in logins or ("vol", "firm", "charity"):
                offer = Offer(
                    ("service",), ("S01", "S02", "S06"), (COUNTY,), "monthly", minors, 2 if minors else 9
                )
                state_interest(session, offer, actor=donor(session, login, self.now()), now=self.now())
            propose(session, actor=SYSTEM, now=self.now())
        self.carry()

    def drafts(self, *, ranks: int = 1) -> list[ProposalDraft]:
        """The drafts of the first need that has so many."""
        with office(self.house) as session:
            found = session.scalars(
                select(ProposalDraft)
                .join(Need)
                .where(ProposalDraft.state == "draft", Need.area == VILLAGE)
                .order_by(ProposalDraft.need_id, ProposalDraft.rank)
            ).all()
        by_need: dict[int, list[ProposalDraft]] = {}
        for draft in found:
            by_need.setdefault(draft.need_id, []).append(draft)
        return next(drafts for drafts in by_need.values() if len(drafts) >= ranks)

    def draft(self, draft_id: int) -> ProposalDraft:
        with office(self.house) as session:
            return session.get_one(ProposalDraft, draft_id)

    def send(self, *drafts: ProposalDraft, reason: str = "", login: str = "cs") -> int:
        need_id = drafts[0].need_id
        answer = self.office(login).post(
            f"/office/followup/proposals/needs/{need_id}/send",
            data={"draft": [str(d.id) for d in drafts], f"n{need_id}-reason": reason},
        )
        self.carry()
        return answer.status_code

    def accepted(self, login: str = "vol") -> int:
        """A pairing that a partner said yes to and whose household is to be asked; its id in the office."""
        self.propose(login)
        draft = self.drafts()[0]
        assert self.send(draft) == 303
        return self.accept(draft, login)

    def accept(self, draft: ProposalDraft, login: str = "vol") -> int:
        with public(self.house) as session:
            proposal = session.scalars(
                select(PairingProposal).where(PairingProposal.proposal_ref == draft.proposal_ref)
            ).one()
            actor = donor(session, login, self.now())
            ref = pairing_ops.accept_proposal(session, proposal, actor=actor, now=self.now()).pairing_ref
        self.carry()
        with office(self.house) as session:
            pair = pair_by_ref(session, ref)
            assert pair is not None
            return pair.id

    def pair(self, pair_id: int) -> PairTie:
        with office(self.house) as session:
            return session.get_one(PairTie, pair_id)

    def pair_need(self, pair_id: int) -> NeedState:
        with office(self.house) as session:
            return NeedState(session.get_one(PairTie, pair_id).need.state)

    def pairing_of(self, session: Session, pair_id: int) -> Pairing:
        ref = self.pair(pair_id).pairing_ref
        return session.scalars(select(Pairing).where(Pairing.pairing_ref == ref)).one()

    def step(self, login: str, pair_id: int, step: str, **data: object) -> int:
        answer = self.office(login).post(f"/office/followup/pairs/{pair_id}/{step}", data=data)
        self.carry()
        return answer.status_code

    def active(self) -> int:
        """A pairing under way; its id in the office."""
        pair_id = self.accepted()
        assert self.step("vw", pair_id, "agree", **YES) == 303
        assert self.step("cs", pair_id, "activate", **self.plan()) == 303
        return pair_id

    def plan(self, **changed: object) -> dict[str, object]:
        plan: dict[str, object] = {
            "cadence": "monthly",
            "contacts_min": "12",
            "visits_min": "4",
            "liaison_name": "康社工",
            "liaison_phone": "0953-1234567",
            "meeting_point": "县社会工作服务中心",
            "first_on": (local_day(self.now()) + timedelta(days=7)).isoformat(),
            **changed,
        }
        return {f"plan-{k}": v for k, v in plan.items()}

    def planned_visit(self, pair_id: int, *, hours: int = 26, login: str = "vol") -> int:
        """A visit that the volunteer asked for; its id in the office."""
        with public(self.house) as session:
            visit = visit_ops.plan_visit(
                session,
                self.pairing_of(session, pair_id),
                planned_at=self.now() + timedelta(hours=hours),
                kind="visit",
                adults_n=1,
                actor=donor(session, login, self.now()),
                now=self.now(),
            )
            ref = visit.visit_ref
        self.carry()
        with office(self.house) as session:
            return session.scalars(select(OfficeVisit.id).where(OfficeVisit.visit_ref == ref)).one()

    def log_visit(
        self, visit_id: int, *, minutes: int = 60, concern: bool = False, login: str = "vol"
    ) -> None:
        with public(self.house) as session:
            log = visit_ops.VisitLog("一起包了饺子，说了说孩子上学的事", minutes, "good", concern)
            actor = donor(session, login, self.now())
            visit_ops.log_visit(
                session, self.public_visit(session, visit_id), log, actor=actor, now=self.now()
            )
        self.carry()

    def visit(self, visit_id: int) -> OfficeVisit:
        with office(self.house) as session:
            return session.get_one(OfficeVisit, visit_id)

    def public_visit(self, session: Session, visit_id: int) -> Visit:
        ref = self.visit(visit_id).visit_ref
        return session.scalars(select(Visit).where(Visit.visit_ref == ref)).one()

    def answer(self, visit_id: int, answer: str, login: str = "vw") -> int:
        path = f"/office/followup/visits/{visit_id}/answer"
        status = self.office(login).post(path, data={"answer": answer}).status_code
        self.carry()
        return status

    def confirm_visit(self, visit_id: int, minutes: int = 60, login: str = "vw") -> int:
        path = f"/office/followup/visits/{visit_id}/confirm"
        status = self.office(login).post(path, data={"visit-minutes": str(minutes)}).status_code
        self.carry()
        return status


RECEIPT = {"receipt_by": "member", "receipt_method": "paper", "receipt_name": "家里人"}
YES = {"agree-given_by": "本人", "agree-capacity": "self", "agree-method": "paper"}
