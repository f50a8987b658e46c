#pragma once

#include "base/id.hpp"
#include "runtime/task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshots {

/// A change of something that replicas cache. Its text is the payload of a NOTIFY in the changing transaction.
struct Change {
    enum class Kind {
        account,      ///< An integrated account, or any MCP server of it.
        environment,  ///< Everything cached of the environment.
        installation, ///< An environment integration, or documentation of it.
        api_token,    ///< An API token.
        tenant,       ///< Which accounts a tenant has, or an MCP server over them.
        integration,  ///< A definition; `environment` is empty.
        team,         ///< Which environments a team has; `environment` is empty.
        user,         ///< A user of a team, or a session of theirs; `environment` is empty.
        any,          ///< Any change in the environment; used in dependencies, never announced.
    };
    Kind kind = Kind::environment;
    EnvironmentId environment;
    Uuid id{}; ///< Of what the kind names; for a tenant its `tenant_key`; empty for `environment` and `any`.

    /// `account:<environment>:<id>`. An installation is written as its environment and an id. Older replicas read that
    /// as a change of the whole environment, which is safe.
    [[nodiscard]] std::string str() const;
    [[nodiscard]] static std::optional<Change> parse(std::string_view text);

    friend bool operator==(Change const&, Change const&) = default;
};

/// The changes that make a snapshot untrue: one for everything that the snapshot was made of. Each cached type has a
/// function `Dependencies dependencies_of(T const&)` beside it.
using Dependencies = std::vector<Change>;

/// Whether `dependency` includes `change`.
[[nodiscard]] inline bool touches(Change const& change, Change const& dependency)
{
    return dependency.kind == Change::Kind::any ? dependency.environment == change.environment : dependency == change;
}

struct ChangeHash {
    std::size_t operator()(Change const& change) const noexcept;
};

/// The id of a tenant in a change: a hash, since a developer's `tenant_id` can be any text.
[[nodiscard]] Uuid tenant_key(std::string_view tenant_id);

/// The NOTIFY channel of all changes.
inline constexpr char kChangeChannel[] = "sluice_changes";

/// Drops what changes made untrue, on every thread of this process. Only the store calls it, after each commit. Other
/// replicas hear the NOTIFY.
class Announcer {
public:
    virtual ~Announcer() = default;
    /// Returns when every thread has dropped its entries, so that no thread uses an old entry after the change was
    /// answered.
    virtual Task<void> announce(std::vector<Change> changes) = 0;
};

/// For a process without caches.
class NoCaches final : public Announcer {
public:
    Task<void> announce(std::vector<Change>) override { co_return; }
};

} // namespace sluice::snapshots
