"""Who gets in where, of fees: set-up, bills, money, receipts."""

from typing import Final

from tests.mobile_api.rule import Roles, Rule

ACCOUNTANT: Final[Roles] = ("accountant",)
OFFICE: Final[Roles] = ("accountant", "principal")
HERE: Final = {"school_id": "{school_id}"}

# Whoever calls signs the body, or is nobody; here: of a merchant that there is not.
RECEIVING: Final[dict[str, Rule]] = {
    "POST /v1/webhooks/sepay/{merchant_id}": Rule(
        public=True,
        signed=True,
        ids={"merchant_id": "student_id"},
        body={
            "id": 1,
            "accountNumber": "0071001234567",
            "transactionDate": "2026-11-16 06:50:00",
            "transferType": "in",
            "transferAmount": 1000,
        },
        answer=(404, "no-such-gateway"),
    ),
    "GET /v1/fees/events": Rule(here=ACCOUNTANT, query=HERE),
}

_PART: Final = {"school_id": "{school_id}"}
# Of a period and a bill that there are not: who gets in is told so.
BILLING: Final[dict[str, Rule]] = {
    "POST /v1/fees/periods/{period_id}/preview": Rule(
        here=OFFICE,
        ids={"period_id": "student_id"},
        body=_PART,
        answer=(404, "no-such-period"),
    ),
    "POST /v1/fees/periods/{period_id}/issue": Rule(
        here=ACCOUNTANT,
        ids={"period_id": "student_id"},
        body=_PART,
        answer=(404, "no-such-period"),
    ),
    "GET /v1/fees/invoices": Rule(here=OFFICE, query=HERE | {"student_id": "{student_id}"}),
    "GET /v1/fees/invoices/{invoice_id}": Rule(
        here=OFFICE,
        ids={"invoice_id": "student_id"},
        query=HERE,
        answer=(404, "no-such-invoice"),
    ),
    "POST /v1/fees/invoices/{invoice_id}/void": Rule(
        here=ACCOUNTANT,
        ids={"invoice_id": "student_id"},
        body=_PART | {"reason": "Lập nhầm"},
        answer=(404, "no-such-invoice"),
    ),
    "POST /v1/fees/invoices/{invoice_id}/write-off": Rule(
        here=("principal",),
        ids={"invoice_id": "student_id"},
        body=_PART | {"reason": "Gia đình khó khăn"},
        answer=(404, "no-such-invoice"),
    ),
    "GET /v1/fees/debtors": Rule(here=ACCOUNTANT, query=HERE),
    "POST /v1/fees/reminders": Rule(
        here=ACCOUNTANT,
        body=_PART | {"invoice_ids": ["{student_id}"]},
        answer=(404, "no-such-invoice"),
    ),
}

# One dictionary an area: whoever adds routes adds theirs here and to FEES below.
FEES: Final[dict[str, Rule]] = RECEIVING | BILLING
