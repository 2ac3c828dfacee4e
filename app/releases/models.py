"""Tables of the releases room (office database): only here does a project number meet its need."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import OfficeBase, Row, Stateful, one_of, state_check
from app.core.secrets import BlindIndex, OfficeSecret
from app.needs.models import Need, OfNeed
from app.policy.lattice import Label, describe
from app.releases.states import CohortState, ProjectState

STATUSES = ("open", "claimed", "done", "retired")
UNSURE = "unsure"


class Cohort(Row, Stateful, OfficeBase):
    """Projects that became public together under one label. A released label can't be mended."""

    __tablename__ = "cohort"
    __table_args__ = (
        state_check(CohortState),
        CheckConstraint("households_n >= k", name="at_least_k_households"),
        CheckConstraint("items_n >= 3", name="three_items"),
    )

    cohort_id: Mapped[str] = mapped_column(String(40), unique=True)
    certificate_no: Mapped[str] = mapped_column(String(20), unique=True)
    label: Mapped[dict[str, str]] = mapped_column(JSON)
    certificate: Mapped[dict[str, float]] = mapped_column(JSON)
    k: Mapped[int]
    households_n: Mapped[int]
    items_n: Mapped[int]
    released_on: Mapped[date]
    retires_on: Mapped[date]
    retired_on: Mapped[date | None]
    projects: Mapped[list["NeedProject"]] = relationship(
        back_populates="cohort", order_by="NeedProject.project_id"
    )

    @property
    def label_text(self) -> str:
        return describe(Label(**self.label))


class NeedProject(OfNeed, Row, Stateful, OfficeBase):
    """The public face of one residual need. `floor` is the finest label it may carry; it may be shown
    coarser.

    `planned_*` and `withheld_*` are what the last plan said; only the tick decides. `live_key` is the need's
    id while the project is under way: one live project a need.
    """

    __tablename__ = "need_project"
    __table_args__ = (state_check(ProjectState), one_of("status", STATUSES))

    project_id: Mapped[str] = mapped_column(String(11), unique=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    live_key: Mapped[int | None] = mapped_column(unique=True)
    floor: Mapped[dict[str, str]] = mapped_column(JSON)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    flagged: Mapped[bool] = mapped_column(default=False)
    safeguarded: Mapped[bool] = mapped_column(default=False)
    neighbour: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    neighbour_note: Mapped[str | None] = mapped_column(OfficeSecret)
    held_back: Mapped[bool] = mapped_column(default=False)
    maker_key: Mapped[str] = mapped_column(BlindIndex)
    checker_key: Mapped[str | None] = mapped_column(BlindIndex)
    approved_on: Mapped[date | None]
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    generic: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str | None]
    planned_on: Mapped[date | None]
    planned_label: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    planned_k: Mapped[int | None]
    withheld_reason: Mapped[str | None]
    withheld_since: Mapped[date | None]
    need: Mapped[Need] = relationship()
    cohort: Mapped[Cohort | None] = relationship(back_populates="projects")
    approvals: Mapped[list["PublishApproval"]] = relationship(order_by="PublishApproval.id")

    @property
    def finest(self) -> Label:
        return Label(**self.floor)

    @property
    def preview(self) -> Label:
        """The label it would carry as the last plan has it; before that the finest it may carry."""
        return Label(**(self.planned_label or self.floor))

    @property
    def unsure(self) -> bool:
        """Someone who knows the village could not rule out that a neighbour guesses."""
        return UNSURE in self.neighbour.values()


class PublishApproval(Row, OfficeBase):
    """Who said yes or no to a project, in which role."""

    __tablename__ = "publish_approval"
    __table_args__ = (one_of("decision", ("prepared", "safeguarded", "approved", "returned")),)

    project_id: Mapped[int] = mapped_column(ForeignKey("need_project.id"), index=True)
    by_key: Mapped[str] = mapped_column(BlindIndex)
    by_name: Mapped[str] = mapped_column(OfficeSecret)
    role: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str | None] = mapped_column(OfficeSecret)
    at: Mapped[datetime]


class ReleaseRun(Row, OfficeBase):
    """One weekly tick: what it published, withheld and retired. Unique a day: a second run changes
    nothing."""

    __tablename__ = "release_run"

    tick: Mapped[date] = mapped_column(unique=True)
    k: Mapped[int]
    published: Mapped[int]
    cohorts: Mapped[int]
    flipped: Mapped[int]
    retired: Mapped[int]
    withheld: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class SeenCard(OfficeBase):
    """How often a public card was shown, opened and picked so far, as the library's daily letters tell."""

    __tablename__ = "seen_card"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(String(11), unique=True)
    shows: Mapped[int] = mapped_column(default=0)
    opens: Mapped[int] = mapped_column(default=0)
    picks: Mapped[int] = mapped_column(default=0)
    until: Mapped[date]
