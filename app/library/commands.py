"""`library export`, `library reindex`."""

import csv
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import update

from app.core.commands import room_command
from app.core.house import House
from app.library.models import Card
from app.library.queries import EXPORT_COLUMNS, all_cards, export_rows
from app.library.search import document_of, open_index


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


@room_command("reindex", help="Rebuild the search index from the database.")
def reindex(house: House) -> dict[str, object]:
    with house.public.transaction() as session:
        documents = [(c.project_id, document_of(c)) for c in all_cards(session)]
        index = open_index(house.settings.instance)
        count = index.rebuild(documents)
        index.close()
        session.execute(update(Card).values(fresh=False))
    return {"cards": count}


COMMANDS = (("library", export), ("library", reindex))
