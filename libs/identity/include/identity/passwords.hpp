#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/password_hash.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::identity {

/// In characters (code points).
inline constexpr std::size_t kShortestPassword = 12;
inline constexpr std::size_t kLongestPassword = 256;

/// What a new password must be (NIST SP 800-63B section 5.1.1.2): long enough, and neither the e-mail nor one of the
/// commonest. Which characters it has does not matter. Errors: invalid_argument at `field`.
[[nodiscard]] Result<void> check_password(Secret const& password, std::string_view email, std::string_view field);

struct PasswordHasherMetrics {
    explicit PasswordHasherMetrics(telemetry::Registry& registry);
    telemetry::Histogram& seconds;
    telemetry::Counter& refused; ///< Because too many waited.
};

/// Hashes passwords with argon2id. Two at once in the process, each with 19 MiB; `kWaiting` more wait. Its threads
/// interrupt nobody and get a tenth of what others get, so that no flood of wrong passwords slows a tool call, and a
/// machine that is busy still lets people in. Thread-safe. Destroy it before the io_contexts that wait for it.
class PasswordHasher {
public:
    static constexpr std::size_t kAtOnce = 2;
    static constexpr std::size_t kWaiting = 32;

    explicit PasswordHasher(PasswordHasherMetrics& metrics, crypto::HashCost cost = {});
    ~PasswordHasher();

    /// The encoded hash. Errors: rate_limited if too many wait, or its turn has not come by the deadline; unavailable.
    Task<Result<std::string>> hash(Secret password, Deadline deadline);

    struct Verdict {
        bool is_right = false;
        bool needs_rehash = false; ///< It is right, but was hashed with older parameters.
    };
    /// Whether the password is the one of `encoded`. Nothing takes as long, and no password is right. Errors: as
    /// `hash`.
    Task<Result<Verdict>> verify(std::optional<std::string> encoded, Secret password, Deadline deadline);

private:
    struct Shared;
    std::shared_ptr<Shared> const shared_; ///< Shared with the jobs.
    std::unique_ptr<WorkerPool> pool_;
};

} // namespace sluice::identity
