#include "identity/identity_provider.hpp"

#include "base/encoding.hpp"
#include "identity/oidc_provider.hpp"

#include <algorithm>
#include <utility>

namespace sluice::identity {
namespace {

constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kLongestText = 1000;
constexpr std::size_t kLongestSecret = 4096;

/// 1 to `longest` characters of those that client ids and secrets have (`VSCHAR`, RFC 6749 appendix A).
bool is_printable(std::string_view text, std::size_t longest)
{
    return !text.empty() && text.size() <= longest &&
           std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

void check_label(std::string const& label, std::vector<FieldFailure>& failures)
{
    auto const characters = std::ranges::count_if(label, [](char c) { return (c & 0xc0) != 0x80; });
    bool const has_control = std::ranges::any_of(label, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
    if (characters < 1 || static_cast<std::size_t>(characters) > kLongestLabel || has_control || !is_utf8(label))
        failures.push_back({"label", "must have 1 to 100 characters, without control characters"});
}

void check_secret(Secret const& secret, std::vector<FieldFailure>& failures)
{
    if (!secret.empty() && !is_printable(secret.reveal(), kLongestSecret))
        failures.push_back({"client_secret", "must have at most 4096 printable ASCII characters"});
}

} // namespace

Error not_invited()
{
    return {ErrorCode::forbidden,
            "Nobody in this team is linked with this account. Ask an admin for an invitation, or sign in otherwise and "
            "link the account then."};
}

IdentityProviders::IdentityProviders(IdentityProviderRepository& repository, http::EgressPolicy const& egress)
    : repository_(repository)
    , egress_(egress)
{
}

Task<Result<IdentityProvider>> IdentityProviders::create(TeamId team, NewIdentityProvider provider,
                                                         tenancy::Author author, Deadline deadline)
{
    std::vector<FieldFailure> failures;
    check_label(provider.label, failures);
    if (provider.issuer.empty() || provider.issuer.size() > kLongestText)
        failures.push_back({"issuer", "must have 1 to 1000 characters"});
    else if (auto fault = fault_of_issuer(provider.issuer, egress_))
        failures.push_back({"issuer", *std::move(fault)});
    if (!is_printable(provider.client_id, kLongestText))
        failures.push_back({"client_id", "must have 1 to 1000 printable ASCII characters"});
    check_secret(provider.client_secret, failures);
    if (!failures.empty())
        co_return Error{std::move(failures)};
    co_return co_await repository_.create(team, std::move(provider), std::move(author), deadline);
}

Task<Result<IdentityProvider>> IdentityProviders::change(TeamId team, IdentityProviderId id,
                                                         IdentityProviderChange change, tenancy::Author author,
                                                         Deadline deadline)
{
    std::vector<FieldFailure> failures;
    if (change.label)
        check_label(*change.label, failures);
    if (change.client_secret)
        check_secret(*change.client_secret, failures);
    if (!failures.empty())
        co_return Error{std::move(failures)};
    co_return co_await repository_.update(team, id, std::move(change), std::move(author), deadline);
}

Task<Result<void>> IdentityProviders::remove(TeamId team, IdentityProviderId id, tenancy::Author author,
                                             Deadline deadline)
{
    return repository_.remove(team, id, std::move(author), deadline);
}

Task<Result<IdentityProvider>> IdentityProviders::find(TeamId team, IdentityProviderId id, Deadline deadline) const
{
    return repository_.find(team, id, deadline);
}

Task<Result<tenancy::Page<IdentityProvider>>> IdentityProviders::list(TeamId team, tenancy::ListQuery query,
                                                                      Deadline deadline) const
{
    return repository_.list(team, std::move(query), deadline);
}

} // namespace sluice::identity
