"""The blueprint that the pages of a household hang on, and what they share."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from app.cases.models import Case
from app.cases.states import CaseState
from app.core.errors import Refusal
from app.core.messages import msg

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
Answer = str | Response | tuple[str, int]


def back(case: Case, message: str) -> Response:
    """To the household's page, with what was done."""
    flash(message)
    return redirect(url_for("cases.show", case_id=case.id), 303)


def expect(case: Case, *states: CaseState) -> None:
    """Raises Refusal when the case has gone on since the button was shown."""
    if case.state not in states:
        raise Refusal(msg("这一步现在办不了：它已经走到了别的环节。回到户档案，看看现在到了哪一步。"))
