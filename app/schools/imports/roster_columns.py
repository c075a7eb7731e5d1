"""The columns of the roster, as in the template and as other systems name them."""

from typing import Final

from app.sheets.model import Column

CODE: Final = "Mã định danh"
NAME: Final = "Họ và tên"
BORN: Final = "Ngày sinh"
GENDER: Final = "Giới tính"
CLASS: Final = "Lớp"
SHIFT: Final = "Ca học"
GUARDIAN: Final = ("Người giám hộ 1", "Người giám hộ 2")
PHONE: Final = ("SĐT 1", "SĐT 2")
RELATION: Final = ("Quan hệ 1", "Quan hệ 2")

ROSTER_COLUMNS: Final = (
    Column(heading=CODE, aliases=("Mã định danh Bộ GD&ĐT", "Mã số định danh", "Mã học sinh")),
    Column(
        heading=NAME,
        aliases=("Họ tên", "Họ và tên học sinh", "Họ tên học sinh", "Tên học sinh"),
        is_required=True,
    ),
    Column(heading=BORN, aliases=("Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "NTNS")),
    Column(heading=GENDER, aliases=("Phái", "Nam/Nữ")),
    Column(heading=CLASS, aliases=("Tên lớp", "Lớp học"), is_required=True),
    Column(heading=SHIFT, aliases=("Ca", "Buổi học")),
    Column(heading=GUARDIAN[0], aliases=("Người giám hộ", "Họ tên người giám hộ 1")),
    Column(heading=PHONE[0], aliases=("SĐT", "Số điện thoại 1", "Điện thoại 1")),
    Column(heading=RELATION[0], aliases=("Quan hệ",)),
    Column(heading=GUARDIAN[1], aliases=("Họ tên người giám hộ 2",)),
    Column(heading=PHONE[1], aliases=("Số điện thoại 2", "Điện thoại 2")),
    Column(heading=RELATION[1]),
)
