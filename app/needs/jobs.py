"""What the needs room does by itself: workbooks that nobody finished are thrown away after a day."""

from datetime import datetime, timedelta

from app.core.house import House
from app.core.jobs import Periodic
from app.needs.operations.importing.uploads import drop_files, purge_unfinished


def purge_imports(house: House, now: datetime) -> None:
    with house.need_office().transaction() as session:
        tokens = purge_unfinished(session, now=now)
    for token in tokens:
        drop_files(house.settings.instance, token)


PERIODIC = (Periodic("purge_imports", timedelta(hours=1), purge_imports),)
