"""我的结对: everything of one partner on one page, what waits for it first."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.queries.partners import partner_of
from app.accounts.states import PARTNER_LABELS, PartnerState
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.gifts.models import Claim
from app.gifts.queries import charity_projects_of, claims_of
from app.gifts.states import CHARITY_PROJECT_LABELS, ENDED, HELD, LIVE, ClaimState, PledgeState
from app.gifts.views.agenda import agenda
from app.gifts.views.claims import status_words
from app.matches.operations.showing import offers_for
from app.pairings.models import Pairing
from app.pairings.operations.rhythm import NextContact, next_contact
from app.pairings.queries import minutes_of, pairings_of
from app.pairings.states import OPEN, PAIRING_LABELS

blueprint = Blueprint("mine", __name__)
_HANDED = (PledgeState.HANDED_OVER, PledgeState.CONFIRMED)
SHOWN = 6  # claims on the first page; the list has them all


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    here: bool
    count: int = 0


@blueprint.app_template_global()
def my_tabs() -> list[Tab]:
    """The places of a signed-in partner, in a fixed order."""
    desk: Desk = g.desk
    claims = sum(c.state in LIVE for c in claims_of(desk.session, desk.actor))
    offers = len(offers_for(desk.session, desk.actor, now=desk.now).free)
    places = [
        (_("等你办的"), url_for("mine.home"), 0),
        (_("给你配的"), url_for("matches.proposals"), offers),
        (_("认领清单"), url_for("claims.index"), claims),
        (_("我收着的"), url_for("mine_library.index"), 0),
        (_("我能出什么"), url_for("matches.interest"), 0),
        (_("登记和核验"), url_for("partners.profile"), 0),
        (_("设置"), url_for("settings.show"), 0),
    ]
    partner = partner_of(desk.session, desk.actor)
    if partner is not None and partner.partner_kind == "charity":
        places.insert(3, (_("慈善项目"), url_for("charity.index"), 0))
    home = places[0][1]
    return [Tab(label, url, _is_here(url, home), count) for label, url, count in places]


def _is_here(url: str, home: str) -> bool:
    path = request.path
    return path == url if url == home else path == url or path.startswith(f"{url}/")


@blueprint.get("/my")
@access("partner.home")
def home(desk: Desk) -> str:
    partner = partner_of(desk.session, desk.actor)
    if partner is None:
        raise NotFound
    claims, pairings = claims_of(desk.session, desk.actor), pairings_of(desk.session, desk.actor)
    recent = desk.now - timedelta(days=14)
    current = [c for c in claims if c.state in LIVE] + [c for c in claims if c.state == ClaimState.DONE]
    return render_template(
        "mine/home.html",
        partner=partner,
        verified=partner.is_verified(local_day(desk.now)),
        state_name=PARTNER_LABELS[PartnerState(partner.state)],
        todos=agenda(desk),
        lines=[_line(c) for c in current[:SHOWN]],
        more=max(0, len(current) - SHOWN),
        gone=[c for c in claims if c.state in ENDED and c.ended_at is not None and c.ended_at > recent],
        status_words=status_words,
        pairings=[_pair(p, desk) for p in pairings if p.state in OPEN],
        past_pairings=[p for p in pairings if p.state not in OPEN],
        pairing_labels=PAIRING_LABELS,
        projects=charity_projects_of(desk.session, desk.actor) if partner.partner_kind == "charity" else [],
        project_labels=CHARITY_PROJECT_LABELS,
        minutes=minutes_of(desk.session, desk.actor),
    )


def _pair(pairing: Pairing, desk: Desk) -> tuple[Pairing, NextContact | None]:
    return pairing, next_contact(pairing, desk.now)


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
