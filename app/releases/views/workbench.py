"""The workbench: what stands out first, the rest in one look, what is withheld and why, the weeks so far."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cases.queries import cases_consenting
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.core.messages import Message
from app.needs.models import Need
from app.pages import translate
from app.policy.actors import Role
from app.releases.forms.review import ManyForm
from app.releases.models import NeedProject
from app.releases.operations.planning import gate_on, note_plan
from app.releases.operations.projects import approve_together, obstacle
from app.releases.queries import (
    chosen_projects,
    cohorts_page,
    counts,
    drafted_projects,
    needs_to_prepare,
)
from app.releases.queries.review import (
    STANDS_OUT,
    exceptions_first,
    last_runs,
    next_tick,
    preview,
    proposal_of,
    why_withheld,
    withheld_page,
)
from app.releases.queries.seen import exposure_of
from app.releases.states import COHORT_LABELS, PROJECT_LABELS, ProjectState

blueprint = Blueprint("releases", __name__, url_prefix="/releases")
PREPARERS = (Role.COUNTY_SWD,)
COUNTY = (Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD)


@blueprint.get("/")
@access("project.list")
def index(desk: Desk) -> str:
    return _page(desk, ManyForm(formdata=None))


@blueprint.post("/together")
@access("together.approve")
def together(desk: Desk) -> str | tuple[str, int] | Response:
    """The second yes for all that was looked at in one go; what stands out is left for a look of its own."""
    form = ManyForm()
    if not form.validate_on_submit():
        return _page(desk, form), 422
    ids = [int(v) for v in request.form.getlist("project") if v.isdigit()]
    chosen = chosen_projects(desk.session, desk.actor, ids, ProjectState.DRAFTED)
    k = gate_on(local_day(desk.now)).k
    apart, rest = exceptions_first(desk.session, chosen, desk.actor, k=k)
    done, left = approve_together(desk.session, rest, actor=desk.actor, now=desk.now)
    flash(_("同意了 %(n)s 件，等周一的批次。", n=done) if done else _("没有选中可以一起同意的。"))
    for sentence in _sentences(left, len(apart)):
        flash(sentence, "wait")
    return redirect(url_for("releases.index"), 303)


def _sentences(left: list[Message], apart: int) -> list[str]:
    told = list(dict.fromkeys(translate(m) for m in left))
    return [*told, _("有 %(n)s 件要单独看，没有一起同意。", n=apart)] if apart else told


@blueprint.get("/seen")
@access("project.plan")
def seen(desk: Desk) -> str:
    """Which cards nobody has looked at: the least shown first."""
    page = request.args.get("page", 1, type=int)
    return render_template("releases/seen.html", exposure=exposure_of(desk.session, desk.actor, page=page))


@blueprint.post("/plan")
@access("project.plan")
def plan(desk: Desk) -> Response:
    """What next Monday would bring if everything waiting were approved."""
    placed = note_plan(desk.session, now=desk.now)
    flash(_("算好了：全区有 %(n)s 件能编进下周一的批次。公布以周一的编组为准。", n=placed))
    return redirect(url_for("releases.index", _anchor="plan-h"), 303)


def _page(desk: Desk, form: ManyForm) -> str:
    session, actor, day = desk.session, desk.actor, local_day(desk.now)
    gate = gate_on(day)
    number = request.args.get("page", 1, type=int)
    apart, rest = exceptions_first(session, drafted_projects(session, actor), actor, k=gate.k)
    shown = {
        "counts": counts(session, actor),
        "apart": apart,
        "rest": [(p, _card(p, gate.k, desk)) for p in rest],
        "reasons": STANDS_OUT,
        "why": why_withheld,
        "tick": next_tick(desk.now),
        "gate": gate,
        "labels": PROJECT_LABELS,
        "form": form,
    }
    if actor.role in COUNTY:
        shown |= {
            "cohort_labels": COHORT_LABELS,
            "withheld": withheld_page(session, actor, page=request.args.get("held", 1, type=int)),
            "proposal": proposal_of(session, actor),
            "runs": last_runs(session),
            "cohorts": cohorts_page(session, actor, page=request.args.get("cohorts", 1, type=int)),
        }
    if actor.role in PREPARERS:
        page = needs_to_prepare(session, actor, page=number)
        shown |= {"prepare": page, "obstacles": _obstacles(desk, page.items)}
    return render_template("releases/index.html", **shown)


def _card(project: NeedProject, k: int, desk: Desk) -> object:
    label, month = project.preview, local_day(next_tick(desk.now))
    return preview(project.need, label, k=project.planned_k or k, month=month, number=project.project_id)


def _obstacles(desk: Desk, needs: list[Need]) -> dict[int, Message | None]:
    day = local_day(desk.now)
    consenting = cases_consenting(desk.session, {n.case_id for n in needs}, "publish", day)
    return {n.id: obstacle(n, consenting=n.case_id in consenting, day=day) for n in needs}
