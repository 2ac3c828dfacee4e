"""What an officer says of the batch: this pair, not that one, run it again; and how fair the last run was."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.core.answers import accepted
from app.core.guard import Desk, access
from app.followup.forms.county import ForbidForm
from app.followup.models import ProposalBatch, ProposalDraft, ProposalRequest, ProposalWish
from app.followup.operations import batches as batching
from app.followup.queries import draft_by_id
from app.followup.queries.batches import (
    latest_batch,
    latest_request,
    left_counts,
    left_page,
    wish_by_id,
    wishes_of,
)
from app.followup.queries.lists import needs_with_drafts
from app.followup.states import WHY_LEFT, WISHES
from app.followup.views.room import Answer, blueprint, go, number

FEW = 5  # below it a share says nothing (domain 10)
SHOWN_IDLE = 50
BANDS = {
    "under_4": _("不到 4 周"),
    "under_8": _("4–7 周"),
    "under_12": _("8–11 周"),
    "from_12": _("12 周以上"),
}
IDLE = {
    "unverified": _("资料还没核验完，或者过期了"),
    "full": _("约的户数满了"),
    "second": _("合适的那几件，都有更合适的人"),
    "asked": _("合适的都问过了"),
    "low": _("都不够合适"),
    "papers": _("缺要的资格或证明"),
    "reach": _("方便去的县里，眼下没有等服务的"),
    "kind": _("没有选“出服务”"),
}


@dataclass(frozen=True)
class Shown:
    """One line of the fairness tables: per cent of what waits, and of what was proposed."""

    label: str
    needs: int
    proposals: int
    asked: float
    got: float
    few: bool


@blueprint.post("/proposals/drafts/<int:draft_id>/pin")
@access("proposal_wish.make", subject=draft_by_id)
def pin(desk: Desk, draft: ProposalDraft) -> Answer:
    batching.wish_for(desk.session, draft, "pin", actor=desk.actor, now=desk.now)
    return go("proposals", gettext("记下了：就定这一对。按“再排一次”，别的会跟着重新排。"))


@blueprint.get("/proposals/drafts/<int:draft_id>/forbid")
@access("proposal_wish.make", subject=draft_by_id)
def forbid(desk: Desk, draft: ProposalDraft) -> str:
    return render_template("followup/forbid.html", draft=draft, form=ForbidForm(formdata=None))


@blueprint.post("/proposals/drafts/<int:draft_id>/forbid")
@access("proposal_wish.make", subject=draft_by_id)
def keep_forbidden(desk: Desk, draft: ProposalDraft) -> Answer:
    form = ForbidForm()

    def act() -> None:
        batching.wish_for(
            desk.session, draft, "forbid", reason=form.reason.data or "", actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return render_template("followup/forbid.html", draft=draft, form=form), 422
    return go("proposals", gettext("记下了：这一对以后不再排。按“再排一次”，看换成谁。"))


@blueprint.post("/proposals/wishes/<int:wish_id>/lift")
@access("proposal_wish.lift", subject=wish_by_id)
def lift(desk: Desk, wish: ProposalWish) -> Answer:
    batching.lift_wish(desk.session, wish, actor=desk.actor, now=desk.now)
    return go("proposals", gettext("收回了。下次照常排。"))


@blueprint.post("/proposals/again")
@access("proposal_run.ask")
def again(desk: Desk) -> Answer:
    asked = batching.ask_again(desk.session, actor=desk.actor, now=desk.now)
    if not asked.mine:
        return go("proposals", gettext("已经有一次在排，不用再请。排好了写在这一页。"))
    return go("proposals", gettext("请好了。排好了写在这一页，不用等着。"))


@blueprint.get("/proposals/run")
@access("proposal_run.read")
def run(desk: Desk) -> Answer:
    """The part of the page that looks in while a run is worked out; empty as long as nothing has moved."""
    facts = run_card(desk)
    if facts["asked"] is not None and request.args.get("seen") == _step(facts["asked"]):
        return "", 204
    return render_template("followup/_run_card.html", fresh=True, **facts)


def _step(asked: ProposalRequest) -> str:
    if asked.answered_at is not None:
        return "answered"
    return "started" if asked.started_at is not None else "asked"


@blueprint.get("/proposals/fairness")
@access("proposal_run.read")
def fairness(desk: Desk) -> str:
    batch = latest_batch(desk.session, desk.actor.county)
    told = batch.fairness if batch is not None else {}
    return render_template(
        "followup/fairness.html",
        batch=batch,
        told=told,
        few=FEW,
        tables=[
            (_("等了多久"), _lines(told, "waiting", BANDS)),
            (_("要的是什么"), _lines(told, "item", {})),
        ],
        idle=_idle(batch, desk.actor.county),
        idle_labels=IDLE,
    )


def run_facts(desk: Desk) -> dict[str, Any]:
    """What the page of proposals says of the last run."""
    county = desk.actor.county
    card = run_card(desk)
    idle = _idle(card["batch"], county)
    return {
        **card,
        "wishes": wishes_of(desk.session, desk.actor),
        "wish_labels": WISHES,
        "left": left_page(desk.session, desk.actor, page=number("left")),
        "left_counts": left_counts(desk.session, desk.actor),
        "left_labels": WHY_LEFT,
        "idle": idle[:SHOWN_IDLE],
        "idle_n": len(idle),
        "idle_counts": Counter(one["reason"] for one in idle).most_common(),
        "idle_labels": IDLE,
    }


def run_card(desk: Desk) -> dict[str, Any]:
    """How good the last run was, what was asked for, and how many needs wait for a look."""
    county = desk.actor.county
    return {
        "batch": latest_batch(desk.session, county),
        "asked": latest_request(desk.session, county),
        "waiting": needs_with_drafts(desk.session, desk.actor).total,
    }


def _idle(batch: ProposalBatch | None, county: str) -> list[dict[str, Any]]:
    """Partners who would come to this county and got nothing."""
    listed = json.loads(batch.idle) if batch is not None and batch.idle else []
    return [one for one in listed if county in one["counties"]]


def _lines(told: Mapping[str, Any], name: str, labels: Mapping[str, Any]) -> list[Shown]:
    """In the order of `labels`, else the most first; the numbers are those of `matching.fairness`."""
    rows = told.get("exposure", {}).get(name, [])
    order = list(labels)
    rows = sorted(
        rows, key=lambda r: (order.index(r["group"]) if r["group"] in order else 99, -r["needs"], r["group"])
    )
    return [
        Shown(
            labels.get(row["group"], row["group"]),
            row["needs"],
            row["proposals"],
            row["asked"],
            row["got"],
            row["needs"] < FEW,
        )
        for row in rows
    ]
