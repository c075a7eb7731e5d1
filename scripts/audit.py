"""Ask the advisory service about every pinned dependency, and say what came of it."""

import subprocess
import sys
from pathlib import Path

import msgspec

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
_TIMEOUT_S = 180.0


class Weakness(msgspec.Struct, frozen=True):
    id: str
    fix_versions: list[str] = []


class Dependency(msgspec.Struct, frozen=True):
    """`skip_reason` stands where the service gave no answer."""

    name: str
    version: str | None = None
    vulns: list[Weakness] = []
    skip_reason: str | None = None


class Report(msgspec.Struct, frozen=True):
    dependencies: list[Dependency]


def verdict(output: bytes, complaint: str) -> tuple[bool, str]:
    """Whether the check passes, and a sentence.

    pip-audit ends with 1 both for a found weakness and for no network, and with 0 when the service
    knows none of the packages; so its report is read, not its exit code.
    """
    try:
        found = msgspec.json.decode(output, type=Report).dependencies
    except msgspec.DecodeError:
        last = (complaint.strip().splitlines() or ["no report"])[-1]
        return True, f"NOT AUDITED: the advisory service could not be asked. {last[:200]}"
    weak = [
        f"{one.name} {one.version}: {weakness.id}, mended in {', '.join(weakness.fix_versions)}"
        for one in found
        for weakness in one.vulns
    ]
    if weak:
        return False, "Known weaknesses in requirements.lock:\n" + "\n".join(weak)
    skipped = [one.name for one in found if one.skip_reason]
    if skipped and len(skipped) == len(found):
        return True, f"NOT AUDITED: the advisory service does not answer. {found[0].skip_reason}"
    if skipped:
        names = ", ".join(skipped)
        return True, f"No known weakness, but NOT AUDITED are {len(skipped)} packages: {names}"
    return True, f"No known weakness in {len(found)} packages."


def main() -> None:
    program = Path(sys.executable).with_name("pip-audit")
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [program, "--requirement", LOCK, *options, "--format", "json"],
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        passes, sentence = verdict(done.stdout, done.stderr.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        passes, sentence = verdict(b"", f"no answer in {_TIMEOUT_S:.0f} s")
    print(sentence, file=sys.stdout if passes else sys.stderr)
    sys.exit(0 if passes else 1)


if __name__ == "__main__":
    main()
