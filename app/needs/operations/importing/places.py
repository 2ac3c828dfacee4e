"""Which village a line means: by code, or by names from the county down (E103, E104, E105)."""

import difflib
from collections.abc import Iterable
from functools import cache

from app.core.messages import msg
from app.needs.operations.importing.cells import narrow
from app.needs.operations.importing.columns import HOUSEHOLDS
from app.needs.operations.importing.notes import Notes
from app.needs.operations.importing.tables import Line
from app.policy.regions import Region, children, counties, display_name, region

LEVELS = (("county_code", 6), ("township_code", 9), ("village_code", 12))


def village_of(
    notes: Notes, line: Line, good: dict[str, str], *, area: str, county: str | None
) -> str | None:
    """The village's code, or None with the first cell that is wrong noted. `area` is the importer's own."""
    above = ""
    for key, digits in LEVELS:
        if key not in good:
            return None
        found = _found(above, narrow(good[key]), digits)
        if len(found) > 1:
            notes.add("E105", HOUSEHOLDS, line, key, digits=digits)
            return None
        if not found:
            notes.add("E103", HOUSEHOLDS, line, key, near=_near(above, good[key], area))
            return None
        above = found[0]
    if not above.startswith(area) or (county and not above.startswith(county)):
        notes.add("E104", HOUSEHOLDS, line, "village_code")
        return None
    return above


@cache
def _found(above: str, text: str, digits: int) -> tuple[str, ...]:
    if text.isdigit():
        return (text,) if len(text) == digits and text.startswith(above) and region(text) else ()
    return tuple(r.code for r in _below(above) if text in (r.name, r.display))


def _below(above: str) -> Iterable[Region]:
    return children(above) if above else counties()


def _near(above: str, text: str, area: str) -> str:
    """Why, or names that look alike, of the importer's own area only."""
    if above and region(narrow(text)):
        return str(msg("：它不在{place}", place=display_name(above)))
    own = [r.display for r in _below(above) if r.code.startswith(area[: len(r.code)])]
    close = difflib.get_close_matches(text, own, n=3, cutoff=0.5)
    return str(msg("，相近的有：{names}", names="、".join(close))) if close else ""
