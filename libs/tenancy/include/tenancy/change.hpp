#pragma once

#include "base/id.hpp"
#include "runtime/task.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::tenancy {

/// Something that replicas cache has changed. Its text is the payload of a NOTIFY in the changing transaction.
struct Change {
    enum class Kind {
        account,     ///< An integrated account, or any MCP server of it.
        environment, ///< An installed integration or documentation: everything cached of the environment.
        api_token,   ///< An API token.
        tenant,      ///< Which accounts a tenant has, or an MCP server over them.
        integration, ///< A definition; `environment` is empty.
    };
    Kind kind = Kind::environment;
    EnvironmentId environment;
    Uuid id{}; ///< Of the account, token or integration, or `tenant_key`; else empty.

    /// `account:<environment>:<id>`
    [[nodiscard]] std::string str() const;
    [[nodiscard]] static std::optional<Change> parse(std::string_view text);
};

/// What stands for a tenant in a change: the developer's own id for it can be any text.
[[nodiscard]] Uuid tenant_key(std::string_view tenant_id);

/// The NOTIFY channel of all changes.
inline constexpr char kChangeChannel[] = "sluice_changes";

/// Drops what a change made untrue on every thread of this process. The other replicas hear the NOTIFY.
class Announcer {
public:
    virtual ~Announcer() = default;
    /// Returns when every thread has dropped it, so that the answer to the change is true everywhere here.
    virtual Task<void> announce(Change change) = 0;
};

} // namespace sluice::tenancy
