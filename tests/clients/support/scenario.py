"""What the Python scenarios share: the blocks of docs/emulator.md, and the report of each step."""

import importlib.metadata
import logging
import os
import subprocess
import sys
from contextlib import contextmanager

_failed = False
# Libraries log the refusals that the steps are about.
logging.disable(logging.CRITICAL)


def client(distribution):
    print("client", distribution, importlib.metadata.version(distribution), flush=True)


def blocks(*names):
    """What the page's blocks define, run one after the other as they stand there."""
    defined = {}
    for name in names:
        asked = [os.environ["CLIENTS_BLOCK"], name]
        code = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        exec(compile(code, f"block of {name}", "exec"), defined)
    return defined


@contextmanager
def step(name):
    """Says that the client agreed, or on what it did not."""
    global _failed
    try:
        yield
    except Exception as error:  # whatever the client raises is what its user would see
        _failed = True
        what = str(error).splitlines() or [""]
        line = error.__traceback__.tb_next or error.__traceback__
        print(f"FAIL {name}: {type(error).__name__} {what[0]} (line {line.tb_lineno})", flush=True)
    else:
        print("ok", name, flush=True)


def refused(error, call):
    """What the client reports of a call that must be refused."""
    try:
        call()
    except error as refusal:
        return refusal
    raise AssertionError("it was not refused")


def end():
    sys.exit(1 if _failed else 0)
