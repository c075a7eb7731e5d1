"""A PDF on stdin, the same pages on stdout with nothing in them that could run or be hidden.

It is a process of its own, started by `pdfs.py`, because it takes hostile bytes into a library in
C++: what it may use of memory and time is limited by the kernel, and if it falls nobody falls with
it. Nothing of the product is imported here.

Kept is what a page looks like. What was drawn by forms and notes is made a part of the page first;
a document's catalogue, scripts, actions, links, embedded files, bookmarks and metadata are never
copied.
"""

import io
import json
import os
import resource
import signal
import sys
import zlib
from collections.abc import Iterator
from typing import Any, Final

ENCRYPTED: Final = 10
BROKEN: Final = 11
TOO_LARGE: Final = 12

MAX_BYTES: Final = 10_000_000
MAX_WRITTEN_BYTES: Final = 15_000_000
MAX_PAGES: Final = 50
# One picture: an A3 sheet at 600 dots an inch has 70 megapixels.
MAX_PIXELS: Final = 100_000_000
# All that is packed, unpacked, but for pictures, which are measured by their pixels.
MAX_UNPACKED_BYTES: Final = 400_000_000
# 200 inches: what Acrobat takes.
MAX_SIDE_PT: Final = 14_400
_MEMORY_BYTES: Final = 1_000_000_000
_CPU_S: Final = 15
_WALL_S: Final = 60

_PAGE_KEYS: Final = frozenset(
    {"/Type", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit",
     "/Resources", "/Contents", "/Group"}
)  # fmt: skip
_DROPPED_KEYS: Final = frozenset(
    {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/XFA", "/AF", "/EF", "/EmbeddedFiles",
     "/RichMedia", "/RichMediaContent", "/PieceInfo", "/Metadata", "/OPI", "/Ref", "/URI"}
)  # fmt: skip
# A stream's bytes may be told to lie in another file.
_ELSEWHERE_KEYS: Final = frozenset({"/F", "/FFilter", "/FDecodeParms"})
_EMPTIED_TYPES: Final = frozenset({"/Action", "/Filespec", "/F", "/EmbeddedFile", "/Annot"})
_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie",
     "/Sound", "/Rendition", "/RichMediaExecute", "/Named", "/Thread", "/Trans", "/GoTo3DView"}
)  # fmt: skip
_PACKED: Final = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})
_JPEG: Final = frozenset({"/DCTDecode", "/DCT"})


class _TooLarge(Exception):
    """The document is larger than we let anybody open."""


def main() -> int:
    _limit()
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return TOO_LARGE
    import pikepdf

    try:
        pages, cleaned = _cleaned(data)
    except pikepdf.PasswordError:
        return ENCRYPTED
    except (_TooLarge, MemoryError):
        return TOO_LARGE
    # Whatever a library says of bytes that somebody made for it to fall over.
    except Exception as error:
        sys.stderr.write(json.dumps({"error": type(error).__name__}))
        return BROKEN
    if cleaned is None:
        return ENCRYPTED
    sys.stdout.buffer.write(cleaned)
    sys.stdout.buffer.flush()
    sys.stderr.write(json.dumps({"pages": pages}))
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_WRITTEN_BYTES * 2, MAX_WRITTEN_BYTES * 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(_WALL_S)  # of its own: who started it may be gone


def _cleaned(data: bytes) -> tuple[int, bytes | None]:
    """Pages, and the document written anew; None: it is encrypted, if only against copying."""
    import pikepdf

    # Without recovery: what is rebuilt from a damaged file may lack pages that nobody misses.
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as source:
        if source.is_encrypted:
            return 0, None
        count = len(source.pages)
        if count > MAX_PAGES:
            raise _TooLarge
        if count == 0:
            raise ValueError("no pages")
        _flatten(source)
        for page in source.pages:
            _strip_page(page)
        with pikepdf.new() as fresh:
            fresh.pages.extend(source.pages)
            _scrub(fresh)
            out = io.BytesIO()
            fresh.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    if out.tell() > MAX_WRITTEN_BYTES:
        raise _TooLarge
    return count, out.getvalue()


def _flatten(source: Any) -> None:
    """Make what forms and notes draw a part of the pages: a filled form stays filled."""
    form = source.Root.get("/AcroForm")
    if form is not None and "/XFA" in form:
        del form["/XFA"]
    if form is not None and form.get("/NeedAppearances", False):
        source.generate_appearance_streams()
    source.flatten_annotations("screen")


def _strip_page(page: Any) -> None:
    obj = page.obj
    for key in list(obj.keys()):
        if key not in _PAGE_KEYS:
            del obj[key]
    box = [float(side) for side in page.mediabox]
    unit = float(obj.get("/UserUnit", 1))
    if len(box) != 4 or max(abs(box[2] - box[0]), abs(box[3] - box[1])) * unit > MAX_SIDE_PT:
        raise _TooLarge


def _scrub(fresh: Any) -> None:
    """Empty whatever acts or hides, wherever in the pages' resources it is."""
    import pikepdf

    unpacked = 0
    for obj in fresh.objects:
        for each in _within(obj):
            if isinstance(each, pikepdf.Stream):
                unpacked += _scrub_stream(each, MAX_UNPACKED_BYTES - unpacked)
            _scrub_keys(each)


def _within(obj: Any) -> Iterator[Any]:
    """The dictionaries and streams in an object, itself first, without following references."""
    import pikepdf

    left = [obj]
    while left:
        each = left.pop()
        if isinstance(each, pikepdf.Array):
            left += [item for item in list(each) if _is_nested(item)]
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            values = [each[key] for key in list(each.keys())]
            left += [value for value in values if _is_nested(value)]


def _is_nested(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _scrub_keys(each: Any) -> None:
    is_act = str(each.get("/S", "")) in _ACTIONS or str(each.get("/Type", "")) in _EMPTIED_TYPES
    for key in list(each.keys()):
        if is_act or key in _DROPPED_KEYS:
            del each[key]


def _scrub_stream(stream: Any, left: int) -> int:
    """Clean a stream of the page; its size when unpacked.

    Raises:
        _TooLarge: it unpacks to more than `left`, or is a picture of more than 100 megapixels.
    """
    if any(key in stream for key in _ELSEWHERE_KEYS) or str(stream.get("/Subtype", "")) == "/PS":
        stream.write(b"")
        for key in _ELSEWHERE_KEYS | {"/Subtype"}:
            if key in stream:
                del stream[key]
    if int(stream.get("/Width", 1)) * int(stream.get("/Height", 1)) > MAX_PIXELS:
        raise _TooLarge
    filters = _filters(stream)
    raw = stream.read_raw_bytes()
    if len(filters) == 1 and filters[0] in _JPEG:
        stream.write(_plain_jpeg(raw), filter=stream["/Filter"], decode_parms=_parms(stream))
    if "/JPXDecode" in filters:
        _measure_jpx(raw)
    is_picture = str(stream.get("/Subtype", "")) == "/Image"
    most = MAX_PIXELS * 4 if is_picture else left
    size = _unpacked(stream, filters, raw, most)
    if size > most:
        raise _TooLarge
    return 0 if is_picture else size


def _filters(stream: Any) -> list[str]:
    import pikepdf

    found = stream.get("/Filter")
    if found is None:
        return []
    return [str(each) for each in found] if isinstance(found, pikepdf.Array) else [str(found)]


def _parms(stream: Any) -> Any:
    return stream.get("/DecodeParms")


def _unpacked(stream: Any, filters: list[str], raw: bytes, left: int) -> int:
    if not any(each in _PACKED for each in filters):
        return len(raw)
    if all(each in _FLATE for each in filters):
        pieces: Iterator[bytes] = iter((raw,))
        for _ in filters:
            pieces = _inflated(pieces)
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > left:
                break
        return size
    if filters[-1] in _PACKED or filters[-1].startswith("/ASCII"):
        return len(stream.read_bytes())  # the limit on memory holds
    return len(raw)


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What packed bytes unpack to, a megabyte at a time."""
    engine = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not engine.eof:
            try:
                yield engine.decompress(rest, 1_000_000)
            except zlib.error:
                return  # viewers show what came before the fault
            rest = engine.unconsumed_tail


def _plain_jpeg(raw: bytes) -> bytes:
    """A JPEG without what its camera wrote into it, above all the place; its pixels as they were.

    ISO/IEC 10918-1 annex B. Kept beside the picture itself: JFIF, colour profile (APP2) and Adobe's
    transform (APP14), without which colours change.
    """
    if raw[:2] != b"\xff\xd8":
        return raw
    out, at = [raw[:2]], 2
    while at + 4 <= len(raw) and raw[at] == 0xFF:
        marker = raw[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            break
        end = at + 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = raw[at + 5 : at + 7], raw[at + 7 : at + 9]
            if int.from_bytes(height, "big") * int.from_bytes(width, "big") > MAX_PIXELS:
                raise _TooLarge
        is_note = (0xE0 <= marker <= 0xEF and marker not in (0xE0, 0xE2, 0xEE)) or marker == 0xFE
        if not is_note:
            out.append(raw[at:end])
        at = end
    return b"".join([*out, raw[at:]])


def _measure_jpx(raw: bytes) -> None:
    """ISO/IEC 15444-1 I.5.3.1: the header of the picture itself."""
    at = raw.find(b"ihdr")
    if at >= 0:
        height, width = raw[at + 4 : at + 8], raw[at + 8 : at + 12]
        if int.from_bytes(height, "big") * int.from_bytes(width, "big") > MAX_PIXELS:
            raise _TooLarge


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # no long teardown of a document that is done with
