"""The list of a household's difficulties and needs: made in the village, sent to the township."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cases.models import Case
from app.cases.operations import entry as case_entry
from app.cases.operations.entry import WITH_THE_VILLAGE
from app.cases.queries import case_by_id, moves_of
from app.cases.states import CASE_LABELS, CaseState
from app.core.answers import accepted
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.needs.forms.entry import DifficultyForm, NeedForm, SubmitListForm
from app.needs.models import Need
from app.needs.operations import entry
from app.needs.queries import needs_of
from app.needs.states import NEED_LABELS

blueprint = Blueprint("lists", __name__, url_prefix="/cases")
Answer = str | Response | tuple[str, int]


@blueprint.get("/<int:case_id>/list")
@access("case.read", subject=case_by_id)
def show(desk: Desk, case: Case) -> str:
    return _page(desk, case)


@blueprint.post("/<int:case_id>/list/difficulties")
@access("case.submit_list", subject=case_by_id)
def add_difficulty(desk: Desk, case: Case) -> Answer:
    form = DifficultyForm(prefix="difficulty")

    def act() -> None:
        case_entry.add_difficulty(
            desk.session,
            case,
            kind=form.kind.data,
            detail=form.detail.data or "",
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, case, difficulty_form=form), 422
    return _back(case, _("困难记下了。"), "difficulties")


@blueprint.post("/<int:case_id>/list/difficulties/<int:difficulty_id>/remove")
@access("case.submit_list", subject=case_by_id)
def remove_difficulty(desk: Desk, case: Case, difficulty_id: int) -> Response:
    found = next((d for d in case.difficulties if d.id == difficulty_id), None)
    if found is None:
        raise NotFound
    case_entry.remove_difficulty(desk.session, case, found, actor=desk.actor)
    return _back(case, _("拿掉了。"), "difficulties")


@blueprint.post("/<int:case_id>/list/needs")
@access("case.submit_list", subject=case_by_id)
def add_need(desk: Desk, case: Case) -> Answer:
    """Before the list goes out it is a draft; of a filed household it goes to the township at once."""
    form = NeedForm(prefix="need")

    def act() -> None:
        new = form.need(entry.next_need_ref(desk.session, case))
        entry.write_down(desk.session, case, new, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, case, need_form=form), 422
    told = _("报到乡镇了，等乡镇确认。") if case.state == CaseState.FILED else _("需求记下了。")
    return _back(case, told, "needs")


@blueprint.post("/<int:case_id>/list/needs/<int:need_id>/remove")
@access("case.submit_list", subject=case_by_id)
def remove_need(desk: Desk, case: Case, need_id: int) -> Response:
    entry.drop_draft(desk.session, _need(desk, case, need_id), actor=desk.actor)
    return _back(case, _("拿掉了。"), "needs")


@blueprint.post("/<int:case_id>/list/needs/<int:need_id>/confirm")
@access("case.return", subject=case_by_id)
def confirm_need(desk: Desk, case: Case, need_id: int) -> Response:
    """The township's yes to a need that was found after filing."""
    entry.confirm_need(desk.session, _need(desk, case, need_id), actor=desk.actor, now=desk.now)
    return _back(case, _("确认了，从第 ① 步开始办。"), "needs")


@blueprint.post("/<int:case_id>/list/submit")
@access("case.submit_list", subject=case_by_id)
def submit(desk: Desk, case: Case) -> Answer:
    form = SubmitListForm(prefix="submit")

    def act() -> None:
        entry.submit_list(desk.session, case, note=form.note.data or "", actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, case, submit_form=form), 422
    flash(_("报到乡镇了，乡镇在 10 个工作日内研究。"))
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _need(desk: Desk, case: Case, need_id: int) -> Need:
    found = next((n for n in needs_of(desk.session, case.id) if n.id == need_id), None)
    if found is None:
        raise NotFound
    return found


def _back(case: Case, message: str, part: str) -> Response:
    flash(message)
    return redirect(url_for("lists.show", case_id=case.id, _anchor=part), 303)


def _page(desk: Desk, case: Case, **forms: object) -> str:
    returned = [m for m in moves_of(desk.session, case.id) if m.action == "return" and m.reason]
    shown = {
        "difficulty_form": DifficultyForm(prefix="difficulty", formdata=None),
        "need_form": NeedForm(prefix="need", formdata=None, item_code=request.args.get("item", "")),
        "submit_form": SubmitListForm(prefix="submit", formdata=None),
        **forms,
    }
    return render_template(
        "needs/list.html",
        case=case,
        needs=needs_of(desk.session, case.id),
        labels=CASE_LABELS,
        need_labels=NEED_LABELS,
        with_village=case.state in WITH_THE_VILLAGE,
        returned=returned[-1] if returned and case.state == CaseState.RETURNED_VILLAGE else None,
        **shown,
    )
