"""A week's public cards whose households all live in one village, for the tests of the corridor."""

import shutil
from pathlib import Path

from sqlalchemy import select

from app.core.house import House
from app.needs.models import Need
from app.policy.catalogue import ITEMS
from tests.clock import NOW
from tests.register import make
from tests.settled import settle
from tests.stories.releases_world import CROWD, approve_all, tick
from tests.world import COUNTY, VILLAGE, house_of, office

CODES = ("G07", "S06", "M02", "S01", "G03")  # goods, a haircut, money, company, goods
TWO = "G07"  # of this item every household lacks two


def publish(peopled: Path, folder: Path) -> Path:
    """A copy of the peopled databases with a week's cards of VILLAGE on the shelf."""
    shutil.copytree(peopled, folder)
    house = house_of(folder)
    fill(house)
    house.dispose()
    return folder


def fill(house: House) -> None:
    """Two counties' worth of public cards; those of COUNTY all belong to VILLAGE."""
    made = make(5, CROWD, households=22, first=1.0)
    own = {h["household_ref"] for h in made.households if h["county_code"] == COUNTY}
    for row in made.households:
        if row["household_ref"] in own:
            row["village_code"] = VILLAGE
    for n, row in enumerate(r for r in made.needs if r["household_ref"] in own):
        code = CODES[n % len(CODES)]
        row["item_code"], row["action_no"] = code, str(ITEMS[code].action_no)
    with office(house) as session:
        settle(session, made, now=NOW)
        for need in session.scalars(select(Need).where(Need.area == VILLAGE, Need.item_code == TWO)):
            need.qty = need.residual_qty = 2
    approve_all(house)
    tick(house)
