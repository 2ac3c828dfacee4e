"""What the shelf may ask of a room above it: how a signed-in partner would put the cards. The library itself
knows nothing of partners' wishes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.library.queries.recommending import Answers
from app.library.queries.snapshot import Snapshot
from app.policy.actors import Actor

Points = NDArray[np.float64]


@dataclass(frozen=True)
class ForMe:
    """`answers` fill the three questions in advance; `points(shelf)` gives one number a card, more is
    better."""

    answers: Answers
    points: Callable[[Snapshot], Points]


AskForMe = Callable[[Session, Actor, date], ForMe | None]
