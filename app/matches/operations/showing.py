"""What a partner finds on its page of suggestions: at most three, the best fit first, and those that went
meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.library.models import Card
from app.library.states import CardStatus
from app.matches.models import PairingProposal
from app.matches.operations.reasons import Suggestion, suggestion
from app.matches.queries import cards_proposed, sent_proposals
from app.policy import parameters
from app.policy.actors import Actor


@dataclass(frozen=True)
class Offers:
    """`free` can be accepted now; `gone` are cards that somebody else took or that left the library."""

    free: list[Suggestion]
    gone: list[PairingProposal]
    titles: dict[str, str]


def offers_for(session: Session, actor: Actor, *, now: datetime) -> Offers:
    """The next suggestion moves up when one of three is answered."""
    day = local_day(now)
    waiting = sent_proposals(session, actor, day=day)
    cards = cards_proposed(session, waiting)
    free = [p for p in waiting if is_still_free(cards.get(p.project_id))]
    shown = free[: parameters.at("proposals_max", day)]
    return Offers(
        [suggestion(p, cards[p.project_id], day) for p in shown],
        [p for p in waiting if p not in free],
        {number: card.title for number, card in cards.items() if not card.blanked},
    )


def is_still_free(card: Card | None) -> bool:
    """Nobody holds it, and it still stands in the library."""
    if card is None or card.blanked or card.cohort.retired:
        return False
    return card.status == CardStatus.OPEN
