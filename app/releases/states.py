"""The life of a project and of a released cohort (domain 4.7; publication-gate.md rule 7)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, Transition
from app.policy.actors import Actor


class ProjectState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    PUBLIC = "public"
    BLANKED = "blanked"
    RETIRED = "retired"
    DROPPED = "dropped"


PROJECT_LABELS = {
    ProjectState.DRAFTED: "等第二人审",
    ProjectState.APPROVED: "已同意，等批次",
    ProjectState.PUBLIC: "已公布",
    ProjectState.BLANKED: "家里撤回，已隐去",
    ProjectState.RETIRED: "已下架",
    ProjectState.DROPPED: "没有公布",
}
LIVE = (ProjectState.DRAFTED, ProjectState.APPROVED, ProjectState.PUBLIC)


class CohortState(StrEnum):
    RELEASED = "released"
    FROZEN = "frozen"
    RETIRED = "retired"


COHORT_LABELS = {
    CohortState.RELEASED: "在库里",
    CohortState.FROZEN: "冻结了，等复核",
    CohortState.RETIRED: "整批下架",
}


def the_checker_is_another(project: Any, actor: Actor, now: datetime) -> Message | None:
    if project.maker_key == actor.person_key:
        return msg("你是初审人，不能再点“同意公布”。复审人登录后这个按钮才亮。")
    return None


def flagged_ones_are_safeguarded(project: Any, actor: Actor, now: datetime) -> Message | None:
    if project.flags and not project.safeguarded:
        return msg("这一项涉及孩子或少见情况，要先由妇联、卫健或民政的同志看过。")
    return None


def the_safeguard_is_another(project: Any, actor: Actor, now: datetime) -> Message | None:
    return msg("你是初审人，保护意见要由另一位同志给。") if project.maker_key == actor.person_key else None


PROJECT = Machine(
    "need_project",
    OfficeStateChange,
    ProjectState.DRAFTED,
    "project.prepare",
    (
        Transition(
            "safeguard",
            ProjectState.DRAFTED,
            ProjectState.DRAFTED,
            "project.safeguard",
            (the_safeguard_is_another,),
        ),
        Transition(
            "approve",
            ProjectState.DRAFTED,
            ProjectState.APPROVED,
            "project.approve",
            (the_checker_is_another, flagged_ones_are_safeguarded),
        ),
        Transition("return", ProjectState.DRAFTED, ProjectState.DROPPED, "project.approve"),
        Transition(
            "drop", (ProjectState.DRAFTED, ProjectState.APPROVED), ProjectState.DROPPED, "project.drop"
        ),
        Transition("release", ProjectState.APPROVED, ProjectState.PUBLIC, "project.release"),
        Transition("blank", ProjectState.PUBLIC, ProjectState.BLANKED, "project.blank"),
        Transition(
            "retire", (ProjectState.PUBLIC, ProjectState.BLANKED), ProjectState.RETIRED, "project.release"
        ),
    ),
)
COHORT = Machine(
    "cohort",
    OfficeStateChange,
    CohortState.RELEASED,
    "project.release",
    (
        Transition("retire", CohortState.RELEASED, CohortState.RETIRED, "project.release"),
        Transition("freeze", CohortState.RELEASED, CohortState.FROZEN, "cohort.freeze"),
        Transition("unfreeze", CohortState.FROZEN, CohortState.RELEASED, "cohort.review"),
        Transition("take_off", CohortState.FROZEN, CohortState.RETIRED, "cohort.review"),
    ),
)
