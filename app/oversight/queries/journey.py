"""Each need of a household on its way through the four steps, and where it is stuck (mock-up 07)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Unit
from app.accounts.queries.sessions import units_in
from app.cases.models import Case
from app.core.messages import Message
from app.followup.models import PairTie, Tie
from app.followup.queries import pairs_of_needs, ties_of_needs
from app.followup.states import PairState, TieState
from app.needs.models import CascadeBypass, CascadeOutcome, Need
from app.needs.queries import needs_of
from app.needs.states import NeedState, OutcomeState
from app.oversight.queries.gathering import waiting_since
from app.oversight.queries.task import Due
from app.releases.models import NeedProject

ORDER = tuple(NeedState)


@dataclass(frozen=True)
class Cell:
    """One step of one need. `look`: done, full (met here), gap, go (under way), none (not yet), na (not
    needed)."""

    look: str
    title: Message
    note: Message | None = None
    due: Due | None = None


@dataclass(frozen=True)
class Stuck:
    """What a need waits for, who can move it (None: nobody in an office), by when, and the page where it is
    done."""

    what: Message
    who: Message | None
    due: Due | None = None
    endpoint: str = ""
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """All that is known of one need."""

    need: Need
    bypass: CascadeBypass | None
    project: NeedProject | None
    tie: Tie | None
    pair: PairTie | None
    since: datetime | None
    units: Sequence[Unit]

    @property
    def at(self) -> int:
        return ORDER.index(NeedState(self.need.state))

    @property
    def cancelled(self) -> bool:
        return self.need.state == NeedState.CANCELLED

    @property
    def done(self) -> bool:
        return self.need.state in (NeedState.MET, NeedState.CLOSED)

    @property
    def solved_early(self) -> bool:
        """Met by ① or ②: society was never needed."""
        return self.done and self.need.stage3_on is None

    def before(self, state: NeedState) -> bool:
        return self.at < ORDER.index(state)

    def outcome(self, stage: int) -> CascadeOutcome | None:
        live = (o for o in self.need.outcomes if o.stage == stage and o.state != OutcomeState.REJECTED)
        return next(live, None)

    def owed(self, stage: int) -> bool:
        """Skipped by an urgent bypass: still to be done."""
        return self.need.bypassed and self.bypass is not None and stage in self.bypass.stages_still_owed


def facts_of(session: Session, case: Case) -> list[Facts]:
    needs = list(needs_of(session, case.id))
    ids = [n.id for n in needs]
    bypasses = session.scalars(select(CascadeBypass).where(CascadeBypass.need_id.in_(ids)))
    projects = session.scalars(
        select(NeedProject).where(NeedProject.need_id.in_(ids)).order_by(NeedProject.id)
    )
    by_need: dict[str, dict[int, Any]] = {
        "bypass": {b.need_id: b for b in bypasses},
        "project": {p.need_id: p for p in projects},
        "tie": _newest(ties_of_needs(session, ids), TieState.ENDED),
        "pair": _newest(pairs_of_needs(session, ids), PairState.ENDED, PairState.DECLINED),
    }
    since, units = waiting_since(session, "need", ids), units_in(session, case.county_code)
    return [
        Facts(n, **{k: found.get(n.id) for k, found in by_need.items()}, since=since.get(n.id), units=units)
        for n in needs
    ]


def _newest(rows: Sequence[Any], *over: str) -> dict[int, Any]:
    """The newest that still stands, for each need."""
    return {row.need_id: row for row in rows if row.state not in over}
