"""A registered charity's filed projects, and what it bought with what was paid to them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.models.partners import Organisation
from app.accounts.queries.partners import partner_of
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.gifts.forms.charity import FilingForm, PurchaseForm
from app.gifts.models import CharityProject, Pledge
from app.gifts.operations import charity
from app.gifts.queries import charity_project_by_ref, charity_projects_of, gifts_to, pledge_by_ref
from app.gifts.states import CHARITY_PROJECT_LABELS, PLEDGE_LABELS, CharityProjectState
from app.policy.catalogue import ITEMS

blueprint = Blueprint("charity", __name__, url_prefix="/my/projects")
Answer = str | Response | tuple[str, int]


@blueprint.get("")
@access("charity_project.list")
def index(desk: Desk) -> str:
    charity_itself = _own_charity(desk)
    return render_template(
        "gifts/projects.html",
        partner=charity_itself,
        may_file=charity_itself.is_verified(local_day(desk.now)),
        projects=charity_projects_of(desk.session, desk.actor),
        gifts=gifts_to(desk.session, desk.actor),
        labels=CHARITY_PROJECT_LABELS,
        pledge_labels=PLEDGE_LABELS,
        items=ITEMS,
        today=local_day(desk.now),
    )


@blueprint.get("/new")
@access("charity_project.file")
def new(desk: Desk) -> str:
    return _form_page(desk, FilingForm(formdata=None))


@blueprint.post("/new")
@access("charity_project.file")
def create(desk: Desk) -> Answer:
    form = FilingForm()

    def act() -> None:
        charity.file_project(desk.session, form.filing(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _form_page(desk, form), 422
    flash(_("交给县里了。两位同志核对备案号以后，这里会显示结果。"))
    return _to_index()


@blueprint.get("/<ref>")
@access("charity_project.read", subject=charity_project_by_ref)
def show(desk: Desk, project: CharityProject) -> str:
    return _project_page(desk, project)


@blueprint.post("/<ref>")
@access("charity_project.change", subject=charity_project_by_ref)
def file_again(desk: Desk, project: CharityProject) -> Answer:
    form = FilingForm()

    def act() -> None:
        charity.file_again(desk.session, project, form.filing(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _project_page(desk, project, form), 422
    flash(_("改好的又交给县里了。"))
    return _to_index()


@blueprint.get("/<ref>/gifts/<pledge_ref>")
@access("purchase.record", subject=charity_project_by_ref)
def gift(desk: Desk, project: CharityProject, pledge_ref: str) -> str:
    return _gift_page(project, _gift_of(desk, project, pledge_ref), PurchaseForm(formdata=None))


@blueprint.post("/<ref>/gifts/<pledge_ref>")
@access("purchase.record", subject=charity_project_by_ref)
def record_purchase(desk: Desk, project: CharityProject, pledge_ref: str) -> Answer:
    paid, form = _gift_of(desk, project, pledge_ref), PurchaseForm()

    def act() -> None:
        charity.record_purchase(
            desk.session, paid, what=form.what.data, on=form.on.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _gift_page(project, paid, form), 422
    flash(_("记下了，会写进那户人家的档案。接下来由村里的同志问一句：办到了吗。"))
    return _to_index()


def _own_charity(desk: Desk) -> Organisation:
    """Raises NotFound for an organisation of another kind: these pages are not there for it."""
    partner = partner_of(desk.session, desk.actor)
    if not isinstance(partner, Organisation) or partner.kind != "charity":
        raise NotFound
    return partner


def _gift_of(desk: Desk, project: CharityProject, pledge_ref: str) -> Pledge:
    pledge = pledge_by_ref(desk.session, pledge_ref)
    if pledge is None or pledge.charity_project_id != project.id:
        raise NotFound
    return pledge


def _to_index() -> Response:
    return redirect(url_for("charity.index"), 303)


def _form_page(desk: Desk, form: FilingForm) -> str:
    _own_charity(desk)
    return render_template("gifts/project_new.html", form=form)


def _project_page(desk: Desk, project: CharityProject, form: FilingForm | None = None) -> str:
    returned = project.state == CharityProjectState.REJECTED
    shown: Any = form or (FilingForm(formdata=None, obj=project) if returned else None)
    return render_template(
        "gifts/project.html",
        project=project,
        form=shown,
        label=CHARITY_PROJECT_LABELS[CharityProjectState(project.state)],
        items=ITEMS,
        today=local_day(desk.now),
    )


def _gift_page(project: CharityProject, pledge: Pledge, form: PurchaseForm) -> str:
    return render_template("gifts/gift.html", project=project, pledge=pledge, form=form, labels=PLEDGE_LABELS)
