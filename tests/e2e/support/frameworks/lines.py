"""Lets a test drive a client in Python: JSON on each line of standard input, an answer on each line of standard output.

The first line is a URL; its answer is the list of tools as a model sees them. Each further line is a call:
{"name", "arguments"}, answered with {"told"} or {"error"}.
"""
import json
import os
import sys

os.environ.update(
    ANONYMIZED_TELEMETRY="False",
    CREWAI_DISABLE_TELEMETRY="true",
    CREWAI_DISABLE_VERSION_CHECK="true",
    CREWAI_TRACING_ENABLED="false",
    DO_NOT_TRACK="1",
    OTEL_SDK_DISABLED="true",
)
# Standard output is for answers alone: whatever libraries print goes where errors go.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def answer(what):
    print(json.dumps(what), file=answers, flush=True)


def serve(open_client):
    """open_client(url) is a context manager that gives (tools, call)."""
    url = sys.stdin.readline().strip()
    if not url:
        return
    with open_client(url) as (tools, call):
        answer({"tools": tools})
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer({"told": call(asked["name"], asked["arguments"])})
            except Exception as error:  # the test says whether it may happen
                answer({"error": f"{type(error).__name__}: {error}"})
