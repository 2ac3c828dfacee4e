"""Suggestions, pairings and visits of the demo."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import at_local, local_day
from app.core.errors import NotFound
from app.demo.agenda import Agenda
from app.demo.journeys import Act, Book, Players, Told
from app.demo.people import partner_logins
from app.demo.walking import need_named
from app.followup.models import PairTie, ProposalDraft
from app.followup.operations import pairings, proposals, visits
from app.followup.queries import pair_by_ref, visit_by_ref
from app.matches.models import PairingProposal
from app.matches.operations.answering import decline
from app.matches.operations.proposing import propose
from app.matches.queries import proposal_by_ref
from app.needs.models import Need
from app.pairings.models import Pairing, Visit
from app.pairings.operations import pairing as public_pairings
from app.pairings.operations import visits as public_visits
from app.pairings.queries import pairing_by_ref
from app.pairings.queries import visit_by_ref as public_visit_by_ref
from app.policy.actors import SYSTEM, Role
from app.policy.catalogue import ITEMS

WHY_NOT_THE_FIRST = "村里说这位离得近，时间也合得上。"


class Pairs(Players):
    """The verbs of pairings. A suggestion's partner is the first that fits and has no other pairing yet."""

    def __init__(self, agenda: Agenda, book: Book) -> None:
        super().__init__(agenda, book)
        self.sent: dict[str, tuple[str, str]] = {}  # need → proposal, login
        self.engaged: set[str] = set()

    def verbs(self) -> dict[str, Act]:
        return {
            "propose": self.propose,
            "send": self.send,
            "send_best": self.send_best,
            "drop": self.drop,
            "decline": self.decline,
            "accept": self.accept,
            "family_yes": lambda told, now: self._answer(told, agreed=True, now=now),
            "family_no": lambda told, now: self._answer(told, agreed=False, now=now),
            "activate": self._in_office(self._activate),
            "end_met": self._in_office(self._end_met),
            "confirm_goal": self._in_office(self._confirm_goal),
            "stop": self.stop,
            "plan_visit": self.plan_visit,
            "answer_visit": self.answer_visit,
            "log_visit": self.log_visit,
            "confirm_visit": self.confirm_visit,
        }

    def propose(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            propose(session, actor=SYSTEM, now=now)

    def send(self, told: Told, now: datetime) -> None:
        """`who`: logins in order of preference, all others after them."""
        with self.stage.public() as session:
            logins = partner_logins(session)
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            county = self.staff(Role.COUNTY_SWD, need.county_code)
            draft = self._choose(_drafts(session, need.id), told.who, logins)
            proposals.send_proposals(session, need, [draft], reason=WHY_NOT_THE_FIRST, actor=county, now=now)
            login = logins[draft.donor_token]
            self.sent[told.ref] = (draft.proposal_ref, login)
            self.engaged.add(login)

    def send_best(self, told: Told, now: datetime) -> None:
        """The best suggestions for `who` in a county (`what`: county and how many, 640303/2)."""
        area, _, count = told.what.partition("/")
        with self.stage.public() as session:
            logins = partner_logins(session)
        with self.stage.office() as session:
            county, waiting = self.staff(Role.COUNTY_SWD, area), _drafts_for(session, area)
            fitting = [d for d in waiting if logins[d.donor_token] == told.who]
            for draft in fitting[: int(count)]:
                proposals.send_proposals(
                    session, draft.need, [draft], reason=WHY_NOT_THE_FIRST, actor=county, now=now
                )

    def _choose(self, drafts: Sequence[ProposalDraft], who: str, logins: dict[str, str]) -> ProposalDraft:
        wanted = who.split("|")
        free = [d for d in drafts if logins[d.donor_token] not in self.engaged]
        if not free:
            raise NotFound

        def order(draft: ProposalDraft) -> tuple[int, int]:
            login = logins[draft.donor_token]
            return (wanted.index(login) if login in wanted else len(wanted), draft.rank)

        return min(free, key=order)

    def drop(self, told: Told, now: datetime) -> None:
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            county = self.staff(Role.COUNTY_SWD, need.county_code)
            drafts = _drafts(session, need.id)
            if not drafts:
                raise NotFound
            proposals.drop_drafts(session, drafts, actor=county, now=now)

    def decline(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            proposal, login = self._proposal(session, told.ref)
            actor = self.stage.partner(session, login)
            decline(session, proposal, code=told.what, actor=actor, now=now)

    def accept(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            proposal, login = self._proposal(session, told.ref)
            actor = self.stage.partner(session, login)
            pairing = public_pairings.accept_proposal(session, proposal, actor=actor, now=now)
            self.book.pairs[told.ref] = pairing.pairing_ref

    def _proposal(self, session: Session, ref: str) -> tuple[PairingProposal, str]:
        number, login = self.sent.get(ref, ("", ""))
        found = proposal_by_ref(session, number)
        if found is None:
            raise NotFound
        return found, login

    def _in_office(self, act: Callable[[Session, PairTie, Told, datetime], None]) -> Act:
        def run(told: Told, now: datetime) -> None:
            with self.stage.office() as session:
                act(session, self._pair(session, told.ref), told, now)

        return run

    def _pair(self, session: Session, ref: str) -> PairTie:
        found = pair_by_ref(session, self.book.pairs.get(ref, ""))
        if found is None:
            raise NotFound
        return found

    def _answer(self, told: Told, *, agreed: bool, now: datetime) -> None:
        with self.stage.office() as session:
            pair = self._pair(session, told.ref)
            head = pair.case.household.head
            capacity = "guardian" if pair.minor else "self"
            answer = pairings.Answer(agreed, capacity, "paper", head.name if head else "")
            worker = self.staff(Role.VILLAGE_WORKER, pair.area)
            pairings.record_answer(session, pair, answer, actor=worker, now=now)

    def _activate(self, session: Session, pair: PairTie, told: Told, now: datetime) -> None:
        liaison = self.staff(Role.VILLAGE_WORKER, pair.area)
        child = ITEMS[pair.need.item_code].concerns_minor
        plan = pairings.PairPlan(
            cadence=pair.cadence,
            contacts_min=12,
            visits_min=4,
            liaison_name=liaison.name,
            liaison_phone="0953-0000001",
            meeting_point="村委会活动室",
            first_on=local_day(now) + timedelta(days=3),
            second_adult="村妇联主任（演示）" if child else "",
            social_worker="镇社工站（演示）" if child else "",
        )
        county = self.staff(Role.COUNTY_SWD, pair.area[:6])
        pairings.activate(session, pair, plan, actor=county, now=now)

    def _end_met(self, session: Session, pair: PairTie, told: Told, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, pair.area[:6])
        pairings.end_pair(session, pair, met=True, reason=told.what, actor=county, now=now)

    def _confirm_goal(self, session: Session, pair: PairTie, told: Told, now: datetime) -> None:
        worker = self.staff(Role.VILLAGE_WORKER, pair.area)
        pairings.confirm_goal(session, pair, actor=worker, now=now)

    def stop(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            pairing, login = self._pairing(session, told.ref)
            public_pairings.stop(session, pairing, actor=self.stage.partner(session, login), now=now)

    def _pairing(self, session: Session, ref: str) -> tuple[Pairing, str]:
        found = pairing_by_ref(session, self.book.pairs.get(ref, ""))
        if found is None:
            raise NotFound
        return found, self.sent[ref][1]

    def plan_visit(self, told: Told, now: datetime) -> None:
        """`what`: a name for the visit and in how many days at which hour it is (one/4/15)."""
        name, days, hour = told.what.split("/")
        planned = at_local(local_day(now) + timedelta(days=int(days)), int(hour))
        with self.stage.public() as session:
            pairing, login = self._pairing(session, told.ref)
            visit = public_visits.plan_visit(
                session,
                pairing,
                planned_at=planned,
                kind="visit",
                adults_n=max(1, pairing.adults_min),
                actor=self.stage.partner(session, login),
                now=now,
            )
            self.book.visits[f"{told.ref}/{name}"] = visit.visit_ref

    def answer_visit(self, told: Told, now: datetime) -> None:
        """`what`: the visit's name and accept, refuse, cancel or miss (one/accept)."""
        name, _, action = told.what.partition("/")
        with self.stage.office() as session:
            visit = visit_by_ref(session, self.book.visits.get(f"{told.ref}/{name}", ""))
            if visit is None:
                raise NotFound
            worker = self.staff(Role.VILLAGE_WORKER, visit.area)
            visits.answer_visit(session, visit, action, actor=worker, now=now)

    def log_visit(self, told: Told, now: datetime) -> None:
        """`what`: the visit's name, the minutes, the sentence (one/90/…)."""
        name, minutes, sentence = told.what.split("/")
        with self.stage.public() as session:
            visit = self._visit(session, f"{told.ref}/{name}")
            actor = self.stage.partner(session, self.sent[told.ref][1])
            log = public_visits.VisitLog(sentence, int(minutes), "good")
            public_visits.log_visit(session, visit, log, actor=actor, now=now)

    @staticmethod
    def _find(visit: Visit | None) -> Visit:
        if visit is None:
            raise NotFound
        return visit

    def _visit(self, session: Session, key: str) -> Visit:
        return self._find(public_visit_by_ref(session, self.book.visits.get(key, "")))

    def confirm_visit(self, told: Told, now: datetime) -> None:
        with self.stage.office() as session:
            visit = visit_by_ref(session, self.book.visits.get(f"{told.ref}/{told.what}", ""))
            if visit is None:
                raise NotFound
            worker = self.staff(Role.VILLAGE_WORKER, visit.area)
            visits.confirm_visit(session, visit, actor=worker, now=now)


def _drafts(session: Session, need_id: int) -> list[ProposalDraft]:
    waiting = select(ProposalDraft).where(ProposalDraft.need_id == need_id, ProposalDraft.state == "draft")
    return list(session.scalars(waiting.order_by(ProposalDraft.rank)))


def _drafts_for(session: Session, area: str) -> list[ProposalDraft]:
    """The best first."""
    waiting = (
        select(ProposalDraft)
        .join(Need)
        .where(ProposalDraft.state == "draft", Need.area.startswith(area))
        .order_by(ProposalDraft.score.desc(), ProposalDraft.id)
    )
    return list(session.scalars(waiting))
