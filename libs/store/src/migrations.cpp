#include "store/store.hpp"

namespace sluice::store {
namespace {

// clang-format off
constexpr char kTenancy[] = {
#embed "0001_tenancy.sql"
};
constexpr char kAccounts[] = {
#embed "0002_accounts.sql"
};
constexpr char kConnections[] = {
#embed "0003_connections.sql"
};
constexpr char kConnect[] = {
#embed "0004_connect.sql"
};
constexpr char kReplicas[] = {
#embed "0005_replicas.sql"
};
constexpr char kDeliveryOrder[] = {
#embed "0006_delivery_order.sql"
};
constexpr char kTokenOverlap[] = {
#embed "0007_token_overlap.sql"
};
constexpr char kReconnectUrl[] = {
#embed "0008_reconnect_url.sql"
};
constexpr char kAccountSchemas[] = {
#embed "0009_account_schemas.sql"
};
constexpr char kMcpStreams[] = {
#embed "0010_mcp_streams.sql"
};
constexpr char kTenantServers[] = {
#embed "0011_tenant_servers.sql"
};
constexpr char kWriteCalls[] = {
#embed "0012_write_calls.sql"
};
constexpr char kUninstalling[] = {
#embed "0013_uninstalling.sql"
};
constexpr char kHistoryByDay[] = {
#embed "0014_history_by_day.sql"
};
constexpr char kTokenKey[] = {
#embed "0015_token_key.sql"
};
constexpr char kVerdicts[] = {
#embed "0017_verdicts.sql"
};
constexpr char kFairJobs[] = {
#embed "0018_fair_jobs.sql"
};
constexpr char kApprovalCodes[] = {
#embed "0019_approval_codes.sql"
};
constexpr char kMcpOnlyTokens[] = {
#embed "0020_mcp_only_tokens.sql"
};
constexpr char kAppProofs[] = {
#embed "0021_app_proofs.sql"
};
// clang-format on

} // namespace

std::vector<pg::Migration> migrations()
{
    return {
        {"0001_tenancy", {kTenancy, sizeof kTenancy}},
        {"0002_accounts", {kAccounts, sizeof kAccounts}},
        {"0003_connections", {kConnections, sizeof kConnections}},
        {"0004_connect", {kConnect, sizeof kConnect}},
        {"0005_replicas", {kReplicas, sizeof kReplicas}},
        {"0006_delivery_order", {kDeliveryOrder, sizeof kDeliveryOrder}},
        {"0007_token_overlap", {kTokenOverlap, sizeof kTokenOverlap}},
        {"0008_reconnect_url", {kReconnectUrl, sizeof kReconnectUrl}},
        {"0009_account_schemas", {kAccountSchemas, sizeof kAccountSchemas}},
        {"0010_mcp_streams", {kMcpStreams, sizeof kMcpStreams}},
        {"0011_tenant_servers", {kTenantServers, sizeof kTenantServers}},
        {"0012_write_calls", {kWriteCalls, sizeof kWriteCalls}},
        {"0013_uninstalling", {kUninstalling, sizeof kUninstalling}},
        {"0014_history_by_day", {kHistoryByDay, sizeof kHistoryByDay}},
        {"0015_token_key", {kTokenKey, sizeof kTokenKey}},
        {"0017_verdicts", {kVerdicts, sizeof kVerdicts}},
        {"0018_fair_jobs", {kFairJobs, sizeof kFairJobs}},
        {"0019_approval_codes", {kApprovalCodes, sizeof kApprovalCodes}},
        {"0020_mcp_only_tokens", {kMcpOnlyTokens, sizeof kMcpOnlyTokens}},
        {"0021_app_proofs", {kAppProofs, sizeof kAppProofs}},
    };
}

} // namespace sluice::store
