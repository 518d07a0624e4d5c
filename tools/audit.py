"""Known weaknesses of the locked versions: `make audit`.

Asks the advisory database of PyPI, by pip-audit, for every package of requirements.lock. pip-audit calls a package that
its service does not know no fault: where the service cannot be reached, or a mirror answers in its place, it finds
nothing and says so. So that this never looks like a clean result, every package has to have been looked up.

Exit codes: 0 nothing known, 1 something found, 2 the service cannot be reached, or did not know every package: then
newscrawl's own table has been asked, which is as old as the release.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from newscrawl.cli.advisories import affected

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
UNKNOWN = 2


def locked(text: str) -> dict[str, str]:
    """Package to version, as a lock file names them; of several versions the oldest."""
    found: dict[str, str] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(name.lower(), version)
    return found


def ask() -> tuple[list[str], int, str]:
    """Findings of pip-audit, the number of packages that it knew nothing of, and why it failed."""
    words = ["-r", str(LOCK), "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    done = subprocess.run([sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], 0, (done.stderr.strip().splitlines() or ["no reason is given"])[-1]
    found = [
        f"{package['name']} {package['version']}: {weakness['id']}, fixed in {weakness['fix_versions'] or 'no version'}"
        for package in packages
        for weakness in package.get("vulns", ())
    ]
    return found, sum("skip_reason" in package for package in packages), ""


def main() -> int:
    """Print what is known, and give the exit code."""
    versions = locked(LOCK.read_text(encoding="utf-8"))
    found, unknown, failure = ask()
    for line in found:
        print(line)
    if not failure and not unknown:
        print(f"{len(versions)} packages asked for, {len(found)} weaknesses known")
        return int(bool(found))
    print(
        f"NOT AUDITED: {failure}"
        if failure
        else f"NOT AUDITED: the advisory service did not know {unknown} of {len(versions)} packages; a mirror of PyPI"
        " has no advisories"
    )
    own = affected(versions)
    for advisory, version in own:
        print(f"{advisory.package} {version}: {advisory.name}, {advisory.about}; fixed in {advisory.safe}")
    print(f"newscrawl's own table, as old as this release, knows {len(own)} weaknesses of these versions")
    return int(bool(found or own)) or UNKNOWN


if __name__ == "__main__":
    sys.exit(main())
