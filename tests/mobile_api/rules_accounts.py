"""Who gets in where, of what everybody has: signing in, the own account, the inbox."""

from typing import Final

from tests.mobile_api.rule import PHONE, STAFF, Rule

_DEVICE: Final = {
    "id": "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a10",
    "name": "Máy mới",
    "platform": "android",
}
_NEVER_ISSUED: Final = "x" * 43

PUBLIC: Final = {
    "GET /health/live": Rule(public=True),
    "GET /health/ready": Rule(public=True),
    "GET /.well-known/jwks.json": Rule(public=True),
    "POST /v1/auth/login": Rule(
        public=True,
        body={"phone": PHONE, "password": "sai-mật-khẩu", "device": _DEVICE},
        answer=(401, "wrong-credentials"),
    ),
    "POST /v1/auth/refresh": Rule(
        public=True,
        body={"device_id": _DEVICE["id"], "refresh_token": _NEVER_ISSUED},
        answer=(401, "bad-refresh-token"),
    ),
    "POST /v1/auth/otp": Rule(public=True, body={"phone": PHONE, "purpose": "reset"}),
    "POST /v1/auth/otp/verify": Rule(
        public=True,
        body={
            "phone": PHONE,
            "purpose": "reset",
            "code": "123456",
            "new_password": "con-gà-vàng-07",
            "device": _DEVICE,
        },
        answer=(401, "wrong-code"),
    ),
    "POST /v1/auth/pair": Rule(
        public=True,
        body={"pairing_code": "101-ABCDEFGH", "device": _DEVICE},
        answer=(401, "bad-pairing-code"),
    ),
    "POST /v1/auth/activate": Rule(
        public=True,
        body={
            "code": "101-7KQ2M-XW9TB-B",
            "phone": PHONE,
            "password": "con-gà-vàng-07",
            "device": _DEVICE,
        },
        answer=(401, "wrong-activation-code"),
    ),
    "GET /v1/consents/texts": Rule(public=True),
}

MINE: Final = {
    "POST /v1/auth/logout": Rule(signed_in=True),
    "GET /v1/auth/sessions": Rule(signed_in=True),
    "DELETE /v1/auth/sessions": Rule(signed_in=True),
    # The session that is named is the guardian's, on another phone.
    "DELETE /v1/auth/sessions/{session_id}": Rule(door_is_open=True, own=("guardian",)),
    "GET /v1/me": Rule(signed_in=True),
    "PATCH /v1/me": Rule(signed_in=True, body={"locale": "en"}),
    "POST /v1/me/password": Rule(
        signed_in=True,
        body={"old_password": "sai-mật-khẩu", "new_password": "con-gà-vàng-07"},
        answer=(422, "wrong-password"),
    ),
    "PUT /v1/me/push-tokens/{device_id}": Rule(
        signed_in=True,
        body={"kind": "fcm", "token": "t", "platform": "android", "locale": "vi"},
    ),
    "DELETE /v1/me/push-tokens/{device_id}": Rule(signed_in=True),
    "GET /v1/push/vapid-key": Rule(signed_in=True),
    "GET /v1/me/notification-preferences": Rule(signed_in=True),
    "PUT /v1/me/notification-preferences": Rule(signed_in=True, body={"items": []}),
    "GET /v1/me/consents": Rule(signed_in=True),
    "PUT /v1/me/consents": Rule(signed_in=True, body={"items": []}),
    "GET /v1/me/device-binding": Rule(anywhere=(*STAFF, "student")),
    "POST /v1/me/device-binding": Rule(anywhere=(*STAFF, "student")),
    "GET /v1/inbox": Rule(signed_in=True),
    "GET /v1/inbox/stream": Rule(signed_in=True),
    # The item that is named lies in the guardian's inbox.
    "POST /v1/inbox/{item_id}/ack": Rule(
        door_is_open=True, own=("guardian",), body={"state": "read"}
    ),
}
