"""The API's document, made once a test process: that takes longer than most tests do."""

from typing import Any, Final

from app.settings import Settings
from mobile_api.openapi import document
from mobile_api.server import create_app

DOCUMENT: Final[dict[str, Any]] = document(create_app(settings=Settings()))
