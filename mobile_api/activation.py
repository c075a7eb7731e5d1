"""Activation sheets, and activating by a code on one."""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.activation import printing, service
from app.activation.model import LinkedChild
from app.activation.sheet import sheet_pdf
from app.schools.classes.model import NoSuchClass
from app.schools.classes.service import school_class
from app.schools.org.service import school as school_of
from app.schools.sight import sight_of
from mobile_api.access import PUBLIC, only
from mobile_api.auth import (
    NO_STORE,
    SETS_COOKIE,
    DeviceInput,
    LoginAnswer,
    Password,
    address_of,
    desk_of,
    login_answer,
)
from mobile_api.consents import EntryConsents, wishes_of
from mobile_api.deps import AnyRequest, Lang, Now, Res, open_tx
from mobile_api.downloads import download
from mobile_api.inputs import PathId, PathSchool, Phone
from mobile_api.openapi import FAILS

_PDF = "application/pdf"


class ActivationInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`password`: the first one; where the phone has an account already, that account's own.

    `consents` hold for the children that this activation links; what is not named stays unasked.
    """

    code: Annotated[str, Meta(min_length=1, max_length=60)]
    phone: Phone
    password: Password
    device: DeviceInput
    consents: EntryConsents = []


class ActivationAnswer(LoginAnswer, frozen=True, kw_only=True):
    """A login, with this school's children of the phone.

    Who shares a phone shares the account: a child then comes once for each of the guardians.
    """

    links: list[LinkedChild]


@post(
    "/v1/auth/activate",
    operation_id="activate",
    status_code=200,
    opt={"who": PUBLIC, FAILS: (401, 409, 422, 429, 503)},
    tags=["auth"],
    response_headers=SETS_COOKIE,
)
async def activate(
    data: JSONBody[ActivationInput],
    request: Request[Any, Any, Any],
    resources: Res,
    locale: Lang,
    now: Now,
) -> Response[ActivationAnswer]:
    """Activate by the code on a school's strip and the phone it was printed for; log in.

    For the guardian who holds the strip. A phone that has an account needs its password, or a
    one-time code by `/v1/auth/otp` instead of this; one that is known to other schools, or as
    staff's, always the latter.
    """
    activated = await service.activate(
        desk_of(resources),
        code=data.code,
        phone=data.phone,
        password=data.password,
        device=data.device.as_device(),
        wishes=wishes_of(data.consents),
        locale=locale,
        address=address_of(request),
        now=now,
    )
    plain = login_answer(activated.logged_in, resources, in_cookie=data.device.platform == "web")
    body = plain.content
    return Response(
        ActivationAnswer(
            access_token=body.access_token,
            expires_in_s=body.expires_in_s,
            refresh_token=body.refresh_token,
            account=body.account,
            links=activated.links,
        ),
        headers=NO_STORE,
        cookies=plain.cookies,
    )


@get(
    "/v1/schools/{school_id:int}/classes/{class_id:uuid}/activation-sheet.pdf",
    operation_id="print_activation_sheet",
    opt={"who": only("principal", "homeroom_teacher")},
    tags=["schools"],
    media_type=_PDF,
    responses={
        200: ResponseSpec(data_container=bytes, description="A4 pages to cut", media_type=_PDF)
    },
)
async def print_activation_sheet(
    request: AnyRequest, resources: Res, now: Now, school_id: PathSchool, class_id: PathId
) -> Response[bytes]:
    """Print a strip with a fresh code for each guardian of the class who is not active yet.

    For the principal and the class's homeroom teacher. Each call makes new codes, good for 30 days;
    the unused ones of earlier sheets are void from then on. The last page is the office's: pupils
    without a guardian, and who needs no strip.
    """
    async with open_tx(request) as tx:
        caller = request.state.caller
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        found = await school_class(tx, school_id=school_id, class_id=class_id, sight=sight)
        if not sight.leads_class(class_id):
            raise NoSuchClass
        school = await school_of(tx, school_id=school_id)
        sheet = await printing.new_sheet(
            tx,
            vault=resources.vault,
            school_id=school_id,
            class_id=class_id,
            printed_by=caller.account_id,
            now=now,
        )
    # Neither a connection nor the school's lock is held while the pages are made.
    pdf = await asyncio.to_thread(
        sheet_pdf,
        school_name=school.name,
        class_name=found.name,
        base_url=resources.settings.base_url,
        last_day=f"{sheet.last_day:%d/%m/%Y}",
        strips=sheet.strips,
        active=sheet.active,
        alone=sheet.alone,
    )
    return download(pdf, name="activation-sheet.pdf", media_type=_PDF)


HANDLERS = [activate, print_activation_sheet]
