"""Files of the contact book: sent in by those who write in it, opened by those who may read it."""

import tempfile
from typing import IO, Annotated, Final, cast
from urllib.parse import quote
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from app.contact_book.access import WRITING_ROLES
from app.contact_book.attachments import intake, service
from app.contact_book.attachments.model import MAX_BYTES, AttachmentShown
from app.contact_book.attachments.opening import OpenedFile, opened_file
from app.contact_book.attachments.urls import FORM, PATH, AttachmentUrls
from app.identity.model import Caller, Role
from app.ids import new_id
from app.limits import Bucket
from app.photos.pictures import MEDIA_TYPES
from mobile_api.access import PUBLIC, NoSuchSchool, only
from mobile_api.bodies import BODY, BODY_MEDIA
from mobile_api.deps import RULE, AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.inputs import MAX_SCHOOL_ID, PathId
from mobile_api.openapi import FAILS
from mobile_api.resources import Resources

_SENDING_ROLES: Final[tuple[Role, ...]] = (*WRITING_ROLES, "guardian")
_SENDERS: Final = {"who": only(*_SENDING_ROLES), FAILS: (404,)}
_PDF: Final = "application/pdf"
FILE: Final = {BODY: bytes, BODY_MEDIA: ", ".join((*MEDIA_TYPES, _PDF))}
_JPEG: Final = "image/jpeg"
# A browser shows what it has for so long without asking again.
_KEPT_S: Final = 300

# What is refused has cost as much as what is taken, and no day's quota counts it: it is given back
# for a file that was good.
BAD_FILES: Final = Bucket("bad-files", 30, 1 / 60)

School = Annotated[int, QueryParameter(name="school_id", ge=1, le=MAX_SCHOOL_ID)]
FileName = Annotated[
    str,
    QueryParameter(
        name="name",
        max_length=1000,
        description="what the file is called; a path, control characters and a wrong ending go",
    ),
]
Token = Annotated[str, PathParameter(pattern=FORM, description="from an attachment's `url`")]


@post(
    "/v1/contact-book/attachments",
    opt={**_SENDERS, **FILE},
    tags=["contact-book"],
    request_max_body_size=MAX_BYTES,
)
async def send_attachment(
    request: AnyRequest, resources: Res, now: Now, school_id: School, name: FileName = ""
) -> AttachmentShown:
    """Send a file: the body is a JPEG, PNG, WebP or PDF, up to 10 MB, 25 megapixels, 50 pages.

    For principals, teachers and guardians, in a school of theirs. It is judged by what is in it and
    written anew: pictures lose all that was written into them, PDFs all that could run, links and
    embedded files too. It is the sender's alone until it is sent with something, within a day.
    100 files and 200 MB in 24 hours; of files that are refused 30, then one a minute.
    """
    async with open_tx(request) as tx:
        account_id = _sender(request.state.caller, school_id).account_id
        await intake.require_room(tx, school_id=school_id, account_id=account_id, now=now)
    prepared = await received(request, resources, account_id)
    attachment_id = new_id()
    key = await intake.store(
        resources.pool,
        resources.storage,
        vault=resources.vault,
        school_id=school_id,
        attachment_id=attachment_id,
        file=prepared,
    )
    async with open_tx(request) as tx:
        caller = _sender(request.state.caller, school_id)
        row = await intake.put_down(
            tx,
            school_id=school_id,
            attachment_id=attachment_id,
            account_id=caller.account_id,
            name=name,
            file=prepared,
            object_key=key,
            now=now,
        )
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=now)
    (shown,) = service.shown([row], urls)
    return shown


@delete("/v1/contact-book/attachments/{attachment_id:uuid}", opt=_SENDERS, tags=["contact-book"])
async def delete_attachment(
    tx: Tx, caller: Me, now: Now, attachment_id: PathId, school_id: School
) -> None:
    """Delete a file that was not sent with anything yet. For who has sent it in."""
    await service.remove(
        tx,
        school_id=school_id,
        attachment_id=attachment_id,
        account_id=_sender(caller, school_id).account_id,
        now=now,
    )


@get(
    PATH + "{token:str}",
    opt={RULE: PUBLIC, FAILS: (404, 503)},
    tags=["contact-book"],
    media_type=_JPEG,
    responses={
        200: ResponseSpec(
            data_container=bytes,
            media_type=f"{_JPEG}, {_PDF}",
            generate_examples=False,
            description="The file",
        )
    },
)
async def open_attachment(resources: Res, now: Now, token: Token) -> Response[bytes]:
    """The file behind an attachment's `url` or `preview_url`.

    For the one whom the address was given to: it is signed, ends with the session and within 15
    minutes, and each time it is asked again whether its owner may still read what the file is in.
    """
    found = await opened_file(
        resources.pool, resources.storage, vault=resources.vault, token=token, now=now
    )
    left_s = int((found.opened.expires_at - now).total_seconds())
    headers = {
        "Cache-Control": f"private, max-age={min(left_s, _KEPT_S)}",
        "Content-Disposition": _disposition(found),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Referrer-Policy": "no-referrer",
    }
    media = _JPEG if found.row.kind == "image" else _PDF
    return Response(found.data, media_type=media, headers=headers)


async def received(request: AnyRequest, resources: Resources, account_id: UUID) -> intake.Prepared:
    """The file that is the body, judged and written anew.

    Raises: as `intake.prepared`, and TooManyRequests: too many were refused.
    """
    await resources.limiter.take(BAD_FILES, account_id)
    with tempfile.TemporaryFile() as file:
        async for chunk in request.stream():
            file.write(chunk)
        prepared = await intake.prepared(cast(IO[bytes], file))
    await resources.limiter.give_back(BAD_FILES, account_id)
    return prepared


def _sender(caller: Caller, school_id: int) -> Caller:
    """The caller, who may send files to this school.

    Raises:
        NoSuchSchool: the caller writes nothing there, or is not known there.
    """
    if not caller.roles_in(school_id) & set(_SENDING_ROLES):
        raise NoSuchSchool
    return caller


def _disposition(found: OpenedFile) -> str:
    """A picture is shown where it stands, a PDF is saved: no page of ours ever runs a viewer.

    RFC 6266 §5: the plain name for old clients, the true one beside it.
    """
    shown = "inline" if found.row.kind == "image" else "attachment"
    plain = "anh.jpg" if found.row.kind == "image" else "tai-lieu.pdf"
    return f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.row.name, safe='')}"


HANDLERS = [send_attachment, delete_attachment, open_attachment]
