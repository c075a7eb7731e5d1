"""What the decoder says of a bad field, in words a Vietnamese user understands."""

import re
from typing import Literal

_MAX_ECHO = 200  # characters of the caller's own input that come back

_KINDS = {
    "int": "số nguyên",
    "float": "số",
    "str": "chuỗi ký tự",
    "bool": "đúng/sai",
    "array": "danh sách",
    "object": "đối tượng",
    "uuid": "mã UUID",
    "date": "ngày (YYYY-MM-DD)",
    "time": "giờ (HH:MM)",
    "datetime": "thời điểm RFC 3339",
    "null": "rỗng",
}

# (pattern of msgspec's message, Vietnamese, English). Groups are filled in.
_PATTERNS: list[tuple[str, str, str]] = [
    (r"Expected `object`, got `_EmptyEnum`", "thiếu nội dung", "the body is missing"),
    (r"Object contains unknown field `(.*)`", "không có trường “{0}”", "unknown field `{0}`"),
    (r"Object missing required field `(.*)`", "thiếu trường “{0}”", "missing field `{0}`"),
    (r"Missing required .*", "thiếu tham số", "a required parameter is missing"),
    (r"Expected `(.*)` of length (<=|>=) (\d+)", "độ dài phải {1} {2}", "length must be {1} {2}"),
    (r"Expected `(.*)` (<=|>=|<|>) (\S+)", "giá trị phải {1} {2}", "must be {1} {2}"),
    (r"Expected `str` matching regex .*", "không đúng định dạng", "does not match the format"),
    (r"Expected `datetime` with a timezone .*", "thời điểm phải có múi giờ", "needs a time zone"),
    (r"Expected `array` .*", "danh sách quá dài hoặc quá ngắn", "too many or too few items"),
    (r"Expected `int` that's a multiple of (.*)", "phải là bội của {0}", "a multiple of {0}"),
    (r"Expected `(.*)`, got `(.*)`", "cần {0}, nhận được {1}", "expected {0}, got {1}"),
    (r"Invalid enum value '?(.*)'?", "không chấp nhận giá trị này", "this value is not accepted"),
    (r"Invalid value .*", "không chấp nhận giá trị này", "this value is not accepted"),
    (r"Invalid UUID", "mã UUID không đúng", "not a UUID"),
    (r"Invalid RFC3339 encoded (.*)", "{0} không đúng", "not a valid {0}"),
    (r"(?:Number|Integer value) out of range", "số quá lớn", "the number is too large"),
    (r"multipart .*", "nội dung multipart không đọc được", "the multipart body is malformed"),
    (r"JSON is malformed.*", "JSON không đọc được", "the JSON is malformed"),
    (r"Input data was truncated", "JSON bị cắt cụt", "the JSON is cut off"),
    (r"Invalid UTF-8.*|.*utf-8.*", "văn bản không phải UTF-8", "the text is not UTF-8"),
    (r".*[Rr]ecursion.*", "dữ liệu lồng quá sâu", "the JSON is nested too deeply"),
]


def explain(message: str, locale: Literal["vi", "en"]) -> str:
    """The decoder's message in the caller's language; never its raw text."""
    bare = re.sub(r" - at `.*`$", "", message).strip()
    for pattern, vi, en in _PATTERNS:
        found = re.fullmatch(pattern, bare)
        if found:
            groups = [(group or "")[:_MAX_ECHO] for group in found.groups()]
            if locale == "vi":
                return vi.format(*(_in_vietnamese(group) for group in groups))
            return en.format(*groups)
    return "giá trị không hợp lệ" if locale == "vi" else "the value is not valid"


def _in_vietnamese(kind: str) -> str:
    parts = [part.strip() for part in kind.split("|")]
    return " hoặc ".join(_KINDS.get(part, part) for part in parts)
