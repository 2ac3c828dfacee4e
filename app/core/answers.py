"""Carries what an operation finds wrong back to the field of the form it came from."""

from collections.abc import Callable
from typing import Any

from flask import g

from app.core.errors import BadInput


def accepted(form: Any, action: Callable[[], object]) -> bool:
    """True when the form is whole and `action` took it; a BadInput lands beside its field and answers False.

    What `action` wrote before it refused is rolled back: the page is shown again and nothing half-done stays.
    """
    if not form.validate_on_submit():
        return False
    try:
        with g.desk.session.begin_nested():
            action()
    except BadInput as error:
        field = form[error.field] if error.field in form else None  # noqa: SIM401  # a form has no get
        if field is None:
            form.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]
        return False
    return True
