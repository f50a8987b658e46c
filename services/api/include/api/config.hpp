#pragma once

#include "base/secret.hpp"
#include "calllog/settings.hpp"
#include "http_client/pooled_client.hpp"
#include "http_server/server.hpp"
#include "identity/mailer.hpp"
#include "identity/sessions.hpp"
#include "limits/counters.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/mint.hpp"
#include "pg/pool.hpp"
#include "snapshots/cache.hpp"
#include "tenancy/quotas.hpp"
#include "tenancy/secret_gate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::api {

struct Config {
    http::ServerConfig server;
    /// The listener for health, readiness and metrics, which only operators reach.
    http::ServerConfig management{.name = "management", .port = 8082, .connection_limit = 64};
    std::size_t threads = 1;
    /// The URL at which callers reach the API. Minted URLs begin with it.
    std::string public_url = "http://127.0.0.1:8080";
    /// The URL at which MCP servers are reached; empty: `public_url`. If the two hosts differ, each serves only its own
    /// routes.
    std::string mcp_url;
    mcp::MintConfig mint;
    std::chrono::milliseconds management_limit{1'900}; ///< The time for the database work of a management request.
    std::chrono::milliseconds proxy_limit{50'000};
    std::chrono::milliseconds stream_limit{3'600'000};   ///< The time for a call whose body is streamed.
    std::size_t upload_bytes = 5UL * 1024 * 1024 * 1024; ///< The most bytes of a streamed request body.
    /// How long requests are still taken after the signal to stop, so that load balancers see /readyz answer 503 first.
    std::chrono::milliseconds drain_delay{5'000};
    std::chrono::milliseconds drain_limit{20'000}; ///< The time for requests in progress after that.
    std::size_t concurrent_requests = 2'000; ///< The most of a thread; an environment has half of them. More get 429.
    /// The memory for bodies that did not come with the first read of their request. As much again is for large answers
    /// that clients have not read. More is refused with 429.
    std::size_t body_bytes = 256UL * 1024 * 1024;
    std::size_t body_bytes_share = 64UL * 1024 * 1024; ///< The part of it that one environment may have.
    mcp::EndpointConfig mcp;
    mcp::Streams::Config streams;
    http::ClientConfig client;
    std::vector<std::string> egress_allow;
    std::string keyring_file;        ///< The file is watched: keys that are added to it are loaded.
    std::string dashboard_directory; ///< The built pages of services/dashboard; empty: no pages are served.
    std::string demo_file;           ///< An account to try (`accounts::Demo`); empty: none.
    pg::PoolConfig database;
    calllog::Config call_log;
    snapshots::CacheConfig cache;
    tenancy::SecretGateConfig tokens;
    tenancy::QuotaConfig quotas;
    limits::Config own_limits;
    identity::SessionConfig sessions;
    identity::SmtpConfig smtp; ///< By which invitations and links to reset are sent.
};

} // namespace sluice::api
