"""`begin` and `advance`: the table rules, guards speak, the log is written."""

from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.errors import NotAllowed, NotFound, Refusal
from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, Transition, advance, begin
from app.policy.actors import Actor, Role

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ADMIN = Actor(1, "p1", "甲", Role.PLATFORM_ADMIN)
DONOR = Actor(2, "p2", "乙", Role.VOLUNTEER, volunteer_id=1)


class Light(StrEnum):
    OFF = "off"
    ON = "on"


def bulb_is_in(thing: Any, _actor: Actor, _now: datetime) -> Message | None:
    return None if thing.bulb else msg("还没有灯泡。先装上。")


LIGHT = Machine(
    "light",
    OfficeStateChange,
    Light.OFF,
    "account.make",
    (
        Transition("switch_on", Light.OFF, Light.ON, "account.make", (bulb_is_in,)),
        Transition("switch_off", Light.ON, Light.OFF, "account.make"),
    ),
)


class Notebook(Session):
    """Stands where a session stands; the engine adds and flushes, no more."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def add(self, instance: object, _warn: bool = True) -> None:
        self.rows.append(instance)

    def flush(self, objects: Any = None) -> None:
        return None


def lamp(state: str | None = "off", *, bulb: bool = True) -> SimpleNamespace:
    return SimpleNamespace(id=1, state=state, bulb=bulb)


def test_a_move_in_the_table_is_made_and_logged() -> None:
    book, thing = Notebook(), lamp()
    advance(book, LIGHT, thing, "switch_on", actor=ADMIN, now=NOW, reason="天黑了")
    (row,) = book.rows
    assert thing.state == "on"
    assert (row.from_state, row.to_state, row.actor_id, row.reason, row.at) == ("off", "on", 1, "天黑了", NOW)


def test_a_guard_stops_a_move_with_its_sentence_and_changes_nothing() -> None:
    book, thing = Notebook(), lamp(bulb=False)
    with pytest.raises(Refusal, match="还没有灯泡"):
        advance(book, LIGHT, thing, "switch_on", actor=ADMIN, now=NOW)
    assert thing.state == "off" and not book.rows


def test_a_move_from_the_wrong_state_is_refused() -> None:
    with pytest.raises(Refusal, match="这一步现在办不了"):
        advance(Notebook(), LIGHT, lamp("off"), "switch_off", actor=ADMIN, now=NOW)


def test_one_without_the_right_is_turned_away_before_any_guard_speaks() -> None:
    with pytest.raises((NotFound, NotAllowed)):
        advance(Notebook(), LIGHT, lamp(bulb=False), "switch_on", actor=DONOR, now=NOW)


def test_an_unknown_action_is_a_bug_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="no action"):
        advance(Notebook(), LIGHT, lamp(), "explode", actor=ADMIN, now=NOW)


def test_begin_sets_the_first_state_and_the_maker() -> None:
    book, thing = Notebook(), lamp(state=None)
    begin(book, LIGHT, thing, actor=ADMIN, now=NOW)
    assert (thing.state, thing.created_at, thing.created_by) == ("off", NOW, "platform_admin:1")
    assert [type(r).__name__ for r in book.rows] == ["SimpleNamespace", "OfficeStateChange"]


def test_open_to_lists_only_what_this_person_may_try() -> None:
    assert [t.action for t in LIGHT.open_to(ADMIN, lamp())] == ["switch_on"]
    assert LIGHT.open_to(DONOR, lamp()) == []
    assert [str(m) for m in LIGHT.obstacles(lamp(bulb=False), "switch_on", actor=ADMIN, now=NOW)] == [
        "还没有灯泡。先装上。"
    ]
