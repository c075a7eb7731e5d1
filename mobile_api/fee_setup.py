"""Where a school's money comes in: banks, collecting accounts, and who reports on them."""

from typing import Annotated, Final
from uuid import UUID

from litestar import get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app.fees.setup import accounts, banks, merchants
from app.fees.setup.banks import Bank
from app.fees.setup.model import AccountKind, BadAccount, FeeAccount, Merchant, Provider
from app.schools.common import school_box
from mobile_api.access import SIGNED_IN
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, QuerySchool, require_desk
from mobile_api.inputs import PathId, SchoolId

# What people copy from a bank's papers, with blanks and dots between the digits.
Number = Annotated[str, Meta(min_length=6, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
Bin = Annotated[str, Meta(min_length=6, max_length=6, pattern=r"^[0-9]{6}$")]
_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"
AccountName = Annotated[str, Meta(min_length=1, max_length=100, pattern=_LINE)]
# Made by the provider, or by us for it: printable, without blanks, too long to be guessed.
Secret = Annotated[str, Meta(min_length=16, max_length=200, pattern=r"^[!-~]+$")]


class BankWritten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`number`: 6 to 19 digits, blanks and dots between them do not matter."""

    bin: Bin
    number: Number
    holder: AccountName


class AccountWritten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bank` is of a bank's account alone; the cash box has none."""

    school_id: SchoolId
    kind: AccountKind
    name: AccountName
    bank: BankWritten | None = None
    is_default: bool = False


class AccountChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: AccountName | UnsetType = UNSET
    holder: AccountName | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


class MerchantWritten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`secret` signs the webhooks; with `api_token` the provider is asked as well."""

    school_id: SchoolId
    account_id: UUID
    provider: Provider
    secret: Secret
    api_token: Secret | None = None


class SecretsChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays; `api_token` null: the provider is asked no more.

    `ends_former`: a secret has leaked; from now on the present one alone is believed.
    """

    secret: Secret | UnsetType = UNSET
    api_token: Secret | UnsetType | None = UNSET
    ends_former: bool = False


class Banks(Struct, frozen=True, kw_only=True):
    items: list[Bank]
    next_cursor: str | None = None


class Accounts(Struct, frozen=True, kw_only=True):
    items: list[FeeAccount]
    next_cursor: str | None = None


class Merchants(Struct, frozen=True, kw_only=True):
    items: list[Merchant]
    next_cursor: str | None = None


@get("/v1/fees/banks", opt={"who": SIGNED_IN}, tags=["fees"])
async def list_banks(tx: Tx) -> Banks:
    """The banks that take VietQR transfers, by their short names. For everybody."""
    return Banks(items=list(banks.banks().values()))


class FeeAccounts(Controller):
    path = "/v1/fees/accounts"
    tags = ("fees",)

    @get("", operation_id="list_fee_accounts", opt=OFFICE)
    async def list_accounts(self, tx: Tx, caller: Me, school_id: QuerySchool) -> Accounts:
        """The school's collecting accounts, of numbers the tail. For accountant and principal."""
        require_desk(caller, school_id, "accountant", "principal")
        return Accounts(items=await accounts.accounts(tx, school_id=school_id))

    @post("", operation_id="open_fee_account", opt=ACCOUNTANT)
    async def open_account(
        self, tx: Tx, caller: Me, now: Now, resources: Res, data: JSONBody[AccountWritten]
    ) -> FeeAccount:
        """Take up an account at a bank, or the cash box. For the accountant.

        Of this and of each change principals and all accountants are told, who did it too.
        """
        school_id = require_desk(caller, data.school_id, "accountant")
        bank = data.bank
        return await accounts.open_one(
            tx,
            box=await school_box(tx, vault=resources.vault, school_id=school_id),
            school_id=school_id,
            kind=data.kind,
            name=data.name,
            bank=None
            if bank is None
            else accounts.BankDetails(bin=bank.bin, number=bank.number, holder=bank.holder),
            is_default=data.is_default,
            made_by=caller.account_id,
            now=now,
        )

    @patch("/{account_id:uuid}", operation_id="change_fee_account", opt=ACCOUNTANT)
    async def change_account(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        account_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[AccountChanged],
    ) -> FeeAccount:
        """Rename it, or make it the default. For the accountant."""
        require_desk(caller, school_id, "accountant")
        return await accounts.change(
            tx,
            school_id=school_id,
            account_id=account_id,
            name=None if data.name is UNSET else data.name,
            holder=None if data.holder is UNSET else data.holder,
            is_default=None if data.is_default is UNSET else data.is_default,
            made_by=caller.account_id,
            now=now,
        )

    @post("/{account_id:uuid}/end", operation_id="end_fee_account", status_code=200, opt=ACCOUNTANT)
    async def end_account(
        self, tx: Tx, caller: Me, now: Now, account_id: PathId, school_id: QuerySchool
    ) -> FeeAccount:
        """Bill to it no more; what was paid to it stays. For the accountant."""
        require_desk(caller, school_id, "accountant")
        return await accounts.end(
            tx, school_id=school_id, account_id=account_id, made_by=caller.account_id, now=now
        )


class FeeMerchants(Controller):
    path = "/v1/fees/merchants"
    tags = ("fees",)

    @get("", operation_id="list_fee_merchants", opt=OFFICE)
    async def list_merchants(
        self, tx: Tx, caller: Me, now: Now, school_id: QuerySchool
    ) -> Merchants:
        """Who reports on the school's accounts, without secrets. For accountant and principal."""
        require_desk(caller, school_id, "accountant", "principal")
        return Merchants(items=await merchants.merchants(tx, school_id=school_id, now=now))

    @post("", operation_id="take_up_fee_merchant", opt=ACCOUNTANT)
    async def take_up(
        self, tx: Tx, caller: Me, now: Now, resources: Res, data: JSONBody[MerchantWritten]
    ) -> Merchant:
        """Let a provider report on an account; it sends to `webhook_path`. For the accountant."""
        school_id = require_desk(caller, data.school_id, "accountant")
        return await merchants.take_up(
            tx,
            box=await school_box(tx, vault=resources.vault, school_id=school_id),
            school_id=school_id,
            account_id=data.account_id,
            provider=data.provider,
            secret=data.secret,
            api_token=data.api_token,
            made_by=caller.account_id,
            now=now,
        )

    @put("/{merchant_id:uuid}/secrets", operation_id="change_fee_secrets", opt=ACCOUNTANT)
    async def change_secrets(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        merchant_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[SecretsChanged],
    ) -> Merchant:
        """Write new secrets; the one of before is taken for 24 hours more, or ends at once.

        For the accountant. The principals and all accountants are told.
        """
        require_desk(caller, school_id, "accountant")
        if data.secret is UNSET and data.api_token is UNSET and not data.ends_former:
            raise BadAccount(("Hãy nhập khoá bí mật mới.", "Write at least one new secret."))
        return await merchants.change_secrets(
            tx,
            box=await school_box(tx, vault=resources.vault, school_id=school_id),
            school_id=school_id,
            merchant_id=merchant_id,
            secret=None if data.secret is UNSET else data.secret,
            changes_token=data.api_token is not UNSET,
            api_token=None if data.api_token is UNSET else data.api_token,
            ends_former=data.ends_former,
            made_by=caller.account_id,
            now=now,
        )

    @post(
        "/{merchant_id:uuid}/end", operation_id="end_fee_merchant", status_code=200, opt=ACCOUNTANT
    )
    async def end_merchant(
        self, tx: Tx, caller: Me, now: Now, merchant_id: PathId, school_id: QuerySchool
    ) -> Merchant:
        """Believe nothing more that it says. For the accountant."""
        require_desk(caller, school_id, "accountant")
        return await merchants.end(
            tx, school_id=school_id, merchant_id=merchant_id, made_by=caller.account_id, now=now
        )


HANDLERS = [list_banks, FeeAccounts, FeeMerchants]
