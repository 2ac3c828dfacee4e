"""One project: the first signature, the third look, the second signature (mock-up 08)."""

import random
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cases.queries import facts_of, live_consent
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.needs.models import Need
from app.needs.queries import need_by_id
from app.policy.lattice import COLUMNS, Facts, Label, covered_counties, finest_label, satisfies
from app.policy.regions import display_name
from app.releases.forms.review import COLUMN_WORDS, DropForm, PrepareForm, ReturnForm, wider
from app.releases.models import NeedProject
from app.releases.operations import projects
from app.releases.operations.planning import gate_on
from app.releases.queries import items_ever_public, project_by_id, project_of_need
from app.releases.queries.review import (
    BARE,
    STANDS_OUT,
    crowd,
    kinds_beside,
    line_of,
    loosened_of,
    next_tick,
    preview,
    smallest_cohort,
    standing_out,
    steps_of,
    why_withheld,
    widths_of,
)
from app.releases.states import LIVE, PROJECT, PROJECT_LABELS
from app.releases.views.workbench import blueprint

Answer = str | Response | tuple[str, int]


@blueprint.get("/needs/<int:need_id>")
@access("project.preview", subject=need_by_id)
def prepare(desk: Desk, need: Need) -> Answer:
    """The first look. A need under way leads to its project."""
    project = project_of_need(desk.session, need.id)
    if project is not None and project.state in LIVE:
        return redirect(url_for("releases.show", project_id=project.id), 303)
    return _prepare_page(desk, need, _prepare_form(need, desk))


@blueprint.post("/needs/<int:need_id>")
@access("project.prepare", subject=need_by_id)
def sign_first(desk: Desk, need: Need) -> Answer:
    form = _prepare_form(need, desk)

    def act() -> None:
        projects.prepare_project(
            desk.session,
            need,
            floor=form.label,
            neighbour=form.neighbour,
            rng=random.SystemRandom(),
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _prepare_page(desk, need, form), 422
    flash(_("初审签好了，等另一位同志复审。"))
    return redirect(url_for("releases.index"), 303)


@blueprint.get("/projects/<int:project_id>")
@access("project.read", subject=project_by_id)
def show(desk: Desk, project: NeedProject) -> str:
    return _project_page(desk, project)


@blueprint.post("/projects/<int:project_id>/approve")
@access("project.approve", subject=project_by_id)
def approve(desk: Desk, project: NeedProject) -> Response:
    projects.approve_project(desk.session, project, actor=desk.actor, now=desk.now)
    return _to_project(project, _("同意了。编组够数，下周一 08:00 随批次公布。"))


@blueprint.post("/projects/<int:project_id>/safeguard")
@access("project.safeguard", subject=project_by_id)
def safeguard(desk: Desk, project: NeedProject) -> Response:
    projects.safeguard_project(desk.session, project, actor=desk.actor, now=desk.now)
    flash(_("记下了你的意见，负责人可以复审了。"))
    return redirect(url_for("releases.index"), 303)


@blueprint.post("/projects/<int:project_id>/return")
@access("project.approve", subject=project_by_id)
def give_back(desk: Desk, project: NeedProject) -> Answer:
    form = ReturnForm(prefix="return")
    return _with_reason(
        desk, project, form, "return_form", projects.return_project, _("已退回初审，说了原因。")
    )


@blueprint.post("/projects/<int:project_id>/drop")
@access("project.drop", subject=project_by_id)
def drop(desk: Desk, project: NeedProject) -> Answer:
    form = DropForm(prefix="drop")
    told = _("这一项不公布了，回到第三步，由县里直接对接。")
    return _with_reason(desk, project, form, "drop_form", projects.drop_project, told)


@blueprint.post("/projects/<int:project_id>/hold")
@access("project.hold", subject=project_by_id)
def hold(desk: Desk, project: NeedProject) -> Response:
    held = request.form.get("held") == "1"
    projects.hold_back(desk.session, project, held=held, actor=desk.actor, now=desk.now)
    return _to_project(project, _("先压下了，不进下周一的批次。") if held else _("放行了，下周一照常编组。"))


def _with_reason(
    desk: Desk, project: NeedProject, form: Any, name: str, step: Callable[..., None], told: str
) -> Answer:
    def act() -> None:
        step(desk.session, project, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _project_page(desk, project, **{name: form}), 422
    return _to_project(project, told)


def _to_project(project: NeedProject, told: str) -> Response:
    flash(told)
    return redirect(url_for("releases.show", project_id=project.id), 303)


def _prepare_form(need: Need, desk: Desk) -> PrepareForm:
    form = PrepareForm()
    form.offer(finest_label(facts_of(need.case.household, local_day(desk.now))))
    return form


def _prepare_page(desk: Desk, need: Need, form: PrepareForm) -> str:
    day = local_day(desk.now)
    consenting = live_consent(desk.session, need.case_id, "publish", day) is not None
    returned = project_of_need(desk.session, need.id)
    return render_template(
        "releases/prepare.html",
        form=form,
        obstacle=projects.obstacle(need, consenting=consenting, day=day),
        returned=returned.approvals[-1] if returned and returned.approvals else None,
        **_seen(desk, need, form.label),
    )


def _project_page(desk: Desk, project: NeedProject, **forms: object) -> str:
    gate, known = gate_on(local_day(desk.now)), items_ever_public(desk.session, project.need.county_code)
    shown = {
        "return_form": ReturnForm(prefix="return", formdata=None),
        "drop_form": DropForm(prefix="drop", formdata=None),
        **forms,
    }
    return render_template(
        "releases/show.html",
        project=project,
        machine=PROJECT,
        labels=PROJECT_LABELS,
        questions=projects.QUESTIONS,
        stands_out=[STANDS_OUT[c] for c in standing_out(project, k=gate.k, known_items=known)],
        line=line_of(desk.session, project, desk.actor),
        why=why_withheld(project) if project.withheld_reason or project.held_back else None,
        **_seen(desk, project.need, project.preview, project),
        **shown,
    )


def _seen(desk: Desk, need: Need, label: Label, project: NeedProject | None = None) -> dict[str, object]:
    """What both pages show: the file beside the card, and how many households a neighbour could mean."""
    day = local_day(desk.now)
    gate, facts = gate_on(day), facts_of(need.case.household, day)
    people, waiting = crowd(desk.session, day)
    if facts not in waiting:
        waiting = [*waiting, facts]
    finest = finest_label(facts)
    implies = "" if project and project.generic else need.item.implies
    k = project.cohort.households_n if project and project.cohort else (project and project.planned_k) or 0
    month = project.cohort.released_on if project and project.cohort else local_day(next_tick(desk.now))
    card = preview(need, label, k=k or gate.k, generic=bool(project and project.generic), month=month)
    return {
        "need": need,
        "card": card,
        "label": label,
        "finest": finest,
        "k": k,
        "gate": gate,
        "columns": [(c, COLUMN_WORDS[c], own, getattr(label, c)) for c, own in _own(need, facts, finest)],
        "smallest": smallest_cohort(desk.session),
        "kinds_n": kinds_beside(desk.session, project),
        "column_words": {**COLUMN_WORDS, BARE: _("都不写，只写地方")},
        "steps": steps_of(label, implies if satisfies(facts, implies) else "", people),
        "widths": widths_of(label, _regions(finest, label), people, waiting),
        "loosened": loosened_of(label, people, waiting),
        "tick": next_tick(desk.now),
    }


def _own(need: Need, facts: Facts, finest: Label) -> list[tuple[str, str]]:
    """What the file says to each column of the label: the village and the number of people are never
    shown."""
    exact = {"region_label": display_name(need.area)}
    if facts.size:
        exact["household_size_band"] = _("%(n)s 口人", n=facts.size)
    return [(c, exact.get(c, getattr(finest, c))) for c in COLUMNS]


def _regions(finest: Label, label: Label) -> list[str]:
    """From the finest up, with the one that is shown now among them."""
    names = dict.fromkeys([*wider(finest, "region_label"), label.region_label])
    return sorted(names, key=lambda name: len(covered_counties(name)))
