"""One line of the table: the roles that get in, whatever the route, and the least that works."""

from typing import Any, Final

from msgspec import Struct

from tests.pictures import picture

Roles = tuple[str, ...]
TEACHERS: Final[Roles] = ("homeroom_teacher", "subject_teacher")
SCANNERS: Final[Roles] = ("principal", *TEACHERS, "guard")
STAFF: Final[Roles] = (*SCANNERS, "accountant")
WHOLE_SCHOOL: Final[Roles] = ("principal", "guard", "accountant")
PRINCIPAL: Final[Roles] = ("principal",)
DEPARTMENT: Final[Roles] = ("department_admin",)
LEADER: Final[Roles] = ("homeroom_teacher",)

PHONE: Final = "0912345678"
FACE: Final = (picture(size=(150, 200)), "image/jpeg")

SCHOOL: Final = "/v1/schools/{school_id}"
STUDENT: Final = SCHOOL + "/students/{student_id}"


class Rule(Struct, frozen=True, kw_only=True):
    public: bool = False
    # Public, but for the signature that the handler verifies.
    signed: bool = False
    signed_in: bool = False
    here: Roles = ()
    own: Roles = ()
    anywhere: Roles = ()
    # Whom the document lets knock, where it is more than the roles above: everybody signed in, or
    # these roles. What they ask for is not theirs, and so it is not there.
    door_is_open: bool = False
    door_is_for: Roles = ()
    body: Any = None
    # A form's file instead of a body: name, content, media type.
    file: tuple[str, bytes, str] | None = None
    # Bytes and their media type, sent as they are.
    raw: tuple[bytes, str] | None = None
    query: dict[str, str] = {}
    ids: dict[str, str] = {}
    answer: tuple[int, str] | None = None
    # The door lets these in, and the answer says for each why it is not done.
    refused_within: dict[str, str] = {}
    # How those are refused who may knock, but whose things these are not.
    not_theirs: int = 404

    @property
    def who(self) -> list[str]:
        """What the document must say in `x-who`."""
        if self.public:
            return ["gateway"] if self.signed else ["public"]
        if self.signed_in or self.door_is_open:
            return ["signed_in"]
        return sorted({*self.here, *self.own, *self.anywhere, *self.door_is_for})

    def lets_in(self, role: str, scope: str) -> bool:
        """Whether somebody signed in gets through; `scope` is where the role is held."""
        return (
            self.public
            or self.signed_in
            or role in self.anywhere
            or (role in self.here and scope in ("own", "next"))
            or (role in self.own and scope == "own")
        )

    def lets_knock(self, role: str) -> bool:
        return self.who == ["signed_in"] or role in self.who
