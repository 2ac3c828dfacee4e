"""What a partner put aside: favourites and saved searches, with what is new since the last look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.library.models import Card, Favourite, SavedSearch, ShelfCohort
from app.library.queries.wishes import Wish, wish_of
from app.policy.actors import Actor


@dataclass(frozen=True)
class Kept:
    """A saved search with the cards of ticks after the last look."""

    search: SavedSearch
    wish: Wish
    total: int
    new: int


def favourite_cards(session: Session, actor: Actor) -> Sequence[Card]:
    """Those still in the library, the latest first."""
    statement = (
        select(Card)
        .join(Card.cohort)
        .join(Favourite, Favourite.card_id == Card.id)
        .where(Favourite.account_id == actor.account_id, ShelfCohort.retired.is_(False))
        .options(contains_eager(Card.cohort))
        .order_by(Favourite.id.desc())
    )
    return session.scalars(statement).all()


def favourite_of(session: Session, actor: Actor, card: Card) -> Favourite | None:
    return session.scalar(
        select(Favourite).where(Favourite.account_id == actor.account_id, Favourite.card_id == card.id)
    )


def saved_searches(session: Session, actor: Actor) -> Sequence[SavedSearch]:
    mine = select(SavedSearch).where(SavedSearch.account_id == actor.account_id)
    return session.scalars(mine.order_by(SavedSearch.id.desc())).all()


def saved_search(session: Session, search_id: int) -> SavedSearch | None:
    return session.get(SavedSearch, search_id)


def search_kept_as(session: Session, actor: Actor, conditions: str) -> SavedSearch | None:
    return session.scalar(
        select(SavedSearch).where(
            SavedSearch.account_id == actor.account_id, SavedSearch.conditions == conditions
        )
    )


def wish_kept(search: SavedSearch) -> Wish:
    return wish_of(parse_qs(search.conditions))


def is_new(tick: date, looked: date | None) -> bool:
    """A card is new when its cohort appeared after the last look."""
    return looked is None or tick > looked
