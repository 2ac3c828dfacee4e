"""What happens to the shelf."""

from app.library.operations.parameters import keep_parameter
from app.library.operations.shelf import (
    blank_card,
    finish_tick,
    flip_statuses,
    retire_cohorts,
    set_claimed,
    shelve_cohort,
)

__all__ = [
    "blank_card",
    "finish_tick",
    "flip_statuses",
    "keep_parameter",
    "retire_cohorts",
    "set_claimed",
    "shelve_cohort",
]
