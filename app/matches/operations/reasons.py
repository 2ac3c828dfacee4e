"""Why this partner and this need, in closed sentences. Only the public card and the partner's own profile
speak (I-20)."""

from dataclasses import dataclass
from datetime import date

from app.accounts.models.partners import CADENCE, SKILLS
from app.core.messages import Message, msg
from app.library.models import Card
from app.matches.models import Interest, PairingProposal
from app.matches.operations.scoring import SKILL_ITEMS, is_recurring, weeks_on_shelf
from app.policy.catalogue import BAND_NAMES, COMPANIONSHIP, KINDS, NAMES
from app.policy.lattice import covered_counties
from app.policy.regions import display_name

GREAT, GOOD = 70.0, 55.0
LONG_WAIT_WEEKS = 4
WORK = {
    "S01": msg("坐下来说说话，陪着走一走"),
    "S02": msg("陪着写作业，讲不会的题"),
    "S03": msg("听一听，做心理疏导"),
    "S04": msg("打扫屋子、院子"),
    "S05": msg("帮着洗澡，看着别滑倒"),
    "S06": msg("上门理发"),
    "S07": msg("陪着去医院，帮着挂号、取药"),
    "S08": msg("看一看家电，能修就修"),
    "S09": msg("小修小补，装扶手、铺坡道"),
    "S10": msg("解答一件法律上的事"),
    "S11": msg("教一门手艺"),
    "S12": msg("代买东西、代办手续"),
    "S13": msg("教康复动作，看着做"),
}
OTHER_WORK = msg("具体做什么，县里联系你时说清楚")


@dataclass(frozen=True)
class Fit:
    """A word and as many cells of five; below 还可以 nothing is proposed."""

    word: str
    cells: int


@dataclass(frozen=True)
class Suggestion:
    """What a partner sees of one proposal."""

    proposal: PairingProposal
    card: Card
    fit: Fit
    reasons: list[Message]
    caution: Message
    nearness: Message
    tasks: list[tuple[Message, Message]]


def fit_of(score: float) -> Fit:
    if score >= GREAT:
        return Fit("很合适", 5)
    return Fit("合适", 4) if score >= GOOD else Fit("还可以", 3)


def suggestion(proposal: PairingProposal, card: Card, day: date) -> Suggestion:
    interest = proposal.interest
    return Suggestion(
        proposal,
        card,
        fit_of(proposal.score),
        reasons_of(interest, card, day),
        caution_of(interest, card),
        nearness_of(interest, card),
        tasks_of(interest, card),
    )


def tasks_of(interest: Interest, card: Card) -> list[tuple[Message, Message]]:
    """What it asks of a person: what, how long, at what cost, how they meet."""
    item = NAMES.get(card.need_item or "")
    return [
        (msg("做什么"), WORK.get(item.code, OTHER_WORK) if item is not None else OTHER_WORK),
        (msg("多久"), _how_long(interest, card)),
        (msg("花钱"), _cost(card)),
        (msg("怎么见"), _meeting(card)),
    ]


def _how_long(interest: Interest, card: Card) -> Message:
    if not is_recurring(card):
        return msg("去一次，半天以内")
    if interest.cadence == "once":
        return msg("要去很多次，每次一小时左右；约几次，开始前说好")
    return msg("照你说的，{cadence}，每次一小时左右", cadence=CADENCE[interest.cadence])


def _cost(card: Card) -> Message:
    if card.amount_band in (None, BAND_NAMES[0]):
        return msg("不需要")
    return msg("可能要用材料（{band}），由谁出，开始前县里说清楚", band=card.amount_band)


def _meeting(card: Card) -> Message:
    item = NAMES.get(card.need_item or "")
    if item is not None and item.concerns_minor:
        return msg("村里联系人在场，要两位核验过的成年人一起")
    return msg("由村里的联系人约，第一次有人陪着")


def reasons_of(interest: Interest, card: Card, day: date) -> list[Message]:
    """At least two, the weightiest first."""
    found = [_item_reason(interest, card), _skill_reason(interest, card), _reach_reason(interest, card)]
    found += [_cadence_reason(interest, card), _waiting_reason(card, day)]
    said = [reason for reason in found if reason is not None]
    if len(said) < 2:
        said.append(msg("要的是{kind}，你说过愿意出{kind}", kind=KINDS[card.kind or "service"]))
    return said


def caution_of(interest: Interest, card: Card) -> Message:
    """One honest word against it."""
    if _skill_reason(interest, card) is None and interest.volunteer_id is not None and not _is_company(card):
        return msg("你没有填过这类经验，县里会先和你说清楚要做什么")
    if len(covered_counties(card.cohort.region_label)) > 1:
        return msg("标签里有好几个县，也可能不在离你最近的那个")
    if is_recurring(card) and interest.cadence == "once":
        return msg("这件事通常要去很多次，你填的是一次；可以先说好去几次")
    return msg("家里还没有问过，要他们也愿意才开始")


def nearness_of(interest: Interest, card: Card) -> Message:
    """A band from the label, never a distance."""
    counties = covered_counties(card.cohort.region_label)
    mine = counties & set(interest.counties)
    if counties <= mine:
        return msg("就在你方便去的县")
    return msg("有你方便去的县") if mine else msg("同一个市")


def _item_reason(interest: Interest, card: Card) -> Message | None:
    item = NAMES.get(card.need_item or "")
    if item is None or item.code not in interest.items:
        return None
    return msg("你写了愿意做“{item}”，要的就是这个", item=item.name)


def _skill_reason(interest: Interest, card: Card) -> Message | None:
    item = NAMES.get(card.need_item or "")
    if item is None or interest.volunteer is None:
        return None
    for skill in interest.volunteer.skills:
        if item.code in SKILL_ITEMS.get(skill, ()):
            return msg("你会{skill}，正好用得上", skill=SKILLS[skill])
    return None


def _reach_reason(interest: Interest, card: Card) -> Message | None:
    counties = covered_counties(card.cohort.region_label)
    mine = sorted(counties & set(interest.counties))
    if not mine:
        return None
    if len(counties) == 1:
        return msg("就在{county}，你方便去", county=display_name(mine[0]))
    return msg("范围里有{county}，你方便去", county=display_name(mine[0]))


def _cadence_reason(interest: Interest, card: Card) -> Message | None:
    if is_recurring(card) and interest.cadence != "once":
        return msg("这件事要常去，你说能{cadence}", cadence=CADENCE[interest.cadence])
    if not is_recurring(card) and interest.cadence == "once":
        return msg("去一次就好，和你说的一样")
    return None


def _waiting_reason(card: Card, day: date) -> Message | None:
    weeks = weeks_on_shelf(card, day)
    return msg("等了至少 {n} 周，还没有人接", n=weeks) if weeks >= LONG_WAIT_WEEKS else None


def _is_company(card: Card) -> bool:
    item = NAMES.get(card.need_item or "")
    return item is not None and item.code in COMPANIONSHIP
