#pragma once

#include "base/clock.hpp"
#include "base/settings_table.hpp"
#include "crypto/token.hpp"
#include "identity/people.hpp"
#include "runtime/task_group.hpp"
#include "snapshots/cache.hpp"
#include "snapshots/change.hpp"
#include "tenancy/api_tokens.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace sluice::identity {

struct SessionConfig {
    std::chrono::milliseconds idle_limit = std::chrono::hours(12);
    std::chrono::milliseconds lifetime = std::chrono::hours(24 * 7);
};

/// `sessions.…`
void add_settings(SettingsTable& table, SessionConfig& config);

[[nodiscard]] snapshots::Dependencies dependencies_of(SignedIn const& who);
[[nodiscard]] std::size_t weight_of(SignedIn const& who);

/// Recognises the values of session cookies. One per I/O thread. A cached session costs no query; what ends or changes
/// it holds at the next request.
class Sessions {
public:
    /// All must outlive it. `behind` runs what an answer need not wait for; its owner drains it before destroying this.
    Sessions(SessionRepository& repository, crypto::Keyring const& keyring, Clock const& clock, TaskGroup& behind,
             SessionConfig config, snapshots::CacheConfig cache);
    ~Sessions();

    using Pointer = std::shared_ptr<SignedIn const>;

    /// What `authenticate` would answer, where no wait is needed: the session is cached, or the value is none of ours.
    /// Otherwise nothing.
    [[nodiscard]] std::optional<Result<Pointer>> authenticate_warm(std::string_view secret);
    /// Errors: unauthenticated (invented, ended, over, idle for too long, or the user is not active); unavailable. An
    /// invented value costs no query.
    Task<Result<Pointer>> authenticate(std::string_view secret, Deadline deadline);

    void apply(snapshots::Change const& change);
    void set_listening(bool listening);

private:
    /// A session and when it was last used here. Belongs to this thread.
    struct Known {
        Pointer who;
        mutable Timestamp seen_at; ///< As the database has it, or will have it soon.

        friend snapshots::Dependencies dependencies_of(Known const& known) { return dependencies_of(*known.who); }
        friend std::size_t weight_of(Known const& known) { return sizeof known + weight_of(*known.who); }
    };

    [[nodiscard]] bool is_over(Known const& known) const;
    [[nodiscard]] bool is_idle(Known const& known) const;
    [[nodiscard]] Pointer used(std::shared_ptr<Known const> const& known);
    Task<Result<Known>> read(std::vector<crypto::TokenHash> candidates, Deadline deadline);
    Task<void> note_use(TeamId team, SessionId session);

    SessionRepository& repository_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
    TaskGroup& behind_;
    SessionConfig const config_;
    snapshots::Cache<crypto::Digest, Known, tenancy::DigestHash> cache_;
};

} // namespace sluice::identity
