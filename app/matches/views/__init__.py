"""What a partner can give, what is suggested to it, and declining (public side)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.partners import partner_of
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.matches.forms import DeclineForm, InterestForm
from app.matches.models import PairingProposal
from app.matches.operations.answering import decline
from app.matches.operations.forme import for_me
from app.matches.operations.interests import state_interest
from app.matches.operations.showing import offers_for
from app.matches.queries import interest_of, proposal_by_ref
from app.policy.regions import display_name

blueprint = Blueprint("matches", __name__)
# The library asks here how a signed-in partner would put the cards.
blueprint.record_once(lambda state: state.app.extensions.update({"library.for_me": for_me}))
Answer = str | Response | tuple[str, int]


@blueprint.get("/my/interest")
@access("interest.state")
def interest(desk: Desk) -> str:
    return _page(desk, InterestForm(obj=interest_of(desk.session, desk.actor)))


@blueprint.post("/my/interest")
@access("interest.state")
def keep_interest(desk: Desk) -> Answer:
    form = InterestForm()

    def act() -> None:
        state_interest(desk.session, form.offer(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, form), 422
    flash(_("记下了。有合适的，县里会推荐给你，最多三件。"))
    return redirect("/my", 303)


@blueprint.get("/my/proposals")
@access("interest.state")
def proposals(desk: Desk) -> str:
    return _proposals(desk)


@blueprint.post("/my/proposals/<proposal_ref>/decline")
@access("proposal.answer", subject=proposal_by_ref)
def decline_proposal(desk: Desk, proposal: PairingProposal) -> Answer:
    """One tap; the reason may be 不想说."""
    form = DeclineForm()

    def act() -> None:
        decline(desk.session, proposal, code=form.code.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _proposals(desk, declining=(proposal.proposal_ref, form)), 422
    flash(_("知道了，下回配得更准。不告诉那户人家，也不影响你。"))
    return redirect(url_for("matches.proposals"), 303)


def _page(desk: Desk, form: InterestForm) -> str:
    partner = partner_of(desk.session, desk.actor)
    return render_template("matches/interest.html", form=form, partner=partner)


def _proposals(desk: Desk, *, declining: tuple[str, DeclineForm] | None = None) -> str:
    interest, partner = interest_of(desk.session, desk.actor), partner_of(desk.session, desk.actor)
    return render_template(
        "matches/proposals.html",
        offers=offers_for(desk.session, desk.actor, now=desk.now),
        interest=interest,
        places=[display_name(code) for code in interest.counties] if interest is not None else [],
        verified=partner is not None and partner.is_verified(local_day(desk.now)),
        partner=partner,
        refused=declining[0] if declining is not None else "",
        refused_form=declining[1] if declining is not None else None,
        form=DeclineForm(formdata=None),
    )


PUBLIC = (blueprint,)
