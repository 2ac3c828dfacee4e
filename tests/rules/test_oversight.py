"""Which five things come first, how a deadline reads, and that every number of policy has words."""

from datetime import date, timedelta

import pytest

from app.core.clock import at_local, local_day
from app.core.messages import msg
from app.oversight.queries.household import masked
from app.oversight.queries.rules import GROUPS
from app.oversight.queries.task import Due, Pile, Task, at_moment, first_five, on_day, score
from app.policy.parameters import PARAMETERS
from tests.clock import NOW

TODAY = local_day(NOW)  # a Monday


def task(kind: str, ref: int, due: Due | None = None, urgency: str = "") -> Task:
    text = msg("x")
    return Task(kind, ref, text, "", text, text, "oversight.today", due=due, urgency=urgency)


def pile(*tasks: Task) -> Pile:
    return Pile("k", msg("x"), "inbox", len(tasks), tasks, "oversight.today")


def refs(*tasks: Task) -> list[int]:
    return [t.ref for t in first_five([pile(*tasks)], NOW)]


def in_days(n: int) -> Due | None:
    return on_day(TODAY + timedelta(days=n))


def test_what_is_past_its_time_comes_before_what_is_due_and_that_before_the_rest() -> None:
    tasks = (task("a", 1), task("b", 2, in_days(1)), task("c", 3, in_days(-1)), task("d", 4, in_days(9)))
    assert refs(*tasks) == [3, 2, 4, 1]


def test_longer_past_its_time_comes_first_and_ten_days_count_as_much_as_twenty() -> None:
    assert refs(task("a", 1, in_days(-1)), task("b", 2, in_days(-3))) == [2, 1]
    assert score(task("a", 1, in_days(-10)), NOW) == score(task("a", 1, in_days(-20)), NOW)


def test_among_equals_the_more_urgent_need_comes_first() -> None:
    tasks = (task("a", 1, urgency="low"), task("b", 2, urgency="urgent"), task("c", 3, urgency="important"))
    assert refs(*tasks) == [2, 3, 1]


def test_five_at_most_and_two_of_one_kind_while_others_wait() -> None:
    many = [task("a", n, in_days(-1)) for n in range(1, 8)]
    others = [task("b", 11), task("c", 12), task("d", 13)]
    assert refs(*many, *others) == [1, 2, 11, 12, 13]
    assert refs(*many) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (in_days(0), "就在今天"),
        (in_days(4), "还有 4 天"),
        (in_days(-2), "超时 2 天"),
        (at_moment(at_local(TODAY, 15, 30)), "今天 15:30"),
        (at_moment(at_local(TODAY, 8, 0)), "今天过了时限"),
    ],
)
def test_a_deadline_reads_as_people_say_it(due: Due, words: str) -> None:
    assert str(due.words(NOW)) == words


def test_a_day_is_not_past_before_it_ends() -> None:
    due = on_day(date(2026, 11, 23))
    assert due is not None
    assert not due.late(at_local(date(2026, 11, 23), 23, 0))
    assert due.late(at_local(date(2026, 11, 24), 0, 0))


def test_a_name_is_masked_but_for_the_surname() -> None:
    assert masked("马小花") == "马某"
    assert masked("") == "—"


def test_every_number_of_policy_has_words() -> None:
    worded = {key for _, rows in GROUPS for key in rows}
    assert worded == set(PARAMETERS)
