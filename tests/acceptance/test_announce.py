"""An announcement is in time: in seconds to a school, to a province in the memory of one school."""

import pytest

from scripts.benches import announce


@pytest.mark.long
def test_two_thousand_families_have_it_within_five_seconds_and_fcm_within_thirty() -> None:
    found = announce.school(families=2000)
    assert found["inbox_s"] <= 5
    assert found["fcm_s"] <= 30


@pytest.mark.long
def test_to_many_schools_it_takes_no_more_memory_than_to_few() -> None:
    found = announce.province(schools=120, pupils=24_000)
    assert found["families"] == 24_000
    assert found["errands_mb_of_all"] <= found["errands_mb_of_10"] + 16
    assert found["relay_mb_of_all"] <= found["relay_mb_of_a_tenth"] + 16
