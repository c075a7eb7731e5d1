"""The caller's own things: roles and children, language, password, pushes, check-in phone."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from app import push_hosts
from app.identity import binding, me, preferences, push_tokens, queries, service
from app.identity.alerts import AlertChoice, alert_choice, choose_alerts
from app.identity.model import Binding, Caller, Platform, PushTokenView
from app.identity.model import Locale as AccountLocale
from app.identity.model import Me as MeView
from app.identity.preferences import Choice, Preferences, Way
from app.identity.push_tokens import NotThisDevice, Registration
from app.identity.queries import caller_of_session
from app.identity.tokens import BadAccessToken
from mobile_api.access import SIGNED_IN, STAFF, only
from mobile_api.auth import Password, desk_of
from mobile_api.deps import Me, Now, Res, Tx, claims_of
from mobile_api.inputs import LocalTime, local_time
from mobile_api.resources import Resources

# FCM's tokens and the services' endpoints are of visible ASCII.
_Ascii = r"^[!-~]+$"
_KeyText = r"^[A-Za-z0-9_-]+={0,2}$"


class AccountChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    locale: AccountLocale | UnsetType = UNSET


class PasswordChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    old_password: Password
    new_password: Password


class FcmToken(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="fcm"
):
    """What Firebase gave the app."""

    token: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_Ascii)]
    platform: Platform
    locale: AccountLocale

    def as_registration(self) -> Registration:
        return Registration(
            kind="fcm", token=self.token, platform=self.platform, locale=self.locale
        )


class WebSubscription(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="web"
):
    """A browser's `PushSubscription` (W3C Push API), its keys as base64url."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=1024, pattern=_Ascii)]
    p256dh: Annotated[str, Meta(min_length=80, max_length=100, pattern=_KeyText)]
    auth: Annotated[str, Meta(min_length=20, max_length=30, pattern=_KeyText)]
    locale: AccountLocale

    def as_registration(self) -> Registration:
        return Registration(
            kind="web",
            token=self.endpoint,
            platform="web",
            locale=self.locale,
            p256dh=self.p256dh,
            auth=self.auth,
        )


class ChoiceInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`is_fixed` is taken so that an answer may be sent back as it came; it changes nothing."""

    kind: Annotated[str, Meta(min_length=1, max_length=50)]
    channel: Way
    is_enabled: bool
    is_fixed: bool = False


class PreferencesInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is."""

    items: Annotated[list[ChoiceInput], Meta(max_length=200)] = []
    web_push_details: bool | None = None
    quiet_from: LocalTime | UnsetType = UNSET
    quiet_until: LocalTime | UnsetType = UNSET
    urgent_breaks_quiet: bool | UnsetType = UNSET
    digest_hour: Annotated[int, Meta(ge=0, le=23)] | UnsetType | None = UNSET

    def changed(self, before: AlertChoice) -> AlertChoice:
        """With what is named here."""
        if self.quiet_from is not UNSET:
            before = replace(before, quiet_from=local_time(self.quiet_from))
        if self.quiet_until is not UNSET:
            before = replace(before, quiet_until=local_time(self.quiet_until))
        if self.urgent_breaks_quiet is not UNSET:
            before = replace(before, urgent_breaks_quiet=self.urgent_breaks_quiet)
        if self.digest_hour is not UNSET:
            before = replace(before, digest_hour=self.digest_hour)
        return before


@get("/v1/me", opt={"who": SIGNED_IN}, tags=["me"])
async def show_me(tx: Tx, caller: Me, now: Now, resources: Res) -> MeView:
    """Who the caller is: account, roles with their classes, children. For everybody."""
    return await me.me(tx, vault=resources.vault, caller=caller, now=now)


@patch("/v1/me", opt={"who": SIGNED_IN}, tags=["me"])
async def change_me(
    tx: Tx, caller: Me, now: Now, resources: Res, data: JSONBody[AccountChange]
) -> MeView:
    """Set the language of pushes and messages. For everybody, about themselves.

    Until it is set here it follows the phone that was last registered for pushes.
    """
    if data.locale is not UNSET:
        await queries.set_locale(
            tx, account_id=caller.account_id, locale=data.locale, chosen_at=now
        )
    return await me.me(tx, vault=resources.vault, caller=caller, now=now)


@post("/v1/me/password", status_code=204, opt={"who": SIGNED_IN}, tags=["me"])
async def change_password(
    data: JSONBody[PasswordChange], request: Request[Any, Any, Any], resources: Res, now: Now
) -> None:
    """Set a new password by the old one. For everybody; the caller's other sessions end."""
    # Without `tx`: no connection may be held while the password is hashed.
    await service.change_password(
        desk_of(resources),
        caller=await _caller(request, resources),
        old_password=data.old_password,
        new_password=data.new_password,
        now=now,
    )


@put("/v1/me/push-tokens/{device_id:uuid}", opt={"who": SIGNED_IN}, tags=["me"])
async def put_push_token(
    tx: Tx,
    caller: Me,
    resources: Res,
    now: Now,
    device_id: FromPath[UUID],
    data: JSONBody[FcmToken | WebSubscription],
) -> PushTokenView:
    """Push the caller's news to this device. For everybody, on the device of this session.

    An endpoint must be https, at a browser's push service. Another account that had the same
    token gets no more pushes by it.
    """
    if device_id != caller.device_id:
        raise NotThisDevice
    if isinstance(data, WebSubscription):
        push_hosts.check_endpoint(data.endpoint, also=resources.settings.push_hosts)
    return await push_tokens.register(
        tx,
        account_id=caller.account_id,
        device_id=device_id,
        registration=data.as_registration(),
        now=now,
    )


@delete("/v1/me/push-tokens/{device_id:uuid}", opt={"who": SIGNED_IN}, tags=["me"])
async def delete_push_token(tx: Tx, caller: Me, device_id: FromPath[UUID]) -> None:
    """Send no more pushes of the caller to a device of theirs. For everybody."""
    ended = await push_tokens.forget(tx, account_id=caller.account_id, device_id=device_id)
    if not ended and device_id != caller.device_id:
        raise NotThisDevice


@get("/v1/me/notification-preferences", opt={"who": SIGNED_IN}, tags=["me"])
async def show_preferences(tx: Tx, caller: Me) -> Preferences:
    """Each kind of news and whether it is told by push and SMS, and when. For everybody."""
    return await preferences.preferences_of(tx, account_id=caller.account_id)


@put("/v1/me/notification-preferences", opt={"who": SIGNED_IN}, tags=["me"])
async def put_preferences(tx: Tx, caller: Me, data: JSONBody[PreferencesInput]) -> Preferences:
    """Switch kinds on or off, set quiet hours and digest; what is not named stays. For everybody.

    What is about a child's safety cannot be switched off.
    """
    await preferences.choose(
        tx,
        account_id=caller.account_id,
        choices=[
            Choice(kind=each.kind, channel=each.channel, is_enabled=each.is_enabled)
            for each in data.items
        ],
        web_push_details=data.web_push_details,
    )
    before = await alert_choice(tx, account_id=caller.account_id)
    if (choice := data.changed(before)) != before:
        await choose_alerts(tx, account_id=caller.account_id, choice=choice)
    return await preferences.preferences_of(tx, account_id=caller.account_id)


@get("/v1/me/device-binding", opt={"who": only(*STAFF, "student")}, tags=["me"])
async def show_binding(tx: Tx, caller: Me, now: Now) -> Binding:
    """The phone that the caller checks in with. For staff and pupils."""
    return await binding.binding_of(
        tx, account_id=caller.account_id, device_id=caller.device_id, now=now
    )


@post(
    "/v1/me/device-binding",
    status_code=200,
    opt={"who": only(*STAFF, "student")},
    tags=["me"],
)
async def bind_device(tx: Tx, caller: Me, now: Now) -> Binding:
    """Check in with the device of this session from now on. For staff and pupils.

    The first is free; a change is possible once in 24 hours, and not to a device that another
    member of staff or pupil used today.
    """
    return await binding.bind(tx, account_id=caller.account_id, device_id=caller.device_id, now=now)


async def _caller(request: Request[Any, Any, Any], resources: Resources) -> Caller:
    claims = claims_of(request, resources)
    await resources.limiter.take_account(claims.account_id)
    async with resources.pool.acquire() as conn:
        caller = await caller_of_session(conn, session_id=claims.session_id, now=resources.clock())
    if caller is None:
        raise BadAccessToken
    return caller


HANDLERS = [
    show_me,
    change_me,
    change_password,
    put_push_token,
    delete_push_token,
    show_preferences,
    put_preferences,
    show_binding,
    bind_device,
]
