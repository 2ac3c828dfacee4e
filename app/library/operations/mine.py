"""Putting a card aside, keeping a search, and noting that its page was looked at."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.states import require
from app.library.models import Card, Favourite, SavedSearch
from app.library.queries.mine import favourite_of, search_kept_as
from app.library.queries.wishes import Wish
from app.policy.actors import Actor

MOST_FAVOURITES, MOST_SEARCHES = 100, 20


def put_aside(session: Session, card: Card, *, actor: Actor, now: datetime) -> None:
    """Twice is once. Raises Refusal at the limit."""
    require(actor, "favourite.keep")
    if favourite_of(session, actor, card) is not None:
        return
    held = session.scalar(
        select(func.count()).select_from(Favourite).where(Favourite.account_id == actor.account_id)
    )
    if (held or 0) >= MOST_FAVOURITES:
        raise Refusal(msg("收着的已经有 {n} 件了。先拿掉几件，再收新的。", n=MOST_FAVOURITES))
    session.add(Favourite(account_id=actor.account_id, card_id=card.id, since=local_day(now)))
    session.flush()


def put_back(session: Session, card: Card, *, actor: Actor, now: datetime) -> None:
    """Nothing happens when it was not put aside."""
    require(actor, "favourite.keep")
    found = favourite_of(session, actor, card)
    if found is not None:
        session.delete(found)
        session.flush()


def keep_search(
    session: Session, wish: Wish, *, seen_up_to: date | None, actor: Actor, now: datetime
) -> SavedSearch:
    """Keeps the conditions; the same again is the one that is there. Raises Refusal for none, and at the
    limit."""
    require(actor, "favourite.keep")
    conditions = wish.query()
    if not wish.q and not wish.chosen():
        raise Refusal(msg("还没有选条件。先选一两个，再记住。"))
    if len(conditions) > SavedSearch.conditions.type.length:
        raise Refusal(msg("条件太多了，记不下。去掉几个再记。"))
    found = search_kept_as(session, actor, conditions)
    if found is not None:
        return found
    held = session.scalar(
        select(func.count()).select_from(SavedSearch).where(SavedSearch.account_id == actor.account_id)
    )
    if (held or 0) >= MOST_SEARCHES:
        raise Refusal(msg("记住的条件已经有 {n} 组了。先去掉一组。", n=MOST_SEARCHES))
    kept = SavedSearch(
        account_id=actor.account_id, conditions=conditions, since=local_day(now), looked=seen_up_to
    )
    session.add(kept)
    session.flush()
    return kept


def look_through(
    session: Session, search: SavedSearch, *, tick: date | None, actor: Actor, now: datetime
) -> None:
    """What stood in the library at that tick is not new next time."""
    require(actor, "search.change", search)
    search.looked = max(filter(None, (tick, search.looked)), default=None)


def drop_search(session: Session, search: SavedSearch, *, actor: Actor, now: datetime) -> None:
    require(actor, "search.change", search)
    session.delete(search)
    session.flush()
