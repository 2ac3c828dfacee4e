"""What a partner put aside: favourites, and searches with what is new since last time."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.clock import local_day
from app.core.guard import Desk, access
from app.library.models import Card, SavedSearch
from app.library.operations import drop_search, keep_search, look_through, put_aside, put_back
from app.library.queries import Wish, browse, card_by_number, parameter_at, wish_of
from app.library.queries.mine import favourite_cards, is_new, saved_search, saved_searches, wish_kept
from app.library.queries.snapshot import ShelfCard, Snapshot
from app.library.search import find_each, query_words
from app.library.views.kept import keeper, search_index
from app.library.views.words import chosen_words

blueprint = Blueprint("mine_library", __name__, url_prefix="/my")
SHOWN = 24


@blueprint.get("/saved")
@access("favourite.keep")
def index(desk: Desk) -> str:
    kept = keeper().shelf(desk.session)
    found = _cards(desk, kept, saved_searches(desk.session, desk.actor))
    cards = favourite_cards(desk.session, desk.actor)
    lines = [_line(*one) for one in found]
    return render_template("library/mine/index.html", searches=lines, cards=cards, least=_least(desk))


@blueprint.get("/saved/<int:search_id>")
@access("search.change", subject=saved_search)
def show(desk: Desk, search: SavedSearch) -> str:
    """What is new since the last look. Looking is noted by the button below it, not by opening the page."""
    kept = keeper().shelf(desk.session)
    [(_search, wish, cards)] = _cards(desk, kept, [search])
    new = [c for c in cards if is_new(c.label.tick, search.looked)]
    old = [c for c in cards if not is_new(c.label.tick, search.looked)]
    return render_template(
        "library/mine/search.html",
        search=search,
        words=chosen_words(wish),
        wish=wish,
        new=new,
        old=old,
        shown=SHOWN,
        tick=kept.tick,
        least=_least(desk),
    )


@blueprint.post("/saved")
@access("favourite.keep")
def keep(desk: Desk) -> Response:
    wish = wish_of(request.form.to_dict(flat=False))
    tick = keeper().shelf(desk.session).tick
    keep_search(desk.session, wish, seen_up_to=tick, actor=desk.actor, now=desk.now)
    flash(_("记住了。每周一有新的，在“我收着的”里能看到。"))
    return redirect(url_for("library.index") + f"?{wish.query()}", 303)


@blueprint.post("/saved/<int:search_id>/looked")
@access("search.change", subject=saved_search)
def looked(desk: Desk, search: SavedSearch) -> Response:
    tick = keeper().shelf(desk.session).tick
    look_through(desk.session, search, tick=tick, actor=desk.actor, now=desk.now)
    return redirect(url_for("mine_library.index"), 303)


@blueprint.post("/saved/<int:search_id>/drop")
@access("search.change", subject=saved_search)
def drop(desk: Desk, search: SavedSearch) -> Response:
    drop_search(desk.session, search, actor=desk.actor, now=desk.now)
    flash(_("去掉了这组条件。"))
    return redirect(url_for("mine_library.index"), 303)


@blueprint.post("/favourites/<project_id>")
@access("favourite.keep", subject=card_by_number)
def favour(desk: Desk, card: Card) -> Response:
    put_aside(desk.session, card, actor=desk.actor, now=desk.now)
    flash(_("收着了。别人还可以接，想好了早点来。"))
    return redirect(url_for("library.show", project_id=card.project_id), 303)


@blueprint.post("/favourites/<project_id>/drop")
@access("favourite.keep", subject=card_by_number)
def unfavour(desk: Desk, card: Card) -> Response:
    put_back(desk.session, card, actor=desk.actor, now=desk.now)
    flash(_("不再收着。"))
    back = url_for("mine_library.index") if request.form.get("from") == "saved" else ""
    return redirect(back or url_for("library.show", project_id=card.project_id), 303)


Found = tuple[SavedSearch, Wish, list[ShelfCard]]


def _least(desk: Desk) -> int:
    """Smaller numbers than this one are not told (decisions 27)."""
    return parameter_at(desk.session, "small_number_public", local_day(desk.now))


def _line(search: SavedSearch, wish: Wish, cards: list[ShelfCard]) -> tuple[SavedSearch, list[str], int, int]:
    """(search, its conditions in words, how many fit, how many of them are new)."""
    new = sum(is_new(c.label.tick, search.looked) for c in cards)
    return search, chosen_words(wish), len(cards), new


def _cards(desk: Desk, kept: Snapshot, searches: Sequence[SavedSearch]) -> list[Found]:
    """What each search finds now; the index is asked once for all of them."""
    wishes = [wish_kept(search) for search in searches]
    hits = find_each(search_index(), desk.session, [query_words(w.q) for w in wishes])
    day, size = local_day(desk.now), len(kept)
    shelves = [
        browse(kept, w, found=found if w.q else None, day=day, size=size)
        for w, found in zip(wishes, hits, strict=True)
    ]
    return [(s, w, list(shelf.page.items)) for s, w, shelf in zip(searches, wishes, shelves, strict=True)]
