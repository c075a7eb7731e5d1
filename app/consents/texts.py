"""The texts that are agreed to. What people have read is never changed: a new version is added.

A new version asks everybody again. What was agreed to before holds on only where the new version
asks for no more: `COVERS_FROM` is the oldest version whose text covers what is done today. Raise it
together with a text that widens the use; then nothing is done on the old word until the new one is
given. For `photo`, a migration does the same to `photo_consent_since()`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from app.consents.model import About, ConsentText, Purpose
from app.identity.model import Locale

_Words = tuple[str, str]  # title, body

ABOUT: Final[Mapping[Purpose, About]] = {
    "photo": "child",
    "push_names": "child",
    "staff_location": "staff",
}

COVERS_FROM: Final[Mapping[Purpose, int]] = {"photo": 1, "push_names": 1, "staff_location": 1}

_TEXTS: Final[Mapping[Purpose, Sequence[Mapping[Locale, _Words]]]] = {
    "photo": [
        {
            "vi": (
                "Ảnh của con ở cổng trường",
                "Nhà trường lưu một ảnh chân dung của con và cho người trực cổng, giáo viên chủ "
                "nhiệm và hiệu trưởng xem khi con quét thẻ, để biết đúng là con. Ảnh có thể in "
                "trên thẻ của con. Ảnh không dùng để nhận diện tự động và không gửi cho ai khác. "
                "Không đồng ý thì chỗ ảnh hiện chữ cái đầu của tên; phụ huynh vẫn nhận đủ thông "
                "báo điểm danh. Có thể rút lại bất cứ lúc nào, có hiệu lực ngay. Nếu hai người "
                "giám hộ chọn khác nhau thì ảnh không được hiện.",
            ),
            "en": (
                "Your child's picture at the gate",
                "The school keeps a portrait of your child and shows it to the guard, the homeroom "
                "teacher and the principal when your child's card is scanned, so that they know "
                "it is your child. It may be printed on your child's card. It is not used to "
                "recognise faces by machine and is given to nobody else. If you say no, initials "
                "are shown instead, and you still get every attendance message. You may withdraw "
                "at any time, at once. If two guardians differ, the picture is not shown.",
            ),
        }
    ],
    "push_names": [
        {
            "vi": (
                "Tên con trong thông báo trên trình duyệt",
                "Thông báo đẩy qua trình duyệt được mã hoá đầu cuối. Đồng ý thì thông báo ghi tên "
                "con và giờ, đọc được ngay cả khi màn hình khoá. Không đồng ý thì thông báo chỉ "
                "ghi loại tin, ví dụ “Con đã vào trường”; mở ứng dụng để xem chi tiết. Phụ huynh "
                "vẫn nhận đủ thông báo điểm danh. Có thể rút lại bất cứ lúc nào.",
            ),
            "en": (
                "Your child's name in browser notifications",
                "Notifications through a browser are encrypted end to end. If you agree they carry "
                "your child's name and the time, readable even on a locked screen. If not, they "
                "only name the kind of news, such as “Your child has arrived”; the app shows the "
                "rest. You still get every attendance message. You may withdraw at any time.",
            ),
        }
    ],
    "staff_location": [
        {
            "vi": (
                "Toạ độ khi chấm công",
                "Khi thầy cô chấm công bằng điện thoại, hệ thống so vị trí với khuôn viên trường "
                "và chỉ giữ kết quả (trong hay ngoài) cùng khoảng cách. Đồng ý thì toạ độ gốc "
                "được giữ thêm 7 ngày để giải quyết khiếu nại, rồi xoá. Không đồng ý thì toạ độ "
                "không được lưu; việc chấm công vẫn như cũ. Có thể rút lại bất cứ lúc nào.",
            ),
            "en": (
                "Coordinates of check-ins",
                "When you check in with your phone, its place is compared with the school grounds "
                "and only the result (inside or not) and the distance are kept. If you agree, the "
                "coordinates themselves are kept for 7 days, to settle disputes, then deleted. If "
                "not, they are not stored; checking in works just the same. You may withdraw at "
                "any time.",
            ),
        }
    ],
}


def current_version(purpose: Purpose) -> int:
    """The newest version, from 1."""
    return len(_TEXTS[purpose])


def texts_in(locale: Locale) -> list[ConsentText]:
    """Every version of every text in a language: people may read what they agreed to."""
    return [
        ConsentText(
            purpose=purpose,
            about=ABOUT[purpose],
            version=number,
            is_current=number == len(versions),
            locale=locale,
            title=words[locale][0],
            body=words[locale][1],
        )
        for purpose, versions in _TEXTS.items()
        for number, words in enumerate(versions, start=1)
    ]
