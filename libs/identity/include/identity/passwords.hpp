#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/password_hash.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"
#include "telemetry/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Hashes passwords with argon2id: one of a stranger and one of somebody known at once in the process, each with 19
/// MiB. In each of the two queues `kWaiting` more wait, and only those whose turn comes in time; so no flood of
/// strangers is in the way of those who are known. Its threads interrupt nobody and get a tenth of what others get, so
/// that no flood of wrong passwords slows a tool call, and a machine that is busy still lets people in. Thread-safe.
/// Destroy it before the io_contexts that wait for it.
class PasswordHasher {
public:
    static constexpr std::size_t kWaiting = 16;

    explicit PasswordHasher(PasswordHasherMetrics& metrics, crypto::HashCost cost = {});
    ~PasswordHasher();

    /// The encoded hash, for somebody known. Errors: rate_limited if too many wait, or it is not done by the deadline.
    Task<Result<std::string>> hash(Secret password, Deadline deadline);

    struct Verdict {
        bool is_right = false;
        bool needs_rehash = false; ///< It is right, but was hashed with older parameters.
    };
    /// Somebody known has a session, a link, or a device in which the user has signed in before.
    enum class By : std::uint8_t { stranger, known };
    /// Whether the password is the one of `encoded`. Nothing takes as long, and no password is right. Errors: as
    /// `hash`.
    Task<Result<Verdict>> verify(By who, std::optional<std::string> encoded, Secret password, Deadline deadline);

private:
    struct Shared;
    struct Queue {
        struct Places;
        Queue();
        std::shared_ptr<Places> places; ///< Shared with the jobs.
        WorkerPool pool;
    };

    template <class T>
    Task<Result<T>> in_turn(Queue& queue, Deadline deadline, std::move_only_function<T(Shared const&)> work);

    std::shared_ptr<Shared> const shared_;
    Queue strangers_;
    Queue known_;
};

} // namespace sluice::identity
