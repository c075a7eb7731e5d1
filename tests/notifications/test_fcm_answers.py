"""Answers of FCM that no test server would think of."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import fcm_answers
from notifications.channels.base import PushMessage
from notifications.channels.http import Answer, retry_after_s

NOW = datetime(2026, 11, 16, tzinfo=UTC)
MESSAGE = PushMessage(
    delivery_id="d",
    token="t",
    platform="android",
    kind="arrival",
    notification_id="n",
    title="",
    body="",
    urgent=True,
    ttl_s=1,
)


@given(
    status=st.integers(100, 599),
    body=st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [b'{"error":{}}', b'{"error":{"details":[{}]}}', b'{"error":{"details":null}}', b"null"]
        ),
    ),
)
def test_no_answer_of_unknown_shape_ever_costs_a_token(status: int, body: bytes) -> None:
    result = fcm_answers.judge(MESSAGE, Answer(status=status, body=body), quota_strikes=1)
    assert result.outcome in ("retry", "drop_message", "stop_line")
    assert (result.retry_after_s is None) == (result.outcome == "drop_message")


def test_a_field_of_ours_outweighs_the_token_that_fcm_names_beside_it() -> None:
    body = b"""{"error": {"status": "INVALID_ARGUMENT", "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
         "errorCode": "INVALID_ARGUMENT"},
        {"@type": "type.googleapis.com/google.rpc.BadRequest",
         "fieldViolations": [{"field": "message.token"}, {"field": "message.data"}]}]}}"""
    result = fcm_answers.judge(MESSAGE, Answer(status=400, body=body), quota_strikes=1)
    assert (result.outcome, result.reason) == ("drop_message", "bad_request:message.data")
    token_alone = body.replace(b', {"field": "message.data"}', b"")
    result = fcm_answers.judge(MESSAGE, Answer(status=400, body=token_alone), quota_strikes=1)
    assert result.outcome == "drop_token"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("0", 1.0),
        ("-5", 1.0),
        ("99999999", 3600.0),
        ("nan", None),
        ("soon", None),
        ("Mon, 16 Nov 2026 00:01:00 GMT", 60.0),
        ("Mon, 16 Nov 2026 00:01:00 -0000", 60.0),
        ("Mon, 16 Nov 2025 00:01:00 GMT", 1.0),
        ("Mon, 99 Nov 2026 00:01:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_s(header, now=NOW) == seconds
