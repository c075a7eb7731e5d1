"""Who gets in where, of fees: set-up, bills, money, receipts."""

from typing import Final

from tests.mobile_api.rule import Roles, Rule
from tests.mobile_api.rules_office import OFFICE_ROUTES

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
    "POST /v1/fees/events/decision": Rule(
        here=ACCOUNTANT,
        body=HERE | {"merchant_id": "{student_id}", "event_key": "92704", "decision": "new"},
        answer=(404, "no-such-event"),
    ),
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

_OF_CHILD: Final = {"student_id": "{student_id}"}
_PAID: Final = "0193f0c2-5d4b-7c3a-9a51-2f6f1f6b7a31"
_DUE: Final = "/v1/fees/due/{invoice_id}"
_INTENT: Final = "/v1/fees/intents/{intent_id}"
# Everybody may knock: who was a guardian until the child left has no role any more.
PAYING: Final[dict[str, Rule]] = {
    "GET /v1/fees/due": Rule(own=("guardian",), door_is_open=True, query=_OF_CHILD),
    f"GET {_DUE}": Rule(own=("guardian",), door_is_open=True, ids={"invoice_id": "bill_id"}),
    f"POST {_DUE}/declined": Rule(
        own=("guardian",), door_is_open=True, ids={"invoice_id": "offer_id"}
    ),
    f"DELETE {_DUE}/declined": Rule(
        own=("guardian",), door_is_open=True, ids={"invoice_id": "offer_id"}
    ),
    "POST /v1/fees/intents": Rule(
        own=("guardian",),
        door_is_open=True,
        body={"id": _PAID, "shares": [{"invoice_id": "{bill_id}"}]},
    ),
    f"GET {_INTENT}": Rule(own=("guardian",), door_is_open=True),
    f"GET {_INTENT}/qr.png": Rule(own=("guardian",), door_is_open=True),
    "GET /v1/fees/receipts": Rule(own=("guardian",), door_is_open=True, query=_OF_CHILD),
    "GET /v1/fees/receipts/{receipt_id}/receipt.pdf": Rule(
        here=ACCOUNTANT, own=("guardian",), door_is_open=True
    ),
    "GET /v1/fees/receipts/verify": Rule(
        public=True, query={"code": "1-ABCDEFGHIJKLMNOQ"}, answer=(404, "no-such-receipt")
    ),
    "GET /v1/fees/boards": Rule(here=OFFICE, query=HERE),
    "GET /v1/fees/boards/department": Rule(anywhere=("department_admin",)),
}

_ACCOUNT: Final = {"account_id": "fee_account_id"}
_SPARE: Final = {"account_id": "spare_account_id"}
_SPARE_ITEM: Final = {"item_id": "spare_item_id"}
_DAYS: Final = {"from_day": "2026-12-01", "to_day": "2026-12-31", "due_day": "2026-12-15"}
SETUP: Final[dict[str, Rule]] = {
    "GET /v1/fees/banks": Rule(signed_in=True),
    "GET /v1/fees/accounts": Rule(here=OFFICE, query=HERE),
    "POST /v1/fees/accounts": Rule(
        here=ACCOUNTANT,
        body=HERE
        | {
            "kind": "bank",
            "name": "Tài khoản thứ ba",
            "bank": {"bin": "970415", "number": "1234 5678 90", "holder": "Truong THCS"},
        },
    ),
    "PATCH /v1/fees/accounts/{account_id}": Rule(
        here=ACCOUNTANT, ids=_ACCOUNT, query=HERE, body={"name": "Tài khoản chính"}
    ),
    "POST /v1/fees/accounts/{account_id}/end": Rule(here=ACCOUNTANT, ids=_SPARE, query=HERE),
    "GET /v1/fees/merchants": Rule(here=OFFICE, query=HERE),
    "POST /v1/fees/merchants": Rule(
        here=ACCOUNTANT,
        body=HERE
        | {"account_id": "{spare_account_id}", "provider": "sepay", "secret": "0123456789abcdef"},
    ),
    "PUT /v1/fees/merchants/{merchant_id}/secrets": Rule(
        here=ACCOUNTANT, query=HERE, body={"secret": "fedcba9876543210"}
    ),
    "POST /v1/fees/merchants/{merchant_id}/end": Rule(here=ACCOUNTANT, query=HERE),
    "GET /v1/fees/items": Rule(here=OFFICE, query=HERE),
    "POST /v1/fees/items": Rule(
        here=ACCOUNTANT,
        body=HERE
        | {
            "name": "Bảo hiểm y tế",
            "category": "insurance",
            "legal_basis": "Luật Bảo hiểm y tế",
            "unit": "period",
            "amount": 631_800,
        },
    ),
    "PATCH /v1/fees/items/{item_id}": Rule(
        here=ACCOUNTANT, ids=_SPARE_ITEM, query=HERE, body={"amount": 200_000}
    ),
    "POST /v1/fees/items/{item_id}/end": Rule(here=ACCOUNTANT, ids=_SPARE_ITEM, query=HERE),
    "GET /v1/fees/forbidden": Rule(here=OFFICE, door_is_for=("department_admin",), query=HERE),
    "POST /v1/fees/forbidden": Rule(
        own=("department_admin",),
        body={"org_unit_id": "{unit_id}", "name": "Quỹ đội", "legal_basis": "Công văn 15/SGDĐT"},
    ),
    "POST /v1/fees/forbidden/{ban_id}/end": Rule(own=("department_admin",)),
    "GET /v1/fees/periods": Rule(here=OFFICE, query=HERE),
    "POST /v1/fees/periods": Rule(
        here=ACCOUNTANT,
        body=HERE | _DAYS | {"name": "Tháng 12", "account_id": "{fee_account_id}"},
    ),
    "GET /v1/fees/periods/{period_id}": Rule(here=OFFICE, query=HERE),
    "PATCH /v1/fees/periods/{period_id}": Rule(
        here=ACCOUNTANT, query=HERE, body={"accepts_partial": True}
    ),
    "PUT /v1/fees/periods/{period_id}/charges": Rule(
        here=ACCOUNTANT,
        query=HERE,
        body={"charges": [{"item_id": "{fee_item_id}", "scope": "class", "ref": "{class_id}"}]},
    ),
    "POST /v1/fees/periods/{period_id}/close": Rule(here=ACCOUNTANT, query=HERE),
    "GET /v1/fees/waivers": Rule(here=OFFICE, query=HERE),
    "POST /v1/fees/waivers": Rule(
        here=ACCOUNTANT,
        body=HERE
        | {
            "student_id": "{student_id}",
            "item_id": "{fee_item_id}",
            "kind": "percent",
            "value": 100,
            "ground": "policy",
            "reason": "Hộ nghèo",
            "from_day": "2026-11-01",
            "to_day": "2027-05-31",
        },
    ),
    # Asked for by the accountant.
    "POST /v1/fees/waivers/{waiver_id}/decision": Rule(
        here=("principal",), query=HERE, body={"decision": "approve"}
    ),
    "POST /v1/fees/waivers/{waiver_id}/end": Rule(
        here=OFFICE, ids={"waiver_id": "granted_waiver_id"}, query=HERE
    ),
}

# One dictionary an area: whoever adds routes adds theirs here and to FEES below.
FEES: Final[dict[str, Rule]] = RECEIVING | BILLING | SETUP | PAYING | OFFICE_ROUTES
