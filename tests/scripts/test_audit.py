"""The audit's verdict is read from its report: a service that does not answer is no acquittal."""

from typing import Any

import msgspec

from scripts.audit import verdict

FINE = {"name": "litestar", "version": "2.25.0", "vulns": []}
WEAK = {
    "name": "aiohttp",
    "version": "3.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["3.1"], "aliases": [], "description": "bad"}],
}
UNKNOWN = {"name": "uvloop", "skip_reason": "Dependency not found on PyPI"}


def report(*dependencies: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"dependencies": dependencies, "fixes": []})


def test_a_known_weakness_fails_and_is_named_with_its_remedy() -> None:
    passes, sentence = verdict(report(FINE, WEAK, UNKNOWN), "Found 1 known vulnerability")
    assert not passes
    assert "aiohttp 3.0: CVE-1, mended in 3.1" in sentence


def test_no_answer_at_all_is_said_and_does_not_fail() -> None:
    passes, sentence = verdict(b"", "Traceback\nConnectionError: unreachable")
    assert passes
    assert sentence.startswith("NOT AUDITED")
    assert "unreachable" in sentence


def test_a_service_that_knows_no_package_has_audited_nothing() -> None:
    passes, sentence = verdict(report(UNKNOWN), "")
    assert passes
    assert sentence.startswith("NOT AUDITED")


def test_packages_without_an_answer_are_named() -> None:
    passes, sentence = verdict(report(FINE, UNKNOWN), "")
    assert passes
    assert "NOT AUDITED are 1 packages: uvloop" in sentence


def test_all_known_and_without_weakness_is_good() -> None:
    assert verdict(report(FINE), "") == (True, "No known weakness in 1 packages.")
