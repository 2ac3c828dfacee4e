"""慈善项目备案: two people compare a charity's project with the register; the county's switch of payment."""

from flask import render_template
from flask_babel import gettext as _

from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.followup.forms.county import GiveBackForm, SwitchForm
from app.followup.models import FilingCheck
from app.followup.operations import money
from app.followup.queries import filing_check_by_id, money_is_on, moves_of
from app.followup.queries.lists import filings_done, filings_waiting
from app.followup.states import FILING_CHECK, FILING_LABELS
from app.followup.views.room import Answer, blueprint, go, number
from app.policy.catalogue import ITEMS


@blueprint.get("/filings")
@access("filing_check.list")
def filing_checks(desk: Desk) -> str:
    return _page(desk)


@blueprint.post("/filings/<int:check_id>/check")
@access("filing_check.check", subject=filing_check_by_id)
def check(desk: Desk, check: FilingCheck) -> Answer:
    money.check_filing(desk.session, check, actor=desk.actor, now=desk.now)
    return go("filing_checks", _("核过一遍了，等负责人来定。"))


@blueprint.post("/filings/<int:check_id>/give-back")
@access("filing_check.check", subject=filing_check_by_id)
def give_back(desk: Desk, check: FilingCheck) -> Answer:
    form = GiveBackForm(prefix=f"f{check.id}")

    def act() -> None:
        money.give_back_filing(desk.session, check, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, form, check.id), 422
    return go("filing_checks", _("退回了，对方会看到你写的原因，改好可以再交。"))


@blueprint.post("/filings/<int:check_id>/accept")
@access("filing_check.decide", subject=filing_check_by_id)
def accept(desk: Desk, check: FilingCheck) -> Answer:
    money.decide_filing(desk.session, check, valid=True, reason="", actor=desk.actor, now=desk.now)
    return go("filing_checks", _("定了，两个人核过。这个项目现在可以收款。"))


@blueprint.post("/filings/<int:check_id>/reject")
@access("filing_check.decide", subject=filing_check_by_id)
def reject_filing(desk: Desk, check: FilingCheck) -> Answer:
    form = GiveBackForm(prefix=f"f{check.id}")

    def act() -> None:
        money.decide_filing(
            desk.session, check, valid=False, reason=form.reason.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, form, check.id), 422
    return go("filing_checks", _("退回了，对方会看到你写的原因，改好可以再交。"))


@blueprint.post("/money")
@access("parameter.change")
def switch(desk: Desk) -> Answer:
    form = SwitchForm()
    on = form.on.data == "1"
    if not accepted(form, lambda: money.switch_money(desk.session, on=on, actor=desk.actor, now=desk.now)):
        return _page(desk), 422
    opened, closed = _("本县的网上付款开了，一分钟内生效。"), _("关了。新的付款不再开始，已经付的照常办。")
    return go("filing_checks", opened if on else closed)


def _page(desk: Desk, form: GiveBackForm | None = None, about: int | None = None) -> str:
    waiting = filings_waiting(desk.session, desk.actor)
    forms = {c.id: GiveBackForm(prefix=f"f{c.id}", formdata=None) for c in waiting}
    if form is not None and about is not None:
        forms[about] = form
    return render_template(
        "followup/filings.html",
        waiting=waiting,
        moves={c.id: moves_of(desk.session, "filing_check", c.id) for c in waiting},
        done=filings_done(desk.session, desk.actor, page=number()),
        forms=forms,
        form=form,
        machine=FILING_CHECK,
        labels=FILING_LABELS,
        items=ITEMS,
        money_on=money_is_on(desk.session, desk.actor.county, local_day(desk.now)),
    )
