#include "identity/oidc_issuers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::identity {

OidcIssuers::OidcIssuers(http::Client& client, http::EgressPolicy const& egress, Clock const& clock)
    : client_(client)
    , egress_(egress)
    , clock_(clock)
{
}

OidcIssuers::Known& OidcIssuers::known(std::string const& issuer)
{
    if (auto const found = known_.find(issuer); found != known_.end())
        return found->second;
    if (known_.size() >= kMost)
        known_.erase(std::ranges::min_element(known_, [](auto const& a, auto const& b) {
            return a.second.provider.asked_at < b.second.provider.asked_at;
        }));
    return known_[issuer];
}

bool OidcIssuers::is_within(Timestamp since, std::chrono::seconds limit) const
{
    auto const now = clock_.now();
    // A clock that was set back makes nothing last longer.
    return since <= now && now - since < limit;
}

Task<Result<OidcIssuers::Provider>> OidcIssuers::provider(std::string issuer, Deadline deadline)
{
    auto const& kept = known(issuer).provider;
    if (kept.value && is_within(kept.read_at, kLifetime))
        co_return kept.value;
    auto fetch = [this, deadline](std::string wanted) { return fetch_provider(std::move(wanted), deadline); };
    co_return co_await provider_flights_.run(std::move(issuer), deadline, fetch);
}

Task<Result<OidcIssuers::Provider>> OidcIssuers::fetch_provider(std::string issuer, Deadline deadline)
{
    auto& before = known(issuer).provider;
    if (before.failure && is_within(before.asked_at, kFailurePause))
        co_return *before.failure;
    before.asked_at = clock_.now();
    auto const document = co_await fetch(oidc_document_url(issuer), "document", deadline);
    auto read = document ? read_oidc_document(issuer, *document, egress_) : Result<OidcProvider>(document.error());
    auto& after = known(issuer).provider;
    after.asked_at = clock_.now();
    if (!read) {
        after.failure = read.error();
        co_return read.error();
    }
    after.failure.reset();
    after.value = std::make_shared<OidcProvider const>(*std::move(read));
    after.read_at = after.asked_at;
    co_return after.value;
}

Task<Result<OidcIssuers::Keys>> OidcIssuers::keys(Provider provider, TokenHeader header, Deadline deadline)
{
    auto const& kept = known(provider->issuer).keys;
    if (kept.value && is_within(kept.read_at, kLifetime) && kept.value->has_key_for(header))
        co_return kept.value;
    auto fetch = [this, provider, deadline](std::string const&) { return fetch_keys(provider, deadline); };
    co_return co_await key_flights_.run(provider->issuer, deadline, fetch);
}

Task<Result<OidcIssuers::Keys>> OidcIssuers::fetch_keys(Provider provider, Deadline deadline)
{
    auto& before = known(provider->issuer).keys;
    bool const is_fresh = before.value && is_within(before.read_at, kLifetime);
    if (before.failure && is_within(before.asked_at, kFailurePause))
        co_return *before.failure;
    if (is_fresh && is_within(before.asked_at, kKeysPause))
        co_return before.value;
    before.asked_at = clock_.now();
    auto const text = co_await fetch(provider->jwks_uri, "keys", deadline);
    auto read = text ? SigningKeys::parse(*text) : Result<SigningKeys>(text.error());
    auto& after = known(provider->issuer).keys;
    after.asked_at = clock_.now();
    if (!read) {
        after.failure = read.error();
        co_return read.error();
    }
    after.failure.reset();
    after.value = std::make_shared<SigningKeys const>(*std::move(read));
    after.read_at = after.asked_at;
    co_return after.value;
}

Task<Result<std::string>> OidcIssuers::fetch(std::string url, std::string_view what, Deadline deadline)
{
    http::OutgoingRequest request;
    request.url = std::move(url);
    request.headers.add("accept", "application/json");
    auto answer = co_await client_.send(std::move(request), deadline.at_most(kFetchLimit));
    if (!answer)
        co_return Error{answer.error().code(), fmt::format("The identity provider's {} could not be read.", what),
                        answer.error().log_message()};
    if (answer->status != 200)
        co_return Error{
            ErrorCode::upstream_failed,
            fmt::format("The identity provider's {} could not be read: it answered {}.", what, answer->status)};
    co_return std::move(answer->body);
}

} // namespace sluice::identity
