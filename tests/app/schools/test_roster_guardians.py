"""Guardians in a roster: added and corrected, never taken away, moved or let around a block."""

from typing import Any

import pytest

from app.schools.guardians import queries
from app.schools.guardians.model import Rights
from tests.app.schools.rosters import Importer, counts, line, told, warned
from tests.cast import snapshot
from tests.world import World

MOTHER = ("Trần Thị Mẹ", "0912345678", "Mẹ")
FATHER = ("Nguyễn Văn Bố", "0987654321", "Bố")
CODE = "4600000001"


def an(*guardians: Any) -> list[Any]:
    return line(CODE, "An", None, None, "6A1", None, *guardians)


async def block(world: World, name: str = "Nguyễn Văn Bố") -> None:
    await world.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'Toà án'"
        " where guardian_id = (select id from guardian where name = $1)",
        name,
    )


async def test_two_guardians_and_their_accounts_are_made(roster: Importer, world: World) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    assert await roster.links() == [
        ("An", "Nguyễn Văn Bố", "father", True, False),
        ("An", "Trần Thị Mẹ", "mother", True, False),
    ]
    rows = await world.owner.fetch(
        "select g.phone_sealed, g.phone_index = a.phone_index as is_same, a.password_hash"
        " from guardianship l join guardian g on g.id = l.guardian_id"
        " join account a on a.id = l.account_id order by g.name"
    )
    wrapped = await world.owner.fetchval("select wrapped from school_key")
    box = roster.resources.vault.school_box(wrapped, roster.school.id)
    phones = [box.open(row["phone_sealed"], field="guardian.phone") for row in rows]
    assert phones == ["+84987654321", "+84912345678"]
    assert [(row["is_same"], row["password_hash"]) for row in rows] == [(True, None)] * 2


async def test_two_guardians_may_share_a_phone(roster: Importer, world: World) -> None:
    await roster.rows(an(*MOTHER, "Nguyễn Văn Bố", "0912345678", "Bố"))
    assert len(await roster.links()) == 2
    accounts = await world.owner.fetchval("select count(distinct account_id) from guardianship")
    assert accounts == 1


async def test_one_guardian_said_twice_in_a_row_is_one(roster: Importer) -> None:
    await roster.rows(an(*MOTHER, *MOTHER))
    assert len(await roster.links()) == 1


async def test_a_guardian_of_several_children_is_one_person(roster: Importer, world: World) -> None:
    brother = line(None, "Bình", None, None, "6A1", None, "trần thị mẹ", 912345678, "Mẹ")
    await roster.rows(an(*MOTHER), brother)
    third = line(None, "Cường", None, None, "6A1", None, *MOTHER)
    await roster.rows(third)
    assert await world.owner.fetchval("select count(*) from guardian") == 1
    assert await world.owner.fetchval("select count(*) from guardianship") == 3


async def test_a_pupil_without_a_guardian_is_taken_and_said_so(roster: Importer) -> None:
    result = await roster.rows(an())
    assert (counts(result), warned(result)) == ((1, 0, 0), [(2, "Người giám hộ 1")])
    # Who has one here needs none in the sheet.
    await roster.rows(an(*MOTHER))
    assert warned(await roster.rows(an())) == []


async def test_a_name_without_a_phone_is_said_and_a_phone_without_a_name_refused(
    roster: Importer,
) -> None:
    result = await roster.rows(an("Trần Thị Mẹ", None, "Mẹ"))
    assert (counts(result), warned(result)[0]) == ((1, 0, 0), (2, "SĐT 1"))
    assert told(await roster.rows(an(None, "0912345678"))) == [(2, "Người giám hộ 1")]


@pytest.mark.parametrize(
    ("word", "relation"),
    [("Ba", "father"), ("Bà", "grandparent"), ("MÁ", "mother"), ("ông nội", "grandparent"),
     ("Anh/Chị", "sibling"), ("dì", "other"), (None, "other")],
)  # fmt: skip
async def test_relations_are_known_in_many_words(
    roster: Importer, word: str | None, relation: str
) -> None:
    await roster.rows(an("Lê Thị Dung", "0912345678", word))
    assert [link[2] for link in await roster.links()] == [relation]


async def test_an_account_that_is_there_stays_as_it_is(roster: Importer, world: World) -> None:
    other = await world.school()
    stranger = await world.student(other, "Con khác trường")
    parent = await world.guardian(stranger, name="Tên ở trường kia")
    before = await world.owner.fetchrow("select * from account where id = $1", parent.account_id)
    await roster.rows(an("Trần Thị Mẹ", "0" + parent.phone[3:], "Mẹ"))
    after = await world.owner.fetchrow("select * from account where id = $1", parent.account_id)
    assert before == after
    names = await world.owner.fetch("select name from guardian order by name")
    assert [row["name"] for row in names] == ["Trần Thị Mẹ", "Tên ở trường kia"]


async def test_a_changed_number_is_kept_back_and_said(roster: Importer, world: World) -> None:
    await roster.rows(an(*MOTHER))
    before = await snapshot(world.owner)
    result = await roster.rows(an("Trần Thị Mẹ", "0911111111", "Mẹ"))
    assert (counts(result), warned(result)) == ((0, 0, 1), [(2, "SĐT 1")])
    assert await snapshot(world.owner) == before


async def test_another_person_of_the_name_is_another_guardian(roster: Importer) -> None:
    await roster.rows(an(*MOTHER))
    await roster.rows(an("Trần Thị Mẹ", "0911111111", "Bà"))
    assert {link[2] for link in await roster.links()} == {"grandparent", "mother"}


async def test_a_corrected_name_holds_for_all_children(roster: Importer) -> None:
    await roster.rows(an(*MOTHER), line(None, "Bình", None, None, "6A1", None, *MOTHER))
    result = await roster.rows(an("Trần Thị Mẹ Mới", "0912345678", "Mẹ"))
    assert (counts(result), warned(result)) == ((0, 1, 0), [(2, "")])
    assert {link[1] for link in await roster.links()} == {"Trần Thị Mẹ Mới"}
    # Diacritics alone, and no warning.
    result = await roster.rows(an("Trần Thị Mẹ Mời", "0912345678", "Mẹ"))
    assert counts(result) == (0, 1, 0)


async def test_rows_that_disagree_on_a_name_change_it_never(roster: Importer) -> None:
    brother = line(None, "Bình", None, None, "6A1", None, *MOTHER)
    await roster.rows(an(*MOTHER), brother)
    result = await roster.rows(an("Lê Thị Hoa", "0912345678", "Mẹ"), brother)
    assert (counts(result), warned(result)) == ((0, 0, 2), [(3, "")])
    # Also where none says what is stored.
    other = line(None, "Bình", None, None, "6A1", None, "Lê Thị Huệ", "0912345678", "Mẹ")
    assert counts(await roster.rows(an("Lê Thị Hoa", "0912345678", "Mẹ"), other)) == (0, 0, 2)


async def test_a_relation_is_corrected_and_rights_stay(roster: Importer, world: World) -> None:
    await roster.rows(an(*MOTHER))
    await world.owner.execute("update guardianship set is_told = false, can_see = false")
    assert counts(await roster.rows(an(*MOTHER[:2], "Bà"))) == (0, 1, 0)
    row = await world.owner.fetchrow("select relation, is_told, can_see from guardianship")
    assert tuple(row or ()) == ("grandparent", False, False)


async def test_who_is_left_out_stays_a_guardian(roster: Importer) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    await roster.rows(an(*FATHER))
    assert len(await roster.links()) == 2


async def test_a_blocked_guardian_in_the_sheet_stays_blocked(
    roster: Importer, world: World
) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    await block(world)
    before = await snapshot(world.owner)
    assert counts(await roster.rows(an(*MOTHER, *FATHER[:2], "Khác"))) == (0, 0, 1)
    assert await snapshot(world.owner) == before


@pytest.mark.parametrize(
    "around",
    [("Lê Văn Khác", "0987654321", "Bác"), ("Nguyễn Văn Bố", "0911111111", "Bố"),
     ("nguyen van bo", "0911111111", "Khác")],
)  # fmt: skip
async def test_no_sheet_goes_around_a_block(
    roster: Importer, world: World, around: tuple[str, str, str]
) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    await block(world)
    # Also of a guardianship that has ended.
    for end in ("null", "now()"):
        await world.owner.execute(
            f"update guardianship set ended_at = {end} where custody_blocked_at is not null"
        )
        before = await snapshot(world.owner)
        assert told(await roster.rows(an(*MOTHER, *around))) == [(2, "SĐT 2")]
        assert await snapshot(world.owner) == before


async def test_an_ended_guardianship_is_not_taken_up_by_a_file(
    roster: Importer, world: World
) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    await world.owner.execute("update guardianship set ended_at = now() where relation = 'father'")
    result = await roster.rows(an(*MOTHER, *FATHER))
    assert (counts(result), warned(result)) == ((0, 0, 1), [(2, "Người giám hộ 2")])
    assert ("An", "Nguyễn Văn Bố", "father", False, False) in await roster.links()


async def test_a_pupil_who_came_back_gets_the_guardians_back_but_for_blocked_ones(
    roster: Importer, world: World
) -> None:
    await roster.rows(an(*MOTHER, *FATHER))
    await block(world)
    await world.owner.execute("update guardianship set ended_at = now(), told_until = now()::date")
    await world.owner.execute("update guardian set ended_at = now()")
    result = await roster.rows(an(*MOTHER, *FATHER))
    assert (counts(result), warned(result)) == ((0, 1, 0), [(2, "Người giám hộ 2")])
    assert [link[3:] for link in await roster.links()] == [(False, True), (True, False)]


async def test_what_a_principal_set_by_hand_is_found_again(roster: Importer, world: World) -> None:
    """Rows written by the service of guardians, phones under an index of its own making."""
    student = await world.student(roster.school, "An")
    parent = await world.guardian(student, name="Trần Thị Mẹ")
    (link,) = await queries.guardians_of_student(
        world.owner, school_id=roster.school.id, student_id=student.id
    )
    await queries.update_guardianship(
        world.owner, school_id=roster.school.id, student_id=student.id, guardian_id=link.id,
        relation="mother", rights=Rights(can_request_leave=False),
    )  # fmt: skip
    row = line(None, "An", None, None, "6A1", None, "Trần Thị Mẹ", "0" + parent.phone[3:], "Mẹ")
    assert counts(await roster.rows(row)) == (0, 0, 1)
