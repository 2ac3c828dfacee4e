"""The county looks at a batch household by household: it files, returns or objects."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.cases.models import BatchItem, EntryBatch
from app.cases.operations import filing
from app.cases.queries import batch_by_id, batch_item_by_id
from app.cases.states import BATCH_LABELS
from app.core import audit
from app.core.answers import accepted
from app.core.guard import Desk, access
from app.needs.forms.entry import ObjectForm, ReturnForm
from app.needs.operations import entry
from app.needs.queries import needs_of
from app.policy import lists

blueprint = Blueprint("filings", __name__, url_prefix="/batches")
Answer = str | Response | tuple[str, int]


@blueprint.post("/<int:batch_id>/review")
@access("filing.decide", subject=batch_by_id)
def start(desk: Desk, batch: EntryBatch) -> Response:
    filing.start_review(desk.session, batch, actor=desk.actor, now=desk.now)
    return _onward(batch)


@blueprint.get("/items/<int:item_id>")
@access("filing.read", subject=batch_item_by_id)
def item(desk: Desk, item: BatchItem) -> str:
    """Opening it is opening the household: the audit says so."""
    audit.record(desk.session, actor=desk.actor, verb="case.read", obj=item.case, now=desk.now)
    return _page(desk, item)


@blueprint.post("/items/<int:item_id>/file")
@access("filing.decide", subject=batch_item_by_id)
def file(desk: Desk, item: BatchItem) -> Response:
    entry.file_item(desk.session, item, actor=desk.actor, now=desk.now)
    flash(_("备案了，编号 %(no)s。需求从第 ① 步开始办。", no=item.case.filing_no))
    return _onward(item.batch)


@blueprint.post("/items/<int:item_id>/return")
@access("filing.decide", subject=batch_item_by_id)
def send_back(desk: Desk, item: BatchItem) -> Answer:
    form = ReturnForm(prefix="return")

    def act() -> None:
        filing.return_item(
            desk.session, item, code=form.code.data, note=form.note.data, actor=desk.actor, now=desk.now
        )

    return _decided(desk, item, form, act, "return_form", _("退回乡镇了，说了原因。"))


@blueprint.post("/items/<int:item_id>/object")
@access("filing.decide", subject=batch_item_by_id)
def object_to(desk: Desk, item: BatchItem) -> Answer:
    form = ObjectForm(prefix="object")

    def act() -> None:
        filing.object_to_item(desk.session, item, note=form.note.data, actor=desk.actor, now=desk.now)

    return _decided(desk, item, form, act, "object_form", _("异议写上了，请乡镇再研究。"))


@blueprint.post("/<int:batch_id>/finish")
@access("filing.decide", subject=batch_by_id)
def finish(desk: Desk, batch: EntryBatch) -> Response:
    filing.finish_review(desk.session, batch, actor=desk.actor, now=desk.now)
    flash(_("这一批办完了，结果告诉乡镇了。"))
    return redirect(url_for("batches.show", batch_id=batch.id), 303)


def _decided(
    desk: Desk, item: BatchItem, form: object, act: Callable[[], None], name: str, message: str
) -> Answer:
    if not accepted(form, act):
        return _page(desk, item, **{name: form}), 422
    flash(message)
    return _onward(item.batch)


def _onward(batch: EntryBatch) -> Response:
    """To the next household that waits; to the batch when none does."""
    following = next((i for i in batch.items if i.decision is None), None)
    if following is None:
        return redirect(url_for("batches.show", batch_id=batch.id), 303)
    return redirect(url_for("filings.item", item_id=following.id), 303)


def _page(desk: Desk, item: BatchItem, **forms: object) -> str:
    shown = {
        "return_form": ReturnForm(prefix="return", formdata=None),
        "object_form": ObjectForm(prefix="object", formdata=None),
        **forms,
    }
    batch = item.batch
    return render_template(
        "batches/item.html",
        item=item,
        case=item.case,
        batch=batch,
        needs=needs_of(desk.session, item.case_id),
        labels=BATCH_LABELS,
        lists=lists,
        place=1 + [i.id for i in batch.items].index(item.id),
        done=sum(i.decision is not None for i in batch.items),
        **shown,
    )
