"""One published cohort: its certificate, its rows, and the emergency freeze."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.guard import Desk, access
from app.policy.catalogue import GENERIC_ITEM, amount_band
from app.releases.forms.review import FreezeForm, UnfreezeForm
from app.releases.models import Cohort
from app.releases.operations import freezing
from app.releases.queries import cohort_by_id, moves_of_cohort
from app.releases.states import COHORT_LABELS, CohortState
from app.releases.views.workbench import blueprint

Answer = str | Response | tuple[str, int]
MOVES = {
    "begin": "随批次公布",
    "freeze": "紧急冻结，整批隐去",
    "unfreeze": "复核过，原样放回",
    "take_off": "复核过，整批下架",
    "retire": "到期，整批下架",
}


@blueprint.get("/cohorts/<int:cohort_id>")
@access("cohort.read", subject=cohort_by_id)
def cohort(desk: Desk, cohort: Cohort) -> str:
    return _page(desk, cohort)


@blueprint.post("/cohorts/<int:cohort_id>/freeze")
@access("cohort.freeze", subject=cohort_by_id)
def freeze(desk: Desk, cohort: Cohort) -> Answer:
    form = FreezeForm(prefix="freeze")

    def act() -> None:
        freezing.freeze_cohort(desk.session, cohort, reason=form.reason.data, actor=desk.actor, now=desk.now)

    told = _("冻结了。一分钟内，这一批的卡片从所有地方一起隐去；已经接下的照常办。")
    return _take(desk, cohort, form, act, told)


@blueprint.post("/cohorts/<int:cohort_id>/unfreeze")
@access("cohort.review", subject=cohort_by_id)
def unfreeze(desk: Desk, cohort: Cohort) -> Answer:
    form = UnfreezeForm(prefix="review")

    def act() -> None:
        freezing.unfreeze_cohort(desk.session, cohort, note=form.reason.data, actor=desk.actor, now=desk.now)

    return _take(desk, cohort, form, act, _("放回去了，一分钟内和原来一样。"))


@blueprint.post("/cohorts/<int:cohort_id>/retire")
@access("cohort.review", subject=cohort_by_id)
def retire(desk: Desk, cohort: Cohort) -> Answer:
    form = UnfreezeForm(prefix="review")

    def act() -> None:
        freezing.retire_frozen(desk.session, cohort, note=form.reason.data, actor=desk.actor, now=desk.now)

    return _take(desk, cohort, form, act, _("整批下架了。没人接的回到第三步，可以换更宽的标签再审。"))


def _take(desk: Desk, cohort: Cohort, form: Any, act: Callable[[], None], told: str) -> Answer:
    if not accepted(form, act):
        return _page(desk, cohort, form), 422
    flash(told)
    return redirect(url_for("releases.cohort", cohort_id=cohort.id), 303)


def _page(desk: Desk, cohort: Cohort, form: Any = None) -> str:
    """One's own rows lead to the case, those of other counties are cards only."""
    blank = {
        "freeze_form": FreezeForm(prefix="freeze", formdata=None),
        "review_form": UnfreezeForm(prefix="review", formdata=None),
    }
    if form is not None:
        blank["freeze_form" if isinstance(form, FreezeForm) else "review_form"] = form
    return render_template(
        "releases/cohort.html",
        cohort=cohort,
        own={p.id for p in cohort.projects if p.area.startswith(desk.actor.area)},
        generic=GENERIC_ITEM,
        band=amount_band,
        state_label=COHORT_LABELS[CohortState(cohort.state)],
        moves=moves_of_cohort(desk.session, cohort.id),
        move_words=MOVES,
        **blank,
    )
