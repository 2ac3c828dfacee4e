"""Asking the county about a card, in private: one question, one answer. The words pass through as a letter
and stay nowhere on this side."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models.public import DonorAccount
from app.accounts.queries.partners import partner_of
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound, Refusal
from app.core.messages import Message, msg
from app.core.outbox import send
from app.core.redaction import contact_words
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.library.models import Card, Question
from app.library.queries.questions import (
    asked_by_partner,
    draft_on,
    old_drafts,
    question_by_ref,
    waiting_on,
)
from app.library.states import QUESTION
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.policy.calendar import add_working_days
from app.policy.questions import ANSWERS, LONGEST_QUESTION, REASONS, TOPICS

MOST_WAITING, MOST_WAITING_UNVERIFIED, MOST_A_DAY = 3, 1, 5
DRAFT_DAYS = 30
BEFORE = msg("你问过这一项，县里还没有答复。答复了可以再问。")


def obstacle_to_ask(session: Session, card: Card, *, actor: Actor, now: datetime) -> Message | None:
    """Why no question can be sent now; None when nothing stands in the way."""
    if card.blanked:
        return msg("这件需求不再公布了，没有什么可问的。")
    if waiting_on(session, actor, card) is not None:
        return BEFORE
    partner = partner_of(session, actor)
    known = partner is not None and partner.is_verified(local_day(now))
    most = MOST_WAITING if known else MOST_WAITING_UNVERIFIED
    waiting, lately = asked_by_partner(session, actor, since=now - timedelta(days=1))
    if waiting >= most:
        return msg("你有 {n} 句话在等县里答复。答复了再问下一句。", n=waiting)
    if lately >= MOST_A_DAY:
        return msg("一天最多问 {n} 句。明天再来，写的先存成草稿。", n=MOST_A_DAY)
    return None


def keep_question(
    session: Session, card: Card, *, topic: str, text: str, actor: Actor, now: datetime
) -> Question | None:
    """The draft of one account about one card; whatever is typed may be kept. None while a question about the
    card is on its way: a page that saves by itself, or a second press, would keep words that were sent."""
    require(actor, "question.ask")
    session.get(DonorAccount, actor.account_id, with_for_update=True)
    if waiting_on(session, actor, card) is not None:
        return None
    return _draft(session, card, topic=topic, text=text, actor=actor, now=now)


def _draft(session: Session, card: Card, *, topic: str, text: str, actor: Actor, now: datetime) -> Question:
    question = draft_on(session, actor, card)
    if question is None:
        question = Question(question_ref=token(), account_id=actor.account_id, card=card, card_id=card.id)
        begin(session, QUESTION, question, actor=actor, now=now)
    require(actor, "question.send", question)
    question.topic = topic if topic in TOPICS else None
    question.draft, question.draft_at = text[: 2 * LONGEST_QUESTION] or None, now
    session.flush()
    return question


def ask(session: Session, card: Card, *, topic: str, text: str, actor: Actor, now: datetime) -> Question:
    """Raises BadInput for no topic, no words, too many, or a way to get in touch; Refusal at a limit."""
    session.get(DonorAccount, actor.account_id, with_for_update=True)
    words = " ".join(text.split())
    _check_words(topic, words)
    obstacle = obstacle_to_ask(session, card, actor=actor, now=now)
    if obstacle is not None:
        raise Refusal(obstacle)
    partner = partner_of(session, actor)
    if partner is None:
        raise NotFound
    question = _draft(session, card, topic=topic, text=words, actor=actor, now=now)
    question.draft = question.draft_at = None
    question.asked_at = now
    day = local_day(now)
    question.due_on = add_working_days(day, parameters.at("question_answer_wd", day))
    advance(session, QUESTION, question, "send", actor=actor, now=now)
    payload = {
        "question_ref": question.question_ref,
        "project_id": card.project_id,
        "topic": topic,
        "text": words,
        "donor": {
            "token": partner.token,
            "kind": partner.partner_kind,
            "name": partner.public_name,
            "verified": partner.is_verified(local_day(now)),
        },
        "asked_at": now.isoformat(),
        "due_on": question.due_on.isoformat(),
    }
    send(session, "question.asked", payload, key=question.question_ref, subject=card.project_id, now=now)
    return question


def _check_words(topic: str, words: str) -> None:
    if topic not in TOPICS:
        raise BadInput(msg("请选问的是哪一样。"), field="topic")
    if not words:
        raise BadInput(msg("请写下要问的话。"), field="text")
    if len(words) > LONGEST_QUESTION:
        raise BadInput(
            msg("写了 {n} 个字，最多 {m} 个。请说短一点。", n=len(words), m=LONGEST_QUESTION), field="text"
        )
    found = contact_words(words)
    if found:
        why = msg("“{word}”像是联系方式。不用留：县里有你的登记，答复只在这里给你。", word=found[0])
        raise BadInput(why, field="text")


def take_reply(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter question.answered: codes of the closed lists, and perhaps one sentence of the county's."""
    question = question_by_ref(session, payload["question_ref"])
    if question is None:
        raise LookupError("no such question")
    reason = payload["reason"]
    action = "decline" if reason else "answer"
    if QUESTION.find(question.state, action) is None:
        return
    if any(code not in ANSWERS for code in payload["answers"]) or (reason and reason not in REASONS):
        raise LookupError("an answer that this side does not know")
    question.answers, question.reason = list(payload["answers"]), reason
    question.sentence = payload["sentence"]
    question.answered_at = datetime.fromisoformat(payload["at"])
    advance(session, QUESTION, question, action, actor=SYSTEM, now=now)


def note_read(session: Session, question: Question, *, actor: Actor, now: datetime) -> None:
    """The asker has seen the answer: it does not wait any more."""
    require(actor, "question.read", question)
    if question.answered_at is not None and question.read_at is None:
        question.read_at = now
        session.flush()


def drop_draft(session: Session, card: Card, *, actor: Actor, now: datetime) -> None:
    require(actor, "question.ask")
    question = draft_on(session, actor, card)
    if question is not None:
        session.delete(question)
        session.flush()


def drop_old_drafts(session: Session, *, now: datetime) -> int:
    """What was begun and left for a month is forgotten."""
    old = old_drafts(session, now - timedelta(days=DRAFT_DAYS))
    for question in old:
        session.delete(question)
    return len(old)
