"""One suggestion on a page of its own, with the promise: accepting is worth a second look."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.guard import Desk, access
from app.core.messages import Message
from app.library.queries import card_by_number, cards_like
from app.matches.models import PairingProposal
from app.matches.operations.reasons import suggestion
from app.matches.operations.showing import is_still_free
from app.matches.queries import proposal_by_ref
from app.matches.states import ProposalState
from app.pairings.forms import AcceptForm
from app.pairings.operations.pairing import TAKEN, accept_proposal, obstacle_to_accept
from app.pairings.queries import pairing_of_proposal
from app.pairings.views.room import blueprint

Answer = str | Response | tuple[str, int]


@blueprint.get("/my/proposals/<proposal_ref>")
@access("proposal.read", subject=proposal_by_ref)
def consider(desk: Desk, proposal: PairingProposal) -> Answer:
    return _page(desk, proposal, AcceptForm(formdata=None))


@blueprint.post("/my/proposals/<proposal_ref>")
@access("proposal.answer", subject=proposal_by_ref)
def accept(desk: Desk, proposal: PairingProposal) -> Answer:
    form = AcceptForm()
    if not form.validate_on_submit():
        return _page(desk, proposal, form, status=422)
    try:
        with desk.session.begin_nested():
            pairing = accept_proposal(desk.session, proposal, actor=desk.actor, now=desk.now)
    except Refusal as refusal:  # someone was faster, or a check ran out: the page says it calmly
        desk.session.expire_all()
        return _page(desk, proposal, AcceptForm(formdata=None), status=409, refusal=refusal.message)
    flash(_("知道了，接下来由村里的同志去问家里。一般几个工作日。"))
    return redirect(url_for("pairings.room", pairing_ref=pairing.pairing_ref), 303)


def _page(
    desk: Desk,
    proposal: PairingProposal,
    form: AcceptForm,
    *,
    status: int = 200,
    refusal: Message | None = None,
) -> Answer:
    if proposal.state in (ProposalState.CHOSEN, ProposalState.ENDED):
        pairing = pairing_of_proposal(desk.session, proposal.proposal_ref)
        if pairing is not None:
            return redirect(url_for("pairings.room", pairing_ref=pairing.pairing_ref), 303)
    day, card = local_day(desk.now), card_by_number(desk.session, proposal.project_id)
    free = is_still_free(card)
    lapsed = proposal.expires_on is None or proposal.expires_on < day
    waiting = proposal.state == ProposalState.SENT and not lapsed
    if refusal is None and waiting:
        refusal = TAKEN if not free else obstacle_to_accept(desk.session, proposal, card, desk.now)
    page = render_template(
        "pairings/consider.html",
        proposal=proposal,
        card=card if card is not None and not card.blanked else None,
        offer=suggestion(proposal, card, day) if free and card is not None else None,
        refusal=refusal,
        waiting=waiting,
        form=form,
        taken=refusal is TAKEN,
        others=cards_like(desk.session, card) if card is not None and not free else [],
    )
    return page, status
