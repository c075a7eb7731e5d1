"""Pupils' pictures: taken by phone, sent in a zip, shown under addresses that expire."""

import tempfile
from typing import Annotated, Any, Final, cast

from litestar import Response, delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from app.photos import imports, service
from app.photos.model import PhotosImported, StudentPhoto
from app.photos.pictures import MAX_BYTES, MEDIA_TYPES, Picture, prepared
from app.photos.urls import FORM, PATH
from app.photos.zips import MAX_ZIP_BYTES
from app.schools.sight import sight_of
from app.schools.students.service import led_row
from mobile_api.access import PUBLIC, only
from mobile_api.bodies import BODY, BODY_MEDIA, MULTIPART
from mobile_api.deps import RULE, AnyRequest, Lang, Me, Now, Res, Tx, open_tx
from mobile_api.inputs import PathId, PathSchool
from mobile_api.openapi import FAILS
from mobile_api.uploads import ENVELOPE_BYTES, FileUpload, received_file

_LEADERS: Final = {"who": only("principal", "homeroom_teacher")}
IMAGE: Final = {BODY: bytes, BODY_MEDIA: ", ".join(MEDIA_TYPES)}
_IN_MEMORY: Final = 256 * 1024
# A picture that may not be shown any more is forgotten by browsers within so long.
_KEPT_S: Final = 900

Token = Annotated[str, PathParameter(pattern=FORM, description="from a `photo_url`")]
DryRun = Annotated[bool, QueryParameter(description="only say what would be done")]


async def received_picture(request: AnyRequest) -> Picture:
    """The picture that is the body. Authenticate first.

    It waits on the disk for its turn to be unpacked, not in memory: a class of phones sends at
    once.

    Raises:
        HTTPException: 413, too large.
        BadPicture: not a picture that can be used; see `prepared`.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        async for chunk in request.stream():
            file.write(chunk)
        file.seek(0)
        return await prepared(cast(Any, file))


@put(
    "/v1/schools/{school_id:int}/students/{student_id:uuid}/photo",
    opt={**_LEADERS, **IMAGE},
    tags=["schools"],
    request_max_body_size=MAX_BYTES,
)
async def set_student_photo(
    request: AnyRequest, resources: Res, now: Now, school_id: PathSchool, student_id: PathId
) -> StudentPhoto:
    """Give a pupil this picture: the body is a JPEG, PNG or WebP, up to 10 MB and 25 megapixels.

    For the principal and the homeroom teacher of the pupil's class. It is turned upright, made
    small, and all that was written into it is left out, the place above all. Until a guardian has
    consented it is kept unseen.
    """
    async with open_tx(request) as tx:
        sight = await sight_of(tx, caller=request.state.caller, school_id=school_id)
        await led_row(tx, school_id=school_id, student_id=student_id, sight=sight)
    return await service.set_photo(
        resources.pool,
        resources.storage,
        ring=resources.vault.ring,
        school_id=school_id,
        student_id=student_id,
        picture=await received_picture(request),
        now=now,
    )


@delete(
    "/v1/schools/{school_id:int}/students/{student_id:uuid}/photo",
    opt=_LEADERS,
    tags=["schools"],
)
async def erase_student_photo(
    tx: Tx, caller: Me, school_id: PathSchool, student_id: PathId
) -> None:
    """Erase a pupil's picture; its addresses end at once, the picture itself within minutes.

    For the principal, also of pupils who have left, and the homeroom teacher of the class.
    """
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    await led_row(tx, school_id=school_id, student_id=student_id, sight=sight)
    await service.erase_photo(tx, school_id=school_id, student_id=student_id)


@post(
    "/v1/schools/{school_id:int}/imports/photos",
    status_code=200,
    opt={"who": only("principal"), BODY: FileUpload, BODY_MEDIA: MULTIPART},
    tags=["schools"],
    request_max_body_size=MAX_ZIP_BYTES + ENVELOPE_BYTES,
)
async def import_photos(
    request: AnyRequest,
    resources: Res,
    locale: Lang,
    school_id: PathSchool,
    dry_run: DryRun = False,
) -> PhotosImported:
    """Take over a zip of pictures, each named by the pupil's mã định danh: `0123456789.jpg`.

    For the principal. Up to 100 MB and 1,000 pictures, in folders or not. Unlike a sheet, what is
    right is taken and the rest named, file by file. The same zip again changes nothing.
    """
    async with open_tx(request):
        pass  # who it is; no connection is held while the file comes in
    async with received_file(request) as received:
        return await imports.import_photos(
            resources.pool,
            resources.storage,
            school_id=school_id,
            file=received.file,
            dry_run=dry_run,
            locale=locale,
        )


@get(
    PATH + "{token:str}",
    opt={RULE: PUBLIC, FAILS: (404, 503)},
    tags=["schools"],
    media_type=service.CONTENT_TYPE,
    responses={
        200: ResponseSpec(
            data_container=bytes,
            media_type=service.CONTENT_TYPE,
            generate_examples=False,
            description="The picture",
        )
    },
)
async def show_photo(resources: Res, now: Now, token: Token) -> Response[bytes]:
    """The picture behind a `photo_url`.

    For whoever was given the address: it is signed, expires, and names one picture. It ends at
    once when the picture is replaced or erased, the pupil leaves, or the consent is withdrawn.
    """
    shown, picture = await service.shown_picture(
        resources.pool, resources.storage, ring=resources.vault.ring, token=token, now=now
    )
    left_s = int((shown.expires_at - now).total_seconds())
    headers = {
        "Cache-Control": f"private, max-age={min(left_s, _KEPT_S)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Referrer-Policy": "no-referrer",
    }
    return Response(picture, media_type=service.CONTENT_TYPE, headers=headers)


HANDLERS = [set_student_photo, erase_student_photo, import_photos, show_photo]
