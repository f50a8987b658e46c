"""Calls with the client that openapi-python-client makes. One line of JSON for each: main.mjs counts them.

The argument is JSON: where the product is, and the vendor that its accounts belong to. The client is `sluice_client`, in
the folder that PYTHONPATH names.
"""
import importlib
import json
import pkgutil
import sys
import time

import sluice_client
from sluice_client import AuthenticatedClient, models
from sluice_client.api.connecting import create_link_token
from sluice_client.api.environment_integrations import create_environment_integration
from sluice_client.api.integrated_accounts import (
    create_integrated_account,
    delete_integrated_account,
    get_integrated_account_capabilities,
    list_integrated_accounts,
    list_tools,
)
from sluice_client.api.integrations import list_integrations
from sluice_client.api.logs import list_log
from sluice_client.api.mcp_servers import create_mcp_server
from sluice_client.api.proxy import proxy_get, proxy_list, run_batch
from sluice_client.api.tools import execute_tool
from sluice_client.api.webhooks import create_webhook

settings = json.loads(sys.argv[1])
client = AuthenticatedClient(base_url=settings["baseUrl"], token=settings["token"])
tenant = "python"


def call(made):
    """Prints what came of it. What a call gives is there for the next."""
    name = made.__doc__
    try:
        value = made()
    except Exception as problem:
        print(json.dumps({"name": name, "problem": repr(problem)}), flush=True)
        raise
    print(json.dumps({"name": name}), flush=True)
    return value


@call
def _():
    """every module can be imported"""
    for module in pkgutil.walk_packages(sluice_client.__path__, "sluice_client."):
        importlib.import_module(module.name)


@call
def integration():
    """list_integrations, with a filter"""
    page = list_integrations.sync(client=client, name=settings["integration"])
    assert len(page.result) == 1
    return page.result[0]


@call
def installed():
    """create_environment_integration"""
    override = models.Override.from_dict(settings["override"])
    body = models.EnvironmentIntegrationCreate(integration_id=integration.id, override=override)
    made = create_environment_integration.sync(client=client, body=body)
    assert made.is_enabled
    return made


@call
def account():
    """create_integrated_account, by a key"""
    body = models.IntegratedAccountCreate(
        tenant_id=tenant,
        environment_integration_id=installed.id,
        authentication_method="api_key",
        context=models.Context.from_dict(settings["context"]),
    )
    made = create_integrated_account.sync(client=client, body=body)
    assert made.status == models.AccountStatus.ACTIVE and made.last_error is None
    return made


@call
def _():
    """list_integrated_accounts, with filters as text"""
    page = list_integrated_accounts.sync(client=client, tenant_id=tenant, status="active", is_sandbox=False)
    assert account.id in [one.id for one in page.result] and page.next_cursor is None


@call
def _():
    """a list with operators, which this generator cannot write"""
    answer = client.get_httpx_client().get("/integrated-account", params={"status[in]": "active,needs_reauth"})
    page = models.IntegratedAccountList.from_dict(answer.json())
    assert account.id in [one.id for one in page.result]


@call
def _():
    """get_integrated_account_capabilities"""
    told = get_integrated_account_capabilities.sync(account.id, client=client, has_description=True)
    assert "tickets" in [part.resource for part in told.proxy] and told.unified == []
    assert told.account.granted_scopes is None


@call
def _():
    """list_tools"""
    tools = list_tools.sync(account.id, client=client, tags="tickets").result
    assert all(isinstance(tool, models.Tool) for tool in tools)
    assert models.ToolAccess.WRITE in [tool.access for tool in tools]


@call
def _():
    """create_mcp_server, with two members of its config"""
    config = models.McpServerConfig(methods=["read"], tags=["tickets"])
    body = models.McpServerCreate(name="Triage agent", config=config)
    minted = create_mcp_server.sync(account.id, client=client, body=body)
    assert minted.url.startswith(settings["baseUrl"] + "/mcp/") and minted.config.methods == ["read"]


@call
def _():
    """proxy_list"""
    of_vendor = models.VendorParameters.from_dict({"order_by": "created_datetime:desc"})
    page = proxy_list.sync(
        "tickets", client=client, integrated_account_id=account.id, limit=2, vendor_parameters=of_vendor
    )
    assert len(page.result) == 2 and page.next_cursor


@call
def _():
    """execute_tool"""
    arguments = models.ToolArguments.from_dict({"limit": 1})
    body = models.ToolExecution(integrated_account_id=account.id, arguments=arguments)
    answer = execute_tool.sync("list_all_gorgias_tickets", client=client, body=body)
    assert answer.successful and len(answer.data["result"]) == 1


@call
def _():
    """run_batch"""
    query = models.BatchQuery.from_dict({"limit": 1})
    node = models.BatchNode(resource="tickets", query=query)
    body = models.Batch(integrated_account_id=account.id, resources=[node])
    answer = run_batch.sync(client=client, body=body)
    assert isinstance(answer, models.BatchResult) and len(answer.result["tickets"]) == 1


@call
def _():
    """create_webhook"""
    body = models.WebhookCreate(
        target_url="https://app.example/hooks/sluice",
        event_types=[models.EventType.INTEGRATED_ACCOUNTAUTHENTICATION_ERROR],
    )
    made = create_webhook.sync(client=client, body=body)
    assert made.secret.startswith("whsec_") and made.is_active


@call
def _():
    """list_log"""
    for _ in range(50):
        page = list_log.sync(client=client, log_type=models.ListLogLogType.UNIFIED_PROXY_API, tenant_id=tenant)
        if 200 in [entry.http_status_code for entry in page.result]:
            assert isinstance(page, models.CallLog)
            return
        time.sleep(0.1)
    raise AssertionError("the calls are not in the log")


@call
def _():
    """create_link_token"""
    body = models.LinkForNewAccount(tenant_id=tenant, redirect_uri="https://app.example/connected")
    link = create_link_token.sync(client=client, body=body)
    assert link.link_token in link.url
    again = models.LinkForReconnection(integrated_account_id=account.id, persist_previous_context=True)
    assert create_link_token.sync(client=client, body=again).link_token


@call
def _():
    """a refusal with 400"""
    body = models.McpServerCreate(name="Triage agent", config=models.McpServerConfig(methods=["reed"]))
    answer = create_mcp_server.sync_detailed(account.id, client=client, body=body)
    assert answer.status_code == 400 and answer.parsed.details.failures[0].path == "config.methods[0]"


@call
def _():
    """a refusal by the vendor"""
    refused = proxy_get.sync("tickets", "1", client=client, integrated_account_id=account.id)
    assert isinstance(refused, models.RemoteError) and refused.is_remote_error


@call
def _():
    """delete_integrated_account"""
    assert delete_integrated_account.sync(account.id, client=client).id == account.id
