"""Keeps the search index up with the shelf, and the exposure counts small."""

from datetime import datetime, timedelta

from sqlalchemy import update

from app.core.house import House
from app.core.jobs import Periodic
from app.library.models import Card
from app.library.queries import stale_cards
from app.library.search import document_of, open_index


def update_index(house: House, now: datetime) -> None:
    """Writes what changed; a crash between index and database only writes it again."""
    with house.public.transaction(writes=False) as session:
        cards = stale_cards(session)
        documents = [(c.project_id, "" if c.cohort.retired else document_of(c)) for c in cards]
        seen = [c.id for c in cards]
    if not documents:
        return
    index = open_index(house.settings.instance)
    index.put(documents)
    index.close()
    mark_indexed(house, seen)


def mark_indexed(house: House, seen: list[int]) -> None:
    with house.public.transaction() as session:
        for start in range(0, len(seen), 500):
            session.execute(update(Card).where(Card.id.in_(seen[start : start + 500])).values(fresh=False))


PERIODIC = (Periodic("library.index", timedelta(seconds=2), update_index),)
