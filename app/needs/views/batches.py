"""A township's batches for filing: put together, sent to the county, taken back while nobody has begun."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.colleagues import holders_of
from app.cases.models import BatchItem, Case, EntryBatch
from app.cases.operations import filing
from app.cases.queries import (
    batch_by_id,
    batch_item_by_id,
    batches_in_area,
    determined_cases,
    draft_batches,
)
from app.cases.states import BATCH, BATCH_LABELS, BatchState
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound
from app.core.guard import Desk, access
from app.core.messages import msg
from app.policy.access import Verdict, decide
from app.policy.actors import Role

blueprint = Blueprint("batches", __name__, url_prefix="/batches")
Answer = str | Response | tuple[str, int]


@blueprint.get("/")
@access("batch.list")
def index(desk: Desk) -> str:
    """What waits to be put in, and every batch in reach."""
    state = request.args.get("state", "")
    known = state if state in BATCH_LABELS else ""
    page = batches_in_area(desk.session, desk.actor, state=known, page=request.args.get("page", 1, type=int))
    makes = desk.actor.role == Role.TOWNSHIP_OFFICER
    return render_template(
        "batches/index.html",
        page=page,
        state=known,
        labels=BATCH_LABELS,
        waiting=determined_cases(desk.session, desk.actor.area) if makes else [],
        drafts=draft_batches(desk.session, desk.actor.area) if makes else [],
        today=local_day(desk.now),
    )


@blueprint.post("/")
@access("batch.list")
def make(desk: Desk) -> Response:
    """A new batch, or more households for one that is still a draft."""
    chosen = _chosen(desk)
    into = request.form.get("batch", type=int)
    batch = batch_by_id(desk.session, into) if into else None
    if into and (batch is None or decide(desk.actor, "batch.read", batch) is not Verdict.ALLOW):
        raise NotFound
    batch = batch or filing.make_batch(desk.session, actor=desk.actor, now=desk.now)
    for case in chosen:
        filing.put_in_batch(desk.session, batch, case, actor=desk.actor, now=desk.now)
    return _back(batch, _("放进去了 %(n)s 户。看一遍，请分管领导报送。", n=len(chosen)))


def _chosen(desk: Desk) -> list[Case]:
    """Raises BadInput when nothing was ticked; a household of elsewhere is not among those to pick from."""
    asked = {int(n) for n in request.form.getlist("case") if n.isdigit()}
    open_to_me = {c.id: c for c in determined_cases(desk.session, desk.actor.area)}
    chosen = [open_to_me[i] for i in sorted(asked & open_to_me.keys())]
    if not chosen:
        raise BadInput(msg("没有选到能放进去的户：要先认定，而且还不在别的批次里。请回上一页再选。"))
    return chosen


@blueprint.get("/<int:batch_id>")
@access("batch.read", subject=batch_by_id)
def show(desk: Desk, batch: EntryBatch) -> str:
    day = local_day(desk.now)
    acting = Role.TOWNSHIP_LEAD if batch.state == BatchState.DRAFT else Role.COUNTY_SWD
    place = batch.area if acting == Role.TOWNSHIP_LEAD else batch.area[:6]
    return render_template(
        "batches/show.html",
        batch=batch,
        labels=BATCH_LABELS,
        machine=BATCH,
        people=holders_of(desk.session, acting, place, day),
        waiting=sum(item.decision is None for item in batch.items),
        today=day,
    )


@blueprint.post("/items/<int:item_id>/remove")
@access("batch.make", subject=batch_item_by_id)
def take_out(desk: Desk, item: BatchItem) -> Response:
    batch = item.batch
    filing.take_out(desk.session, item, actor=desk.actor, now=desk.now)
    return _back(batch, _("拿出来了，可以放进下一批。"))


@blueprint.post("/<int:batch_id>/submit")
@access("batch.submit", subject=batch_by_id)
def submit(desk: Desk, batch: EntryBatch) -> Response:
    filing.submit_batch(desk.session, batch, actor=desk.actor, now=desk.now)
    return _back(batch, _("报到县里了，县里在 5 个工作日内办。"))


@blueprint.post("/<int:batch_id>/recall")
@access("batch.submit", subject=batch_by_id)
def recall(desk: Desk, batch: EntryBatch) -> Response:
    filing.recall_batch(desk.session, batch, actor=desk.actor, now=desk.now)
    return _back(batch, _("撤回来了，改好再报。"))


def _back(batch: EntryBatch, message: str) -> Response:
    flash(message)
    return redirect(url_for("batches.show", batch_id=batch.id), 303)
