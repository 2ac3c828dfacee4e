"""`/`, `/library`, a project, three questions."""

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.library.queries import (
    FOR_ME,
    SORTS,
    TABS,
    AskForMe,
    ForMe,
    Wish,
    answers_of,
    browse,
    card_and_mark,
    cards_like,
    parameter_at,
    parameters_at,
    recommend,
    wish_of,
)
from app.library.queries.recommending import TIMES
from app.library.search import find, query_words, sound_words
from app.library.states import STATUS_LABELS
from app.library.views.kept import keeper, search_index, send, stand_in_front
from app.library.views.words import PLACES, facets, figures, smallest_cohort
from app.policy.catalogue import ACTIONS
from app.policy.regions import counties, prefectures

blueprint = Blueprint("library", __name__)
blueprint.record_once(stand_in_front)


@blueprint.get("/")
@access("card.browse")
def home(desk: Desk) -> Response:
    kept = keeper().shelf(desk.session)
    day = local_day(desk.now)
    shelf = browse(kept, Wish(), found=None, day=day)
    least = parameter_at(desk.session, "small_number_public", day)
    body = render_template(
        "library/home.html",
        shelf=shelf,
        figures=figures(kept, shelf, least),
        tick=kept.tick,
        example=smallest_cohort(kept),
        actions=ACTIONS,
        least=least,
        **_asking(answers_of("goods", "", "once")),
    )
    return send(desk, kept, body, shown=[c.project_id for c in shelf.page.items[:3]])


@blueprint.get("/library")
@access("card.browse")
def index(desk: Desk) -> Response:
    kept = keeper().shelf(desk.session)
    mine = for_me(desk)
    wish = wish_of(request.args.to_dict(flat=False), for_me=mine is not None)
    page = request.args.get("page", 1, type=int)
    points = mine.points(kept) if mine is not None and wish.sort == FOR_ME else None
    day = local_day(desk.now)
    found, heard = _found(desk, wish.q)
    shelf = browse(kept, wish, found=found, day=day, page=page, points=points)
    least = parameter_at(desk.session, "small_number_public", day)
    part = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
    body = render_template(
        "library/_shelf.html" if part else "library/index.html",
        shelf=shelf,
        wish=wish,
        tick=kept.tick,
        tabs=[(s, STATUS_LABELS[s]) for s in TABS],
        facets=facets(wish, shelf, least),
        least=least,
        heard=heard,
        sorts={**SORTS, FOR_ME: _("按我的条件排")} if mine is not None else SORTS,
        part=part,
        at=lambda w, **also: _address(w, **also),
    )
    shown = [c.project_id for c in (shelf.page.items or shelf.nearest)]
    answer = send(desk, kept, body, shown=shown)
    if part:
        answer.headers["HX-Push-Url"] = _address(wish, **({"page": page} if page > 1 else {}))
    return answer


@blueprint.get("/library/<project_id>")
@access("card.read")
def show(desk: Desk, project_id: str) -> Response:
    card, mine, asked = card_and_mark(desk.session, project_id, desk.visitor)
    if card is None:
        raise NotFound
    kept, day = keeper().shelf(desk.session), local_day(desk.now)
    days = parameters_at(desk.session, ("hold_lapse_days", "pledge_max_days"), day)
    body = render_template(
        "library/show.html",
        card=card,
        alike=cards_like(desk.session, card),
        lapse_days=days["hold_lapse_days"],
        pledge_days=days["pledge_max_days"],
        action=ACTIONS.get(card.action_no or 0),
        mine=mine,
        asked=asked,
    )
    answer = send(desk, kept, body, opened=[card.project_id])
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/recommend")
@access("card.browse")
def three_questions(desk: Desk) -> Response:
    args = request.args
    answers = answers_of(args.get("kind", ""), args.get("near", ""), args.get("time", ""))
    kept = keeper().shelf(desk.session)
    asked = bool(args)
    mine = for_me(desk) if not asked else None
    answers = mine.answers if mine is not None else answers
    picks = recommend(kept, answers, day=local_day(desk.now)) if asked else []
    body = render_template(
        "library/recommend.html",
        picks=picks,
        asked=asked,
        filled=mine is not None,
        tick=kept.tick,
        **_asking(answers),
    )
    return send(desk, kept, body, picked=[p.card.project_id for p in picks])


def for_me(desk: Desk) -> ForMe | None:
    """How a signed-in partner would put the cards, if a room above knows; None for a visitor."""
    ask: AskForMe | None = current_app.extensions.get("library.for_me")
    if ask is None or desk.visitor is None:
        return None
    return ask(desk.session, desk.visitor, local_day(desk.now))


def _asking(answers: Any) -> dict[str, Any]:
    """What the form of the three questions needs."""
    grouped = [(p.name, counties(p.code)) for p in prefectures()]
    return {"answers": answers, "places": grouped, "times": TIMES, "place_names": PLACES}


def _found(desk: Desk, q: str) -> tuple[dict[int, int] | None, bool]:
    """What a query finds, and whether by its sound alone: 轮倚 is heard as 轮椅."""
    if not q:
        return None, False
    found = find(search_index(), desk.session, query_words(q))
    if found:
        return found, False
    found = find(search_index(), desk.session, sound_words(q))
    return found, bool(found)


def _address(wish: Wish, **also: object) -> str:
    query = wish.query(**also)
    return url_for("library.index") + (f"?{query}" if query else "")
