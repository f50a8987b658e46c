#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/mac.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sluice::safeguards {

// A keyed request is a request of the data plane with an `Idempotency-Key`. It is remembered, because its caller may
// send it again without knowing what came of it.

/// A request is forgotten after this time; its key is free then.
inline constexpr std::chrono::hours kRequestKept{24};

/// Identifies a request. Both digests are keyed hashes; nothing of the request can be read from them.
struct RequestKey {
    EnvironmentId environment;
    std::optional<IntegratedAccountId> account; ///< The request is forgotten with its account.
    crypto::Digest digest{};                    ///< Of account, method, path and key.
    crypto::Digest content{};                   ///< Of query, content type and body.
};

/// What is known of a request.
struct KeyedRequest {
    enum class State {
        taken,       ///< The caller must answer the request now: nobody has before.
        running,     ///< The request is being answered.
        interrupted, ///< Whoever answered the request is gone. Nobody knows what came of it.
        answered,    ///< The request was answered; its answer is kept.
        different,   ///< Another request has this key.
    };
    State state = State::taken;
    Uuid id{};          ///< Of the row; changes when a key that was forgotten is used again.
    std::string answer; ///< If the request was answered.
    Timestamp begun_at;
    Timestamp ends_at; ///< The request is forgotten at this time.
};

/// Every function works inside one environment and may answer unavailable. Answers are stored sealed. Thread-safe.
class KeyedRequestRepository {
public:
    virtual ~KeyedRequestRepository() = default;
    /// Takes a request, so that the caller must answer it; of several callers only one gets it. A request that was
    /// taken before is told as it is. One not finished within `lease` counts as interrupted. Errors: conflict (quota).
    virtual Task<Result<KeyedRequest>> take(RequestKey key, std::chrono::seconds lease, Deadline deadline) = 0;
    /// Keeps the answer of a taken request, also after its lease.
    virtual Task<Result<void>> finish(EnvironmentId environment, Uuid id, std::string answer, Deadline deadline) = 0;
    /// Forgets a taken request that had no effect, so that it may be made.
    virtual Task<Result<void>> give_back(EnvironmentId environment, Uuid id, Deadline deadline) = 0;
};

} // namespace sluice::safeguards
