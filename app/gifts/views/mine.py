"""我的结对: everything of one partner on one page, what waits for it first."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask_babel import gettext as _

from app.accounts.queries.partners import partner_of
from app.accounts.states import PARTNER_LABELS, PartnerState
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.gifts.models import Claim
from app.gifts.queries import charity_projects_of, claims_of
from app.gifts.states import CHARITY_PROJECT_LABELS, HELD, ClaimState, PledgeState, hold_is_over
from app.gifts.views.agenda import agenda
from app.gifts.views.claims import status_words
from app.pairings.queries import minutes_of, pairings_of
from app.pairings.states import OPEN, PAIRING_LABELS

blueprint = Blueprint("mine", __name__)
_GONE = (ClaimState.RELEASED, ClaimState.LAPSED, ClaimState.REJECTED)
_HANDED = (PledgeState.HANDED_OVER, PledgeState.CONFIRMED)


@blueprint.get("/my")
@access("partner.home")
def home(desk: Desk) -> str:
    partner = partner_of(desk.session, desk.actor)
    if partner is None:
        raise NotFound
    claims, pairings = claims_of(desk.session, desk.actor), pairings_of(desk.session, desk.actor)
    recent = desk.now - timedelta(days=14)
    return render_template(
        "mine/home.html",
        partner=partner,
        verified=partner.is_verified(local_day(desk.now)),
        state_name=PARTNER_LABELS[PartnerState(partner.state)],
        todos=agenda(desk),
        running=[_line(c) for c in claims if c.state not in _GONE and c.state != ClaimState.DONE],
        done=[_line(c) for c in claims if c.state == ClaimState.DONE],
        gone=[c for c in claims if c.state in _GONE and c.ended_at is not None and c.ended_at > recent],
        status_words=status_words,
        pairings=[p for p in pairings if p.state in OPEN],
        past_pairings=[p for p in pairings if p.state not in OPEN],
        pairing_labels=PAIRING_LABELS,
        projects=charity_projects_of(desk.session, desk.actor) if partner.partner_kind == "charity" else [],
        project_labels=CHARITY_PROJECT_LABELS,
        minutes=minutes_of(desk.session, desk.actor),
        hold_is_over=hold_is_over,
    )


def _line(claim: Claim) -> tuple[Claim, str, list[tuple[str, str]]]:
    """A claim with its word and the four marks of its rail: 接下, 说定, 送到, 确认."""
    return claim, status_words(claim), _rail(claim)


def _rail(claim: Claim) -> list[tuple[str, str]]:
    state = claim.pledge.state if claim.pledge is not None else ""
    promised = claim.state not in HELD
    handed, confirmed = state in _HANDED, state == PledgeState.CONFIRMED
    disputed = state == PledgeState.DISPUTED
    reached = (True, promised, handed, confirmed)
    words = (_("接下"), _("付款") if claim.kind == "money" else _("说定"), _("交到家里"), _("家里确认"))
    current = reached.index(False) if False in reached else -1
    marks = ["" if done else "w" for done in reached]
    if current > 0:
        marks[current] = "x" if disputed else "n"
    return list(zip(marks, words, strict=True))
