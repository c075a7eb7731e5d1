"""What the worker does with a file that was too big for a request."""

from collections.abc import Mapping

from app.crypto import Vault
from app.jobs.model import Work


def import_works(vault: Vault) -> Mapping[str, Work]:
    """The work of each kind of import, by the kind's name."""
    return {}
