"""What catches planted strings: in texts, bytes, headers, cookies, pictures, however they are written."""

import base64
import html
import io
import json
import logging
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from werkzeug.datastructures import Headers

Trie = dict[str, "Trie"]
_END = ""
SHORT = 10
_PNG = b"\x89PNG\r\n\x1a\n"


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """One expression for thousands of words that share their beginnings: each place is tried once."""
    root: Trie = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[_END] = {}
    return re.compile(_written(root))


def _written(node: Trie) -> str:
    branches = [re.escape(letter) + _written(below) for letter, below in node.items() if letter != _END]
    if not branches:
        return ""
    inside = branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"
    return f"(?:{inside})?" if _END in node else inside


def readings(content: str) -> Iterator[str]:
    """A text as it stands, and as a page, an address or a JSON string would be read."""
    yield content
    if "&" in content:
        yield html.unescape(content)
    if "%" in content:
        yield unquote(content)
    if "\\u" in content:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), content)


@dataclass
class Net:
    """`caught` is filled with (place, string); a harmless line is looked at once, wherever it stands. A short
    number counts when it stands for itself: random tokens are full of digits."""

    words: frozenset[str]
    caught: set[tuple[str, str]] = field(default_factory=set)
    lines_n: int = 0

    def __post_init__(self) -> None:
        short = {word for word in self.words if word.isdigit() and len(word) < SHORT}
        self.pattern = pattern_of(self.words - short)
        alone = f"(?<![0-9A-Za-z])(?:{pattern_of(short).pattern})(?![0-9A-Za-z])"
        self.numbers = re.compile(alone) if short else None
        self._known: set[str] = set()

    def cast(self, place: str, content: str | bytes) -> None:
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        for line in text.splitlines():
            if line in self._known:
                continue
            self.lines_n += 1
            found = {word for reading in readings(line) for word in self._found(reading)}
            self.caught |= {(place, word) for word in found}
            if not found:
                self._known.add(line)

    def _found(self, reading: str) -> Iterator[str]:
        yield from self.pattern.findall(reading)
        if self.numbers is not None:
            yield from self.numbers.findall(reading)

    def cast_headers(self, place: str, headers: Headers) -> None:
        for name, value in headers:
            self.cast(f"{place} header", f"{name}: {value}")
            if name == "Set-Cookie":
                for inside in cookie_texts(value):
                    self.cast(f"{place} cookie", inside)

    def cast_file(self, place: str, data: bytes) -> None:
        """As bytes, and what a picture says beside its points."""
        self.cast(place, data)
        for said in said_beside(data):
            self.cast(f"{place} beside the picture", said)


def cookie_texts(cookie: str) -> Iterator[str]:
    """What stands in a signed cookie: its parts decoded, unpacked where they are packed."""
    for part in re.split(r"[=;.]", cookie):
        if len(part) < 8 or len(part) % 4 == 1 or not re.fullmatch(r"[A-Za-z0-9_-]+", part):
            continue
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        yield raw.decode("utf-8", "replace")
        unpacked = _unpacked(raw)
        if unpacked:
            yield unpacked.decode("utf-8", "replace")


def _unpacked(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return b""


def said_beside(data: bytes) -> Iterator[str]:
    """Texts of a PNG's chunks, EXIF and comments of a JPEG, comments, titles and metadata of an SVG."""
    if data.startswith(_PNG):
        yield from _png_texts(data)
    elif data.startswith(b"\xff\xd8"):
        yield from _jpeg_texts(data)
    elif b"<svg" in data[:1000]:
        drawing = data.decode("utf-8", "replace")
        yield from re.findall(
            r"(?s)<!--.*?-->|<(?:metadata|title|desc)\b.*?</(?:metadata|title|desc)>", drawing
        )


def _png_texts(data: bytes) -> Iterator[str]:
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            key, _, rest = body.partition(b"\0")
            packed = next((u for n in range(4) if (u := _unpacked(rest[n:]))), b"")
            yield " ".join(part.decode("utf-8", "replace") for part in (kind, key, rest, packed))
        at += 12 + length


def _jpeg_texts(data: bytes) -> Iterator[str]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if data[at + 1] in range(0xE1, 0xF0) or data[at + 1] == 0xFE:
            body = data[at + 4 : at + 2 + length]
            yield body.decode("utf-8", "replace")
            yield body.decode("utf-16-le", "replace")
        at += 2 + length


def json_texts(content: str) -> Iterator[str]:
    """Every string of a JSON document."""
    waiting = [json.loads(content)]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, str):
            yield thing
        elif isinstance(thing, dict):
            waiting += [*thing, *thing.values()]
        elif isinstance(thing, list):
            waiting += thing


@contextmanager
def listening(log: io.StringIO) -> Iterator[None]:
    """Every logger at its most talkative."""
    root, handler = logging.getLogger(), logging.StreamHandler(log)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield
    root.removeHandler(handler)
    root.setLevel(level)
