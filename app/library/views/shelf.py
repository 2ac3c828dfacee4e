"""`/`, `/library`, a project, three questions."""

from datetime import date, timedelta

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.library.models import Card, LibraryTick
from app.library.queries import (
    FACET_LABELS,
    SORTS,
    TABS,
    Wish,
    alike,
    all_cards,
    browse,
    card_by_number,
    parameter_at,
    recommend,
    tick_of,
)
from app.library.search import open_index, query_words
from app.library.states import STATUS_LABELS, CardStatus
from app.policy.catalogue import ACTIONS
from app.policy.lists import URGENCY
from app.policy.regions import counties

blueprint = Blueprint("library", __name__)


def the_shelf(desk: Desk) -> tuple[list[Card], LibraryTick]:
    """All cards, kept in this process until the counter of changes moves (claims and blankings move it)."""
    tick = tick_of(desk.session)
    kept = current_app.extensions.get("shelf")
    if kept is None or kept[0] != tick.changes:
        kept = (tick.changes, all_cards(desk.session))
        current_app.extensions["shelf"] = kept
    return kept[1], tick


@blueprint.get("/")
@access("card.browse")
def home(desk: Desk) -> Response:
    cards, tick = the_shelf(desk)
    day = local_day(desk.now)
    shelf = browse(cards, Wish(), found=None, day=day)
    new = sum(c.cohort.tick == tick.tick for c in cards) if tick.tick else 0
    smallest = min((c.cohort for c in cards), key=lambda c: c.households_n, default=None)
    body = render_template(
        "library/home.html",
        shelf=shelf,
        tick=tick,
        new=new,
        example=smallest,
        actions=ACTIONS,
        counties=counties(),
        labels=FACET_LABELS,
    )
    return _cached(body, desk, tick)


@blueprint.get("/library")
@access("card.browse")
def index(desk: Desk) -> Response:
    cards, tick = the_shelf(desk)
    wish = _wish()
    found = _search(wish.q) if wish.q else None
    page = request.args.get("page", 1, type=int)
    shelf = browse(cards, wish, found=found, day=local_day(desk.now), page=page)
    body = render_template(
        "library/index.html",
        shelf=shelf,
        wish=wish,
        tick=tick,
        tabs=[(s, STATUS_LABELS[s]) for s in TABS],
        facets=_facets(),
        sorts=SORTS,
        args=_args(wish),
    )
    return _cached(body, desk, tick)


@blueprint.get("/library/<project_id>")
@access("card.read")
def show(desk: Desk, project_id: str) -> Response:
    card = card_by_number(desk.session, project_id.upper())
    if card is None:
        raise NotFound
    cards, tick = the_shelf(desk)
    day = local_day(desk.now)
    body = render_template(
        "library/show.html",
        card=card,
        alike=alike(cards, card),
        lapse_days=parameter_at(desk.session, "hold_lapse_days", day),
        pledge_days=parameter_at(desk.session, "pledge_max_days", day),
        action=ACTIONS.get(card.action_no or 0),
        day=day,
        latest=day + timedelta(days=parameter_at(desk.session, "pledge_max_days", day)),
    )
    answer = _cached(body, desk, tick)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/recommend")
@access("card.browse")
def three_questions(desk: Desk) -> str:
    cards, _tick = the_shelf(desk)
    kind, near = request.args.get("kind", ""), request.args.get("near", "")
    once = request.args.get("time", "once") == "once"
    picks = recommend(cards, kind=kind, near=near, once=once, day=local_day(desk.now))
    return render_template(
        "library/recommend.html", picks=picks, kind=kind, near=near, once=once, counties=counties()
    )


def _wish() -> Wish:
    args = request.args
    status = args.get("status", CardStatus.OPEN)
    sort = args.get("sort", "fair")
    return Wish(
        q=args.get("q", "").strip()[:80],
        action=args.get("action", type=int),
        kind=args.get("kind", ""),
        region=args.get("region", ""),
        urgency=args.get("urgency", ""),
        amount=args.get("amount", ""),
        status=status if status in list(CardStatus) else CardStatus.OPEN,
        sort=sort if sort in SORTS else "fair",
    )


def _search(q: str) -> list[str]:
    index = current_app.extensions.get("card_index")
    if index is None:
        index = open_index(current_app.extensions["door"].house.settings.instance)
        current_app.extensions["card_index"] = index
    found: list[str] = index.find(query_words(q))
    return found


def _args(wish: Wish) -> dict[str, str]:
    args = wish.chosen()
    if wish.q:
        args["q"] = wish.q
    if wish.status != CardStatus.OPEN:
        args["status"] = wish.status
    if wish.sort != "fair":
        args["sort"] = wish.sort
    return args


def _facets() -> list[tuple[str, str, dict[str, str]]]:
    """Kind, place and time first; the twelve actions after them (decisions 24)."""
    return [
        ("kind", "出什么", FACET_LABELS["kind"]),
        ("region", "在哪里", {c.code: c.name for c in counties()}),
        ("urgency", "急缓", {k: v for k, v in URGENCY.items()}),
        ("amount", "金额档", FACET_LABELS["amount"]),
        ("action", "十二类行动", {str(a.no): a.short for a in ACTIONS.values()}),
    ]


def _cached(body: str, desk: Desk, tick: LibraryTick) -> Response:
    """Visitors' pages carry an ETag of tick, day and the counter of changes; never a row's own date."""
    answer = Response(body, mimetype="text/html")
    if desk.visitor is None:
        answer.set_etag(f"{tick.tick}-{_day(desk)}-{tick.changes}-{hash(body) & 0xFFFFFFFF:x}", weak=True)
        answer.headers["Cache-Control"] = "private, max-age=30"
        answer.make_conditional(request)
    return answer


def _day(desk: Desk) -> date:
    return local_day(desk.now)
