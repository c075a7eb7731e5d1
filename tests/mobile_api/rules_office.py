"""Who gets in where, of the accountant's office: statements, money, refunds, cash, closes."""

from typing import Final

from tests.mobile_api.rule import Roles, Rule

ACCOUNTANT: Final[Roles] = ("accountant",)
OFFICE: Final[Roles] = ("accountant", "principal")
HERE: Final = {"school_id": "{school_id}"}
_DAYS: Final = {"from": "2026-11-01", "to": "2026-11-30"}
_STATEMENT: Final = (
    "sao-ke.csv",
    "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Số dư,Mô tả\n"
    "16/11/2026 08:01:02,FT26320000001,,150.000,1.150.000,NGUYEN VAN A nop tien\n".encode(),
    "text/csv",
)
_ID: Final = "0193f0c2-5d4b-7c3a-9a51-2f6f1f6b7a99"
_SHARE: Final = {"shares": [{"invoice_id": "{student_id}", "amount": 1000}]}


def _rules() -> dict[str, Rule]:
    base, body = "/v1/fees", HERE
    fund, refund = f"{base}/funds/{{fund_id}}", f"{base}/refunds/{{refund_id}}"
    cash, rows = f"{base}/cash/{{intake_id}}", f"{base}/statements/{{statement_id}}/rows"
    exports = {
        f"GET {base}/exports/{which}.xlsx": Rule(here=ACCOUNTANT, query=HERE | _DAYS)
        for which in ("invoices", "funds", "receipts", "ledger", "closes")
    }
    return exports | {
        f"GET {base}/statements": Rule(here=ACCOUNTANT, query=HERE),
        f"POST {base}/statements": Rule(
            here=ACCOUNTANT, query=HERE | {"account_id": "{fee_account_id}"}, file=_STATEMENT
        ),
        f"GET {rows}": Rule(
            here=ACCOUNTANT,
            query=HERE,
        ),
        f"POST {rows}/{{n}}/decision": Rule(
            here=ACCOUNTANT,
            ids={"statement_id": "student_id"},
            body=body | {"fund_id": None},
            answer=(404, "no-such-statement"),
        ),
        f"GET {base}/funds": Rule(here=ACCOUNTANT, query=HERE),
        f"GET {fund}": Rule(
            here=ACCOUNTANT,
            query=HERE,
        ),
        f"POST {fund}/allocations": Rule(
            here=ACCOUNTANT,
            ids={"fund_id": "student_id"},
            body=body | {"id": _ID} | _SHARE,
            answer=(404, "no-such-fund"),
        ),
        f"POST {base}/allocations/{{allocation_id}}/reversal": Rule(
            here=ACCOUNTANT,
            ids={"allocation_id": "student_id"},
            body=body | {"reason": "Nhầm học sinh"},
            answer=(404, "no-such-allocation"),
        ),
        f"GET {base}/refunds": Rule(here=OFFICE, query=HERE),
        f"POST {base}/refunds": Rule(
            here=ACCOUNTANT,
            body=body
            | {
                "id": _ID,
                "fund_id": "{student_id}",
                "amount": 1000,
                "reason": "Đóng thừa",
                "to_bank_bin": "970436",
                "to_number": "0071001234567",
                "to_holder": "NGUYEN VAN A",
            },
            answer=(404, "no-such-fund"),
        ),
        f"POST {base}/refunds/strikes": Rule(
            here=ACCOUNTANT,
            body=body
            | {
                "id": _ID,
                "fund_id": "{student_id}",
                "double_of": None,
                "reason": "Sao kê và báo có là một",
            },
            answer=(404, "no-such-fund"),
        ),
        f"POST {base}/refunds/deposits": Rule(
            here=ACCOUNTANT,
            body=body
            | {
                "id": _ID,
                "fund_id": "{student_id}",
                "from_account_id": "{student_id}",
                "reason": "Nộp tiền mặt vào tài khoản",
            },
            answer=(404, "no-such-fund"),
        ),
        f"GET {refund}": Rule(
            here=OFFICE,
            query=HERE,
        ),
        f"POST {refund}/decision": Rule(
            here=OFFICE,
            ids={"refund_id": "student_id"},
            body=body | {"decision": "approve"},
            answer=(404, "no-such-refund"),
        ),
        f"POST {refund}/settlement": Rule(
            here=ACCOUNTANT,
            ids={"refund_id": "student_id"},
            body=body | {"succeeded": False},
            answer=(404, "no-such-refund"),
        ),
        f"GET {base}/cash": Rule(here=OFFICE, query=HERE),
        f"POST {base}/cash": Rule(
            here=ACCOUNTANT, body=body | {"id": _ID} | _SHARE, answer=(404, "no-such-invoice")
        ),
        f"POST {cash}/confirmation": Rule(
            here=OFFICE,
            ids={"intake_id": "student_id"},
            body=body,
            answer=(404, "no-such-cash"),
        ),
        f"POST {cash}/cancellation": Rule(
            here=OFFICE,
            ids={"intake_id": "student_id"},
            body=body | {"reason": "Trả lại phụ huynh"},
            answer=(404, "no-such-cash"),
        ),
        f"GET {base}/closes": Rule(here=OFFICE, query=HERE),
        f"GET {base}/closes/expected": Rule(
            here=OFFICE, query=HERE | {"account_id": "{fee_account_id}", "day": "2026-11-16"}
        ),
        f"POST {base}/closes": Rule(
            here=OFFICE,
            body=body
            | {
                "account_id": "{fee_account_id}",
                "day": "2026-11-16",
                "counted": 0,
                "note": "Đếm lại",
            },
        ),
        f"GET {base}/reconciliations": Rule(here=OFFICE, query=HERE),
        f"POST {base}/reconciliations": Rule(
            here=ACCOUNTANT,
            body=body
            | {
                "account_id": "{fee_account_id}",
                "from_day": "2026-11-01",
                "to_day": "2026-11-16",
            },
        ),
        f"GET {base}/reconciliations/{{reconciliation_id}}": Rule(
            here=OFFICE,
            query=HERE,
        ),
    }


OFFICE_ROUTES: Final[dict[str, Rule]] = _rules()
