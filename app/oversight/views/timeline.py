"""One household on one page (mock-up 07): where it is stuck, each need through the four steps, the way so
far."""

from flask import render_template

from app.cases.models import Case
from app.cases.queries import case_by_id
from app.cases.states import CASE_LABELS
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.oversight.queries import household
from app.oversight.queries.journey import Facts, Stuck, facts_of
from app.oversight.queries.steps import four_steps
from app.oversight.queries.stuck import case_stuck, most_pressing, need_stuck
from app.oversight.views.room import blueprint
from app.policy import lists

SHOWN_ROWS = 8  # of the way so far; the rest is folded, so that print keeps to one page


@blueprint.get("/cases/<int:case_id>/timeline")
@access("case.read", subject=case_by_id)
def timeline(desk: Desk, case: Case) -> str:
    day, facts = local_day(desk.now), facts_of(desk.session, case)
    waiting_case, waiting = case_stuck(case), _waiting(facts, desk)
    return render_template(
        "oversight/timeline.html",
        case=case,
        labels=CASE_LABELS,
        category=lists.CATEGORY[case.category],
        rows=[(f.need, four_steps(f)) for f in facts],
        waiting_case=waiting_case,
        waiting=waiting,
        late=any(s.due is not None and s.due.late(desk.now) for s in _all(waiting_case, waiting)),
        people=household.people_of(case, day),
        unit=household.unit_of(desk.session, case),
        colleagues=household.village_people(desk.session, case, day),
        agreed=household.agreements(case, day),
        pairs=[f.pair for f in facts if f.pair is not None],
        way=household.way_so_far(desk.session, case),
        shown_rows=SHOWN_ROWS,
        looks=household.looks_at(desk.session, case, [f.need.id for f in facts]),
    )


def _waiting(facts: list[Facts], desk: Desk) -> list[tuple[Facts, Stuck]]:
    found = [(f, stuck) for f in facts if (stuck := need_stuck(f)) is not None]
    return most_pressing(found, desk.now)


def _all(case: Stuck | None, needs: list[tuple[Facts, Stuck]]) -> list[Stuck]:
    return [case] if case is not None else [stuck for _, stuck in needs]
