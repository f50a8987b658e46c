#pragma once

#include "base/secret.hpp"
#include "http_client/pooled_client.hpp"
#include "http_server/server.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/mint.hpp"
#include "pg/pool.hpp"
#include "snapshots/cache.hpp"
#include "tenancy/secret_gate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::api {

struct Config {
    http::ServerConfig server;
    /// Health, readiness and metrics, for whoever runs us.
    http::ServerConfig management{.name = "management", .port = 8082, .connection_limit = 64};
    std::size_t threads = 1;
    /// How callers reach us; what minted URLs start with.
    std::string public_url = "http://127.0.0.1:8080";
    /// The same for MCP URLs; where its host differs from that of `public_url`, each serves its own only.
    std::string mcp_url;
    mcp::MintConfig mint;
    std::chrono::milliseconds management_limit{1'900}; ///< For the database work of a management request.
    std::chrono::milliseconds proxy_limit{50'000};
    /// How long requests are still taken after the signal to stop, so that whoever sends them sees /readyz say no.
    std::chrono::milliseconds drain_delay{5'000};
    std::chrono::milliseconds drain_limit{20'000}; ///< For what is in flight then.
    std::size_t concurrent_requests = 2'000;       ///< Per thread; beyond it, or half of it for an environment, 429.
    /// Memory for bodies that did not come with the first read of their request, and as much again for large answers
    /// that clients have not read; beyond it 429.
    std::size_t body_bytes = 256UL * 1024 * 1024;
    std::size_t body_bytes_share = 64UL * 1024 * 1024; ///< Of them, for one environment.
    mcp::EndpointConfig mcp;
    mcp::Streams::Config streams;
    http::ClientConfig client;
    std::vector<std::string> egress_allow;
    std::string keyring_file;        ///< Watched: keys that are added to it are loaded.
    std::string dashboard_directory; ///< The built pages of services/dashboard; empty: none are served.
    pg::PoolConfig database;
    snapshots::CacheConfig cache;
    tenancy::SecretGateConfig tokens;
};

} // namespace sluice::api
