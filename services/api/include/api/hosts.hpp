#pragma once

#include <string>
#include <string_view>

namespace sluice::api {

/// Under which names the API and the MCP servers are reached. Where both have the same, or MCP has none of its own, any
/// name will do: a proxy, a container or a developer may use another. Immutable.
class Hosts {
public:
    Hosts(std::string_view public_url, std::string_view mcp_url);

    /// Whether names tell nothing apart.
    [[nodiscard]] bool is_one() const noexcept { return mcp_host_.empty(); }
    /// Whether a request with this Host field is served what belongs to MCP, or else what belongs to the API.
    [[nodiscard]] bool serves(std::string_view host_field, bool is_mcp) const;

private:
    std::string public_host_; ///< Both empty: any name will do.
    std::string mcp_host_;
};

/// The name in a Host field: in lower case, without port and final dot.
[[nodiscard]] std::string host_name(std::string_view host_field);

} // namespace sluice::api
