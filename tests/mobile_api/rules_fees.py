"""Who gets in where, of fees: set-up, bills, money, receipts."""

from typing import Final

from tests.mobile_api.rule import Roles, Rule

ACCOUNTANT: Final[Roles] = ("accountant",)
OFFICE: Final[Roles] = ("accountant", "principal")
HERE: Final = {"school_id": "{school_id}"}

# One dictionary an area: whoever adds routes adds theirs here and to FEES below.
FEES: Final[dict[str, Rule]] = {}
