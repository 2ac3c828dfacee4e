"""What a partner uploads: known by its bytes, bounded in size, freed of what the camera wrote into it
(I-43)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import BadInput
from app.core.messages import msg

MOST_BYTES = 5 * 1024 * 1024
PDF, PNG, JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/OpenAction")
_KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"pHYs"})
_SOS, _EOI = 0xDA, 0xD9
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_DROPPED = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})  # APP1-13 and 15 (EXIF, XMP, GPS), comments


@dataclass(frozen=True)
class Paper:
    """`item` is the item of verification that it proves."""

    item: str
    name: str
    content: bytes


def sealed(paper: Paper) -> dict[str, str]:
    """The paper as it travels in a letter. Raises BadInput: too large, not of a known kind, or broken."""
    place = f"paper_{paper.item}"
    if len(paper.content) > MOST_BYTES:
        raise BadInput(msg("文件太大了，每个最多 5 MB。拍小一点，或者存成 PDF。"), field=place)
    try:
        mime, content = _cleaned(paper.content)
    except (IndexError, ValueError) as error:
        raise BadInput(msg("这个文件打不开，可能没传完整。请重新拍一张或再存一次。"), field=place) from error
    if not mime:
        raise BadInput(msg("只收 PDF、PNG、JPG。这个文件不是，请转存以后再传。"), field=place)
    return {
        "item": paper.item,
        "name": paper.name.replace("\\", "/").rsplit("/", 1)[-1][:80],
        "mime": mime,
        "base64": base64.b64encode(content).decode(),
    }


def _cleaned(content: bytes) -> tuple[str, bytes]:
    if content.startswith(PDF):
        if any(word in content for word in ACTIVE):
            return "", b""
        return "application/pdf", content
    if content.startswith(PNG):
        return "image/png", PNG + b"".join(_png_chunks(content))
    if content.startswith(JPEG):
        return "image/jpeg", b"\xff\xd8" + b"".join(_jpeg_segments(content))
    return "", b""


def _png_chunks(content: bytes) -> Iterator[bytes]:
    """Only what draws the picture; text, EXIF and time stay behind, and so does anything after the end."""
    at = len(PNG)
    while True:
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content) or len(kind) < 4:
            raise ValueError("a chunk is cut off")
        if kind in _KEPT_CHUNKS:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end


def _jpeg_segments(content: bytes) -> Iterator[bytes]:
    """Segments in order without the application data that cameras write; stops at the first end of image."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker where one belongs")
        code = content[at + 1]
        if code == 0xFF:  # a fill byte
            at += 1
            continue
        if code == _EOI:
            yield b"\xff\xd9"
            return
        end = at + 2 + (0 if code in _BARE else int.from_bytes(content[at + 2 : at + 4]))
        if code == _SOS:
            end = _scan_end(content, end)
        if code not in _DROPPED:
            yield content[at:end]
        at = end


def _scan_end(content: bytes, at: int) -> int:
    """Where the entropy-coded data ends: the next marker that is neither a stuffed zero nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        code = content[at + 1]
        if code != 0 and not 0xD0 <= code <= 0xD7:
            return at
        at += 2
