"""What is counted of logins, by outcome; never of whom."""

from typing import Final

from prometheus_client import Counter

LOGINS: Final = Counter(
    "ct_logins_total",
    "Logins by way (password, code, paper, pairing) and outcome",
    ["way", "outcome"],
)
REFRESHES: Final = Counter("ct_refreshes_total", "Refreshed sessions by outcome", ["outcome"])
CODES: Final = Counter(
    "ct_one_time_codes_total", "One-time codes asked for, by purpose and outcome",
    ["purpose", "outcome"],
)  # fmt: skip
