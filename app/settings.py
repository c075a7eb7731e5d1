"""All settings of a process, read once from the environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.keys import KeyRing

_DEMO_ONLY = "is required outside the demo (make one with: cong-truong admin new-key)"

_SUBJECT = re.compile(r"mailto:[^\s@:]+@[^\s@:]+|https://[^\s/]+(/\S*)?")

# One host, named in full: it goes into the pages' Content-Security-Policy.
_TILES = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d+)?/"
    r"(?=\S*\{z\})(?=\S*\{x\})(?=\S*\{y\})[^\s\"'<>;,]*"
)


class BadSettings(Exception):
    """An environment variable holds a value that cannot be used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Field names are the lower-cased names of the environment variables.

    `database_url` and `redis_url` are None when the embedded servers are to be used.
    """

    data_dir: Path = Path(".data")
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://localhost:8000"
    database_url: str | None = None
    redis_url: str | None = None
    master_key: str | None = None
    firebase_credentials: Path | None = None
    fcm_endpoint: str = "https://fcm.googleapis.com"
    sms_base_url: str | None = None
    sms_api_key: str | None = None
    sms_secret_key: str | None = None
    sms_brandname: str | None = None
    sepay_url: str = "https://my.sepay.vn"
    push_hosts: str = ""
    vapid_subject: str | None = None
    storage_url: str | None = None
    storage_endpoint: str | None = None
    storage_access_key: str | None = None
    storage_secret_key: str | None = None
    storage_region: str = "us-east-1"
    storage_allow_http: bool = False
    map_tile_url: str | None = None
    map_attribution: str = ""
    demo: bool = False
    demo_public: bool = False
    log_level: str = "info"
    trusted_proxies: str = ""
    db_pool_size: int = 10
    arq_queue: str = "cong-truong"
    news_kept_months: int = 13

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment; an empty value counts as unset.

        Raises:
            BadSettings: names the variable; never prints its value, which may be a secret.
        """
        values = {}
        for field in msgspec.structs.fields(cls):
            raw = environ.get(field.name.upper(), "").strip()
            if not raw:
                continue
            try:
                values[field.name] = _convert(raw, field.type)
            except msgspec.ValidationError:
                kind = getattr(field.type, "__name__", str(field.type))
                raise BadSettings(f"{field.name.upper()}: cannot be read as {kind}") from None
        settings = msgspec.structs.replace(cls(), **values)
        if settings.master_key is not None:
            try:
                KeyRing.parse(settings.master_key)
            except ValueError as error:
                raise BadSettings(f"MASTER_KEY: {error}") from None
        if settings.vapid_subject and not _SUBJECT.fullmatch(settings.vapid_subject):
            raise BadSettings("VAPID_SUBJECT: must be mailto:name@host or https://host")
        if not 2 <= settings.news_kept_months <= 120:
            raise BadSettings("NEWS_KEPT_MONTHS: must be 2 to 120")
        _check_storage(settings)
        _check_sepay(settings.sepay_url)
        if settings.map_tile_url and not _TILES.fullmatch(settings.map_tile_url):
            raise BadSettings(
                "MAP_TILE_URL: must be https://host/ with {z}, {x} and {y} in its path"
            )
        return settings

    @property
    def key_ring(self) -> KeyRing:
        if self.master_key is None:
            raise BadSettings(f"MASTER_KEY {_DEMO_ONLY}")
        return KeyRing.parse(self.master_key)

    @property
    def push_subject(self) -> str:
        """Whom a browser's push service may write to (RFC 8292 §2.1)."""
        if self.vapid_subject:
            return self.vapid_subject
        # Apple refuses this last one: without HTTPS no iPhone subscribes anyway.
        is_public = self.base_url.startswith("https://")
        return self.base_url if is_public else "mailto:push@cong-truong.invalid"

    def require_database_url(self) -> str:
        if self.database_url is None:
            raise BadSettings("DATABASE_URL is not set and no embedded server runs: ./scripts/run")
        return self.database_url

    def require_redis_url(self) -> str:
        if self.redis_url is None:
            raise BadSettings("REDIS_URL is not set and no embedded server runs: ./scripts/run")
        return self.redis_url

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, port={self.port}, demo={self.demo})"


def _check_storage(settings: Settings) -> None:
    """Say at start what would otherwise fail at the first picture; never shows the keys."""
    url, endpoint = settings.storage_url, settings.storage_endpoint
    keys = (settings.storage_access_key, settings.storage_secret_key)
    if url is None:
        if endpoint is not None or any(keys):
            raise BadSettings("STORAGE_URL: is required with the other STORAGE_ settings")
        return
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", url):
        raise BadSettings("STORAGE_URL: must be s3://bucket or s3://bucket/prefix")
    if any(keys) and not all(keys):
        raise BadSettings("STORAGE_ACCESS_KEY, STORAGE_SECRET_KEY: both or neither")
    if endpoint is None:
        return
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise BadSettings("STORAGE_ENDPOINT: must be https://host")
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "http" and not is_near and not settings.storage_allow_http:
        raise BadSettings(
            "STORAGE_ENDPOINT: children's pictures would travel unencrypted; use https, or set"
            " STORAGE_ALLOW_HTTP=1 where the network is closed"
        )


def _check_sepay(url: str) -> None:
    """Schools' tokens go there: only over TLS, but to this machine."""
    parts = urlsplit(url)
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.query or parts.username:
        raise BadSettings("SEPAY_URL: must be https://host")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
        raise BadSettings("SEPAY_URL: must be https://host")


def _convert(raw: str, kind: object) -> object:
    # msgspec knows no Path in lax mode behind a union, so the few kinds are told apart here.
    if kind in (Path, Path | None):
        return Path(raw)
    return msgspec.convert(raw, type=kind, strict=False)
