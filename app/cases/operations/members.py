"""A resident number that was missing when the household was written down (decisions 30)."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.models import Case, Member
from app.cases.operations.record import record
from app.cases.states import ENDED
from app.core import audit
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.secrets import blind_index
from app.core.states import require
from app.policy.actors import Actor
from app.policy.numbers import birth_in, is_resident_number, sex_in


def complete_number(
    session: Session, case: Case, member: Member, *, id_no: str, actor: Actor, now: datetime
) -> None:
    """Raises BadInput: not a resident number, another birth date, somebody of another open household."""
    require(actor, "case.check", case)
    if member.id_no:
        raise Refusal(msg("身份证号已经补过了。"))
    if not is_resident_number(id_no):
        raise BadInput(msg("身份证号不对，请照着证件再看一遍。"), field="id_no")
    born = birth_in(id_no)
    if member.born and member.born != born:
        raise BadInput(msg("号码里的出生日期和登记的不一样。请核对证件。"), field="id_no")
    member.id_no = id_no
    member.id_index = blind_index(id_no)
    member.open_key = None if case.state in ENDED else member.id_index
    member.birth_date = member.birth_date or (born.isoformat() if born else None)
    member.sex = member.sex or sex_in(id_no)
    try:
        session.flush()
    except IntegrityError as error:
        raise BadInput(msg("这个人已经在另一户在帮家庭里。请与县社工部联系。"), field="id_no") from error
    audit.record(session, actor=actor, verb="identity.complete", obj=case, now=now, fields=("id_no",))
    ref = f"member/{member.id}/number"
    record(
        session, case, kind="note", text="补上了一位家里人的身份证号", source_ref=ref, actor=actor, now=now
    )
