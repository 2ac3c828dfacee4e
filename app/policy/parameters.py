"""Numbers of policy, each dated and with a source. Code asks `.at(day)`, so an old decision keeps its old
rule.

Sources: clause ids of the policy digest, or "design" for a choice of ours (domain §3.5, decisions.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_START = date(2024, 6, 11)  # the day the opinion was published


@dataclass(frozen=True)
class Value:
    since: date
    value: int
    source: str
    region: str = ""


@dataclass(frozen=True)
class Parameter:
    """`values` in order of `since`; the most specific region wins, then the newest value not after the
    day."""

    key: str
    values: tuple[Value, ...]

    def at(self, day: date, region: str = "", also: Iterable[Value] = ()) -> int:
        """`also`: dated rows that officers added. Raises LookupError before the first value."""
        fitting = [v for v in (*self.values, *also) if v.since <= day and region.startswith(v.region)]
        if not fitting:
            raise LookupError(f"{self.key} has no value on {day}")
        return max(fitting, key=lambda v: (len(v.region), v.since)).value


def _shipped(key: str, value: int, source: str = "design") -> tuple[str, Parameter]:
    return key, Parameter(key, (Value(_START, value, source),))


PARAMETERS: dict[str, Parameter] = dict(
    (
        _shipped("k_publish", 11, "publication-gate"),
        _shipped("min_distinct_types", 3, "publication-gate"),
        _shipped("max_item_share_percent", 60, "publication-gate"),
        _shipped("min_register_households", 20, "publication-gate"),
        _shipped("generic_item_after_weeks", 4, "publication-gate"),
        _shipped("cohort_life_days", 120, "decisions 17"),
        _shipped("publish_expire_days", 120, "decisions 17"),
        _shipped("hold_contact_hours", 24),
        _shipped("hold_lapse_days", 7),
        _shipped("hold_regret_hours", 24, "decisions 18"),
        _shipped("max_live_holds", 3),
        _shipped("proposals_max", 3),
        _shipped("proposal_days", 14),
        _shipped("pledge_max_days", 30),
        _shipped("direct_answer_wd_urgent", 1, "decisions 10"),
        _shipped("direct_answer_wd", 3, "decisions 10"),
        _shipped("question_answer_wd", 3),
        _shipped("match_weight_item", 30, "domain 4.20"),
        _shipped("match_weight_skill", 15, "domain 4.20"),
        _shipped("match_weight_reach", 15, "domain 4.20"),
        _shipped("match_weight_cadence", 10, "domain 4.20"),
        _shipped("match_weight_waiting", 15, "domain 4.20"),
        _shipped("match_weight_exposure", 5, "domain 4.20"),
        _shipped("match_weight_reliability", 10, "domain 4.20"),
        _shipped("learn_from_answers", 300),
        _shipped("pair_hold_days", 21, "domain 4.9"),
        _shipped("pair_contacts_year", 4),
        _shipped("pair_visits_year", 2),
        _shipped("max_pairs_volunteer", 2),
        _shipped("max_pairs_household", 3),
        _shipped("eval_quorum", 7),
        _shipped("determine_wd", 10),
        _shipped("filing_wd", 5),
        _shipped("need_days_urgent", 7),
        _shipped("need_days_important", 30),
        _shipped("need_days_deferred", 90),
        _shipped("answer_hours_urgent", 48, "domain 9"),
        _shipped("answer_wd_important", 5, "domain 9"),
        _shipped("answer_wd_deferred", 15, "domain 9"),
        _shipped("answer_wd_low", 30, "domain 9"),
        _shipped("refer_after_days", 60, "domain 4.4"),
        _shipped("fiscal_answer_wd", 20, "domain 10 B14"),
        _shipped("check_valid_months", 12),
        _shipped("training_valid_months", 24),
        _shipped("consent_valid_months", 12),
        _shipped("entry_guide_percent", 3),
        _shipped("import_web_households", 2000),
        _shipped("import_command_households", 20000),
        _shipped("reveal_minutes", 10),
        _shipped("idle_minutes", 30),
        _shipped("small_number_public", 11, "decisions 27"),
        _shipped("small_number_office", 5, "decisions 27"),
        _shipped("money_enabled", 0, "decisions 35"),
    )
)


def at(key: str, day: date, region: str = "") -> int:
    """The shipped value on that day. Raises KeyError for an unknown key."""
    return PARAMETERS[key].at(day, region)
