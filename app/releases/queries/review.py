"""What the officers look at before a release: the card as it will be, what stands out, what a label costs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case
from app.core.clock import at_local, local_day
from app.core.paging import Page, paged
from app.needs.models import Need
from app.policy.actors import Actor
from app.policy.catalogue import GENERIC_ITEM, amount_band
from app.policy.gate.things import REASONS, RELEASED_BY
from app.policy.lattice import COLUMNS, Facts, Label, certainty_penalty, describe, fits, satisfies
from app.policy.regions import counties
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.releases.queries import items_ever_public, register
from app.releases.states import CohortState, ProjectState

TICK_HOUR = 8
MARGIN = 2  # households above k; fewer is a narrow margin
WAITING = (ProjectState.DRAFTED, ProjectState.APPROVED)
STANDS_OUT = {
    "flagged": "涉及孩子或少见情况",
    "unsure": "初审说不准，邻居可能猜得出",
    "narrow": "同标签的户刚刚够",
    "first": "本县第一次公布这一项",
}
BARE = "bare"  # nothing but the region
FACT_WORDS = {
    "minor": "有未成年人",
    "student": "有在读的学生",
    "elder": "有老人",
    "disability": "有残疾人",
    "disease": "有大病慢病",
}


@dataclass(frozen=True)
class PreviewCard:
    """What need_card shows, before there is a public card."""

    project_id: str
    title: str
    label_text: str
    kind: str
    amount_band: str
    urgency: str
    k: int
    month_text: str
    status: str = "open"


@dataclass(frozen=True)
class Step:
    """One more thing a neighbour knows, and how many households of the register are left then."""

    column: str
    value: str
    households: int


@dataclass(frozen=True)
class Width:
    """A wider way to write the label: who of the register fits, who of them waits, how much is left unsaid.
    `name` is the region that is written, or the column that is not."""

    name: str
    households: int
    waiting: int
    unsaid: int


@dataclass(frozen=True)
class Line:
    """第 n 条，共 m 条, and the neighbours' ids."""

    number: int
    total: int
    before: int | None
    after: int | None


def next_tick(now: datetime) -> datetime:
    """The next Monday 08:00 in Asia/Shanghai (decisions 15)."""
    day = local_day(now)
    tick = at_local(day + timedelta(days=-day.weekday() % 7), TICK_HOUR)
    return tick if tick > now else tick + timedelta(days=7)


def preview(
    need: Need, label: Label, *, k: int, generic: bool = False, month: date, number: str = ""
) -> PreviewCard:
    """The card exactly as the public will see it."""
    return PreviewCard(
        number or "XQ-········",
        GENERIC_ITEM if generic else need.item.name,
        describe(label),
        need.item.kind,
        amount_band(need.budget_fen, need.item_code),
        need.urgency,
        k,
        f"{month.year} 年 {month.month} 月",
    )


def line_of(session: Session, project: NeedProject, actor: Actor) -> Line | None:
    """Where a project stands among those of this county that wait for the second signature; None for one
    that does not."""
    rows = session.scalars(
        select(NeedProject.id)
        .join(Need)
        .where(NeedProject.state == ProjectState.DRAFTED, Need.area.startswith(actor.area))
        .order_by(NeedProject.id)
    ).all()
    if project.id not in rows:
        return None
    at = rows.index(project.id)
    return Line(at + 1, len(rows), rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None)


def smallest_cohort(session: Session) -> int | None:
    """Households of the smallest cohort that stands in the library; None while it is empty."""
    return session.scalar(select(func.min(Cohort.households_n)).where(Cohort.state == CohortState.RELEASED))


def kinds_beside(session: Session, project: NeedProject | None) -> int | None:
    """How many kinds of needs its cohort shows, or would show as the last plan has it; None without one."""
    if project is None or (project.cohort is None and project.planned_label is None):
        return None
    if project.cohort is not None:
        return project.cohort.items_n
    rows = session.execute(
        select(NeedProject.planned_label, Need.item_code)
        .join(Need)
        .where(NeedProject.state.in_(WAITING), NeedProject.planned_on == project.planned_on)
    )
    return len({item for label, item in rows if label == project.planned_label})


def standing_out(project: NeedProject, *, k: int, known_items: Collection[str]) -> list[str]:
    """Why a project wants a look of its own; empty for the many that may be seen together."""
    found = {
        "flagged": bool(project.flags),
        "unsure": project.unsure,
        "narrow": project.planned_k is not None and project.planned_k < k + MARGIN,
        "first": project.need.item_code not in known_items,
    }
    return [code for code, holds in found.items() if holds]


def exceptions_first(
    session: Session, projects: Iterable[NeedProject], actor: Actor, *, k: int
) -> tuple[list[tuple[NeedProject, list[str]]], list[NeedProject]]:
    """(what stands out with its reasons, the rest)."""
    known = items_ever_public(session, actor.area)
    apart: list[tuple[NeedProject, list[str]]] = []
    rest: list[NeedProject] = []
    for project in projects:
        reasons = standing_out(project, k=k, known_items=known)
        if reasons:
            apart.append((project, reasons))
        else:
            rest.append(project)
    return apart, rest


def withheld_page(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """Approved or waiting for a signature, and held in by the gate or by an officer; the longest waiting
    first."""
    statement = (
        select(NeedProject)
        .join(Need)
        .where(
            NeedProject.state.in_(WAITING),
            Need.area.startswith(actor.area),
            or_(NeedProject.withheld_reason.is_not(None), NeedProject.held_back),
        )
        .options(joinedload(NeedProject.need).joinedload(Need.case))
        .order_by(NeedProject.withheld_since, NeedProject.id)
    )
    return paged(session, statement, page)


def why_withheld(project: NeedProject) -> tuple[str, str]:
    """Why it stays in, and what would let it go."""
    code = "held_back" if project.held_back else project.withheld_reason or "too_few"
    return REASONS[code], RELEASED_BY[code]


def proposal_of(session: Session, actor: Actor) -> list[tuple[str, int, int, date]]:
    """The last plan: label, households in it, how many projects of this county, when it was made."""
    rows = session.scalars(
        select(NeedProject)
        .join(Need)
        .where(
            NeedProject.state.in_(WAITING),
            NeedProject.planned_k.is_not(None),
            Need.area.startswith(actor.area),
        )
    )
    grouped: dict[tuple[str, int, date], int] = {}
    for project in rows:
        if project.planned_label and project.planned_k and project.planned_on:
            key = describe(Label(**project.planned_label)), project.planned_k, project.planned_on
            grouped[key] = grouped.get(key, 0) + 1
    return sorted((label, k, n, day) for (label, k, day), n in grouped.items())


def last_runs(session: Session, limit: int = 6) -> Sequence[ReleaseRun]:
    return session.scalars(select(ReleaseRun).order_by(ReleaseRun.tick.desc()).limit(limit)).all()


def steps_of(label: Label, implies: str, people: Sequence[Facts]) -> list[Step]:
    """邻居猜得出吗: households of the register left as each thing of the card is known; the item speaks,
    too."""
    known = Label(label.region_label)
    steps = [Step("region_label", label.region_label, _count(people, known))]
    for column in COLUMNS[1:]:
        value = getattr(label, column)
        if value != "不限":
            known = replace(known, **{column: value})
            steps.append(Step(column, value, _count(people, known)))
    if implies:
        left = sum(fits(f, known) and satisfies(f, implies) is True for f in people)
        steps.append(Step("item", FACT_WORDS[implies], left))
    return steps


def widths_of(
    label: Label, regions: Iterable[str], people: Sequence[Facts], waiting: Sequence[Facts]
) -> list[Width]:
    """What each region that the label may show would cost and hide."""
    return [_width(name, replace(label, region_label=name), people, waiting) for name in regions]


def loosened_of(label: Label, people: Sequence[Facts], waiting: Sequence[Facts]) -> list[Width]:
    """What it would cost and hide to leave out one column, the one that hides most first; at last all of
    them."""
    said = [c for c in COLUMNS[1:] if getattr(label, c) != "不限"]
    found = [_width(c, replace(label, **{c: "不限"}), people, waiting) for c in said]
    found.sort(key=lambda w: -w.households)
    bare = _width(BARE, Label(label.region_label), people, waiting)
    return [*found, bare] if len(said) > 1 else found


def _width(name: str, label: Label, people: Sequence[Facts], waiting: Sequence[Facts]) -> Width:
    unsaid = round(100 * certainty_penalty(label, "item", len(counties())))
    return Width(name, _count(people, label), _count(waiting, label), unsaid)


def crowd(session: Session, day: date) -> tuple[list[Facts], list[Facts]]:
    """The facts of everybody in care, and of those among them who wait for publication."""
    people = register(session, day)
    waiting = set(
        session.scalars(
            select(Case.household_id)
            .join(Need, Need.case_id == Case.id)
            .join(NeedProject, NeedProject.need_id == Need.id)
            .where(NeedProject.state.in_(WAITING))
        )
    )
    return [facts for _, facts in people], [facts for household, facts in people if household in waiting]


def _count(people: Sequence[Facts], label: Label) -> int:
    return sum(fits(f, label) for f in people)
