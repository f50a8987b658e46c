#pragma once

#include "crypto/keyring.hpp"
#include "http_api/message.hpp"
#include "http_api/query.hpp"
#include "safeguards/keyed_request.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sluice::safeguards {

/// Carries out requests with an `Idempotency-Key` at most once each, on whatever replica they come in
/// (draft-ietf-httpapi-idempotency-key-header-07). One per I/O thread.
class KeyedRequests {
public:
    /// The most bytes of the body of a request, and of an answer that is kept.
    static constexpr std::size_t kMostBytes = 1024 * 1024;

    /// Both must outlive it, and it must outlive the answers that it gives. A request that is not answered within
    /// `longest` and the time for renewing a credential counts as interrupted.
    KeyedRequests(KeyedRequestRepository& repository, crypto::Keyring const& keyring, std::chrono::seconds longest);

    /// The error for a body above `kMostBytes`.
    [[nodiscard]] static Error too_large();

    /// A request that has the header. Its body is complete.
    struct Asked {
        EnvironmentId environment;
        std::optional<IntegratedAccountId> account;
        http::Query query; ///< Without the account's id.
        http::Request const& request;
    };
    struct Made {
        Result<http::Response> answer;
        /// Whether something may have changed at a vendor. Set by a handler that knows it better than `had_no_effect`,
        /// which goes by the answer.
        std::optional<bool> may_have_effect;
    };
    using Maker = std::function<Task<Made>()>;

    /// Answers the request by `make`, or by what was answered before; then `idempotent-replayed: true` is added. `make`
    /// is called at most once, and for one request by one replica only. What certainly had no effect is not kept, so
    /// the request may be sent again with its key. If `make` throws, the request counts as interrupted. Errors: those
    /// of `make`, in words that say so if nobody knows whether there was an effect; invalid_argument for a header or a
    /// body that is refused; unavailable if the database does not answer (then nothing is sent). A request that is
    /// being made, was interrupted or is another one is answered with 409 or 422.
    Task<Result<http::Response>> make(Asked asked, Maker make);

private:
    [[nodiscard]] Result<RequestKey> key_of(Asked asked) const;
    Task<Result<http::Response>> settle(EnvironmentId environment, Uuid id, Made made);
    Task<void> keep(EnvironmentId environment, Uuid id, std::string answer);
    Task<void> stream(EnvironmentId environment, Uuid id, http::Response answer, http::BodySink& client);

    KeyedRequestRepository& repository_;
    crypto::Key const key_;
    std::chrono::seconds const lease_;
};

/// Whether it is certain that a request changed nothing at a vendor, as far as its answer tells. An error tells by its
/// code. An answer is a vendor's; with 401 and 429 the vendor has not looked at the request.
[[nodiscard]] bool had_no_effect(Result<http::Response> const& answer) noexcept;

} // namespace sluice::safeguards
