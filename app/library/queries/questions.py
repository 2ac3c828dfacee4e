"""Private questions about cards: each account its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models.public import DonorAccount
from app.library.models import Card, Question
from app.library.states import QuestionState
from app.policy.actors import Actor


def _with_card() -> Select[Question]:
    return select(Question).options(joinedload(Question.card).joinedload(Card.cohort))


def question_by_ref(session: Session, question_ref: str) -> Question | None:
    """What was sent; a draft has no page of its own."""
    found = session.scalar(_with_card().where(Question.question_ref == question_ref))
    return None if found is None or found.state == QuestionState.DRAFT else found


def questions_of(session: Session, actor: Actor) -> Sequence[Question]:
    """Drafts first, then the newest."""
    drafts_first = (Question.state != QuestionState.DRAFT, Question.id.desc())
    return session.scalars(
        _with_card().where(Question.account_id == actor.account_id).order_by(*drafts_first).limit(100)
    ).all()


def draft_on(session: Session, actor: Actor, card: Card) -> Question | None:
    return session.scalar(_on(actor, card).where(Question.state == QuestionState.DRAFT).limit(1))


def waiting_on(session: Session, actor: Actor, card: Card) -> Question | None:
    return session.scalar(_on(actor, card).where(Question.state == QuestionState.ASKED).limit(1))


def _on(actor: Actor, card: Card) -> Select[Question]:
    return select(Question).where(Question.account_id == actor.account_id, Question.card_id == card.id)


def asked_by_partner(session: Session, actor: Actor, *, since: datetime) -> tuple[int, int]:
    """(how many wait for an answer, how many were asked since then) by all accounts of the partner."""
    own = (
        DonorAccount.organisation_id == actor.organisation_id
        if actor.organisation_id is not None
        else DonorAccount.volunteer_id == actor.volunteer_id
    )
    waiting = func.count(case((Question.state == QuestionState.ASKED, 1)))
    lately = func.count(case((Question.asked_at >= since, 1)))
    joined = select(waiting, lately).join(DonorAccount, DonorAccount.id == Question.account_id)
    row = session.execute(joined.where(own)).one()
    return row[0], row[1]


def old_drafts(session: Session, before: datetime) -> Sequence[Question]:
    return session.scalars(
        select(Question).where(Question.state == QuestionState.DRAFT, Question.draft_at < before)
    ).all()
