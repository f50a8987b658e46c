"""The rooms and the share of their regions that tests execute (tests/coverage/run)."""

import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(sys.argv[1])
ROOM = sys.argv[4]
LEAST = 75
# The rooms that nothing but a real database can try.
OF_THE_DATABASE = {"pg", "store"}


def files_of(export):
    """{room: {file: (regions, covered)}}."""
    rooms = defaultdict(dict)
    for each in json.loads(Path(export).read_text())["data"][0]["files"]:
        path = Path(each["filename"])
        if path.is_relative_to(ROOT / "libs"):
            inside = path.relative_to(ROOT / "libs")
            regions = each["summary"]["regions"]
            rooms[inside.parts[0]][str(Path(*inside.parts[1:]))] = (regions["count"], regions["covered"])
    return rooms


def per_cent(covered, count):
    return 100 * covered / count if count else 100


def row(name, files):
    count = sum(count for count, _ in files)
    covered = sum(covered for _, covered in files)
    print(f"{name:<34}{count:>8}{covered:>9}{per_cent(covered, count):>8.1f} %")
    return per_cent(covered, count)


def main():
    by_unit, by_all = files_of(sys.argv[2]), files_of(sys.argv[3])
    rooms = sorted(path.name for path in (ROOT / "libs").iterdir() if path.is_dir())
    print(f"{'room':<34}{'regions':>8}{'covered':>9}{'':>8}")
    shares, strange = {}, []
    for room in [ROOM] if ROOM else rooms:
        files = (by_all if room in OF_THE_DATABASE else by_unit)[room]
        # A source that no test links is not in the data: without this it would count for nothing.
        unseen = [path for path in (ROOT / "libs" / room / "src").rglob("*.cpp")
                  if str(path.relative_to(ROOT / "libs" / room)) not in files and "{" in path.read_text()]
        strange += [str(path.relative_to(ROOT)) for path in unseen]
        if ROOM:
            for name, regions in sorted(files.items()):
                row(f"  {name}", [regions])
        shares[room] = row(room, files.values())
    print()
    for path in strange:
        print(f"FAILED: {path}: no test links it")
    for room, share in shares.items():
        print(f"ok      {room}" if share >= LEAST else f"FAILED: {room}: {share:.1f} % of its regions, under {LEAST} %")


main()
