"""Files of the department's announcements, sent in by its own people."""

from typing import Final

from litestar import delete, post

from app.contact_book.attachments import department, service
from app.contact_book.attachments.model import MAX_BYTES, AttachmentShown
from app.contact_book.attachments.urls import AttachmentUrls
from app.ids import new_id
from mobile_api.access import only
from mobile_api.attachments import FILE, FileName, received
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.inputs import PathId
from mobile_api.openapi import FAILS

_PATH: Final = "/v1/contact-book/department-attachments"
_SENDERS: Final = {"who": only("department_admin")}


@post(
    _PATH,
    opt={**_SENDERS, **FILE},
    tags=["contact-book"],
    request_max_body_size=MAX_BYTES,
)
async def send_department_attachment(
    request: AnyRequest, resources: Res, now: Now, name: FileName = ""
) -> AttachmentShown:
    """Send a file for an announcement of the department's, as others send one to a school.

    For the department. One file is for all schools: who may see the announcement in a school may
    see it there, until it is withdrawn. It is the sender's alone until it goes with a draft, within
    a day. 100 files and 200 MB in 24 hours.
    """
    async with open_tx(request) as tx:
        account_id = request.state.caller.account_id
        await department.require_room(tx, account_id=account_id, now=now)
    prepared = await received(request, resources, account_id)
    attachment_id = new_id()
    key, wrapped = await department.store(
        resources.pool,
        resources.storage,
        vault=resources.vault,
        attachment_id=attachment_id,
        file=prepared,
    )
    async with open_tx(request) as tx:
        caller = request.state.caller
        row = await department.put_down(
            tx,
            attachment_id=attachment_id,
            account_id=caller.account_id,
            name=name,
            file=prepared,
            object_key=key,
            wrapped_key=wrapped,
            now=now,
        )
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=now)
    (shown,) = service.shown([row], urls)
    return shown


@delete(_PATH + "/{attachment_id:uuid}", opt={**_SENDERS, FAILS: (404,)}, tags=["contact-book"])
async def delete_department_attachment(tx: Tx, caller: Me, now: Now, attachment_id: PathId) -> None:
    """Delete a file that does not go with an announcement. For who has sent it in."""
    await department.remove(tx, attachment_id=attachment_id, account_id=caller.account_id, now=now)


HANDLERS = [send_department_attachment, delete_department_attachment]
