"""The custody block, and the papers it rests on."""

import asyncio
from uuid import UUID

from litestar import Response, get, post, put
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from app.ids import new_id
from app.schools.custody import service
from app.schools.custody.model import CustodyDocument, CustodyFile
from app.schools.custody.papers import MAX_BYTES, media_type_of
from mobile_api.access import only
from mobile_api.bodies import BODY, BODY_MEDIA, MULTIPART
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.downloads import download
from mobile_api.inputs import PathId, PathSchool, Reason
from mobile_api.uploads import ENVELOPE_BYTES, FileUpload, received_file

_BYTES = "application/octet-stream"  # a browser saves it, and opens nothing in our name
_PRINCIPAL = {"who": only("principal")}


class CustodyBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`document_id`: a paper about this guardian and pupil that was filed before."""

    reason: Reason
    document_id: UUID


class CustodyLift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least one of the two."""

    reason: Reason | None = None
    document_id: UUID | None = None


class Custody(Controller):
    path = "/v1/schools/{school_id:int}/students/{student_id:uuid}/guardians/{guardian_id:uuid}"
    tags = ("schools",)

    @put("/custody-block", operation_id="set_custody_block", status_code=204, opt=_PRINCIPAL)
    async def block(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
        data: JSONBody[CustodyBlock],
    ) -> None:
        """Keep the guardian from the pupil, from the next request on. For the principal.

        On a document that is on file, and the reason in words.
        """
        await service.block(
            tx,
            school_id=school_id,
            student_id=student_id,
            guardian_id=guardian_id,
            reason=data.reason,
            document_id=data.document_id,
            decided_by=caller.account_id,
            now=now,
        )

    @post("/custody-block/lift", operation_id="lift_custody_block", status_code=204, opt=_PRINCIPAL)
    async def lift(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
        data: JSONBody[CustodyLift],
    ) -> None:
        """Lift the custody block, for a reason or on a document. For the principal."""
        await service.lift(
            tx,
            school_id=school_id,
            student_id=student_id,
            guardian_id=guardian_id,
            reason=data.reason,
            document_id=data.document_id,
            decided_by=caller.account_id,
            now=now,
        )

    @get("/custody", operation_id="get_custody_file", opt=_PRINCIPAL)
    async def custody_file(
        self, tx: Tx, school_id: PathSchool, student_id: PathId, guardian_id: PathId
    ) -> CustodyFile:
        """The decisions and the documents on file, without their content. For the principal."""
        return await service.file_of(
            tx, school_id=school_id, student_id=student_id, guardian_id=guardian_id
        )

    @post(
        "/custody-documents",
        operation_id="file_custody_document",
        opt={**_PRINCIPAL, BODY: FileUpload, BODY_MEDIA: MULTIPART},
        request_max_body_size=MAX_BYTES + ENVELOPE_BYTES,
    )
    async def add_document(
        self,
        request: AnyRequest,
        resources: Res,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
    ) -> CustodyDocument:
        """File a document: PDF, JPEG or PNG up to 5 MB, by its content. For the principal.

        It is sealed under the school's key.
        """
        # In three transactions: none is held while the file comes in and goes to the storage.
        async with open_tx(request) as tx:
            await service.require_guardian(
                tx, school_id=school_id, student_id=student_id, guardian_id=guardian_id
            )
        async with received_file(request) as received:
            data = received.file.read(MAX_BYTES + 1)
        media_type = await asyncio.to_thread(media_type_of, data)
        document_id = new_id()
        async with open_tx(request) as tx:
            sealed = await service.seal(
                tx, vault=resources.vault, school_id=school_id, document_id=document_id, data=data
            )
        await service.put_away(
            resources.storage, sealed=sealed, school_id=school_id, document_id=document_id
        )
        async with open_tx(request) as tx:
            return await service.file_document(
                tx,
                school_id=school_id,
                student_id=student_id,
                guardian_id=guardian_id,
                document_id=document_id,
                media_type=media_type,
                size_bytes=len(data),
                uploaded_by=request.state.caller.account_id,
                now=now,
            )

    @get(
        "/custody-documents/{document_id:uuid}",
        operation_id="read_custody_document",
        opt=_PRINCIPAL,
        media_type=_BYTES,
        responses={
            200: ResponseSpec(
                data_container=bytes,
                description="The document, to be saved; the list says of which type it is",
                media_type=_BYTES,
            )
        },
    )
    async def read_document(
        self,
        request: AnyRequest,
        resources: Res,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
        document_id: FromPath[UUID],
    ) -> Response[bytes]:
        """Read a document; each look is noted with who and when. For the principal."""
        async with open_tx(request) as tx:
            stored = await service.open_document(
                tx,
                school_id=school_id,
                student_id=student_id,
                guardian_id=guardian_id,
                document_id=document_id,
                read_by=request.state.caller.account_id,
                now=now,
            )
        # The note is committed before anything is shown.
        sealed = await resources.storage.get(stored.storage_key)
        async with open_tx(request) as tx:
            data = await service.unseal(
                tx,
                vault=resources.vault,
                school_id=school_id,
                document_id=document_id,
                sealed=sealed,
            )
        ending = stored.media_type.partition("/")[2]
        answer = download(data, name=f"{document_id}.{ending}", media_type=_BYTES)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


HANDLERS = [Custody]
