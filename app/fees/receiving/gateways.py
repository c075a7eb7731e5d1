"""The gateways that there are."""

from app.fees.receiving.gateway import PaymentGateway
from app.fees.receiving.sepay import SePay
from app.settings import Settings


def gateways(settings: Settings) -> dict[str, PaymentGateway]:
    """By the provider's name, as `merchant` has it."""
    return {"sepay": SePay(settings.sepay_url)}
