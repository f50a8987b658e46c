#pragma once

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "http_api/client.hpp"
#include "http_api/egress.hpp"
#include "identity/oidc_keys.hpp"
#include "identity/oidc_provider.hpp"
#include "runtime/single_flight.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sluice::identity {

/// What providers publish, as it was read last: their documents and their keys. Only a sign-in with a provider reads
/// it, and those who wait for the same share one fetch. Belongs to one I/O thread.
class OidcIssuers {
public:
    /// So long a document and keys are used without a look whether they have changed. Keys that a provider has
    /// withdrawn are accepted for no longer than that.
    static constexpr std::chrono::hours kLifetime{1};
    /// So long after a fetch of keys no other is made, also if a token names a key that is not known.
    static constexpr std::chrono::minutes kKeysPause{1};
    /// So long a failure is answered again without asking.
    static constexpr std::chrono::seconds kFailurePause{5};
    /// A fetch ends after so long.
    static constexpr std::chrono::seconds kFetchLimit{5};
    /// Of so many issuers something is kept; that which was read first gives way.
    static constexpr std::size_t kMost = 256;

    using Provider = std::shared_ptr<OidcProvider const>;
    using Keys = std::shared_ptr<SigningKeys const>;

    /// All must outlive it. `client` may call only what `egress` permits.
    OidcIssuers(http::Client& client, http::EgressPolicy const& egress, Clock const& clock);

    /// Errors: upstream_failed, upstream_unreachable or upstream_timeout if the document cannot be read; unavailable.
    Task<Result<Provider>> provider(std::string issuer, Deadline deadline);
    /// Keys among which there is one for `header`, if the provider has it. Without it the keys are read anew, at most
    /// once in `kKeysPause`. Errors: as `provider`.
    Task<Result<Keys>> keys(Provider provider, TokenHeader header, Deadline deadline);

private:
    /// Something that was fetched, or why not.
    template <class T>
    struct Fetched {
        std::shared_ptr<T const> value;
        Timestamp read_at{};
        std::optional<Error> failure;
        Timestamp asked_at{};
    };
    struct Known {
        Fetched<OidcProvider> provider;
        Fetched<SigningKeys> keys;
    };

    /// The entry of an issuer. The reference is valid until the next wait.
    [[nodiscard]] Known& known(std::string const& issuer);
    [[nodiscard]] bool is_within(Timestamp since, std::chrono::seconds limit) const;
    Task<Result<Provider>> fetch_provider(std::string issuer, Deadline deadline);
    Task<Result<Keys>> fetch_keys(Provider provider, Deadline deadline);
    Task<Result<std::string>> fetch(std::string url, std::string_view what, Deadline deadline);

    http::Client& client_;
    http::EgressPolicy const& egress_;
    Clock const& clock_;
    std::map<std::string, Known> known_;
    SingleFlight<std::string, Provider> provider_flights_;
    SingleFlight<std::string, Keys> key_flights_;
};

} // namespace sluice::identity
