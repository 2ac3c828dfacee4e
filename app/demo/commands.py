"""`demo load` and `demo serve` (contracts §3); demo and test only."""

from pathlib import Path

import click

from app.core.commands import room_command, say
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.demo.loading import load_demo
from app.demo.serve import serve
from app.demo.tables import load_tables


@room_command("load", help="Load the demo data into empty databases, or add import tables from a folder.")
@click.option("--seed", type=int, default=2026, show_default=True)
@click.option("--households", type=int, default=600, show_default=True)
@click.option("--donors", type=int, default=0, help="Kept for scripts: the demo's partners are a fixed list.")
@click.option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None)
@click.option("--settled", is_flag=True, help="With --from: as filed cases that wait for publication.")
@click.option("--if-empty", is_flag=True, help="Do nothing, without an error, when there is data.")
def load(
    house: House, seed: int, households: int, donors: int, folder: Path | None, settled: bool, if_empty: bool
) -> dict[str, object]:
    if folder is not None:
        return load_tables(house, folder, settled=settled)
    if settled:
        raise Refusal(msg("--settled 要和 --from 一起用。"))
    try:
        return load_demo(house, seed=seed, households=households, say=say)
    except Refusal:
        if not if_empty:
            raise
        say("演示数据已经在了，原样保留。要从头来：make demo-reset")
        return {"kept": True}


COMMANDS = (("demo", load), ("demo", serve))
