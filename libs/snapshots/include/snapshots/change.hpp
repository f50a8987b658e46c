#pragma once

#include "base/id.hpp"
#include "runtime/task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshots {

/// Something that replicas cache has changed. Its text is the payload of a NOTIFY in the changing transaction.
struct Change {
    enum class Kind {
        account,      ///< An integrated account, or any MCP server of it.
        environment,  ///< Everything cached of the environment.
        installation, ///< An environment integration, or documentation of it.
        api_token,    ///< An API token.
        tenant,       ///< Which accounts a tenant has, or an MCP server over them.
        integration,  ///< A definition; `environment` is empty.
        any,          ///< Whatever happens in the environment; never announced, only depended on.
    };
    Kind kind = Kind::environment;
    EnvironmentId environment;
    Uuid id{}; ///< Of the account, token, installation or integration, or `tenant_key`; else empty.

    /// `account:<environment>:<id>`. An installation is written as its environment with an id: replicas of before take
    /// it for the whole environment, which is true of more than it has to be.
    [[nodiscard]] std::string str() const;
    [[nodiscard]] static std::optional<Change> parse(std::string_view text);

    friend bool operator==(Change const&, Change const&) = default;
};

/// What makes a snapshot untrue, as the changes that do. Everything that a snapshot was made of stands in it: a type
/// that is cached has a function `Dependencies dependencies_of(T const&)` beside it.
using Dependencies = std::vector<Change>;

/// Whether `change` is one that `dependency` stands for.
[[nodiscard]] inline bool touches(Change const& change, Change const& dependency)
{
    return dependency.kind == Change::Kind::any ? dependency.environment == change.environment : dependency == change;
}

struct ChangeHash {
    std::size_t operator()(Change const& change) const noexcept;
};

/// What stands for a tenant in a change: the developer's own id for it can be any text.
[[nodiscard]] Uuid tenant_key(std::string_view tenant_id);

/// The NOTIFY channel of all changes.
inline constexpr char kChangeChannel[] = "sluice_changes";

/// Drops what changes made untrue on every thread of this process. Only the store calls it, after each commit; the
/// other replicas hear the NOTIFY.
class Announcer {
public:
    virtual ~Announcer() = default;
    /// Returns when every thread has dropped it, so that the answer to the change is true everywhere here.
    virtual Task<void> announce(std::vector<Change> changes) = 0;
};

/// For a process without caches.
class NoCaches final : public Announcer {
public:
    Task<void> announce(std::vector<Change>) override { co_return; }
};

} // namespace sluice::snapshots
