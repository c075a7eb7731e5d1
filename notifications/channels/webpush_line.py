"""The line to one push service: open or closed, and what its refusals mean."""

from collections import OrderedDict
from time import monotonic
from typing import Final

import structlog

from notifications.channels import webpush_answers as answers
from notifications.channels.base import PushMessage, PushResult
from notifications.channels.http import proxy_of

# One lost connection is daily life; a row of them is an outage, and then a batch of 500 must not
# wait for 500 timeouts. Being throttled weighs more: who goes on asking is throttled for longer.
_OUTAGE_AT: Final = 20
_OUTAGE_S: Final = 10.0
_THROTTLED_WEIGHT: Final = 5
# Each message waits as long as it is told; the line no longer than this: one browser may be meant.
_THROTTLED_MOST_S: Final = 300.0
# So many different subscriptions refused, and none accepted in between: it is not they.
_REFUSED_IN_A_ROW: Final = 5
_REMEMBERED: Final = 1000

_log = structlog.get_logger(__name__)


class Line:
    """One origin. Anybody may register a subscription that was made with a foreign key, and its
    refusal must not stop the line for all; a bad signature of ours must not cost all their tokens.
    So a token goes only when it is refused *again*, others having been accepted in between; and the
    line stops only if nothing was ever accepted, or several are refused in a row.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.proxy = proxy_of(origin)
        self._closed_until = 0.0
        self._because: PushResult | None = None
        self._accepted = 0
        self._troubles = 0
        # How many had been accepted when a token was refused last.
        self._refused: OrderedDict[str, int] = OrderedDict()

    def answer_while_closed(self, message: PushMessage) -> PushResult | None:
        """The answer without the network. It is not the message's fault: no attempt is counted."""
        left_s = self._closed_until - monotonic()
        if self._because is None or left_s <= 0:
            self._because = None
            return None
        return answers.stopped(message, self._because.reason, for_s=left_s)

    def settle(self, message: PushMessage, result: PushResult) -> PushResult:
        """What the service's answer means, seen beside its others."""
        match result.outcome:
            case "sent":
                self._accepted += 1
                self._troubles = 0
                if self._because is not None and self._because.outcome == "stop_line":
                    self._because = None  # our signature is good after all
                self._refused.pop(message.token, None)
                return result
            case "stop_line":
                return self._refuse(message, result)
            case "retry":
                is_throttled = result.reason == answers.THROTTLED
                return self._trouble(result, _THROTTLED_WEIGHT if is_throttled else 1)
            case _:
                self._troubles = 0
                return result

    def _refuse(self, message: PushMessage, result: PushResult) -> PushResult:
        before = self._refused.pop(message.token, None)
        if before is not None and before < self._accepted:
            return answers.token_gone(message, result.reason)
        self._refused[message.token] = self._accepted
        if len(self._refused) > _REMEMBERED:
            self._refused.popitem(last=False)
        in_a_row = sum(accepted == self._accepted for accepted in self._refused.values())
        if self._accepted and in_a_row < _REFUSED_IN_A_ROW:
            return answers.retry(message, result.reason, answers.STOPPED_S)
        # Of the many that were on their way only the first raises the alarm.
        already = self.answer_while_closed(message)
        return already or self._close(result, answers.STOPPED_S)

    def _trouble(self, result: PushResult, weight: int) -> PushResult:
        self._troubles += weight
        if self._troubles >= _OUTAGE_AT and self._because is None:
            is_throttled = weight == _THROTTLED_WEIGHT
            told_s = min(result.retry_after_s or _OUTAGE_S, _THROTTLED_MOST_S)
            self._close(result, told_s if is_throttled else _OUTAGE_S)
        return result

    def _close(self, result: PushResult, for_s: float) -> PushResult:
        self._because = result
        self._closed_until = monotonic() + for_s
        _log.warning("push_line_closed", reason=result.reason, for_s=for_s, service=self.origin)
        return result
