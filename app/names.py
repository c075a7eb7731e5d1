"""Vietnamese names: how they are stored, sorted and searched (DOMAIN: Rules worth knowing)."""

import unicodedata
from functools import lru_cache

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER = {letter: chr(0x41 + rank) for rank, letter in enumerate(_ALPHABET)}
# Combining marks of the five tones, in dictionary order: level, grave, hook, tilde, acute, dot.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def clean(raw: str) -> str:
    """NFC, with runs of white space folded."""
    return " ".join(unicodedata.normalize("NFC", raw).split())


@lru_cache(maxsize=8192)
def search_key(text: str) -> str:
    """Lower case without diacritics: `Nguyễn Văn Á` -> `nguyen van a`; đ becomes d."""
    return text_key(text)


def text_key(text: str) -> str:
    """The search key of a long text, which is worth no place in memory when it is done."""
    decomposed = unicodedata.normalize("NFD", clean(text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.replace("đ", "d")


def sort_key(name: str) -> str:
    """A key whose plain byte order is the Vietnamese order: by tên, then họ, then tên đệm.

    Letters weigh before tones, as in a Vietnamese dictionary, but all of the tên weighs before the
    họ: every An stands before every Án. The embedded server has no ICU.
    """
    words = clean(name).casefold().split()
    if not words:
        return ""
    letters, tones = zip(*(_weigh(word) for word in words), strict=True)
    family = f"{' '.join(letters[:-1])}\x01{' '.join(tones[:-1])}"
    return f"{letters[-1]}\x01{tones[-1]}\x01{family}"


def _weigh(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tones: list[str] = []
    for char in word:
        decomposed = unicodedata.normalize("NFD", char)
        tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), "0")
        base = "".join(mark for mark in decomposed if mark not in _TONES)
        base = unicodedata.normalize("NFC", base)
        letters.append(_LETTER.get(base, base))
        tones.append(tone)
    return "".join(letters), "".join(tones)
