"""The dated parameters in words, in the order in which a need meets them."""

from dataclasses import dataclass
from datetime import date

from app.core.messages import Message, msg
from app.policy.parameters import PARAMETERS

_DAYS, _WORKING, _HOURS, _WEEKS, _MONTHS = msg("天"), msg("个工作日"), msg("小时"), msg("周"), msg("个月")
_TIMES, _HOUSEHOLDS, _POINTS, _PERCENT, _MINUTES = msg("次"), msg("户"), msg("分"), msg("%"), msg("分钟")
_THINGS, _PEOPLE, _SWITCH = msg("件"), msg("人"), msg("")

GROUPS: tuple[tuple[Message, dict[str, tuple[Message, Message]]], ...] = (
    (
        msg("入档"),
        {
            "eval_quorum": (msg("民主评议至少到会"), _PEOPLE),
            "determine_wd": (msg("乡镇研究认定，最多"), _WORKING),
            "filing_wd": (msg("县里备案，最多"), _WORKING),
            "entry_guide_percent": (msg("入档户占比的参考线"), _PERCENT),
            "consent_valid_months": (msg("同意书管多久"), _MONTHS),
            "import_web_households": (msg("网页上一次最多导入"), _HOUSEHOLDS),
            "import_command_households": (msg("用命令一次最多导入"), _HOUSEHOLDS),
        },
    ),
    (
        msg("需求的四步"),
        {
            "answer_hours_urgent": (msg("急的需求，第一次回话"), _HOURS),
            "answer_wd_important": (msg("重的需求，第一次回话"), _WORKING),
            "answer_wd_deferred": (msg("缓的需求，第一次回话"), _WORKING),
            "answer_wd_low": (msg("轻的需求，第一次回话"), _WORKING),
            "need_days_urgent": (msg("急的需求，办成"), _DAYS),
            "need_days_important": (msg("重的需求，办成"), _DAYS),
            "need_days_deferred": (msg("缓的需求，办成"), _DAYS),
            "refer_after_days": (msg("没有人接，多久可以转第④步"), _DAYS),
            "fiscal_answer_wd": (msg("第④步，财政答复"), _WORKING),
        },
    ),
    (
        msg("公布"),
        {
            "k_publish": (msg("同标签至少"), _HOUSEHOLDS),
            "min_distinct_types": (msg("一批里至少几种需求"), _THINGS),
            "max_item_share_percent": (msg("一批里同一种需求最多占"), _PERCENT),
            "min_register_households": (msg("标签范围内在帮的至少"), _HOUSEHOLDS),
            "generic_item_after_weeks": (msg("等多久可以改用“综合帮扶”"), _WEEKS),
            "cohort_life_days": (msg("一批在库里最多"), _DAYS),
            "publish_expire_days": (msg("一件在库里最多"), _DAYS),
            "small_number_public": (msg("公开侧，少于这个数不显示"), _HOUSEHOLDS),
            "small_number_office": (msg("工作台跨县汇总，少于这个数不显示"), _HOUSEHOLDS),
        },
    ),
    (
        msg("认领和结对"),
        {
            "hold_contact_hours": (msg("认领后联系上，最多"), _HOURS),
            "hold_lapse_days": (msg("认领保留"), _DAYS),
            "hold_regret_hours": (msg("认领后反悔不计，在"), _HOURS),
            "max_live_holds": (msg("一个人同时最多认领"), _THINGS),
            "pledge_max_days": (msg("说定后最晚送到"), _DAYS),
            "direct_answer_wd_urgent": (msg("直接问一家，急的等它答复"), _WORKING),
            "direct_answer_wd": (msg("直接问一家，别的等它答复"), _WORKING),
            "question_answer_wd": (msg("私下的询问，最多等它答复"), _WORKING),
            "proposals_max": (msg("一次最多发几个配对建议"), _THINGS),
            "proposal_days": (msg("配对建议有效"), _DAYS),
            "pair_hold_days": (msg("等家里答愿不愿意结对，最多"), _DAYS),
            "pair_contacts_year": (msg("结对一年至少联系"), _TIMES),
            "pair_visits_year": (msg("结对一年至少见面"), _TIMES),
            "max_pairs_volunteer": (msg("一位志愿者同时最多结对"), _HOUSEHOLDS),
            "max_pairs_household": (msg("一户同时最多结对"), _THINGS),
            "check_valid_months": (msg("核验管多久"), _MONTHS),
            "training_valid_months": (msg("儿童保护培训管多久"), _MONTHS),
            "money_enabled": (msg("网上付款，没有单独开通的县"), _SWITCH),
        },
    ),
    (
        msg("配对怎么打分"),
        {
            "match_weight_item": (msg("想帮的和要的对得上"), _POINTS),
            "match_weight_skill": (msg("会做"), _POINTS),
            "match_weight_reach": (msg("够得着"), _POINTS),
            "match_weight_cadence": (msg("时间合得来"), _POINTS),
            "match_weight_waiting": (msg("等得久"), _POINTS),
            "match_weight_exposure": (msg("被看到得少"), _POINTS),
            "match_weight_reliability": (msg("说到做到"), _POINTS),
            "learn_from_answers": (msg("有多少次答复以后，排先后才参考答复"), _TIMES),
        },
    ),
    (
        msg("账号"),
        {
            "idle_minutes": (msg("多久不动就要重新登录"), _MINUTES),
            "reveal_minutes": (msg("打开遮住的信息，多久自动遮上"), _MINUTES),
        },
    ),
)


OURS = ("design", "domain", "decisions", "publication-gate")  # no clause of the policy


@dataclass(frozen=True)
class Rule:
    key: str
    label: Message
    value: int
    unit: Message
    since: date
    source: str

    @property
    def ours(self) -> bool:
        return self.source.split(" ")[0] in OURS


def rules_on(day: date, region: str = "") -> list[tuple[Message, list[Rule]]]:
    """The value of each on that day in that region; what has no words yet stands under its key at the end."""
    known = {key for _, rows in GROUPS for key in rows}
    groups = [
        (heading, [_rule(key, *words, day, region) for key, words in rows.items() if key in PARAMETERS])
        for heading, rows in GROUPS
    ]
    rest = [_rule(key, msg("{key}", key=key), msg(""), day, region) for key in PARAMETERS if key not in known]
    return [*groups, (msg("其他"), rest)] if rest else groups


def _rule(key: str, label: Message, unit: Message, day: date, region: str) -> Rule:
    parameter = PARAMETERS[key]
    fitting = [v for v in parameter.values if v.since <= day and region.startswith(v.region)]
    chosen = max(fitting, key=lambda v: (len(v.region), v.since))
    return Rule(key, label, parameter.at(day, region), unit, chosen.since, chosen.source)
