"""What tests/bench/run measures: the upstream, nginx in front of it, Sluice with a connected account."""
import contextlib
import json
import os
import pathlib
import socket
import string
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
POSTGRES = ROOT / "deploy/local/postgres"
CREDENTIALS = {"email": "agent@acme.example", "api_key": "key1"}
REVISION = "2026-07-28"
TOOL = "list_all_bench_helpdesk_tickets"
META = {"io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": TOOL, "arguments": {"limit": 2}, "_meta": META}}
UPSTREAM = """location /api/ {
            default_type application/json;
            add_header x-gorgias-account-api-call-limit 1/40;
            open_file_cache max=1 inactive=1h;
            open_file_cache_valid 1h;
            try_files /tickets.json =404;
            root %s;
        }"""
PROXY = """location / {
            proxy_pass http://vendor;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }"""


class Failure(Exception):
    pass


def run(*command, **options):
    # Not through pipes: what the command leaves running would keep them open.
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                              check=False, **options)
        output.seek(0)
        errors.seek(0)
        text, message = output.read(), errors.read().strip()
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command[:3]))}: {(message or text)[-600:]}")
    return text


def fetch(url, body=None, headers=()):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **dict(headers)})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        raise Failure(f"{url} answered {error.code}: {error.read()[:400].decode()}") from None


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def start(stack, command, port, log, env=None):
    """Starts a server, which ends with this process however that ends, and waits until it listens."""
    with open(log, "ab") as output:
        # Of the terminal's Ctrl-C it hears nothing: we stop it, in order.
        server = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)], stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=output, env=env, start_new_session=True)
    stack.callback(stop, server)
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return server.pid
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise Failure(f"{command[0]} does not start: {log.read_text()[-600:]}")


def stop(server):
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def start_nginx(stack, directory, name, port, upstream_port, location):
    place = directory / name
    place.mkdir()
    config = place / "nginx.conf"
    config.write_text(string.Template((HERE / "nginx.conf").read_text()).substitute(
        directory=place, port=port, upstream_port=upstream_port, location=location))
    # The workers of root's nginx would be another user, who cannot read a private directory.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    return start(stack, ["nginx", "-p", place, "-c", config, *user], port, place / "error.log")


def settings(directory, port, management_port, upstream_port):
    """Of an api process on the database of `directory`."""
    url = {role: run(POSTGRES, "url", role, "--state", directory).strip() for role in ("sluice_owner", "sluice_app")}
    return {"SLUICE_MIGRATE_DATABASE_URL": url["sluice_owner"], "SLUICE_DATABASE_URL": url["sluice_app"],
            "SLUICE_KEYRING_FILE": str(directory / "keyring.json"), "SLUICE_LISTEN_PORT": str(port),
            "SLUICE_MANAGEMENT_PORT": str(management_port), "SLUICE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SLUICE_EGRESS_ALLOW": f"127.0.0.1:{upstream_port}", "SLUICE_THREADS": "1",
            "SLUICE_LIMITS_API_TOKEN": "0", "SLUICE_LIMITS_ACCOUNT": "0", "SLUICE_LIMITS_USER": "0"}


def start_sluice(stack, directory, sluice, port, management_port, upstream_port):
    """Returns the process, its log, the MCP URL and the headers of a call."""
    stack.callback(run, POSTGRES, "drop", "--state", directory)
    run(POSTGRES, "start", "--scratch", "--with", os.getpid(), "--state", directory)
    base = f"http://127.0.0.1:{port}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")} | settings(
        directory, port, management_port, upstream_port)
    for command in (("keys", "create", directory / "keyring.json"), ("migrate",), ("team", "create", "bench"),
                    ("environment", "create", "bench", "--team", "bench"),
                    ("integration", "publish", HERE / "definition", "--team", "bench")):
        run(sluice, *command, env=env)
    made = run(sluice, "api-token", "create", "bench", "--team", "bench", "--environment", "bench", env=env)
    headers = {"authorization": f"Bearer {json.loads(made)['token']}"}
    log = directory / "sluice.log"
    pid = start(stack, [sluice, "api"], port, log, env)

    def post(path, body):
        return json.loads(fetch(base + path, body, headers)[0])

    listed = json.loads(fetch(f"{base}/integration?name=bench_helpdesk", headers=headers)[0])
    installed = post("/environment-integration", {"integration_id": listed["result"][0]["id"],
                                                  "override": {"base_url": f"http://127.0.0.1:{upstream_port}"}})
    account = post("/integrated-account", {"tenant_id": "bench", "verify": False, "environment_integration_id": installed["id"],
                                           "authentication_method": "api_key", "context": CREDENTIALS})
    # All that a server can be told to check on each call.
    server = post(f"/integrated-account/{account['id']}/mcp", {
        "name": "Bench", "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400)),
        "config": {"methods": ["read"], "tags": ["tickets"], "require_api_token_auth": True}})
    headers |= {"content-type": "application/json", "accept": "application/json, text/event-stream",
                "mcp-protocol-version": REVISION, "mcp-method": "tools/call", "mcp-name": TOOL}
    return pid, log, server["url"], headers


def check_answers(nginx_url, mcp_url, headers):
    expected = (HERE / "tickets.json").read_bytes()
    body, answered = fetch(nginx_url)
    if body != expected or answered["x-gorgias-account-api-call-limit"] != "1/40":
        raise Failure(f"nginx answers {body[:200]}")
    body, answered = fetch(mcp_url, CALL, headers)
    result = json.loads(body).get("result", {})
    text = (result.get("content") or [{"text": "{}"}])[0]["text"]
    content, page = json.loads(text), json.loads(expected)
    if (result.get("isError") or content.get("result") != page["data"] or answered["ratelimit-remaining"] != "39"
            or content.get("next_cursor") is None):
        raise Failure(f"sluice answers {body[:600].decode()}")
