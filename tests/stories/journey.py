"""Three needs from the Monday that publishes them to the Monday on which their cards turn, in steps.

Between any two steps the worker runs; the tests of crashes kill it there and look whether the end stays.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import CaseRecord
from app.core.clock import local_day
from app.core.house import House
from app.core.outbox import OfficeLetter, PublicLetter
from app.demo.staff import made_up as officer
from app.followup.models import Tie
from app.followup.operations import claims as office_claims
from app.followup.queries import tie_by_claim
from app.gifts.models import Claim, Pledge
from app.gifts.operations import pledges
from app.library.models import Card
from app.needs.models import Need
from app.policy.actors import Actor, Role
from app.releases.models import NeedProject
from app.releases.operations.tick import run_tick
from tests.clock import NOW, SteppingClock
from tests.stories.gifts_world import known, make_claim
from tests.stories.releases_world import approve_all, crowd, public_projects
from tests.world import donor, office, public

Work = Callable[[], object]
HELPED = 3


def prepare(house: House) -> None:
    """Everything up to the tick; its letters still wait."""
    crowd(house, households=30)
    approve_all(house)
    with office(house) as session:
        run_tick(session, day=local_day(NOW), rng=random.Random(7), now=NOW)


class Journey:
    def __init__(self, house: House, clock: SteppingClock, work: Work) -> None:
        self.house, self.clock, self.work = house, clock, work
        self.numbers: list[str] = []
        self.claims: list[str] = []

    def run(self) -> dict[str, object]:
        """The worker after every step; at the end, all that a reader could tell from both databases."""
        for step in (
            self.publish,
            self.claim,
            self.call,
            self.promise,
            self.bring,
            self.hand,
            self.ask,
            self.turn,
        ):
            step()
            self.work()
        return state_of(self.house)

    def publish(self) -> None:
        """What `prepare` has sent is on its way; three goods of one cohort will be taken up."""
        with office(self.house) as session:
            self.numbers = _three_goods(public_projects(session))

    def claim(self) -> None:
        for number, login in zip(self.numbers, ("firm", "charity", "vol"), strict=True):
            with public(self.house) as session:
                self.claims.append(make_claim(session, number, login).claim_ref)

    def call(self) -> None:
        self._each(
            lambda session, tie: office_claims.record_contact(
                session, tie, note="说好了", actor=_county(tie), now=self.clock.now()
            )
        )

    def promise(self) -> None:
        for ref, login in zip(self.claims, ("firm", "charity", "vol"), strict=True):
            with public(self.house) as session:
                now, claim = self.clock.now(), known(session, ref)
                day = local_day(now) + timedelta(days=3)
                actor = donor(session, login)
                pledges.make_pledge(session, claim, qty=1, date_by=day, actor=actor, now=now)

    def bring(self) -> None:
        self._each(
            lambda session, tie: office_claims.arrive(
                session, tie, qty=1, actor=_county(tie), now=self.clock.now()
            )
        )

    def hand(self) -> None:
        def act(session: Session, tie: Tie) -> None:
            receipt = {"receipt_by": "member", "receipt_method": "paper", "receipt_name": ""}
            actor = officer(Role.TOWNSHIP_OFFICER, tie.area[:9])
            office_claims.hand_over(session, tie, **receipt, actor=actor, now=self.clock.now())

        self._each(act)

    def ask(self) -> None:
        self._each(
            lambda session, tie: office_claims.confirm(
                session, tie, qty=1, actor=officer(Role.VILLAGE_WORKER, tie.area), now=self.clock.now()
            )
        )

    def turn(self) -> None:
        now = self.clock.forward(timedelta(weeks=1))
        with office(self.house) as session:
            run_tick(session, day=local_day(now), rng=random.Random(8), now=now)

    def _each(self, act: Callable[[Session, Tie], None]) -> None:
        for ref in self.claims:
            with office(self.house) as session:
                tie = tie_by_claim(session, ref)
                assert tie is not None, "the claim has reached the office"
                act(session, tie)


def _county(tie: Tie) -> Actor:
    return officer(Role.COUNTY_SWD, tie.need.county_code)


def _three_goods(projects: list[NeedProject]) -> list[str]:
    grouped: dict[int, list[str]] = {}
    for project in projects:
        if project.need.item.kind == "goods" and project.cohort_id is not None:
            grouped.setdefault(project.cohort_id, []).append(project.project_id)
    return next(sorted(g)[:HELPED] for g in grouped.values() if len(g) >= HELPED)


def state_of(house: House) -> dict[str, object]:
    """What stands in both databases, without times and without the random names of claims."""
    with public(house) as session:
        found: dict[str, object] = {
            "cards": sorted(_rows(session, Card.project_id, Card.status, Card.need_item)),
            "claims": sorted(_rows(session, Claim.project_id, Claim.state)),
            "pledges": Counter(session.scalars(select(Pledge.state))),
            "letters": _under_way(session, PublicLetter),
        }
    with office(house) as session:
        found |= {
            "needs": sorted(_rows(session, Need.need_ref, Need.state, Need.residual_qty)),
            "ties": sorted(_rows(session, Tie.project_id, Tie.state)),
            "records": Counter(session.scalars(select(CaseRecord.text))),
            "office letters": _under_way(session, OfficeLetter),
        }
    return found


def _rows(session: Session, *columns: Any) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in session.execute(select(*columns))]


def _under_way(session: Session, letter: Any) -> int:
    return session.scalar(select(func.count(letter.id)).where(letter.delivered_at.is_(None))) or 0
