"""What a browser needs to subscribe to pushes."""

from litestar import get
from msgspec import Struct

from app import push_key
from mobile_api.access import SIGNED_IN
from mobile_api.deps import Res, Tx


class VapidKey(Struct, frozen=True, kw_only=True):
    """`public_key`: a point on P-256, uncompressed, as base64url without padding."""

    public_key: str


@get("/v1/push/vapid-key", opt={"who": SIGNED_IN}, tags=["me"])
async def show_vapid_key(tx: Tx, resources: Res) -> VapidKey:
    """The `applicationServerKey` of `PushManager.subscribe`. For everybody.

    A subscription is good with the key it was made with alone. Compare it with
    `subscription.options.applicationServerKey` when the client opens, and subscribe anew if they
    differ; then `PUT /v1/me/push-tokens/{device_id}`.

    The data of a `push` event is JSON: `notification` with `title`, `body` and `tag` (the same tag
    takes the same place on the screen), and `data` with the inbox item's `id`, its `kind`, and
    `student_id` where it is about a pupil. Name and time are in it only by consent.
    """
    return VapidKey(public_key=await push_key.public_key(tx, vault=resources.vault))


HANDLERS = [show_vapid_key]
