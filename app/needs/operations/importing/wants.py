"""Checks of the 需求 sheet."""

import re
from collections.abc import Sequence
from datetime import date

from app.cases.operations.opening import NewMember
from app.cases.queries import CHILD_UNDER, age_on
from app.core.messages import msg
from app.core.redaction import telling_words
from app.needs.operations.entry import NewNeed
from app.needs.operations.importing.cells import as_count, as_fen
from app.needs.operations.importing.columns import NEEDS
from app.needs.operations.importing.notes import Notes, read_cells
from app.needs.operations.importing.tables import Line
from app.policy.catalogue import ITEMS

MOST_BUDGET_FEN = 100_000_000
MOST = 99
_LINKS = re.compile(r"https?:|www\.|@")


def need_of(
    notes: Notes, line: Line, *, yuan: frozenset[str], people: Sequence[NewMember], day: date
) -> NewNeed | None:
    """The need of a line; None when something about it is wrong, which is noted."""
    before = notes.errors
    good = read_cells(notes, NEEDS, line)
    quantity = _quantity(notes, line, good)
    budget = _budget(notes, line, good, yuan)
    _check_option(notes, line, good)
    if _tells(good.get("description", ""), people):
        notes.add("E504", NEEDS, line, "description")
    code = good.get("item_code")
    if code and ITEMS[code].concerns_minor and _has_child(people, day):
        notes.add("E404", NEEDS, line, "item_code")
    if notes.errors > before:
        return None
    return NewNeed(
        need_ref=good["need_ref"],
        item_code=good["item_code"],
        qty=quantity,
        urgency=good["urgency"],
        action_no=int(good["action_no"]),
        budget_fen=budget,
        option=good.get("option", ""),
        frequency=good.get("frequency", "once"),
        description=good.get("description", ""),
    )


def _quantity(notes: Notes, line: Line, good: dict[str, str]) -> int:
    if "quantity" not in good:
        return 0
    found = as_count(good["quantity"])
    if found is None or not 1 <= found <= MOST:
        notes.add("E402", NEEDS, line, "quantity")
        return 0
    return found


def _budget(notes: Notes, line: Line, good: dict[str, str], yuan: frozenset[str]) -> int | None:
    text = good.get("budget_fen", "")
    if not text:
        return None
    fen = as_fen(text, yuan="budget_fen" in yuan)
    if fen is None:
        notes.add("E509", NEEDS, line, "budget_fen", why=str(msg("这里不是数字，或者小数太多")))
    elif not 0 <= fen <= MOST_BUDGET_FEN:
        notes.add("E509", NEEDS, line, "budget_fen", why=str(msg("要在 0 到 100 万元之间")))
    return fen


def _check_option(notes: Notes, line: Line, good: dict[str, str]) -> None:
    option, code = good.get("option"), good.get("item_code")
    if option and code and option not in ITEMS[code].options:
        listed = "、".join(ITEMS[code].options) or str(msg("（没有选项）"))
        notes.add("E403", NEEDS, line, "option", item=ITEMS[code].name, options=listed)


def _tells(text: str, people: Sequence[NewMember]) -> bool:
    """A name of the family, or what looks like a name, number, place or link; the item's own word is none."""
    if not text or any(text == i.name for i in ITEMS.values()):
        return False
    return bool(_LINKS.search(text) or telling_words(text) or any(m.name and m.name in text for m in people))


def _has_child(people: Sequence[NewMember], day: date) -> bool:
    return any(m.birth_date and age_on(date.fromisoformat(m.birth_date), day) < CHILD_UNDER for m in people)
