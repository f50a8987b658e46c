#pragma once

#include <string>
#include <string_view>

namespace sluice::api {

/// The host names of the API and of MCP servers. If both have the same name, every name is accepted, since a proxy, a
/// container or a developer may use another. Immutable.
class Hosts {
public:
    Hosts(std::string_view public_url, std::string_view mcp_url);

    /// Whether API and MCP servers have the same host, so that names do not matter.
    [[nodiscard]] bool is_one() const noexcept { return mcp_host_.empty(); }
    /// Whether a request with this Host header may use the routes of MCP (`is_mcp`) or of the API.
    [[nodiscard]] bool serves(std::string_view host_field, bool is_mcp) const;

private:
    std::string public_host_; ///< If both are empty, every name is accepted.
    std::string mcp_host_;
};

/// The name in a Host header, in lower case, without port and final dot.
[[nodiscard]] std::string host_name(std::string_view host_field);

} // namespace sluice::api
