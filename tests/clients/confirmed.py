#!/usr/bin/env python3
"""Compares the table of requests in docs/emulator.md with what clients were seen to send and got
served (`run` keeps that in a directory); with `--write` it writes their names into the table."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
HEADING = "| request | as recorded | what it does |"
# Scenarios are told apart by how they are run.
CLIENTS = {".sh": "az", ".py": "Python", ".mjs": "Node"}
GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
GROUP = "/subscriptions/[^/]+/resourceGroups/[^/]+"
SCOPE = (
    "(/providers/Microsoft[.]Management/managementGroups/[^/]+"
    f"|/subscriptions/[^/]+|{GROUP}(/providers/.+)?)?"
)
PARTS = {"{scope}": SCOPE, "{group}": GROUP, "{guid}": GUID, "…": ".+"}


def sent(directory):
    """Each request and the clients that sent it."""
    requests = {}
    for file in Path(directory).iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            # Some clients double a slash. An alternate key stands where the id stands else.
            request = re.sub("/+", "/", unquote(line)).rstrip("/")
            request = re.sub(r"[(](?:appId|id)='?([^')]+)'?[)]", r"/\1", request)
            requests.setdefault(request, set()).add(CLIENTS[file.suffix])
    return requests


def pattern(request):
    """What matches a request of the table."""
    parts = re.split(r"(\{[^}]+\}|…)", request)
    return re.compile("".join(PARTS.get(part, "[^/]+" if part.startswith("{") else re.escape(part))
                              for part in parts), re.IGNORECASE)


def row(line, requests, unknown):
    """The row with the clients that confirmed all of its requests."""
    cells = line.strip().strip("|").split(" | ")
    confirmed = set(CLIENTS.values())
    for known in map(pattern, re.findall("`([A-Z]+ [^`]+)`", cells[0])):
        matching = [one for one in requests if known.fullmatch(one)]
        unknown.difference_update(matching)
        confirmed &= set().union(*(requests[one] for one in matching))
    clients = ", ".join(sorted(confirmed))
    return f"{line.rsplit(' | ', 1)[0]} | {clients} |".replace("|  |", "| |")


def main():
    text = DOCUMENT.read_text(encoding="utf-8")
    requests = sent(sys.argv[1])
    unknown = set(requests)
    before, table = text.split(HEADING)
    table, after = table.split("\n\n", 1)
    head, *rows = table.splitlines()[1:]
    rows = [row(line, requests, unknown) for line in rows]
    table = "\n".join([f" confirmed by |\n{head}", *rows])
    for request in sorted(unknown):
        print(f"the table of docs/emulator.md lacks {request}")
    written = f"{before}{HEADING}{table}\n\n{after}"
    if "--write" in sys.argv:
        DOCUMENT.write_text(written, encoding="utf-8")
    elif written != text:
        print("\n".join(sorted(set(written.splitlines()) - set(text.splitlines()))))
        print(f"rows of docs/emulator.md are stale: {' '.join(sys.argv)} --write")
        unknown.add("stale")
    sys.exit(bool(unknown))


main()
