"""From text to words: segmentation, synonyms, pinyin, and what a wording is found by.

Public fields only. Text that a visitor types is cut into words here and never reaches a query language.
"""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import rjieba
from pypinyin import lazy_pinyin

from app.library.models import Wording
from app.policy.catalogue import ACTIONS, KINDS, NAMES, PUBLIC_TYPES
from app.policy.lattice import covered_counties
from app.policy.regions import counties, display_name, prefectures

DATA = Path(__file__).resolve().parents[1] / "data"
TIERS = "ABCD"
LONGEST_QUERY, MOST_WORDS, LONGEST_SOUND = 80, 8, 8
LISTED_COUNTIES = 10  # a label of more counties is found by its own name alone
# Latin words with what joins pinyin syllables; a mixture of letters and digits is one word; then the rest.
_CHUNK = re.compile(r"(?<![0-9a-z])[a-z]+(?:[\s'’]+[a-z]+)*(?![0-9a-z])|[0-9a-z]+|[^\W\d_a-z]+")
_ENDINGS = "县区市"
# Words of asking and giving. They say nothing about what is missing.
_ASKING = (
    "的 了 和 是 我 想 要 给 一 个 有 吗 呢 什么 哪 哪些 可以 能 会 帮 帮忙 需要 家里 送 捐 捐赠 "
    "一些 些 在 去 来 一个 一张 一台 一套 一辆 一件 没有 "
    "谁 怎么 请问 想要 用 做 买 出 人 们 "
    "为 把 与 及 或 等 这 那 都 也 还"
)
_STOP = frozenset(_ASKING.split())
# What an item says about those who need it, in the words of donors.
_IMPLIED = {
    "minor": ("孩子", "儿童", "小孩"),
    "student": ("学生", "孩子", "上学", "学校"),
    "elder": ("老人", "老年人"),
    "disability": ("残疾", "残疾人"),
    "disease": ("病人", "生病", "大病"),
}
_PEOPLE = {
    "elder": ("老人", "老年人"),
    "minor": ("孩子", "儿童", "未成年人"),
    "disability": ("残疾", "残疾人"),
    "disease": ("病人", "大病", "慢性病"),
}
_KIND_WORDS = {
    "goods": ("物", "物品", "东西"),
    "service": ("服务", "出力"),
    "money": ("资金", "钱", "捐款"),
}


def people_of(*, elder: str, minor: str, disability: str, disease: str) -> str:
    """Which groups a label names, as the `people` of a wording: `elder minor`."""
    said = {"elder": elder, "minor": minor, "disability": disability, "disease": disease}
    return " ".join(name for name, value in said.items() if value not in ("无", "不限"))


def vector_of(wording: Wording) -> str:
    """The words of a wording as a text search vector: `'轮椅':1A '代步':1B`. Each word stands at its best
    tier."""
    best: dict[str, str] = {}
    for tier, words in zip(TIERS, _tiers(wording), strict=True):
        for word in words:
            best.setdefault(word, tier)
    return " ".join(f"'{word}':1{tier}" for word, tier in sorted(best.items()))


def tiers_of(vector: str) -> dict[str, list[str]]:
    """The same vector read back: tier → words."""
    found: dict[str, list[str]] = {tier: [] for tier in TIERS}
    for word, tier in re.findall(r"'([^']+)':1([A-D])", vector):
        found[tier].append(word)
    return found


def _tiers(wording: Wording) -> tuple[set[str], set[str], set[str], set[str]]:
    item = NAMES.get(wording.need_item)
    also = synonyms().get(wording.need_item, ())
    nearly = [wording.need_item, *also]
    meant = [item.public_type, *_IMPLIED.get(item.implies, ())] if item else []
    if wording.action_no:
        meant += [ACTIONS[wording.action_no].name, ACTIONS[wording.action_no].short]
    meant += [KINDS[wording.kind], *_KIND_WORDS[wording.kind]]
    around = [*_places(wording.region_label), *(w for p in wording.people.split() for w in _PEOPLE[p])]
    return (
        {wording.need_item, *_pieces(wording.need_item)},
        {*_with_pieces(also), *_sounds(nearly), *(item.name_en.lower().split() if item else ())},
        _with_pieces(meant),
        {*_with_pieces(around), *_sounds(around)},
    )


def _with_pieces(words: Iterable[str]) -> set[str]:
    return {piece for word in words for piece in (word, *_pieces(word))}


def _sounds(words: Iterable[str]) -> set[str]:
    """Pinyin in full and by initials (two and more letters) of words that the table knows."""
    known = pinyin()
    return {
        sound for w in words if w in known for sound in (known[w].replace(" ", ""), _initials(known[w]))
    } - {""}


def _initials(syllables: str) -> str:
    letters = "".join(s[0] for s in syllables.split())
    return letters if len(letters) > 1 else ""


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for word in known_words():
        segmenter.add_word(word, 20000, "n")
    return segmenter


@cache
def known_words() -> frozenset[str]:
    """Every word that the library's own vocabulary has: the pinyin table must cover them all."""
    names = [p.name for p in (*prefectures(), *counties())]
    words = {w for name, also in synonyms().items() for w in (name, *also)} | set(NAMES) | set(PUBLIC_TYPES)
    words |= {*names, *(n.rstrip(_ENDINGS) for n in names), "山区", "川区", "全区"}
    words |= {w for group in (*_PEOPLE.values(), *_IMPLIED.values()) for w in group}
    return frozenset(w for w in words if len(w) > 1)


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Item name → the words that people type for it."""
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: tuple(row["also"].split()) for row in csv.DictReader(file)}


@cache
def pinyin() -> dict[str, str]:
    """Word → its syllables without tones: 轮椅 → `lun yi`."""
    with (DATA / "pinyin.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["pinyin"] for row in csv.DictReader(file)}


def _pieces(word: str) -> list[str]:
    """The finer words inside a longer one; never single characters."""
    return [p for p in _segmenter().cut_for_search(word) if len(p) > 1 and p != word and p not in _STOP]


def query_words(text: str) -> list[tuple[str, ...]]:
    """The words of a query, at most eight; each with what to try where it is not known: its finer pieces.

    Latin letters are taken as pinyin or English, joined first: `lun yi` is tried as `lunyi`.
    """
    words: dict[str, tuple[str, ...]] = {}
    for chunk in _CHUNK.findall(text[:LONGEST_QUERY].lower()):
        if chunk.isascii():
            parts = re.split(r"[\s'’]+", chunk)
            words["".join(parts)] = ("".join(parts), *(parts if len(parts) > 1 else ()))
            continue
        for word in _segmenter().cut(chunk):
            if word not in _STOP and word.strip():
                words[word] = (word, *_pieces(word))
    return list(dict.fromkeys(words.values()))[:MOST_WORDS]


def sound_words(text: str) -> list[tuple[str, ...]]:
    """What a query sounds like that finds nothing as it is written: 轮倚 → `lunyi`. Only a run of characters
    that sounds like words of the library from end to end counts; words of asking around it may stay."""
    found: list[tuple[str, ...]] = []
    for chunk in _CHUNK.findall(text[:LONGEST_QUERY].lower()):
        if not chunk.isascii():
            found += _heard(lazy_pinyin(chunk.strip(_ASKING), errors="default"))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def _heard(syllables: list[str]) -> list[tuple[str, ...]]:
    """The longest words first; nothing when a syllable is left over."""
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(syllables):
        sizes = range(min(LONGEST_SOUND, len(syllables) - at), 1, -1)
        size = next((n for n in sizes if " ".join(syllables[at : at + n]) in _known_sounds()), 0)
        if not size:
            return []
        found.append(("".join(syllables[at : at + size]),))
        at += size
    return found


@cache
def _known_sounds() -> frozenset[str]:
    return frozenset(pinyin().values())


@cache
def _places(region_label: str) -> tuple[str, ...]:
    covered = sorted(covered_counties(region_label))
    if len(covered) > LISTED_COUNTIES:
        return (region_label, *(part.rstrip(_ENDINGS) for part in region_label.split("、")))
    names = [display_name(c) for c in covered] + [display_name(c[:4]) for c in covered]
    return tuple(dict.fromkeys([region_label, *names, *(n.rstrip(_ENDINGS) for n in names)]))
