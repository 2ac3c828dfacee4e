"""Clocks, money, parameters, secrets, settings."""

from datetime import UTC, date, datetime

import pytest
from cryptography.exceptions import InvalidTag

from app.config import SettingsError, read_settings
from app.core.clock import Clock, at_local, local_day
from app.core.database import Instant
from app.core.money import yuan
from app.core.secrets import KeyRing
from app.policy import parameters
from app.policy.calendar import add_working_days, next_working_day
from app.policy.parameters import Parameter, Value


def test_the_day_is_the_one_in_shanghai() -> None:
    assert local_day(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert at_local(date(2026, 11, 23), 8) == datetime(2026, 11, 23, 0, tzinfo=UTC)


def test_a_fixed_clock_runs_on_from_its_start() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    assert 0 <= (Clock(start).now() - start).total_seconds() < 5


def test_yuan_are_whole_unless_there_are_fen() -> None:
    assert [yuan(120000), yuan(120050), yuan(-5), yuan(None)] == ["1,200 元", "1,200.50 元", "-0.05 元", "—"]


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]


def test_what_is_sealed_opens_only_with_the_same_wing() -> None:
    office, public = KeyRing("s" * 40, "office"), KeyRing("s" * 40, "public")
    sealed = office.seal("马某某")
    assert "马" not in sealed and office.open(sealed) == "马某某" and office.seal("马某某") != sealed
    with pytest.raises(InvalidTag):
        public.open(sealed)
    assert office.blind_index("64 9999 x") == office.blind_index("649999X") != public.blind_index("649999X")


def test_a_parameter_is_read_at_its_day_and_place() -> None:
    value = Parameter(
        "x",
        (
            Value(date(2024, 1, 1), 1, "design"),
            Value(date(2026, 1, 1), 2, "design"),
            Value(date(2025, 1, 1), 9, "design", region="640303"),
        ),
    )
    assert [value.at(date(2025, 6, 1)), value.at(date(2026, 6, 1)), value.at(date(2026, 6, 1), "640303")] == [
        1,
        2,
        9,
    ]
    with pytest.raises(LookupError):
        value.at(date(2023, 1, 1))


def test_k_is_eleven() -> None:
    assert parameters.at("k_publish", date(2026, 11, 24)) == 11


def test_working_days_skip_weekends_and_the_national_day() -> None:
    assert next_working_day(date(2026, 11, 27)) == date(2026, 11, 30)
    assert next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)
    assert add_working_days(date(2026, 11, 24), 5) == date(2026, 12, 1)


@pytest.mark.parametrize("missing", ["JIEDUI_SECRET_KEY", "JIEDUI_FIELD_KEY"])
def test_production_refuses_demo_secrets(missing: str) -> None:
    environ = {"JIEDUI_ENV": "production", "JIEDUI_SECRET_KEY": "a" * 40, "JIEDUI_FIELD_KEY": "b" * 40}
    read_settings(environ)
    del environ[missing]
    with pytest.raises(SettingsError, match=missing):
        read_settings(environ)


def test_the_public_side_is_given_no_office_url() -> None:
    environ = {"JIEDUI_SIDE": "public", "JIEDUI_OFFICE_DATABASE_URL": "postgresql://x/y"}
    assert read_settings(environ).office_url is None


def test_production_ignores_a_fixed_clock() -> None:
    environ = {"JIEDUI_ENV": "production", "JIEDUI_SECRET_KEY": "a" * 40, "JIEDUI_FIELD_KEY": "b" * 40}
    assert read_settings({**environ, "JIEDUI_NOW": "2026-11-23T08:00+08:00"}).fixed_now is None
    assert read_settings({"JIEDUI_NOW": "2026-11-23T08:00+08:00"}).fixed_now is not None
