"""`library export`, `library reindex`."""

import csv
from datetime import date, datetime
from pathlib import Path

import click

from app.core.commands import room_command
from app.core.house import House
from app.library.operations import renew_wordings
from app.library.queries import EXPORT_COLUMNS, export_rows
from app.library.search import open_search


@room_command("export", help="Write the public table, one row a project.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--week", type=click.DateTime(["%Y-%m-%d"]), default=None)
def export(house: House, out: Path, week: datetime | None) -> dict[str, object]:
    day: date | None = week.date() if week else None
    with house.public.transaction(writes=False) as session:
        rows = export_rows(session, day)
    part = out.with_suffix(out.suffix + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, EXPORT_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(out)
    return {"rows": len(rows), "out": str(out)}


@room_command(
    "reindex", help="Make the words of all cards anew and rebuild the search index from the database."
)
def reindex(house: House) -> dict[str, object]:
    with house.public.transaction() as session:
        renewed = renew_wordings(session)
    index = open_search(house.settings.search, house.settings.instance)
    try:
        with house.public.transaction(writes=False) as session:
            count = index.rebuild(session)
    finally:
        index.close()
    return {"wordings": count, "renewed": renewed}


COMMANDS = (("library", export), ("library", reindex))
