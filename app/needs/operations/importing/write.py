"""Writes what a dry run planned, in few statements, all of it in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.operations.intake import open_cases
from app.cases.operations.opening import next_case_number
from app.core import audit
from app.core.clock import local_day
from app.core.errors import NotAllowed, Refusal
from app.core.messages import Message, msg
from app.needs.operations.entry import raise_needs
from app.needs.operations.importing.check import Findings, Plan, check_tables
from app.needs.operations.importing.tables import Progress, Tables, silent
from app.policy.access import Verdict, decide
from app.policy.actors import Actor, Role

CHUNK = 250
PERSONAL = ("name", "id_no", "phone", "address", "narrative")


class Rejected(Refusal):
    """The tables have errors, or nothing new in them: nothing was written. `findings` says what and where."""

    def __init__(self, message: Message, findings: Findings) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True)
class Written:
    """`case_ids` in the order of the 户 sheet."""

    findings: Findings
    case_ids: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        return self.findings.counts()


def import_tables(
    session: Session,
    tables: Tables,
    *,
    county: str | None = None,
    actor: Actor,
    now: datetime,
    progress: Progress = silent,
) -> Written:
    """All of it or nothing. Every case starts at `screening`, every need as a draft (I-41).

    Raises Rejected when a line is wrong or nothing is new, NotAllowed or NotFound for who may not import.
    """
    require_importer(actor)
    findings = check_tables(
        session, tables, county=county, actor=actor, day=local_day(now), progress=progress
    )
    refuse_unsound(findings)
    return write_plans(session, findings, actor=actor, now=now, progress=progress)


def require_importer(actor: Actor) -> None:
    """Raises NotAllowed: an import is the township's or the county office's."""
    if actor.role != Role.SYSTEM and decide(actor, "import.upload") is not Verdict.ALLOW:
        raise NotAllowed(msg("这个岗位不能导入。请乡镇经办或县社工部经办来导。"))


def refuse_unsound(findings: Findings) -> None:
    if not findings.sound:
        raise Rejected(
            msg("表里有 {n} 处要改，一户也没有写入。改好后再导入。", n=findings.notes.errors), findings
        )
    if not findings.plans and findings.skipped:
        raise Rejected(msg("表里的 {n} 户都已经在册，没有新的可写。", n=len(findings.skipped)), findings)
    if not findings.plans:
        raise Rejected(msg("表是空的，“户”表里一行也没有。"), findings)


def write_plans(
    session: Session, findings: Findings, *, actor: Actor, now: datetime, progress: Progress = silent
) -> Written:
    """Raises Refusal when somebody else registered one of the people meanwhile."""
    plans, day = findings.plans, local_day(now)
    counties = {p.household.village_code[:6] for p in plans}
    first = {c: next_case_number(session, c, day) for c in counties}
    ids: list[int] = []
    for at in range(0, len(plans), CHUNK):
        progress("write", at, len(plans))
        ids += _write(session, plans[at : at + CHUNK], first, actor=actor, now=now)
    progress("write", len(plans), len(plans))
    audit.record(
        session, actor=actor, verb="cases.import", obj="case", now=now, reason=f"{len(ids)}", fields=PERSONAL
    )
    session.flush()
    return Written(findings, tuple(ids))


def _write(
    session: Session, plans: Sequence[Plan], first: dict[str, int], *, actor: Actor, now: datetime
) -> list[int]:
    ids = open_cases(
        session, [p.household for p in plans], first=first, source="import", actor=actor, now=now
    )
    needs = [
        (case_id, plan.household.village_code, need)
        for case_id, plan in zip(ids, plans, strict=True)
        for need in plan.needs
    ]
    raise_needs(session, needs, actor=actor, now=now)
    return ids
