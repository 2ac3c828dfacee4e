"""Reading the shelf."""

from app.library.queries.browsing import TABS, Shelf, browse
from app.library.queries.cards import (
    all_cards,
    card_and_mark,
    card_by_number,
    cards_like,
    cohort_by_certificate,
    parameter_at,
    parameters_at,
    places_of,
    signing_keys,
    tick_of,
)
from app.library.queries.forme import AskForMe, ForMe
from app.library.queries.recommending import Answers, Pick, answers_of, recommend
from app.library.queries.snapshot import ShelfCard, Snapshot, refreshed, taken
from app.library.queries.table import EXPORT_COLUMNS, export_row, export_rows, weeks_kept
from app.library.queries.wishes import FOR_ME, SORTS, Wish, wish_of

__all__ = [
    "EXPORT_COLUMNS",
    "FOR_ME",
    "SORTS",
    "TABS",
    "Answers",
    "AskForMe",
    "ForMe",
    "Pick",
    "Shelf",
    "ShelfCard",
    "Snapshot",
    "Wish",
    "all_cards",
    "answers_of",
    "browse",
    "card_and_mark",
    "card_by_number",
    "cards_like",
    "cohort_by_certificate",
    "export_row",
    "export_rows",
    "parameter_at",
    "parameters_at",
    "places_of",
    "recommend",
    "refreshed",
    "signing_keys",
    "taken",
    "tick_of",
    "weeks_kept",
    "wish_of",
]
