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

# One dictionary an area: whoever adds routes adds theirs here and to FEES below.
FEES: Final[dict[str, Rule]] = RECEIVING
