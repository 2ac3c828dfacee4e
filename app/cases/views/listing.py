"""The list of households in reach."""

from flask import render_template, request

from app.cases.models import Draft
from app.cases.operations.drafts import content_of
from app.cases.queries import HOUSEHOLD_FORM, IN_THE_VILLAGE, SORTS, cases_in_area, counts_by_state, drafts_of
from app.cases.states import CASE_LABELS
from app.cases.views.next_step import NEXT
from app.cases.views.room import blueprint
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.policy.actors import Actor, Role
from app.policy.regions import Region, children, villages_in


@blueprint.get("/")
@access("case.list")
def index(desk: Desk) -> str:
    """A village worker's own households as a calm list; for the others a table with filters in the
    address."""
    asked = _asked(desk.actor)
    page = cases_in_area(desk.session, desk.actor, **asked, page=request.args.get("page", 1, type=int))
    mine = (
        drafts_of(desk.session, desk.actor, HOUSEHOLD_FORM) if desk.actor.role == Role.VILLAGE_WORKER else []
    )
    return render_template(
        "cases/index.html",
        page=page,
        asked=asked,
        counts=counts_by_state(desk.session, desk.actor),
        labels=CASE_LABELS,
        next_steps=NEXT,
        to_do=IN_THE_VILLAGE,
        places=_places(desk.actor),
        today=local_day(desk.now),
        drafts=[(draft, _summary(draft)) for draft in mine],
    )


def _asked(actor: Actor) -> dict[str, str]:
    """The filters of the address, each a known value or blank."""
    state, place, sort = (request.args.get(name, "") for name in ("state", "place", "sort"))
    return {
        "state": state if state in CASE_LABELS else "",
        "place": place if place in {p.code for p in _places(actor)} else "",
        "sort": sort if sort in SORTS else "turn" if actor.role == Role.VILLAGE_WORKER else "new",
        "q": request.args.get("q", "").strip()[:40],
    }


def _places(actor: Actor) -> tuple[Region, ...]:
    """The county picks a township, the township a village."""
    if actor.role == Role.VILLAGE_WORKER:
        return ()
    return villages_in(actor.area) if len(actor.area) == 9 else children(actor.area)


def _summary(draft: Draft) -> dict[str, object]:
    """What tells one draft from another: the head's surname, how many people, how far."""
    content = content_of(draft)
    members = content.get("members", [])
    head = next((m.get("name", "") for m in members if m.get("relation") == "本人"), "")
    return {"surname": head[:1], "members": len(members)}
