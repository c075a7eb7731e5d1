"""What the guardians of a row mean beside those whom the school has (docs/decisions/0021).

A roster adds guardians and corrects names. It never ends a link, never changes rights or a custody
block, and never moves a child to another phone.
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec

from app.ids import new_id
from app.names import search_key
from app.schools.guardians.model import Relation
from app.schools.imports import roster_columns as columns
from app.schools.imports.notes import Notes
from app.schools.imports.roster_plan import GuardianToWrite, LinkToWrite
from app.schools.imports.roster_rows import RosterRow, RowGuardian, person_key
from app.schools.imports.roster_state import GuardianNow, LinkNow, RosterNow


class _Known(msgspec.Struct, frozen=True):
    link: LinkNow
    guardian: GuardianNow


class Guardians:
    """Plans the guardians of one row after the other; renamings are settled at the end."""

    def __init__(self, now: RosterNow, notes: Notes) -> None:
        self._now, self._notes = now, notes
        self._by_key = {
            (phone, each.search_key): each.id
            for each in reversed(now.guardians.values())
            if each.ended_at is None and (phone := now.phone_of.get(each.phone_index))
        }
        self.new: list[GuardianToWrite] = []
        self.links: list[LinkToWrite] = []
        self.revived: list[LinkToWrite] = []
        self.relations: list[LinkToWrite] = []
        self._spelled: dict[UUID, dict[str, int]] = defaultdict(dict)

    def plan(self, row: RosterRow, student_id: UUID) -> bool:
        """Plan the row's guardians; whether anything but a name changes."""
        known = [
            _Known(link, self._now.guardians[link.guardian_id])
            for link in self._now.links.get(student_id, ())
        ]
        before = (len(self.links), len(self.revived), len(self.relations))
        left = list(known)
        others = []
        for guardian in row.guardians:
            same = next((k for k in left if self._is_same(k, guardian)), None)
            if same is None:
                others.append(guardian)
            else:
                left.remove(same)
                self._plan_known(row, guardian, same)
        for guardian in others:
            self._plan_other(row, guardian, student_id, known, left)
        if not row.guardians and not any(k.link.is_live and not k.link.is_blocked for k in known):
            self._notes.warn(
                row.number,
                columns.GUARDIAN[0],
                ("học sinh chưa có người giám hộ", "the pupil has no guardian"),
            )
        return before != (len(self.links), len(self.revived), len(self.relations))

    def renamed(self) -> tuple[list[tuple[UUID, str]], set[int]]:
        """The corrected names, and the rows that say them.

        Where rows of one sheet disagree, the name stays: else each run would change it again.
        """
        changed: list[tuple[UUID, str]] = []
        rows: set[int] = set()
        for guardian_id, spelled in self._spelled.items():
            stored = self._now.guardians[guardian_id].name
            if len({person_key(name) for name in spelled}) > 1:
                self._notes.warn(
                    max(spelled.values()),
                    "",
                    (
                        f"các dòng ghi tên người giám hộ này khác nhau; giữ tên “{stored}”",
                        f"the rows name this guardian differently; “{stored}” stays",
                    ),
                )
            if len(spelled) == 1 and stored not in spelled:
                ((name, row),) = spelled.items()
                changed.append((guardian_id, name))
                rows.add(row)
                if person_key(name) != person_key(stored):
                    self._notes.warn(
                        row,
                        "",
                        (
                            f"đổi tên người giám hộ “{stored}” thành “{name}”",
                            f"guardian “{stored}” is renamed “{name}”",
                        ),
                    )
        return changed, rows

    def _is_same(self, known: _Known, guardian: RowGuardian) -> bool:
        return self._phone(known) == guardian.phone and known.guardian.search_key == search_key(
            guardian.name
        )

    def _phone(self, known: _Known) -> str | None:
        return self._now.phone_of.get(known.guardian.phone_index)

    def _plan_known(self, row: RosterRow, guardian: RowGuardian, known: _Known) -> None:
        link = known.link
        self._spelled[link.guardian_id].setdefault(guardian.name, row.number)
        relation = guardian.relation or link.relation
        if link.is_live:
            if relation != link.relation and not link.is_blocked:
                self.relations.append(self._link(link, guardian, relation))
        elif link.is_parted and not link.is_blocked:
            self.revived.append(self._link(link, guardian, relation))
        else:
            self._notes.warn(
                row.number,
                columns.GUARDIAN[guardian.slot],
                (
                    "nhà trường đã gỡ người giám hộ này khỏi học sinh; tệp không thêm lại",
                    "the school has ended this guardianship; a file does not take it up again",
                ),
            )

    def _plan_other(
        self,
        row: RosterRow,
        guardian: RowGuardian,
        student_id: UUID,
        known: list[_Known],
        left: list[_Known],
    ) -> None:
        if self._is_kept_away(guardian, known):
            self._refuse_blocked(row, guardian)
            return
        live = [k for k in left if k.link.is_live and self._may_be(k, guardian)]
        renamed = next((k for k in live if self._phone(k) == guardian.phone), None)
        if renamed is not None:
            left.remove(renamed)
            self._plan_known(row, guardian, renamed)
            return
        moved = next((k for k in live if k.guardian.search_key == search_key(guardian.name)), None)
        if moved is not None:
            left.remove(moved)
            self._notes.warn(
                row.number,
                columns.PHONE[guardian.slot],
                (
                    "khác số đang lưu; số cũ được giữ, hãy đổi và duyệt số ở mục Người giám hộ",
                    "another number than the one stored, which stays: change and approve it among"
                    " the guardians",
                ),
            )
            return
        self.links.append(
            LinkToWrite(
                student_id=student_id,
                guardian_id=self._row_of(guardian),
                relation=guardian.relation or "other",
                phone=guardian.phone,
            )
        )

    def _refuse_blocked(self, row: RosterRow, guardian: RowGuardian) -> None:
        self._notes.error(
            row.number,
            columns.PHONE[guardian.slot],
            (
                "người này đang bị chặn theo quyền nuôi con; hãy bỏ khỏi bảng, hoặc gỡ lệnh chặn"
                " trước",
                "a custody block holds for this person; leave them out, or lift it first",
            ),
        )

    def _may_be(self, known: _Known, guardian: RowGuardian) -> bool:
        """Another relation is another person, be it on the same phone or of the same name."""
        return guardian.relation in (None, known.link.relation) or known.link.relation == "other"

    def _is_kept_away(self, guardian: RowGuardian, known: Iterable[_Known]) -> bool:
        """A block holds for the phone and for the name, so that neither goes around it."""
        for each in known:
            phones = (self._phone(each), self._now.phone_of.get(each.link.phone_index or b""))
            if each.link.is_blocked and (
                guardian.phone in phones or each.guardian.search_key == search_key(guardian.name)
            ):
                return True
        return False

    def _row_of(self, guardian: RowGuardian) -> UUID:
        """The school's row of this person: a brother's or sister's guardian, or a new one."""
        found = self._by_key.get(guardian.key)
        if found is None:
            found = self._by_key[guardian.key] = new_id()
            self.new.append(GuardianToWrite(id=found, name=guardian.name, phone=guardian.phone))
        return found

    def _link(self, link: LinkNow, guardian: RowGuardian, relation: Relation) -> LinkToWrite:
        return LinkToWrite(
            student_id=link.student_id,
            guardian_id=link.guardian_id,
            relation=relation,
            phone=guardian.phone,
        )
