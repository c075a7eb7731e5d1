"""What is told of fees. A push names neither child nor amount.

Parameters: of a family's news `student`, `school` and `amount` (đồng); of bills `title` (the
billing period), `due_day` and `offers` (how many voluntary ones); `change` of what changed;
of a second person's news `matter`; of an account's `account` and `account_change`.
"""

from collections.abc import Mapping
from typing import Final

from app.kinds import NEWS
from notifications.wording import TAP_EN, TAP_VI, Kind, Wording

FEE_KINDS: Final[Mapping[str, Kind]] = {
    "fee_due": Kind(
        news=NEWS["fee_due"],
        vi=Wording(
            inbox=("Khoản thu mới của {student}", "{title}: {asked} {school}"),
            push=("Trường có khoản thu mới", TAP_VI),
        ),
        en=Wording(
            inbox=("New fees of {student}", "{title}: {asked} {school}"),
            push=("The school has new fees", TAP_EN),
        ),
    ),
    "fee_paid": Kind(
        news=NEWS["fee_paid"],
        tone="good",
        vi=Wording(
            inbox=("{school} đã nhận {money} của {student}", "Chạm để xem biên lai."),
            push=("Trường đã nhận khoản nộp", TAP_VI),
        ),
        en=Wording(
            inbox=("{school} has received {money} for {student}", "Tap to see the receipt."),
            push=("The school has received a payment", TAP_EN),
        ),
    ),
    "fee_reminder": Kind(
        news=NEWS["fee_reminder"],
        vi=Wording(
            inbox=(
                "Nhắc nộp khoản thu của {student}",
                "{title}: {asked} {school}. Nếu gia đình vừa nộp, xin bỏ qua tin này.",
            ),
            push=("Trường nhắc một khoản chưa nộp", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "A reminder of {student}'s fees",
                "{title}: {asked} {school}. If you have just paid, please ignore this.",
            ),
            push=("A reminder of fees", TAP_EN),
        ),
    ),
    "fee_changed": Kind(
        news=NEWS["fee_changed"],
        vi=Wording(
            inbox=("Khoản thu của {student} có thay đổi", "{change}: {money}. {school}"),
            push=("Khoản thu có thay đổi", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s fees have changed", "{change}: {money}. {school}"),
            push=("Fees have changed", TAP_EN),
        ),
    ),
    # To the accountants.
    "fee_review": Kind(
        news=NEWS["fee_review"],
        vi=Wording(
            inbox=("Có tiền về chưa rõ nộp khoản nào", "Mời kế toán xem và xác nhận. {school}"),
            push=("Có tiền về chờ kế toán xem", TAP_VI),
        ),
        en=Wording(
            inbox=("Money came that fits no bill", "Please look at it and decide. {school}"),
            push=("Money waits for review", TAP_EN),
        ),
    ),
    # To the principals and the other accountants.
    "fee_second_person": Kind(
        news=NEWS["fee_second_person"],
        vi=Wording(
            inbox=("{matter} chờ người thứ hai", "Mời thầy cô xem và quyết định. {school}"),
            push=("Có việc thu phí chờ duyệt", TAP_VI),
        ),
        en=Wording(
            inbox=("{matter} waits for a second person", "Please look at it and decide. {school}"),
            push=("A matter of fees waits for you", TAP_EN),
        ),
    ),
    # To the principals and all accountants.
    "fee_account": Kind(
        news=NEWS["fee_account"],
        tone="alarm",
        vi=Wording(
            inbox=(
                "{account_change}",
                "{account}. Nếu không phải nhà trường làm, xin báo ngay cho hiệu trưởng và đổi mật "
                "khẩu. {school}",
            ),
            push=("Tài khoản nhận tiền của trường có thay đổi", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "{account_change}",
                "{account}. If nobody of the school did this, tell the principal at once and "
                "change your password. {school}",
            ),
            push=("An account of the school was changed", TAP_EN),
        ),
    ),
}
