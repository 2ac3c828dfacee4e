"""One household: what happens next, the way so far, who lives there, what they agreed to."""

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from app.cases.forms.steps import NumberForm, ReopenForm, RevealForm
from app.cases.models import BatchItem, Case, Member
from app.cases.operations import entry
from app.cases.operations.consents import withdraw
from app.cases.operations.drafts import reveal_identity
from app.cases.operations.members import complete_number
from app.cases.queries import (
    IN_THE_VILLAGE,
    age_on,
    case_by_id,
    last_item_of,
    latest_consents,
    moves_of,
    open_reveal,
)
from app.cases.states import CASE_LABELS, CaseState
from app.cases.views.next_step import next_of, people_of, pressing, telling
from app.cases.views.room import Answer, back, blueprint, expect, unchanged
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.policy import lists
from app.policy.access import Verdict, decide


@blueprint.get("/<int:case_id>")
@access("case.read", subject=case_by_id)
def show(desk: Desk, case: Case) -> str:
    return household_page(desk, case)


@blueprint.post("/<int:case_id>/reveal")
@access("case.reveal", subject=case_by_id)
def reveal(desk: Desk, case: Case) -> Answer:
    form = RevealForm(prefix="reveal")

    def act() -> None:
        reveal_identity(desk.session, case, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return household_page(desk, case, reveal_form=form), 422
    return back(case, _("打开了，10 分钟后自动遮上。这次查看记了一笔。"))


@blueprint.route("/<int:case_id>/reopen", methods=("GET", "POST"))
@access("case.reopen", subject=case_by_id)
def reopen(desk: Desk, case: Case) -> Answer:
    expect(case, CaseState.EVAL_FAILED)
    unchanged(case)
    form = ReopenForm()
    if form.is_submitted() and accepted(form, lambda: _reopen(desk, case, form)):
        return back(case, _("重新打开了，从入户核实开始。"))
    page = render_template("cases/reopen.html", case=case, form=form)
    return (page, 422) if form.is_submitted() else page


def _reopen(desk: Desk, case: Case, form: ReopenForm) -> None:
    entry.reopen(desk.session, case, facts=form.facts.data, actor=desk.actor, now=desk.now)


@blueprint.route("/<int:case_id>/members/<int:member_id>/number", methods=("GET", "POST"))
@access("case.check", subject=case_by_id)
def number(desk: Desk, case: Case, member_id: int) -> Answer:
    """A resident number that was not at hand when the household was written down."""
    member = next((m for m in case.household.members if m.id == member_id and not m.id_no), None)
    if member is None:
        raise NotFound
    form = NumberForm()
    if form.is_submitted() and accepted(form, lambda: _complete(desk, case, member, form)):
        return back(case, _("补上了。"))
    page = render_template("cases/number.html", case=case, member=member, form=form)
    return (page, 422) if form.is_submitted() else page


def _complete(desk: Desk, case: Case, member: Member, form: NumberForm) -> None:
    complete_number(desk.session, case, member, id_no=form.id_no.data, actor=desk.actor, now=desk.now)


@blueprint.route("/<int:case_id>/consents/<int:consent_id>/withdraw", methods=("GET", "POST"))
@access("consent.record", subject=case_by_id)
def take_back(desk: Desk, case: Case, consent_id: int) -> Answer:
    """The household changes its mind: one press, no reason asked."""
    consent = next((c for c in case.consents if c.id == consent_id and c.scope != "record"), None)
    if consent is None:
        raise NotFound
    if request.method == "GET":
        name = lists.CONSENT_SCOPE[consent.scope]
        return render_template("cases/take_back.html", case=case, consent=consent, name=name)
    withdraw(desk.session, consent, actor=desk.actor, now=desk.now)
    return back(case, _("撤回了，记下了。别的帮扶照旧。"))


def household_page(desk: Desk, case: Case, **forms: object) -> str:
    day, item = local_day(desk.now), last_item_of(desk.session, case.id)
    revealed = open_reveal(desk.session, case.id, desk.actor, desk.now)
    reads_always = decide(desk.actor, "identity.read", case) is Verdict.ALLOW
    told = telling(list(moves_of(desk.session, case.id)))
    coming = next_of(case, item.batch if item else None, desk.actor, desk.now)
    return render_template(
        "cases/show.html",
        case=case,
        labels=CASE_LABELS,
        lists=lists,
        coming=coming,
        people=people_of(desk.session, coming.step, case, day),
        door=_door(coming.step.endpoint, case, item),
        pressing=pressing(case, told),
        told=told,
        amendable=case.state in IN_THE_VILLAGE,
        consents=latest_consents(case),
        item=item,
        open_names=reads_always or revealed is not None,
        revealed=revealed,
        ages={m.id: age_on(m.born, day) if m.born else None for m in case.household.members},
        today=day,
        timeline_url=_page("oversight.timeline", case),
        list_url=_page("lists.show", case) if case.difficulties else "",
        **{"reveal_form": RevealForm(prefix="reveal", formdata=None), **forms},
    )


def _page(endpoint: str, case: Case) -> str:
    """The address of a later room's page about this household."""
    return url_for(endpoint, case_id=case.id) if endpoint in current_app.view_functions else ""


def _door(endpoint: str, case: Case, item: BatchItem | None) -> str:
    """Where the main button leads."""
    if endpoint == "batches.show":
        return url_for(endpoint, batch_id=item.batch_id) if item else ""
    if endpoint == "batches.index":
        return url_for(endpoint)
    return url_for(endpoint, case_id=case.id) if endpoint else ""
