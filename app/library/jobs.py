"""Keeps the search index up with the shelf, and tells the office how often its cards were seen."""

from datetime import datetime, timedelta

from app.core.clock import local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.library.operations import tell_exposure
from app.library.operations.asking import drop_old_drafts
from app.library.queries.exposure import unsent_days
from app.library.search import open_search


def update_index(house: House, now: datetime) -> None:
    """Writes what changed; a crash between index and database only writes it again."""
    index = open_search(house.settings.search, house.settings.instance)
    try:
        with house.public.transaction(writes=False) as session:
            index.sync(session)
    finally:
        index.close()


def tell_office(house: House, now: datetime) -> None:
    """Figures of days that are over; today's are still being counted."""
    today = local_day(now)
    with house.public.transaction(writes=False) as session:
        if not unsent_days(session, today):
            return
    with house.public.transaction() as session:
        tell_exposure(session, today=today, now=now)


def forget_drafts(house: House, now: datetime) -> None:
    with house.public.transaction() as session:
        drop_old_drafts(session, now=now)


PERIODIC = (
    Periodic("library.index", timedelta(seconds=2), update_index),
    Periodic("library.exposure", timedelta(minutes=10), tell_office),
    Periodic("library.drafts", timedelta(hours=6), forget_drafts),
)
