"""What the office hears of a run beside its drafts: who is left without and why, and how fair it was.

Bands and kinds come from the cards alone; of partners nothing is said but what they wrote themselves.
"""

from collections.abc import Sequence

import numpy as np

from app.library.models import Card
from app.matches.operations.batch import Inputs, Outcome
from app.matches.operations.looking import Look
from matching.arcs import Floats
from matching.fairness import report

BANDS = ((4, "under_4"), (8, "under_8"), (12, "under_12"))
LONGEST = "from_12"


def band_of(weeks: int) -> str:
    return next((name for limit, name in BANDS if weeks < limit), LONGEST)


def left_of(seen: Look, cards: Sequence[Card], outcome: Outcome) -> list[dict[str, str]]:
    """Cards that got nobody, each with the reason."""
    served, still = {card for _interest, card in outcome.chosen}, {card for _interest, card in outcome.pairs}
    found = []
    for number in sorted({c.project_id for c in cards} - served):
        reason = seen.why_left(number)
        if reason == "always_second" and number not in still:  # all who fit were forbidden
            reason = "asked"
        found.append({"project_id": number, "reason": reason})
    return found


def idle_of(seen: Look, outcome: Outcome) -> list[dict[str, object]]:
    """Open interests that got nothing, each with the reason."""
    busy = {interest for interest, _card in outcome.chosen}
    return [
        {
            "token": interest.partner.token,
            "name": interest.partner.public_name,
            "kind": interest.partner.partner_kind,
            "counties": sorted(interest.counties),
            "reason": seen.why_idle(interest),
        }
        for interest in seen.interests
        if interest.id not in busy
    ]


def figures_of(
    seen: Look, cards: Sequence[Card], inputs: Inputs, outcome: Outcome, ever: set[str]
) -> dict[str, object]:
    """Exposure by waiting band and by item, the share never proposed (`ever`: those that an earlier run
    brought somebody for), and what the weight of waiting costs: the numbers of `python -m matching fairness`
    for the same assignment."""
    item = {c.project_id: c.need_item or "" for c in cards}
    told = report(
        outcome.arcs,
        outcome.result.chosen,
        {
            "waiting": [band_of(weeks) for _card, weeks in inputs.needs],
            "item": [item[card] for card, _weeks in inputs.needs],
        },
        rules={"waiting": waiting_part(seen, outcome)},
        ever=np.array([card in ever for card, _weeks in inputs.needs], dtype=bool),
    ).rows()
    return {name: told[name] for name in ("exposure", "never", "needs", "price", "envy", "waste")}


def waiting_part(seen: Look, outcome: Outcome) -> Floats:
    """What waiting added to the weight of each arc."""
    part = {(p.interest.id, p.card.project_id): p.score.parts.get("waiting", 0.0) for p in seen.pairs}
    return np.array([part[pair] for pair in outcome.pairs], dtype=np.float64)
