"""What schemathesis cannot know of the product. SCHEMATHESIS_HOOKS names this module.

FUZZ_SETTINGS is JSON: `kept` and `spare` give rows that there are for ids of examples. The kept ones are for what only
calls; what changes or deletes gets the spare ones, so that a run does not end with nothing to call. `mcp_token` is that of
the kept MCP server, `account_token` that of the spare account; `specification` is its file.
"""
import functools
import json
import os

import jsonschema_rs
import schemathesis
import yaml
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import AllowHeaderMismatch

settings = json.loads(os.environ["FUZZ_SETTINGS"])
kept, spare = settings["kept"], settings["spare"]
example_of = {row: example for example, row in [*kept.items(), *spare.items()]}


def changes(case):
    return case.method in ("PATCH", "DELETE") or case.path.endswith(("/bulk-delete", "/rotate-token"))


def placed(value, rows):
    """The value with ids that name rows of ours, wherever they stand in it."""
    if isinstance(value, dict):
        return {name: placed(member, rows) for name, member in value.items()}
    if isinstance(value, list):
        return [placed(member, rows) for member in value]
    return rows.get(example_of.get(value, value), value) if isinstance(value, str) else value


@schemathesis.hook
def before_call(context, case, kwargs):
    rows = spare if changes(case) else kept
    for part in (case.path_parameters, case.query):
        for name, value in list((part or {}).items()):
            if placed(value, rows) != value:
                part[name] = placed(value, rows)
    if isinstance(case.body, (dict, list)) and placed(case.body, rows) != case.body:
        case.body = placed(case.body, rows)
    if case.path.startswith("/integrated-account/me"):
        case.headers["Authorization"] = "Bearer " + settings["account_token"]
    if case.path == "/mcp" or case.path.startswith("/mcp/sse"):
        case.headers["Authorization"] = "Bearer " + settings["mcp_token"]
    if case.path == "/mcp/{token}" and str(case.path_parameters["token"]).startswith("slx_mcp_"):
        case.path_parameters["token"] = settings["mcp_token"]


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return list(map(without_nulls, value)) if isinstance(value, list) else value


@functools.cache
def body_validator(method, path):
    """For bodies of an operation, by the specification as it is written."""
    document = yaml.load(open(settings["specification"], encoding="utf-8"), yaml.CSafeLoader)
    body = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**body, "components": document["components"]})


def is_valid_without_nulls(case):
    if not isinstance(case.body, dict) or without_nulls(case.body) == case.body:
        return False
    return body_validator(case.method, case.operation.path).is_valid(without_nulls(case.body))


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # `null` for an optional member counts as leaving it out: info.description says so, and no schema says it again.
    if isinstance(failure, AcceptedNegativeData) and is_valid_without_nulls(case):
        return False
    # The specification describes verbs that MCP endpoints only refuse; `allow` rightly leaves them out.
    if isinstance(failure, AllowHeaderMismatch) and case.path.startswith("/mcp/"):
        return False
    # Calls of an account that this run itself has blocked.
    return not (response.status_code == 503 and "blocked by its operator" in response.text)
