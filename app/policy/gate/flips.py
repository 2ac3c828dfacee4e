"""Which cards may turn to 已实现 or 已结束 at a tick (rule 7): three of a cohort together, or its last ones
together."""

from collections.abc import Collection

GROUP = 3


def may_flip(pending: Collection[str], unfinished: Collection[str]) -> list[str]:
    """`pending` wait to flip; `unfinished` are all cards of the cohort not yet flipped, pending ones
    included.

    A card never flips alone while another of its cohort stays open: the village would see whose help
    arrived. So
    that the last ones are not one or two either, some that could flip wait for them.
    """
    waiting, left = sorted(set(pending) & set(unfinished)), set(unfinished) - set(pending)
    if not left:
        return waiting
    ready = waiting[: len(waiting) - max(0, GROUP - len(left))]
    return ready if len(ready) >= GROUP else []
