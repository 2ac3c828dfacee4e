"""What happens to the shelf, and to what partners put aside from it."""

from app.library.operations.exposure import Tally, count_exposure, tell_exposure
from app.library.operations.mine import drop_search, keep_search, look_through, put_aside, put_back
from app.library.operations.parameters import keep_parameter
from app.library.operations.shelf import (
    blank_card,
    finish_tick,
    flip_statuses,
    freeze_cohort,
    retire_cohorts,
    set_claimed,
    shelve_cohort,
    unfreeze_cohort,
)
from app.library.operations.wordings import renew_wordings

__all__ = [
    "Tally",
    "blank_card",
    "count_exposure",
    "drop_search",
    "finish_tick",
    "flip_statuses",
    "freeze_cohort",
    "keep_parameter",
    "keep_search",
    "look_through",
    "put_aside",
    "put_back",
    "renew_wordings",
    "retire_cohorts",
    "set_claimed",
    "shelve_cohort",
    "tell_exposure",
    "unfreeze_cohort",
]
