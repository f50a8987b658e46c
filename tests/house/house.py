"""Rules of the house, over the C++ of libs and services without the simulator (tests/house/README.md)."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(sys.argv[1])
LONGEST_FILE = 500
MOST_FUNCTIONS = 20
MOST_FILES_OF_A_COLUMN = 6
MOST_FILES_OF_A_RESOURCE = 8
KNOW_PAGES = {"paging", "catalog", "tools", "proxy"}

# What every room that has such a file calls it.
REPEATED_NAMES = {"settings"}

INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# Texts are matched first: what is in them is no comment.
TEXT_OR_COMMENT = re.compile(r'''R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|(//[^\n]*|/\*.*?\*/)''', re.S)

failures = []
passed = 0


def check(rule, broken):
    """Counts one rule; prints each place that breaks it."""
    global passed
    if broken:
        failures.append(rule)
        print(f"FAILED: {rule}")
        for place in sorted(broken)[:20]:
            print(f"  {place}")
    else:
        passed += 1
        print(f"ok      {rule}")


def shown(path):
    return str(path.relative_to(ROOT))


def sources():
    for base in ("libs", "services"):
        for path in sorted((ROOT / base).rglob("*.[ch]pp")):
            if not {"simulator", "node_modules", "dist"} & set(path.relative_to(ROOT).parts):
                yield path


FILES = list(sources())
TEXT = {path: path.read_text() for path in FILES}
CODE = {path: TEXT_OR_COMMENT.sub(lambda match: "" if match[1] else match[0], text) for path, text in TEXT.items()}


def room_of(path):
    """libs/x is a room of its own; services are rooms above all of them."""
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "libs" else f"services/{parts[1]}"


def architecture_table():
    """The rows `| room | purpose | sees |` of ARCHITECTURE.md."""
    rooms = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        row = re.fullmatch(r"\| `(\w+)` \|[^|]*\|([^|]*)\|", line)
        if row:
            rooms[row[1]] = set(re.findall(r"`(\w+)`", row[2]))
    return rooms


def all_below(rooms, room):
    """What a room sees, and what these see."""
    seen, waiting = set(), list(rooms[room])
    while waiting:
        below = waiting.pop()
        if below not in seen:
            seen.add(below)
            waiting += rooms.get(below, ())
    return seen


def includes():
    """(file, included file) for every include of our own."""
    public = {shown(path).split("/include/", 1)[1]: path for path in FILES if "/include/" in str(path)}
    for path, text in TEXT.items():
        for name in INCLUDE.findall(text):
            beside = [path.parent / name, *(folder / name for folder in path.parents if folder.name == "src")]
            target = public.get(name) or next((each.resolve() for each in beside if each.exists()), None)
            if target in TEXT:
                yield path, target


INCLUDES = list(includes())


def long_files():
    tests = {path: path.read_text() for path in sorted((ROOT / "tests").rglob("*.[ch]pp")) if "node_modules" not in path.parts}
    for path, text in (TEXT | tests).items():
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield f"{shown(path)}: {lines} lines"


def big_classes():
    """Functions of its own, by universal-ctags: declarations and definitions are one."""
    functions = defaultdict(set)
    where = {}
    tags = subprocess.run(
        ["ctags", "--output-format=json", "--language-force=C++", "--kinds-C++=fp", "--fields=+sSn", "-f-", *map(str, FILES)],
        capture_output=True, text=True, check=True,
    ).stdout
    for line in tags.splitlines():
        tag = json.loads(line)
        if tag.get("scopeKind") not in ("class", "struct") or "operator" in tag["name"]:
            continue
        scope = tag["scope"]
        if tag["name"].lstrip("~") == scope.rsplit("::", 1)[-1]:
            continue  # Constructors and destructors are no functions that a reader has to know one by one.
        functions[scope].add(tag["name"])
        where.setdefault(scope, tag["path"])
    for scope, names in functions.items():
        if len(names) > MOST_FUNCTIONS:
            yield f"{scope} ({Path(where[scope]).relative_to(ROOT)}): {len(names)} functions"


def against_the_table(rooms):
    for path, target in INCLUDES:
        a, b = room_of(path), room_of(target)
        if a == b or a.startswith("services/"):
            continue
        if a not in rooms or b not in all_below(rooms, a):
            yield f"{shown(path)} includes {shown(target)}: {a} may not see {b}"


def against_cmake(rooms):
    """What CMake lets a room see is what its row says."""
    for room in rooms:
        cmake = ROOT / "libs" / room / "CMakeLists.txt"
        if not cmake.exists():
            yield f"{room}: there is no libs/{room}"
            continue
        deps = re.search(r"\bDEPS ((?:\w+\s*)+?)(?=PRIVATE_LINKS|PUBLIC_LINKS|\))", cmake.read_text())
        found = set(deps[1].split()) if deps else set()
        if found != rooms[room]:
            yield f"{room}: ARCHITECTURE.md has {sorted(rooms[room])}, libs/{room}/CMakeLists.txt has {sorted(found)}"
    for folder in (ROOT / "libs").iterdir():
        if folder.is_dir() and folder.name not in rooms:
            yield f"libs/{folder.name} has no row in ARCHITECTURE.md"


def cycles():
    below = defaultdict(set)
    for path, target in INCLUDES:
        below[path].add(target)
    state = {}

    def walk(path, way):
        state[path] = "open"
        for target in below[path]:
            if state.get(target) == "open":
                yield " -> ".join(shown(each) for each in [*way[way.index(target):], target]) if target in way else shown(target)
            elif target not in state:
                yield from walk(target, [*way, target])
        state[path] = "done"

    for path in FILES:
        if path not in state:
            yield from walk(path, [path])


def names_in_two_rooms():
    homes = defaultdict(set)
    for path in FILES:
        # The name of a paging style is what definitions write, so it is not free.
        is_style = path.parent == ROOT / "libs/paging/src/styles"
        if path.is_relative_to(ROOT / "libs") and path.stem not in REPEATED_NAMES and not is_style:
            homes[path.stem].add(room_of(path))
    for name, rooms in homes.items():
        if len(rooms) > 1:
            yield f"{name}: {', '.join(sorted(rooms))}"


def vendors_in_code():
    vendors = [folder.name for folder in (ROOT / "libs/catalog/integrations").iterdir() if folder.is_dir()]
    cmake = [path for path in ROOT.rglob("CMakeLists.txt") if not {"build", "node_modules", "simulator"} & set(path.relative_to(ROOT).parts)]
    for path in [*FILES, *cmake]:
        code = CODE.get(path) or path.read_text()
        for vendor in vendors:
            if vendor in code.lower():
                yield f"{shown(path)} names {vendor}"


def without_readme(rooms):
    for room in rooms:
        readme = ROOT / "libs" / room / "README.md"
        if not readme.exists():
            yield f"libs/{room} has no README.md"
        elif "Threads" not in readme.read_text():
            yield f"{shown(readme)} does not say which threads may use it"


def columns_of_mcp_servers():
    """A column that no other table has stands in few files; its migration aside."""
    columns = defaultdict(set)
    for path in (ROOT / "migrations").glob("*.sql"):
        text = re.sub(r"--[^\n]*", "", path.read_text())
        for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", text, re.S):
            for column in re.findall(r"^    ([a-z_]+) [a-z]", body, re.M):
                columns[column].add(table)
        for table, changes in re.findall(r"ALTER TABLE (\w+)([^;]*);", text):
            for column in re.findall(r"ADD COLUMN (\w+)", changes):
                columns[column].add(table)
    own = [column for column, tables in columns.items() if tables == {"mcp_servers"}]
    for column in own:
        # Some columns have an everyday name: what counts is where it is one of an MCP server.
        named = [path for path in FILES if re.search(rf"\b(server|server_|row)(\.|->){column}\b", CODE[path])]
        if len(named) > MOST_FILES_OF_A_COLUMN:
            yield f"{column}: {len(named)} files"


def types_of_resources():
    """(area, namespace, type) of the rows that an area of the API lists or gets."""
    for area in sorted((ROOT / "services/api/src/areas").iterdir()):
        handlers, view = area / "handlers.cpp", area / "view.hpp"
        if not handlers.exists() or not view.exists():
            continue
        shown_by = set(re.findall(r"\b(?:answer_list|answer_get<\w+>)\(\s*call, [^,]+, (\w+_view)\b", handlers.read_text()))
        shown_by |= set(re.findall(r"\bshown\(.*?, (\w+_view)(?:, 201)?\);", handlers.read_text(), re.S))
        if not shown_by and re.search(r"\bok\((\w+)_view\(\*", handlers.read_text()):
            shown_by = set(re.findall(r"\bok\((\w+_view)\(\*", handlers.read_text()))
        for function in shown_by:
            row = re.search(rf"\b{function}\((\w+)::(\w+) const&", view.read_text())
            # A row has an id of its own.
            if row and any(re.search(rf"\bstruct {row[2]} \{{[^}}]*?\bId id;", text) or re.search(rf"\bstruct {row[2]} \{{\s+(?:///[^\n]*\n\s+)*\w+Id id;", text) for text in TEXT.values()):
                yield area, row[1], row[2]


def spread_resources():
    """A resource is named in its area, its room and the store; elsewhere in few files."""
    if len(set(types_of_resources())) < 8:
        yield "the rows that areas show are not recognised any more"
    for area, namespace, name in sorted(set(types_of_resources())):
        homes = {
            room_of(path)
            for path in FILES
            if path.is_relative_to(ROOT / "libs") and f"namespace sluice::{namespace} " in TEXT[path]
            and re.search(rf"^(?:struct|class) {name}\b[^;]*$", CODE[path], re.M)
        }
        inside = re.compile(rf"namespace sluice::{namespace} |using namespace {namespace};|using {namespace}::{name};")
        named = [
            path for path in FILES
            if room_of(path) not in homes | {"store"} and not path.is_relative_to(area)
            and (re.search(rf"\b{namespace}::{name}\b", CODE[path]) or (inside.search(CODE[path]) and re.search(rf"\b{name}\b", CODE[path])))
        ]
        if not homes:
            yield f"{namespace}::{name} is in no room"
        elif len(named) > MOST_FILES_OF_A_RESOURCE:
            yield f"{namespace}::{name}: {len(named)} files: {', '.join(shown(path) for path in named)}"


def authors_not_handed_on():
    """Functions of repositories with an author whose change is not a `transact_change` with it, which forces its entry."""
    override = re.compile(r"(\w+)\(((?:[^(){};]|\([^()]*\))*)\)\s*override\s*\{")
    for path, code in CODE.items():
        if room_of(path) != "store":
            continue
        for found in override.finditer(code):
            if not re.search(r"\bAuthor>? author\b", found[2]):
                continue
            end, depth = found.end(), 1
            while depth:
                depth += {"{": 1, "}": -1}.get(code[end], 0)
                end += 1
            body = code[found.end() : end]
            if "transact_change<" not in body or "std::move(author)" not in body:
                yield f"{shown(path)} {found[1]}"


def spread_paging_styles():
    """A style is one file and one line of the table; none of the rooms that deal with vendors' pages knows it."""
    table = (ROOT / "libs/paging/src/styles.cpp").read_text()
    names = re.findall(r"^    style\((\w+)\)", table, re.M)
    folder = ROOT / "libs/paging/src/styles"
    if {path.stem for path in folder.glob("*.cpp")} != set(names) or not names:
        yield f"libs/paging/src/styles.cpp lists {names}, libs/paging/src/styles has {sorted(path.name for path in folder.glob('*'))}"
    for name in names:
        # The words alone, such as url, mean other things too.
        words = rf'(?:find_style\(|== )"{name}"|\b{name}_style\b|\bstyle\({name}\)'
        for path in FILES:
            if path.parent != folder and path.name != "styles.cpp" and room_of(path) in KNOW_PAGES and re.search(words, CODE[path]):
                yield f"{shown(path)} names the paging style {name}"
        if len(re.findall(rf"\b{name}\b", table)) != 1:
            yield f"libs/paging/src/styles.cpp names {name} more than once"


def pages_of_documents():
    """No comment cites a document that is not in the tree."""
    for path, text in TEXT.items():
        for comment in filter(None, TEXT_OR_COMMENT.findall(text)):
            for name in re.findall(r"[\w/.-]+\.md\b", comment):
                if not any(ROOT.glob(f"**/{name.lstrip('/')}")):
                    yield f"{shown(path)} cites {name}"
            if re.search(r"\b(design|sheet) section \d", comment):
                yield f"{shown(path)} cites a section of a document that is not here"


def table_of_rooms(rooms):
    def lines(paths):
        return sum(path.read_text().count("\n") for path in paths)

    print(f"\n{'room':<14}{'code':>7}{'tests':>7}{'tests : code':>14}")
    code_of_all = tests_of_all = 0
    for room in [*rooms, "api", "worker", "sluice"]:
        folder = ROOT / ("libs" if room in rooms else "services") / room
        code = lines(path for path in FILES if path.is_relative_to(folder))
        tests = lines((ROOT / "tests/unit" / room).rglob("*.cpp"))
        code_of_all += code
        tests_of_all += tests
        print(f"{room:<14}{code:>7}{tests:>7}{tests / code:>14.2f}")
    tests_of_all += lines((ROOT / "tests/integration").rglob("*.[ch]pp")) + lines((ROOT / "tests/support").rglob("*.hpp"))
    print(f"{'all':<14}{code_of_all:>7}{tests_of_all:>7}{tests_of_all / code_of_all:>14.2f}  with integration and support\n")


def main():
    rooms = architecture_table()
    check("there is code", [] if FILES else ["no C++ in libs and services"])
    check("ARCHITECTURE.md has a table of rooms", [] if rooms else ["no row | `room` | purpose | sees |"])
    table_of_rooms(rooms)
    check(f"no file has more than {LONGEST_FILE} lines", list(long_files()))
    check(f"no class has more than {MOST_FUNCTIONS} functions of its own", list(big_classes()))
    check("no include is against the table", list(against_the_table(rooms)))
    check("CMake links what the table says", list(against_cmake(rooms)))
    check("no include goes in a circle", list(cycles()))
    check("no file name is in two rooms", list(names_in_two_rooms()))
    check("no vendor is named in C++ or CMake", list(vendors_in_code()))
    check("every room has a README that says its threads", list(without_readme(rooms)))
    check(f"no column of mcp_servers alone is in more than {MOST_FILES_OF_A_COLUMN} files", list(columns_of_mcp_servers()))
    check(f"no resource is named in more than {MOST_FILES_OF_A_RESOURCE} files beside its own", list(spread_resources()))
    check("every repository function with an author makes its change with it", list(authors_not_handed_on()))
    check("a paging style is one file and one line", list(spread_paging_styles()))
    check("no comment cites a document that is not in the tree", list(pages_of_documents()))
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
