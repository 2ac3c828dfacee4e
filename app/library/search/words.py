"""From text to words: rjieba segmentation, synonyms, and what a card's document holds."""

import csv
import re
from functools import cache
from pathlib import Path

import rjieba

from app.library.models import Card
from app.policy.catalogue import ACTIONS, ITEMS, KINDS
from app.policy.lattice import covered_counties
from app.policy.regions import display_name

SYNONYMS = Path(__file__).resolve().parents[1] / "data" / "synonyms.csv"
_WORD = re.compile(r"[\w一-鿿]+")
_STOP = frozenset(
    [
        "的",
        "了",
        "和",
        "是",
        "我",
        "想",
        "要",
        "给",
        "一",
        "个",
        "有",
        "吗",
        "呢",
        "什么",
        "哪",
        "可以",
        "能",
        "帮",
        "帮忙",
        "需要",
        "家里",
        "送",
        "捐",
        "一些",
        "些",
        "在",
    ]
)
_BY_NAME = {i.name: i for i in ITEMS.values()}


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for name, words in synonyms().items():
        for word in (name, *words):
            segmenter.add_word(word, 20000, "n")
    return segmenter


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Item name → the words that people type for it."""
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: tuple(row["also"].split()) for row in csv.DictReader(file)}


def cut(text: str) -> list[str]:
    """Words of two characters and more, finer pieces too, without stop words."""
    found = []
    for chunk in _WORD.findall(text.lower()):
        for word in _segmenter().cut_for_search(chunk):
            if word not in _STOP and word.strip():
                found.append(word)
    return list(dict.fromkeys(found))


def query_words(text: str) -> list[str]:
    """At most eight words of a query; single characters count only when nothing longer is left."""
    words = cut(text[:80])
    longer = [w for w in words if len(w) > 1]
    return (longer or words)[:8]


def document_of(card: Card) -> str:
    """Every word under which a card may be found: item, synonyms, type, kind, action, region."""
    if card.blanked or card.need_item is None:
        return ""
    parts = [card.need_item, *synonyms().get(card.need_item, ())]
    item = _BY_NAME.get(card.need_item)
    if item is not None:
        parts.append(item.public_type)
    if card.action_no:
        parts.append(ACTIONS[card.action_no].name)
    parts.append(KINDS.get(card.kind or "", ""))
    parts += _places(card.cohort.region_label)
    if card.cohort.has_elder == "有":
        parts.append("老人")
    if card.cohort.has_minor == "有":
        parts.append("孩子 未成年人")
    return " ".join(dict.fromkeys(w for part in parts for w in (part, *cut(part)) if w))


@cache
def _places(region_label: str) -> tuple[str, ...]:
    counties = covered_counties(region_label)
    if len(counties) > 10:
        return (region_label,)
    names = [display_name(c) for c in sorted(counties)] + [display_name(c[:4]) for c in sorted(counties)]
    return tuple(dict.fromkeys([region_label, *names, *(n.rstrip("县区市") for n in names)]))
