"""What every gateway must do for us, whatever it speaks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal, Protocol

from msgspec import Struct

Source = Literal["webhook", "poll"]
RefusalReason = Literal[
    "bad_signature", "stale", "no_signature", "too_large", "unreadable", "differs", "ended"
]
EventOutcome = Literal[
    "fund",
    "known",
    "outgoing",
    "other_account",
    "not_vnd",
    "not_positive",
    "unreadable",
    "differs",
    "ended",
    "not_there",
]
# May be money, and a person says whether it is.
UNDECIDED: Final = frozenset[EventOutcome]({"differs", "ended"})

# VietQR has room for thirteen digits; nothing that is paid to a school comes near.
MOST_DONG: Final = 10**13 - 1


class Transfer(Struct, frozen=True, kw_only=True):
    """A movement on a bank account, as the gateway told it, in our words.

    `event_key` is the gateway's own id of it, the same from each of its sources, and has no `~`.
    `accounts`: every number that it names, the main one first. `amount` is in đồng, unless
    `currency` says otherwise, and may be anything: nobody has judged it yet. `bank_ref` empty: the
    bank gave none.
    """

    event_key: str
    accounts: tuple[str, ...]
    is_incoming: bool
    amount: int
    currency: str
    at: datetime
    memo: str
    bank_ref: str


class Page(Struct, frozen=True, kw_only=True):
    """What a gateway knows of: its own bytes for each movement, and its mark of how far that is.

    `mark` None: it knows of nothing yet.
    """

    bodies: tuple[bytes, ...]
    mark: str | None


class NotSigned(Exception):
    """The bytes are not the gateway's, or not of now: `reason` says which."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason: RefusalReason = reason


class Unreadable(Exception):
    """Signed, and yet not what the gateway says that it sends."""


class GatewayAway(Exception):
    """The gateway could not be asked: the text says why, without address, token or account."""


class PaymentGateway(Protocol):
    """A gateway. Its bytes are verified before anything of them is read."""

    @property
    def provider(self) -> str: ...

    def verify(
        self, *, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        """Make sure that one of these secrets has signed these bytes just now.

        Raises:
            NotSigned: none has; or a header is missing or too old.
        """

    def read(self, body: bytes, *, source: Source) -> Transfer:
        """The movement in bytes that are known to be genuine.

        Raises:
            Unreadable: none can be made out.
        """

    async def transfers(
        self, *, token: str, account: str, since: str | None, first_day: date
    ) -> Page:
        """What it knows of this account's movements, from its mark `since` on.

        `since` None: from `first_day`. What was told before may be told again.

        Raises:
            GatewayAway: it does not answer, or not sensibly.
        """
