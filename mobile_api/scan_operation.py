"""What the scan endpoint takes, as the OpenAPI document shows it.

The endpoint reads the envelope first and each scan by itself, so that a bad scan costs no other.
The scans are of the very Struct that decodes them, the envelope's fields are those of `ScanBatch`.
"""

from typing import Annotated

from msgspec import Meta, Struct

from app.attendance.model import Instant, Millis, Scan

MAX_SCANS = 200
BootId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class ScanEnvelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """1 to 200 scans and the phone's clocks at sending.

    Only a broken envelope is refused as a whole. A scan that cannot be read gets the outcome
    `invalid`, and the others go through.
    """

    sent_at: Instant
    sent_mono_ms: Millis
    boot_id: BootId
    scans: Annotated[list[Scan], Meta(min_length=1, max_length=MAX_SCANS)]
