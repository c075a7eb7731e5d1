"""What a guess costs: the limits before a password or a code is compared.

Honest attempts are free. A wrong one costs the address, the phone and the device; a device that
the account has used before has its own purse, so that a stranger cannot lock the owner out.
"""

import asyncio
from uuid import UUID

from app.limits import (
    FAILED_IP,
    LOGIN_DEVICE,
    LOGIN_PHONE,
    LOGIN_PHONE_IP,
    OTP_GUESS,
    OTP_IP,
    OTP_PHONE,
    OTP_PHONE_IP,
    Bucket,
    Limiter,
)

Taken = list[tuple[Bucket, str]]


async def before_password(
    limiter: Limiter, *, phone_index: bytes, address: str, device_id: UUID, known: UUID | None
) -> Taken:
    """Pay for one guess in advance; `known` is the account that has used this device before.

    In advance, since guesses that run at once must not all find the purse full.

    Raises:
        TooManyRequests: a purse is empty.
    """
    if known is not None:
        return await _take(limiter, [(LOGIN_DEVICE, f"{known}:{device_id}")])
    await limiter.would_allow(FAILED_IP, address)
    phone = phone_index.hex()
    # The narrow purse first: whom it refuses takes nothing out of the phone's own.
    return await _take(
        limiter,
        [
            (LOGIN_DEVICE, str(device_id)),
            (LOGIN_PHONE_IP, f"{phone}:{address}"),
            (LOGIN_PHONE, phone),
        ],
    )


async def before_code_is_sent(limiter: Limiter, *, phone_index: bytes, address: str) -> None:
    """Pay for one text message.

    Raises:
        TooManyRequests: too many for this address or this phone.
    """
    phone = phone_index.hex()
    await limiter.take(OTP_IP, address)
    await limiter.take(OTP_PHONE_IP, f"{phone}:{address}")
    await limiter.take(OTP_PHONE, phone)


async def before_code(limiter: Limiter, *, phone_index: bytes, address: str) -> Taken:
    """Pay for one guess at a one-time code; the code itself counts its attempts as well.

    Raises:
        TooManyRequests: a purse is empty.
    """
    await limiter.would_allow(FAILED_IP, address)
    return await _take(limiter, [(OTP_GUESS, f"{phone_index.hex()}:{address}")])


async def give_back(limiter: Limiter, taken: Taken) -> None:
    """It was no guess."""
    await asyncio.gather(*(limiter.give_back(bucket, key) for bucket, key in taken))


async def failed(limiter: Limiter, address: str) -> None:
    """Charge the address for a wrong password or code."""
    await limiter.charge(FAILED_IP, address)


async def _take(limiter: Limiter, wanted: Taken) -> Taken:
    for bucket, key in wanted:
        await limiter.take(bucket, key)
    return wanted
