"""The village's steps on paper and screen: the home sheet, the evaluation, a consent asked again; the
lead's answer."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts.queries.colleagues import visitors_of
from app.cases.forms.fields import options
from app.cases.forms.sheet import NO, READ_ALOUD, YES, AskAgainForm, HomeSheetForm
from app.cases.forms.steps import EvaluationForm, ObjectionForm
from app.cases.models import Case
from app.cases.operations import entry, filing
from app.cases.operations.consents import WRITTEN_BELOW, give_consent, youngest_age
from app.cases.operations.drafts import content_of, discard_draft, save_draft
from app.cases.queries import CHILD_UNDER, case_by_id, draft_of, latest_consents, moves_of
from app.cases.states import CaseState, ConsentState
from app.cases.views.next_step import telling
from app.cases.views.room import Answer, back, blueprint, expect, later, unchanged
from app.core.answers import accepted
from app.core.clock import SHANGHAI, local_day
from app.core.errors import BadInput
from app.core.guard import Desk, access
from app.core.messages import msg
from app.policy import lists, parameters
from app.policy.actors import ROLE_LABELS, Role

SHEET, VOTE = "home_sheet", "evaluation"


@blueprint.route("/<int:case_id>/check", methods=("GET", "POST"))
@access("case.check", subject=case_by_id)
def check(desk: Desk, case: Case) -> Answer:
    """One visit, one sheet; what was typed is kept until it is handed in."""
    expect(case, CaseState.SCREENING)
    unchanged(case)
    if request.method == "POST":
        _keep(desk, case, SHEET)
    if "later" in request.form:
        return later(url_for("cases.show", case_id=case.id))
    form = _sheet_form(desk, case)
    if not form.is_submitted():
        return _sheet_page(desk, case, form)
    if not accepted(form, lambda: _record_sheet(desk, case, form)):
        return _sheet_page(desk, case, form), 422
    discard_draft(desk.session, form=SHEET, subject=str(case.id), actor=desk.actor)
    if case.state == CaseState.CLOSED:
        return back(case, _("家里不同意登记，到此为止。别的政策照样可以申请，请告诉他们怎么走。"))
    return back(case, _("入户核实记好了。下一步：开民主评议会。"))


@blueprint.post("/<int:case_id>/check/keep")
@access("case.check", subject=case_by_id)
def keep_check(desk: Desk, case: Case) -> str:
    expect(case, CaseState.SCREENING)
    return _keep(desk, case, SHEET)


def _keep(desk: Desk, case: Case, form: str) -> str:
    typed = {k: v for k, v in request.form.items() if k not in ("csrf_token", "version", "later")}
    save_draft(desk.session, form=form, subject=str(case.id), content=typed, actor=desk.actor, now=desk.now)
    return str(_("草稿 %(at)s 已存", at=f"{desk.now.astimezone(SHANGHAI):%H:%M}"))


def _sheet_form(desk: Desk, case: Case) -> HomeSheetForm:
    kept = content_of(draft_of(desk.session, desk.actor, SHEET, str(case.id)))
    fresh = {"done_on": local_day(desk.now).isoformat(), "dibao_kind": case.household.dibao_kind}
    minor = _has_minor(desk, case)
    form = HomeSheetForm(
        formdata=MultiDict(kept or fresh | ({"capacity": "guardian", "method": "paper"} if minor else {}))
    )
    posts = visitors_of(desk.session, case.area, local_day(desk.now))
    form.second.choices = options(
        (p.officer_id, f"{p.officer.display_name}（{ROLE_LABELS[Role(p.role)]}）")
        for p in posts
        if p.officer_id != desk.actor.account_id
    )
    return form


def _has_minor(desk: Desk, case: Case) -> bool:
    youngest = youngest_age(case, local_day(desk.now))
    return youngest is not None and youngest < CHILD_UNDER


def _record_sheet(desk: Desk, case: Case, form: HomeSheetForm) -> None:
    posts = visitors_of(desk.session, case.area, local_day(desk.now))
    second = next((p.officer for p in posts if p.officer_id == form.second.data), None)
    if second is None:
        raise BadInput(msg("第二个人要从名单里选：这个村或者乡镇的同志。"), field="second")
    sheet = form.sheet(
        second_key=second.person_key, second_name=second.display_name, with_minor=_has_minor(desk, case)
    )
    entry.record_home_check(desk.session, case, sheet, actor=desk.actor, now=desk.now)


def _sheet_page(desk: Desk, case: Case, form: HomeSheetForm) -> str:
    youngest = youngest_age(case, local_day(desk.now))
    kept = draft_of(desk.session, desk.actor, SHEET, str(case.id))
    return render_template(
        "cases/check.html", case=case, form=form, youngest=youngest, written_below=WRITTEN_BELOW, kept=kept
    )


@blueprint.route("/<int:case_id>/evaluation", methods=("GET", "POST"))
@access("case.evaluate", subject=case_by_id)
def evaluate(desk: Desk, case: Case) -> Answer:
    expect(case, CaseState.EVAL_PENDING)
    unchanged(case)
    if request.method == "POST":
        _keep(desk, case, VOTE)
    if "later" in request.form:
        return later(url_for("cases.show", case_id=case.id))
    kept = draft_of(desk.session, desk.actor, VOTE, str(case.id))
    form = EvaluationForm(formdata=MultiDict(content_of(kept)))
    if form.is_submitted() and accepted(form, lambda: _record_vote(desk, case, form)):
        discard_draft(desk.session, form=VOTE, subject=str(case.id), actor=desk.actor)
        passed = case.state == CaseState.EVAL_PASSED
        good = _("评议通过了。下一步：列困难和需求，报乡镇。")
        return back(case, good if passed else _("评议没有通过，记下了。请把结果和能走的政策讲给这户人家听。"))
    quorum = parameters.at("eval_quorum", local_day(desk.now))
    page = render_template("cases/evaluation.html", case=case, form=form, kept=kept, quorum=quorum)
    return (page, 422) if form.is_submitted() else page


@blueprint.post("/<int:case_id>/evaluation/keep")
@access("case.evaluate", subject=case_by_id)
def keep_vote(desk: Desk, case: Case) -> str:
    expect(case, CaseState.EVAL_PENDING)
    return _keep(desk, case, VOTE)


def _record_vote(desk: Desk, case: Case, form: EvaluationForm) -> None:
    entry.record_evaluation(desk.session, case, form.vote(), actor=desk.actor, now=desk.now)


@blueprint.route("/<int:case_id>/objection", methods=("GET", "POST"))
@access("case.determine", subject=case_by_id)
def answer(desk: Desk, case: Case) -> Answer:
    expect(case, CaseState.OBJECTED)
    unchanged(case)
    form = ObjectionForm()
    if form.is_submitted() and accepted(form, lambda: _answer(desk, case, form)):
        stays = case.state == CaseState.DETERMINED
        return back(
            case, _("维持认定，可以编进下一批再报。") if stays else _("撤回了。请村里讲给这户人家听。")
        )
    told = telling(list(moves_of(desk.session, case.id)))
    page = render_template("cases/objection.html", case=case, form=form, told=told)
    return (page, 422) if form.is_submitted() else page


def _answer(desk: Desk, case: Case, form: ObjectionForm) -> None:
    filing.answer_objection(
        desk.session,
        case,
        reaffirm=form.stand.data == "reaffirm",
        answer=form.answer.data,
        actor=desk.actor,
        now=desk.now,
    )


@blueprint.route("/<int:case_id>/consents", methods=("GET", "POST"))
@access("consent.record", subject=case_by_id)
def ask(desk: Desk, case: Case) -> Answer:
    """A purpose that does not hold now is asked about again; one that holds can only be withdrawn."""
    form = AskAgainForm(scope=request.args.get("scope", ""))
    form.scope.choices = options((scope, lists.CONSENT_SCOPE[scope]) for scope in _askable(desk, case))
    if form.is_submitted() and accepted(form, lambda: _ask(desk, case, form)):
        return back(
            case, _("记下了。") if form.answer.data == YES else _("家里不同意，记下了。别的帮扶照旧。")
        )
    youngest = youngest_age(case, local_day(desk.now))
    page = render_template(
        "cases/ask.html",
        case=case,
        form=form,
        youngest=youngest,
        written_below=WRITTEN_BELOW,
        words=READ_ALOUD,
    )
    return (page, 422) if form.is_submitted() else page


def _askable(desk: Desk, case: Case) -> list[str]:
    """`record` was asked on the first sheet; the others may be asked whenever no yes holds."""
    day, latest = local_day(desk.now), latest_consents(case)
    held = {
        scope
        for scope, consent in latest.items()
        if consent.state == ConsentState.GIVEN and (consent.expires_on is None or consent.expires_on >= day)
    }
    return [scope for scope in lists.CONSENT_SCOPE if scope != "record" and scope not in held]


def _ask(desk: Desk, case: Case, form: AskAgainForm) -> None:
    new = form.consent(form.scope.data, given=form.answer.data != NO, with_minor=_has_minor(desk, case))
    give_consent(desk.session, case, new, actor=desk.actor, now=desk.now)
