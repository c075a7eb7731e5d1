"""PostgreSQL and Valkey out of their wheels, run as our own child processes."""

from scripts.servers.lock import InUse
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.process import ServerFailed
from scripts.servers.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "InUse", "ServerFailed"]
