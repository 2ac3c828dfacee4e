"""Words in a short free text that could tell who a family is: names, numbers, places, illness."""

import re

from app.core.names import names_in
from app.policy.lists import DISEASE

_PATTERNS = (
    re.compile(r"1\d{10}"),
    re.compile(r"\d{6,}"),
    re.compile(r"(?:微信|QQ|qq|VX|vx|加我)\S{0,12}"),
    re.compile(r"https?://\S+|www\.\S+"),
    re.compile(r"\d+(?:号|单元|栋|组|队)"),
)
_PLACE = re.compile(r"[一-鿿]{1,6}(?:村|社区|小区|乡|镇)(?!里|干部|民)")
_NOWHERE = re.compile(
    r"(?:[在到去从进回驻出入下本全各每同这那个我们他的和是农山新]|所在)+(?:村|社区|小区|乡|镇)"
)
_ILLNESS = (*DISEASE.values(), "癌", "肿瘤", "精神病", "残疾", "瘫痪", "艾滋", "透析")


def contact_words(text: str) -> list[str]:
    """Ways to get in touch: phone and account numbers, chat names, links; in the order they stand."""
    found = [(m.start(), m.group(0)) for p in _PATTERNS[:4] for m in p.finditer(text)]
    return [word for _, word in sorted(found)]


def telling_words(text: str) -> list[str]:
    """The words to change, in the order they stand; empty when the sentence may travel."""
    found = [(m.start(), m.group(0)) for p in _PATTERNS for m in p.finditer(text)]
    found += [(m.start(), m.group(0)) for m in _PLACE.finditer(text) if not _NOWHERE.fullmatch(m.group(0))]
    found += names_in(text)
    found += [(text.index(word), word) for word in _ILLNESS if word in text]
    return [word for _, word in sorted(found)]
