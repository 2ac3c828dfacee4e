"""配对撮合: an officer looks at what the batch suggests, and sends one to three of it or lets it be."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.accounts.models.partners import CADENCE, ORGANISATION_KINDS, SKILLS
from app.core.answers import accepted
from app.core.guard import Desk, access
from app.core.messages import Message
from app.followup.forms.county import SendForm
from app.followup.models import ProposalDraft
from app.followup.operations import proposals as proposing
from app.followup.queries.batches import pinned_pairs
from app.followup.queries.lists import drafts_sent, drafts_waiting, needs_with_drafts, sent_waiting
from app.followup.states import DRAFT_LABELS
from app.followup.views.batches import run_facts
from app.followup.views.room import Answer, blueprint, number
from app.matches.operations.reasons import fit_of
from app.needs.models import Need
from app.needs.queries import need_by_id
from matching.weights import WEIGHTS

PARTS = {
    "item": _("要的就是他愿意做的"),
    "skill": _("会这一样"),
    "reach": _("地方方便去"),
    "cadence": _("时间合得上"),
    "waiting": _("等得久"),
    "exposure": _("少有人看到"),
    "reliability": _("说到做到"),
}


@blueprint.get("/proposals")
@access("proposal_draft.list")
def proposals(desk: Desk) -> str:
    return _page(desk)


@blueprint.post("/proposals/needs/<int:need_id>/send")
@access("proposal_draft.send", subject=need_by_id)
def send(desk: Desk, need: Need) -> Answer:
    form, chosen, sent = SendForm(prefix=_prefix(need)), _chosen(desk, need), 0

    def act() -> None:
        nonlocal sent
        sent = proposing.send_proposals(
            desk.session, need, chosen, reason=form.reason.data or "", actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, form=form, about=need.id, ticked={d.id for d in chosen}), 422
    flash(gettext("发给了 %(n)s 位。谁先答应就是谁，十四天没有回话就过期。", n=sent))
    return redirect(url_for("followup.proposals"), 303)


@blueprint.post("/proposals/needs/<int:need_id>/drop")
@access("proposal_draft.send", subject=need_by_id)
def drop(desk: Desk, need: Need) -> Answer:
    waiting = drafts_waiting(desk.session, [need.id]).get(need.id, [])
    proposing.drop_drafts(desk.session, waiting, actor=desk.actor, now=desk.now)
    flash(gettext("这一件先不发。下次撮合会重新排。"))
    return redirect(url_for("followup.proposals"), 303)


def _chosen(desk: Desk, need: Need) -> list[ProposalDraft]:
    ids = {int(v) for v in request.form.getlist("draft") if v.isdigit()}
    waiting = drafts_waiting(desk.session, [need.id]).get(need.id, [])
    return [draft for draft in waiting if draft.id in ids]


def _prefix(need: Need) -> str:
    return f"n{need.id}"


def _page(
    desk: Desk, *, form: SendForm | None = None, about: int | None = None, ticked: set[int] | None = None
) -> str:
    page = needs_with_drafts(desk.session, desk.actor, page=number())
    drafts = drafts_waiting(desk.session, [need.id for need in page.items])
    listed = [d for some in drafts.values() for d in some]
    stops = {d.id: _stops(desk, d) for d in listed}
    facts = run_facts(desk)
    return render_template(
        "followup/proposals.html",
        page=page,
        groups=[
            _group(need, drafts[need.id], stops, form if need.id == about else None) for need in page.items
        ],
        stops=stops,
        out=sent_waiting(desk.session, [need.id for need in page.items]),
        form=form,
        ticked=ticked,
        parts=PARTS,
        weights=WEIGHTS,
        fit_of=fit_of,
        skills=SKILLS,
        cadences=CADENCE,
        donor_kinds={"volunteer": _("志愿者"), **ORGANISATION_KINDS},
        sent=drafts_sent(desk.session, desk.actor, page=number("sent")),
        labels=DRAFT_LABELS,
        pinned=pinned_pairs(facts["wishes"], listed),
        **facts,
    )


def _stops(desk: Desk, draft: ProposalDraft) -> list[Message]:
    return proposing.obstacles(desk.session, draft, now=desk.now)


def _group(
    need: Need, drafts: list[ProposalDraft], stops: dict[int, list[Message]], form: SendForm | None
) -> tuple[Need, list[ProposalDraft], int | None, SendForm]:
    """A need, its drafts, which one is ticked at first, and its form."""
    free = next((d.id for d in drafts if not stops[d.id]), None)
    return need, drafts, free, form or SendForm(prefix=_prefix(need), formdata=None)
