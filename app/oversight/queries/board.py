"""How far each township (for a township: each village) is: one line a place, in the official order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.states import CaseState
from app.needs.models import Need
from app.needs.states import DONE, ON_THE_SHELF, NeedState
from app.oversight.queries.late import Late
from app.policy.actors import Actor
from app.policy.regions import display_name

FEW = 5  # a share of fewer needs than this says nothing
TAKEN = (NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)
COUNTED = tuple(s for s in NeedState if s not in (NeedState.DRAFT, NeedState.LISTED, NeedState.CANCELLED))


@dataclass(frozen=True)
class Line:
    code: str
    households: int
    needs: int
    public: int
    taken: int
    met: int
    late: int

    @property
    def name(self) -> str:
        return display_name(self.code)

    @property
    def share(self) -> int | None:
        """Needs met out of all confirmed ones, in percent; None for too few."""
        return round(100 * self.met / self.needs) if self.needs >= FEW else None


def board_of(session: Session, actor: Actor, late: Sequence[Late]) -> list[Line]:
    """Places without any household are left out."""
    digits = 9 if len(actor.area) == 6 else 12
    households = _households(session, actor.area, digits)
    needs = _needs(session, actor.area, digits)
    over = Counter(x.area[:digits] for x in late)
    codes = sorted({*households, *(code for code, _ in needs), *(c for c in over if len(c) == digits)})
    return [_line(code, households, needs, over) for code in codes]


def _line(
    code: str, households: dict[str, int], needs: dict[tuple[str, str], int], over: Counter[str]
) -> Line:
    def total(states: tuple[NeedState, ...]) -> int:
        return sum(needs.get((code, state), 0) for state in states)

    return Line(
        code=code,
        households=households.get(code, 0),
        needs=total(COUNTED),
        public=total(ON_THE_SHELF),
        taken=total(TAKEN),
        met=total(DONE),
        late=over[code],
    )


def _households(session: Session, area: str, digits: int) -> dict[str, int]:
    place = func.substr(Case.area, 1, digits)
    statement = select(place, func.count()).where(Case.area.startswith(area), Case.state == CaseState.FILED)
    return {row[0]: row[1] for row in session.execute(statement.group_by(place))}


def _needs(session: Session, area: str, digits: int) -> dict[tuple[str, str], int]:
    place = func.substr(Need.area, 1, digits)
    statement = select(place, Need.state, func.count()).where(Need.area.startswith(area))
    rows = session.execute(statement.group_by(place, Need.state))
    return {(row[0], row[1]): row[2] for row in rows}
