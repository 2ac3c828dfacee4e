"""Single cards and cohorts, the last tick, and dated parameters as the public side knows them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, select
from sqlalchemy.orm import Session, contains_eager

from app.library.models import (
    WAITING,
    Card,
    DatedParameter,
    Favourite,
    LibraryTick,
    Question,
    ShelfCohort,
    SigningKey,
)
from app.library.states import CardStatus, QuestionState
from app.policy import parameters
from app.policy.actors import Actor
from app.policy.lists import URGENCY_ORDER
from app.policy.parameters import Value


def all_cards(session: Session) -> list[Card]:
    """Every card of a cohort that is still in the library, its cohort loaded. One query."""
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(ShelfCohort.retired.is_(False))
        .options(contains_eager(Card.cohort))
    )
    return list(session.scalars(statement))


def card_by_number(session: Session, project_id: str) -> Card | None:
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(Card.project_id == project_id.upper())
        .options(contains_eager(Card.cohort))
    )
    card = session.scalar(statement)
    return None if card is None or card.cohort.retired else card


def card_and_mark(
    session: Session, project_id: str, actor: Actor | None
) -> tuple[Card | None, bool, str | None]:
    """A card, whether this person has put it aside, and the number of their last question. One query."""
    kept = select(Favourite.id).where(
        Favourite.card_id == Card.id, Favourite.account_id == (actor.account_id if actor else None)
    )
    asked = (
        select(Question.question_ref)
        .where(
            Question.card_id == Card.id,
            Question.account_id == (actor.account_id if actor else None),
            Question.state != QuestionState.DRAFT,
        )
        .order_by(Question.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        select(Card, kept.exists(), asked)
        .join(Card.cohort)
        .where(Card.project_id == project_id.upper())
        .options(contains_eager(Card.cohort))
    ).one_or_none()
    return (None, False, None) if row is None or row[0].cohort.retired else (row[0], row[1], row[2])


def cards_like(session: Session, card: Card, limit: int = 4) -> list[Card]:
    """Open cards of the same kind, the same item first, then the most urgent."""
    grade = case({code: n for n, code in enumerate(URGENCY_ORDER)}, value=Card.urgency, else_=9)
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(
            ShelfCohort.retired.is_(False),
            Card.status == CardStatus.OPEN,
            Card.kind == card.kind,
            Card.id != card.id,
        )
        .order_by(case((Card.need_item == card.need_item, 0), else_=1), grade, Card.project_id)
        .options(contains_eager(Card.cohort))
        .limit(limit)
    )
    return list(session.scalars(statement))


def cohort_by_certificate(session: Session, number: str) -> ShelfCohort | None:
    """Also of a cohort that is frozen or gone; not of one whose week has not appeared yet."""
    statement = select(ShelfCohort).where(ShelfCohort.certificate_no == number.strip().upper())
    return session.scalar(statement.where(ShelfCohort.absence.is_distinct_from(WAITING)))


def places_of(session: Session, cohort: ShelfCohort) -> list[tuple[str, bool]]:
    """(project number, still there) of every place of a cohort; an emptied one still counts."""
    rows = session.execute(
        select(Card.project_id, Card.blanked).where(Card.cohort_key == cohort.id).order_by(Card.project_id)
    )
    return [(number, not blanked) for number, blanked in rows]


def signing_keys(session: Session) -> list[SigningKey]:
    """The newest first."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.since.desc(), SigningKey.id.desc())))


def tick_of(session: Session) -> LibraryTick:
    return session.get(LibraryTick, 1) or LibraryTick(id=1, tick=None, changes=0)


def parameter_at(session: Session, key: str, day: date, region: str = "") -> int:
    """A dated parameter as the public side knows it: shipped values and those that arrived by letter."""
    return parameters_at(session, (key,), day, region)[key]


def parameters_at(session: Session, keys: Sequence[str], day: date, region: str = "") -> dict[str, int]:
    """Several of them with one query."""
    rows = list(session.scalars(select(DatedParameter).where(DatedParameter.key.in_(keys))))
    also = {k: [Value(r.since, r.value, "office", r.region) for r in rows if r.key == k] for k in keys}
    return {k: parameters.PARAMETERS[k].at(day, region, also[k]) for k in keys}
