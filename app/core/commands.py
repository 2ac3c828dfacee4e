"""The shape of every command (contracts §3): JSON on the last line with --json, 0 done, 1 refused, 2 wrong
usage."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import Message

Body = Callable[..., dict[str, Any] | None]


def the_house() -> House:
    return cast(House, current_app.extensions["house"])


def room_command(name: str, *, help: str) -> Callable[[Body], click.Command]:
    """Turns `body(house, **options) -> dict` into a click command; a Refusal goes to stderr with exit 1.

    Stack click options under it: they are read from the body.
    """

    def wrap(body: Body) -> click.Command:
        @functools.wraps(body)
        def run(as_json: bool, **options: Any) -> None:
            try:
                report(body(the_house(), **options) or {}, as_json=as_json)
            except Refusal as refusal:
                click.echo(str(refusal.message), err=True)
                sys.exit(1)
            except OSError as error:  # a place that cannot be written to is the caller's to mend
                click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)
                sys.exit(1)

        with_json = click.option(
            "--json", "as_json", is_flag=True, help="Print one JSON object on the last line."
        )
        return click.command(name, help=help)(with_json(with_appcontext(run)))

    return wrap


def closed_command(name: str, message: Message) -> click.Command:
    """A command that this environment does not have: whatever is asked of it, it says why, with exit 1."""

    @room_command(name, help="Not in this environment.")
    @click.argument("anything", nargs=-1, type=click.UNPROCESSED)
    def closed(house: House, anything: tuple[str, ...]) -> None:
        raise Refusal(message)

    closed.ignore_unknown_options = True
    return closed


def report(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    for key, value in result.items():
        click.echo(f"{key}: {value}")


def say(line: str) -> None:
    """A line of progress, on stderr so that stdout keeps the result."""
    click.echo(line, err=True)
