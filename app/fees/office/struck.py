"""What of the rows of statements was struck from our books, and what it is. Pure."""

from collections.abc import Sequence
from uuid import UUID

from app.fees.office.reconciling_queries import SeenRow, Struck


class Strikes:
    """Funds that were struck, and which fund each of them is."""

    def __init__(self, struck: Sequence[Struck]) -> None:
        self.all = struck
        self._of = {each.fund_id: each.double_of for each in struck}

    def root_of(self, fund_id: UUID) -> UUID:
        """The fund that counts for this one."""
        for _ in self.all:
            fund_id = self._of.get(fund_id) or fund_id
        return fund_id

    def surplus(self, rows: Sequence[SeenRow]) -> set[UUID]:
        """Struck funds that the bank shows beside the one they are, or that never came and did."""
        holders: dict[tuple[UUID, UUID], UUID] = {}
        found = set()
        # The fund that counts stands for itself, if it is there.
        for row in sorted(rows, key=lambda row: row.fund_id in self._of):
            if row.fund_id is None:
                continue
            root = self.root_of(row.fund_id)
            holder = holders.setdefault((row.statement_id, root), row.fund_id)
            if holder != row.fund_id or root in self._of:
                found.add(row.fund_id)
        return found

    @property
    def told_by_doubles(self) -> set[UUID]:
        """Funds that a statement shows under the name of what was struck."""
        return {self.root_of(each.fund_id) for each in self.all if each.is_shown}
