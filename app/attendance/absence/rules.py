"""A school's rules of attendance: what its principal may set."""

from datetime import datetime
from uuid import UUID

from app import audit, db
from app.attendance.absence.model import Rules
from app.ids import new_id


async def rules_of(conn: db.Conn, *, school_id: int) -> Rules:
    """As the school has set them, or the defaults."""
    found = await db.one(
        conn,
        Rules,
        """
        select alert_after_min, class_share, school_share, sms_budget_a_day, past_month_needs_two
          from attendance_rules where school_id = $1
        """,
        school_id,
    )
    return found or Rules()


async def set_rules(
    conn: db.Conn, *, school_id: int, rules: Rules, decided_by: UUID, now: datetime
) -> Rules:
    """Keep them from now on; what was decided before stays."""
    before = await rules_of(conn, school_id=school_id)
    await conn.execute(
        """
        insert into attendance_rules (school_id, alert_after_min, class_share, school_share,
               sms_budget_a_day, past_month_needs_two, updated_by, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (school_id) do update
               set alert_after_min = excluded.alert_after_min,
                   class_share = excluded.class_share, school_share = excluded.school_share,
                   sms_budget_a_day = excluded.sms_budget_a_day,
                   past_month_needs_two = excluded.past_month_needs_two,
                   updated_by = excluded.updated_by, updated_at = excluded.updated_at
        """,
        school_id,
        rules.alert_after_min,
        rules.class_share,
        rules.school_share,
        rules.sms_budget_a_day,
        rules.past_month_needs_two,
        decided_by,
        now,
    )
    if rules != before:
        await audit.record(
            conn,
            school_id=school_id,
            kind="attendance_rules",
            subject_id=new_id(),
            actor_account_id=decided_by,
            detail={
                name: [getattr(before, name), getattr(rules, name)]
                for name in Rules.__struct_fields__
                if getattr(before, name) != getattr(rules, name)
            },
            now=now,
        )
    return rules
