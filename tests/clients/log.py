#!/usr/bin/env python3
"""Reads a log of requests: `unserved LOG`, `calls LOG` or `served LOG`.

`unserved` prints what the sandbox does not serve, by what it answers to such. `calls` is how many
requests came from the client, and `served` which of them went well, each once.
What mondoo-azure sent itself is left out of the latter two.
"""

import json
import sys
from collections import Counter

# Said of an endpoint, a version or a query that Azure may well know, and the sandbox does not.
MESSAGES = (
    "The resource type could not be found for the path",
    "The requested resource does not support http method",
    "Resource not found for the segment",
    "Invalid version",
    "Specified HTTP method is not allowed",
    "The sandbox serves no such sign-in endpoint",
    "The endpoint only accepts POST",
    "No registered resource provider found",
    "The supported versions are",
    "is not recognized. Consider using the latest supported version",
    "is not allowed for '/",
)
CODES = (
    "InternalServerError",
    "InvalidFilterInQueryString",
    "Request_UnsupportedQuery",
    "UnsupportedQuery",
)
FAULTS_OF_QUERIES = ("UnknownFunction", "ParserFailure", "DisallowedLogicalTableName")


def lines(path):
    """Requests and answers to the services, those within a batch on their own, too."""
    with open(path, encoding="utf-8") as log:
        for line in map(json.loads, log):
            if line["target"].startswith("/_sandbox/"):
                continue
            yield line
            if line["target"].endswith("/$batch") and isinstance(line["response"], dict):
                yield from inner(line)


def inner(batch):
    requests = {one["id"]: one for one in batch["request"]["requests"]}
    version = batch["target"].removesuffix("/$batch")
    for answer in batch["response"].get("responses", []):
        request = requests[answer["id"]]
        yield {
            "method": request["method"],
            "target": f"{version}/{request['url'].lstrip('/')}",
            "client": batch["client"],
            "status": answer["status"],
            "response": answer.get("body"),
            "inner": True,
        }


def is_unserved(line):
    status, body = line["status"], line["response"]
    if status >= 500:
        return True
    # The answers of token endpoints are not in the log; the one that there is has no 404.
    if body is None:
        return status == 404 and "/oauth2/" in line["target"]
    if status < 400 or not isinstance(body, dict):
        return False
    text = json.dumps(body, ensure_ascii=False)
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return (
        code in CODES
        or any(message in text for message in MESSAGES)
        or any(f'"{fault}"' in text for fault in FAULTS_OF_QUERIES)
    )


def unserved(path):
    found = Counter(
        f"  {line['status']} {line['method']} {line['target']}"
        for line in lines(path)
        if is_unserved(line)
    )
    for request, times in sorted(found.items()):
        print(request if times == 1 else f"{request}  ({times} times)")


def of_clients(path):
    return [line for line in lines(path) if "mondoo-azure" not in (line["client"] or "")]


def calls(path):
    print(sum("inner" not in line for line in of_clients(path)))


def served(path):
    well = (line for line in of_clients(path) if line["status"] < 400)
    for request in sorted({f"{line['method']} {line['target'].split('?')[0]}" for line in well}):
        print(request)


if __name__ == "__main__":
    {"unserved": unserved, "calls": calls, "served": served}[sys.argv[1]](sys.argv[2])
