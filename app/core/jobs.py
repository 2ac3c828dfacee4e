"""A job that comes round again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.house import House


@dataclass(frozen=True)
class Periodic:
    """`run(house, now)` must be idempotent: a worker that starts again runs it again. It opens its own
    transactions. `aside`: it may take minutes, so letters are carried meanwhile and it must bear that."""

    name: str
    every: timedelta
    run: Callable[[House, datetime], None]
    aside: bool = False
