"""What partners answered moves how likely a yes is taken to be (domain 4.20). Waiting and being seen stay
what their weights say: no answer moves them. Reasons are written by the weights alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.library.queries import parameter_at
from app.matches.queries import answered_proposals
from app.matches.states import ProposalState
from matching.answers import Moved, moved
from matching.weights import Score

FIT = ("item", "skill", "reach", "cadence", "reliability")  # what makes a yes likely
LEAST_EACH = 20  # yeses and noes


@dataclass(frozen=True)
class Order:
    """By which pairs are put in order, 0-100: the score itself, or with its fit as answers tell it."""

    weights: Mapping[str, float]
    model: Moved | None = None

    @property
    def answers(self) -> int:
        return self.model.answers if self.model is not None else 0

    def of(self, score: Score) -> float:
        if self.model is None:
            return score.total
        fit = sum(self.weights[name] for name in FIT)
        stated = sum(part for name, part in score.parts.items() if name not in FIT)
        return round(fit * self.model.chance(shares_of(score.parts, self.weights)) + stated, 4)


def order_on(session: Session, day: date, weights: Mapping[str, float]) -> Order:
    """Learned once as many partners have answered as the parameter asks for, some yes and some no."""
    answered = answered_proposals(session)
    yes = [p.state != ProposalState.DECLINED for p in answered]
    enough = len(yes) >= parameter_at(session, "learn_from_answers", day)
    if not enough or min(sum(yes), len(yes) - sum(yes)) < LEAST_EACH:
        return Order(weights)
    shares = [shares_of(p.reasons, weights) for p in answered]
    return Order(weights, moved(shares, yes, {name: weights[name] for name in FIT}))


def shares_of(parts: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Of each part that makes a yes likely how much a pair has of it, 0-1; 0 where a weight is 0 today."""
    return {name: min(1.0, parts.get(name, 0.0) / weights[name]) if weights[name] else 0.0 for name in FIT}
