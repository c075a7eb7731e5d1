"""Errors a caller can act on. The class name is the `type` slug, the docstring the title.

`detail` says what to do next; it is given as (Vietnamese, English) and chosen at the edge.
"""

import re
from typing import ClassVar

Bilingual = tuple[str, str]


class AppError(Exception):
    """Có lỗi xảy ra | Something went wrong"""

    status: ClassVar[int] = 500

    def __init__(
        self, detail: Bilingual | None = None, *, extra: dict[str, object] | None = None
    ) -> None:
        super().__init__(detail[1] if detail else (self.__doc__ or ""))
        self.detail = detail
        self.extra = extra or {}

    @classmethod
    def slug(cls) -> str:
        """`NoSuchSchool` -> `no-such-school`, `NotASheet` -> `not-a-sheet`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls, locale: str) -> str:
        """The docstring's half in the caller's language."""
        vi, _, en = (cls.__doc__ or "").partition(" | ")
        return en.strip() if locale == "en" and en else vi.strip()


class Malformed(AppError):
    """Yêu cầu không hợp lệ | The request is malformed"""

    status = 400


class Unauthenticated(AppError):
    """Cần đăng nhập | Please log in"""

    status = 401


class Denied(AppError):
    """Bạn không có quyền làm việc này | You may not do this"""

    status = 403


class NotFound(AppError):
    """Không tìm thấy | Not found"""

    status = 404


class Conflict(AppError):
    """Dữ liệu đã thay đổi hoặc bị trùng | It conflicts with what is stored"""

    status = 409


class Unprocessable(AppError):
    """Dữ liệu không dùng được | The data cannot be used"""

    status = 422


class TooManyRequests(AppError):
    """Bạn thao tác quá nhanh | Too many requests"""

    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            (f"Hãy thử lại sau {retry_after_s} giây.", f"Try again in {retry_after_s} seconds.")
        )
        self.retry_after_s = retry_after_s


class Unavailable(AppError):
    """Hệ thống đang bận, hãy thử lại | The service is busy, please try again"""

    status = 503
