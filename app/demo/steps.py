"""What steps ① and ② said of the needs of the detailed households, and where those cards stand that are not
public yet."""

import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.core.clock import at_local
from app.demo.agenda import Act, Agenda
from app.demo.crowd import duty_units
from app.demo.households import Household, Wish
from app.demo.walking import case_of, need_named
from app.needs.models import Need
from app.needs.operations import cascade
from app.needs.queries import bypass_of, outcomes_of
from app.needs.states import NeedState
from app.policy.actors import Actor, Role
from app.releases.operations import projects
from app.releases.queries import project_of_need

OPEN = ""
BASIS = {
    (1, False): "对照县里现有的政策，没有能用的",
    (1, True): "按现有政策办下来了",
    (2, False): "单位问过了，眼下帮不上",
    (2, True): "单位已经送到家里",
}
WHY_URGENT = ("基本生活中断", "家里等不得，先找人帮，政策和单位同步办。")


class Steps:
    """Notes on the agenda what happens to the needs of households that are in care since `filed_on`."""

    def __init__(self, agenda: Agenda, rng: random.Random) -> None:
        self.agenda, self.rng = agenda, rng
        self.staff = agenda.stage.staff

    def note(self, home: Household, filed_on: date) -> None:
        self._on(filed_on, 1, lambda session, now: self._assign(session, home, now))
        for wish in home.wishes:
            if wish.policy.startswith("bypass"):
                self._note_bypass(wish, filed_on)
            elif wish.policy not in (OPEN, "drop"):
                self._note_stage(wish.ref, wish.policy, filed_on, 2)
                if wish.unit != OPEN:
                    self._note_stage(wish.ref, wish.unit, filed_on, 5)

    def _on(self, filed_on: date, days: int, act: Act) -> None:
        self.agenda.in_office(at_local(filed_on + timedelta(days=days), 10), act)

    def _assign(self, session: Session, home: Household, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, home.village[:6])
        unit = duty_units(session, now)[home.village[:6]]
        cascade.assign_unit(session, case_of(session, home), unit_id=unit.id, actor=county, now=now)

    def _note_stage(self, ref: str, said: str, filed_on: date, day: int) -> None:
        """`said`: how many pieces are covered, or `all`; `?` behind it waits for its check; `!` before it was
        sent back once."""
        covered = said.strip("!?")
        self._on(filed_on, day, lambda session, now: self._record(session, ref, covered, now))
        if said.startswith("!"):
            self._on(filed_on, day + 1, lambda session, now: self._send_back(session, ref, now))
            self._on(filed_on, day + 2, lambda session, now: self._record(session, ref, covered, now))
        if not said.endswith("?"):
            self._on(filed_on, day + 1, lambda session, now: self._verify(session, ref, now))

    def _record(self, session: Session, ref: str, covered: str, now: datetime) -> None:
        need = need_named(session, ref)
        pieces = need.residual_qty if covered == "all" else int(covered)
        outcome = "none" if not pieces else "covered" if pieces == need.residual_qty else "partial"
        cascade.record_outcome(
            session,
            need,
            outcome=outcome,
            covered_qty=pieces,
            basis=BASIS[need.stage, bool(pieces)],
            actor=self.staff.department(need) if need.stage == 1 else self.staff.unit_of(need),
            now=now,
        )

    def _verifier(self, need: Need) -> Actor:
        if need.stage == 1:
            return self.staff(Role.COUNTY_SWD, need.county_code)
        return self.staff(Role.TOWNSHIP_OFFICER, need.area[:9])

    def _verify(self, session: Session, ref: str, now: datetime) -> None:
        need = need_named(session, ref)
        entry = outcomes_of(session, need.id)[-1]
        cascade.verify_outcome(session, entry, actor=self._verifier(need), now=now)

    def _send_back(self, session: Session, ref: str, now: datetime) -> None:
        need = need_named(session, ref)
        entry, reason = outcomes_of(session, need.id)[-1], "没有看到里屋，请再去一次。"
        cascade.reject_outcome(session, entry, reason=reason, actor=self._verifier(need), now=now)

    def _note_bypass(self, wish: Wish, filed_on: date) -> None:
        self._on(filed_on, 2, lambda session, now: self._ask(session, wish.ref, now))
        if not wish.policy.endswith("?"):
            said_yes = not wish.policy.endswith("!")
            self._on(filed_on, 3, lambda session, now: self._decide(session, wish.ref, said_yes, now))

    def _ask(self, session: Session, ref: str, now: datetime) -> None:
        need, (code, reason) = need_named(session, ref), WHY_URGENT
        county = self.staff(Role.COUNTY_SWD, need.county_code)
        cascade.ask_bypass(session, need, reason_code=code, reason=reason, actor=county, now=now)

    def _decide(self, session: Session, ref: str, said_yes: bool, now: datetime) -> None:
        need = need_named(session, ref)
        lead = self.staff(Role.COUNTY_SWD_LEAD, need.county_code)
        bypass = bypass_of(session, need.id)
        if bypass is not None:
            decide = cascade.approve_bypass if said_yes else cascade.refuse_bypass
            decide(session, bypass, actor=lead, now=now)

    def note_card(self, wish: Wish, moment: datetime) -> None:
        """A card on its way: drafted, approved, held back, or sent back by the second person."""
        self.agenda.in_office(moment, lambda session, now: self.prepare(session, wish.ref, now))
        second = {
            "approved": self.approve,
            "held_back": self._hold_back,
            "returned": self._return,
        }.get(wish.project)
        if second is not None:
            later = moment + timedelta(hours=2)
            self.agenda.in_office(later, lambda session, now: second(session, wish.ref, now))

    def prepare(self, session: Session, ref: str, now: datetime) -> None:
        """The first signature; none for a need that steps ① and ② have met, or that waits for them."""
        need = need_named(session, ref)
        if need.state == NeedState.STAGE3 and not need.bypassed:
            county = self.staff(Role.COUNTY_SWD, need.county_code)
            projects.prepare_project(session, need, rng=self.rng, actor=county, now=now)

    def approve(self, session: Session, ref: str, now: datetime) -> None:
        """The second signature, after the third look where one is due."""
        need = need_named(session, ref)
        project = project_of_need(session, need.id)
        if project is None:
            return
        if project.flags:
            guard = self.staff.safeguard(need.county_code)
            projects.safeguard_project(session, project, actor=guard, now=now)
        lead = self.staff(Role.COUNTY_SWD_LEAD, need.county_code)
        projects.approve_project(session, project, actor=lead, now=now)

    def _hold_back(self, session: Session, ref: str, now: datetime) -> None:
        self.approve(session, ref, now)
        project = project_of_need(session, need_named(session, ref).id)
        if project is not None:
            lead = self.staff(Role.COUNTY_SWD_LEAD, project.area[:6])
            projects.hold_back(session, project, held=True, actor=lead, now=now)

    def _return(self, session: Session, ref: str, now: datetime) -> None:
        project = project_of_need(session, need_named(session, ref).id)
        if project is not None:
            lead = self.staff(Role.COUNTY_SWD_LEAD, project.area[:6])
            reason = "同村人一看就知道是谁家，请改由县里直接对接。"
            projects.return_project(session, project, reason=reason, actor=lead, now=now)
