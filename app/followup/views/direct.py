"""直接对接: what waits for one organisation to be found, the question to one of them, and what came of it."""

import random

from flask import render_template
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.models.partners import ORGANISATION_KINDS
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.core.paging import cut
from app.followup.forms.direct import AskForm
from app.followup.models import DirectOffer
from app.followup.operations import direct as matching
from app.followup.queries.direct import (
    WHY,
    Partner,
    needs_waiting,
    offer_by_id,
    offers_of_need,
    offers_page,
    organisations_for,
    ties_of_offers,
)
from app.followup.states import OFFER_LABELS
from app.followup.views.room import Answer, blueprint, go, number
from app.needs.models import Need
from app.needs.queries import need_by_id
from app.policy.catalogue import amount_band
from app.policy.regions import display_name, prefecture_of


@blueprint.get("/direct")
@access("direct_offer.list")
def direct(desk: Desk) -> str:
    """急 first; each with since when and why it is not published."""
    waiting = needs_waiting(desk.session, desk.actor, local_day(desk.now))
    asked = offers_page(desk.session, desk.actor, waiting=True, page=number("asked"))
    over = offers_page(desk.session, desk.actor, waiting=False, page=number("over"))
    return render_template(
        "followup/direct.html",
        page=cut(waiting, number()),
        urgent=sum(w.need.urgency == "urgent" for w in waiting),
        why=WHY,
        asked=asked,
        over=over,
        ties=ties_of_offers(desk.session, over.items),
        labels=OFFER_LABELS,
    )


@blueprint.get("/direct/needs/<int:need_id>")
@access("direct_offer.read", subject=need_by_id)
def direct_need(desk: Desk, need: Need) -> str:
    return _page(desk, need)


@blueprint.post("/direct/needs/<int:need_id>")
@access("direct_offer.make", subject=need_by_id)
def ask_directly(desk: Desk, need: Need) -> Answer:
    form = _form(_partners(desk, need))

    def act() -> None:
        matching.offer_directly(
            desk.session,
            need,
            token=form.token.data,
            rng=random.SystemRandom(),
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, need, form), 422
    return go("direct", _("问出去了，一分钟内对方看得到。答复前，这一项先替它留着。"))


@blueprint.post("/direct/<int:offer_id>/withdraw")
@access("direct_offer.withdraw", subject=offer_by_id)
def withdraw_offer(desk: Desk, offer: DirectOffer) -> Answer:
    matching.withdraw_offer(desk.session, offer, actor=desk.actor, now=desk.now)
    return go("direct_need", _("收回了，可以另问一家。"), need_id=offer.need_id)


def _page(desk: Desk, need: Need, form: AskForm | None = None) -> str:
    day, partners = local_day(desk.now), _partners(desk, need)
    return render_template(
        "followup/direct_need.html",
        need=need,
        stop=matching.obstacle(desk.session, need, day=day),
        partners={p.dossier.token: p for p in partners},
        form=form or _form(partners),
        earlier=offers_of_need(desk.session, need.id),
        labels=OFFER_LABELS,
        why=next((WHY[w.why] for w in needs_waiting(desk.session, desk.actor, day, only=need.id)), ""),
        kinds=ORGANISATION_KINDS,
        told={
            "item": need.item.name,
            "place": display_name(prefecture_of(need.county_code)),
            "band": amount_band(need.budget_fen, need.item_code),
        },
        until=matching.answer_due(need, desk.now),
    )


def _partners(desk: Desk, need: Need) -> list[Partner]:
    return organisations_for(desk.session, need, local_day(desk.now))


def _form(partners: list[Partner]) -> AskForm:
    form = AskForm()
    form.token.choices = [SelectChoice(p.dossier.token, p.dossier.name) for p in partners]
    return form
