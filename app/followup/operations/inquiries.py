"""A partner's private question, answered by the county of the need behind the card: closed sentences, and
perhaps one of the officer's own that tells nothing of the family."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import BadInput
from app.core.messages import msg
from app.core.money import yuan
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin
from app.followup.models import Inquiry
from app.followup.queries.inquiries import inquiry_by_ref
from app.followup.states import INQUIRY
from app.needs.models import Need
from app.policy.actors import SYSTEM, Actor
from app.policy.questions import ANSWERS, LONGEST_SENTENCE, REASONS
from app.policy.regions import counties, display_name, prefectures, townships_in
from app.releases.queries import project_by_number

_ENDINGS = re.compile("(?:回族乡|街道|社区|[县区市乡镇村])$")
# Who lives there and how they live: a label may leave it open, and no answer may close it.
_WHO = (
    "老人",
    "老两口",
    "奶奶",
    "爷爷",
    "孩子",
    "小孩",
    "儿童",
    "娃",
    "婴儿",
    "学生",
    "孤儿",
    "单亲",
    "独居",
    "病人",
    "生病",
    "卧床",
    "低保",
    "特困",
)
# Sizes, quantities, money, ages: the number alone is told, whatever unit stands behind it.
_HOW_MUCH = re.compile(
    r"(?:\d+(?:\.\d+)?|[二两三四五六七八九十百千万]+)"
    r"(?=\s*(?:元|块|岁|口人|口之家|米|厘米|公分|斤|公斤|件|套|台|张|床|把|箱|袋|双))"
)


def take_question(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter question.asked. Which county answers is decided here, by the need behind the card; the
    public side never learns it."""
    if inquiry_by_ref(session, payload["question_ref"]) is not None:
        return
    project = project_by_number(session, payload["project_id"])
    if project is None:
        raise LookupError("no such project")
    donor = payload["donor"]
    inquiry = Inquiry(
        question_ref=payload["question_ref"],
        project_id=payload["project_id"],
        need=project.need,
        need_id=project.need_id,
        topic=payload["topic"],
        text=payload["text"],
        donor_token=donor["token"],
        donor_kind=donor["kind"],
        donor_name=donor["name"],
        donor_verified=donor["verified"],
        asked_at=datetime.fromisoformat(payload["asked_at"]),
        due_on=date.fromisoformat(payload["due_on"]),
    )
    begin(session, INQUIRY, inquiry, actor=SYSTEM, now=now)


def answer_inquiry(
    session: Session,
    inquiry: Inquiry,
    *,
    answers: Sequence[str],
    sentence: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Raises BadInput where nothing is answered, or where the own sentence could tell who the family is."""
    own = " ".join(sentence.split())
    if not answers and not own:
        raise BadInput(msg("请勾上至少一句，或者自己写一句。答不了，就在下面选“不便回答”。"), field="answers")
    if any(code not in ANSWERS for code in answers):
        raise BadInput(msg("请从列出来的句子里选。"), field="answers")
    _check_sentence(inquiry.need, own)
    advance(session, INQUIRY, inquiry, "answer", actor=actor, now=now)
    inquiry.answers = [code for code in ANSWERS if code in answers]
    inquiry.sentence = own or None
    _reply(session, inquiry, now)


def decline_inquiry(session: Session, inquiry: Inquiry, *, reason: str, actor: Actor, now: datetime) -> None:
    """Not to be answered, with one of the standard reasons."""
    if reason not in REASONS:
        raise BadInput(msg("请选一个不便回答的原因。"), field="reason")
    advance(session, INQUIRY, inquiry, "decline", actor=actor, now=now)
    inquiry.reason = reason
    _reply(session, inquiry, now)


def _reply(session: Session, inquiry: Inquiry, now: datetime) -> None:
    """It says neither who answered nor from which county."""
    inquiry.answered_at = now
    payload = {
        "question_ref": inquiry.question_ref,
        "answers": inquiry.answers or [],
        "sentence": inquiry.sentence,
        "reason": inquiry.reason,
        "at": now.isoformat(),
    }
    key, subject = inquiry.question_ref, inquiry.project_id
    send(session, "question.answered", payload, key=key, subject=subject, now=now)


def _check_sentence(need: Need, own: str) -> None:
    if len(own) > LONGEST_SENTENCE:
        raise BadInput(
            msg("写了 {n} 个字，最多 {m} 个。请说短一点。", n=len(own), m=LONGEST_SENTENCE), field="sentence"
        )
    found = words_that_tell(need, own)
    if found:
        at = own.index(found[0]) + 1
        why = msg(
            "第 {n} 个字起的“{word}”可能让人认出是哪家，或者认领以后才能说。删掉它，或者换成上面的句子。",
            n=at,
            word=found[0],
        )
        raise BadInput(why, field="sentence")


def words_that_tell(need: Need, sentence: str) -> list[str]:
    """What a sentence to the public side must not hold: identifiers of anybody, names of places finer than a
    label may be, and what the office knows of this very family and its need. In the order they stand."""
    found = set(telling_words(sentence)) | set(_HOW_MUCH.findall(sentence))
    found |= {word for word in (*_places(), *_WHO, *_of_the_family(need)) if word in sentence}
    return sorted(found, key=lambda word: (sentence.index(word), -len(word)))


def _of_the_family(need: Need) -> Iterator[str]:
    """Names, address and telephone, village and township; the item, which a card of 综合帮扶 does not name;
    size and money, which a holder alone is told."""
    household = need.case.household
    yield from (m.name for m in household.members)
    told = (household.address_detail, household.phone, need.option, need.item.name, need.case.case_no)
    yield from (word for word in told if word and len(word) > 1)
    if need.budget_fen:
        yield from {yuan(need.budget_fen), str(need.budget_fen // 100)}
    for code in (need.area[:9], need.area):
        name = display_name(code)
        yield from {name, _short(name)} - {""}


@cache
def _places() -> frozenset[str]:
    """Counties, prefectures and townships in full, counties and prefectures as people say them: a label may
    name several, and an answer must not say which."""
    wide = [*prefectures(), *counties()]
    names = {p.display for p in wide} | {_short(p.display) for p in wide}
    names |= {t.display for c in counties() for t in townships_in(c.code)}
    return frozenset(name for name in names if len(name) > 1)


def _short(name: str) -> str:
    short = _ENDINGS.sub("", name)
    return short if len(short) > 1 else ""
