"""The whole journey in a real browser, as all the people it takes: three needs to their end.

Nothing is written by hand: pages, the worker's rounds, and the commands that an operator has. Beside the
household of the walk stands a crowd that `demo load --from` brings in, so that the gate has somebody to hide
it among.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.core.house import House
from tests.browser.town import Town, open_town
from tests.browser.walk_help import Walk


@pytest.fixture
def town(house: House, browser: Browser) -> Iterator[Town]:
    with open_town(house, browser) as opened:
        yield opened


@pytest.mark.browser
def test_three_needs_from_the_villages_table_to_their_end(town: Town, tmp_path: Path) -> None:
    walk = Walk(town, tmp_path)
    walk.partners_register()
    walk.officers_verify_them()
    walk.township_imports()
    walk.village_writes_a_household_down()
    walk.two_visit_and_the_village_evaluates()
    walk.village_lists_and_township_determines()
    walk.county_files()
    walk.policy_and_unit_do_their_part()
    walk.two_people_approve()
    walk.monday_publishes()
    walk.stranger_finds_the_cards()
    walk.matching_suggests_a_pairing()
    walk.household_says_yes()
    walk.volunteer_visits()
    walk.charity_brings_bedding()
    walk.donor_pays_a_filed_project()
    walk.pairing_reaches_its_goal()
    walk.household_on_one_page()
    walk.cards_turn_the_next_monday()
