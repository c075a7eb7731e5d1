"""What can be wrong about money, for who has to act on it."""

from app.errors import Conflict, Denied, NotFound, Unprocessable


class NoSuchInvoice(NotFound):
    """Không tìm thấy khoản phải đóng này | There is no such invoice"""


class NoSuchFund(NotFound):
    """Không tìm thấy khoản tiền này | There is no such payment"""


class NoSuchAllocation(NotFound):
    """Không tìm thấy lần ghi nhận này | There is no such allocation"""


class NoSuchRefund(NotFound):
    """Không tìm thấy yêu cầu hoàn tiền này | There is no such refund"""


class NotAnAmount(Unprocessable):
    """Số tiền phải là số đồng nguyên lớn hơn 0 | An amount is a whole number of đồng above 0"""


class InvoiceNotOpen(Conflict):
    """Khoản phải đóng này không nhận tiền | This invoice takes no money"""


class InvoiceHasMoney(Conflict):
    """Khoản phải đóng này đã nhận tiền | This invoice has taken money"""


class MoreThanDue(Conflict):
    """Số tiền lớn hơn phần còn phải đóng | The amount is more than what is still due"""


class MoreThanFree(Conflict):
    """Số tiền lớn hơn phần chưa sử dụng | The amount is more than what is still free"""


class AlreadyReversed(Conflict):
    """Lần ghi nhận này đã được hủy | This allocation has been reversed already"""


class RefundDecided(Conflict):
    """Yêu cầu hoàn tiền đã được xử lý | The refund has been dealt with already"""


class NotTheSame(Unprocessable):
    """Hai khoản này không thể là một | The two payments cannot be one"""


class FundInUse(Conflict):
    """Khoản tiền này đang được dùng | Some of this payment is in use"""


class OtherIsStruck(Conflict):
    """Khoản kia đã được gỡ hoặc đang chờ gỡ | The other payment is struck, or asked to be"""


class BothInStatement(Conflict):
    """Sao kê có cả hai khoản | One statement shows both payments"""


class NotProvedMissing(Conflict):
    """Sao kê chưa cho thấy khoản này không có | No statement shows yet that it never came"""


class NotADeposit(Unprocessable):
    """Khoản này không phải tiền mặt nộp vào | This money is no cash that was paid in"""


class NoSuchCashBox(Unprocessable):
    """Trường không có quỹ tiền mặt này | The school has no such cash box"""


class MoreThanInBox(Conflict):
    """Quỹ tiền mặt không có nhiều như vậy | The cash box does not hold so much"""


class FundDiffers(Conflict):
    """Cùng mã giao dịch nhưng khác số tiền | The same bank reference came with another amount"""


class NoSuchEvent(NotFound):
    """Không tìm thấy báo có này | There is no such notice"""


class EventNotWaiting(Conflict):
    """Báo có này không chờ quyết định | This notice waits for no decision"""


class EventDecided(Conflict):
    """Báo có này đã được quyết định khác | Something else was decided about this notice"""


class AlikeMoneyCame(Conflict):
    """Vừa có thêm một khoản giống báo có này | Money that this notice may be has just come"""


class SamePerson(Denied):
    """Cần một người khác duyệt | Another person has to approve it"""
