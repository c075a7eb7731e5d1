"""The words around what was looked for, in a text whose diacritics nobody had to type."""

from typing import Final

from app.names import text_key

_BEFORE: Final = 40
_LENGTH: Final = 160


def excerpt_of(text: str, words: list[str]) -> str:
    """One line of at most 160 characters around the first of these search keys; `…` for the rest.

    Where none of them is (it was found in the title, say), the beginning.
    """
    line = " ".join(text.split())
    if len(line) <= _LENGTH:
        return line
    start = max(0, _first(line, words) - _BEFORE)
    if start:
        # At the beginning of a word, unless the words are longer than any.
        start = line.find(" ", start, start + _BEFORE) + 1 or start
    end = min(len(line), start + _LENGTH)
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")


def _first(line: str, words: list[str]) -> int:
    """Where the first of the words stands in the line; 0: nowhere."""
    key: list[str] = []
    places: list[int] = []
    for place, char in enumerate(line):
        # `text_key` folds blanks away, a mark of its own has no key, and `ß` has two letters.
        for bare in text_key(char) or (" " if char == " " else ""):
            key.append(bare)
            places.append(place)
    joined = "".join(key)
    found = [at for word in words if (at := joined.find(word)) >= 0]
    return places[min(found)] if found else 0
