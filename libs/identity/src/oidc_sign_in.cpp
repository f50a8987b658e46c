#include "identity/oidc_sign_in.hpp"

#include "crypto/token.hpp"

#include <utility>

namespace sluice::identity {
namespace {

OidcArrival failed(OidcFault fault, Error error)
{
    OidcArrival arrival;
    arrival.fault = fault;
    arrival.error = std::move(error);
    return arrival;
}

tenancy::Author author_of(UserId user, std::string email, Client const& client)
{
    return {{tenancy::Actor::Kind::user, user.str(), std::move(email)}, client.address, client.request_id};
}

} // namespace

OidcSignIn::OidcSignIn(Oidc& oidc, IdentityProviderRepository& providers, SignIn& sign_in,
                       crypto::Keyring const& keyring)
    : oidc_(oidc)
    , providers_(providers)
    , sign_in_(sign_in)
    , keyring_(keyring)
{
}

Task<OidcArrival> OidcSignIn::arrive(TeamId team, http::Query query, std::string cookies, SignedIn const* who,
                                     Client client, Deadline deadline)
{
    auto finished = co_await oidc_.finish(team, std::move(query), std::move(cookies), deadline);
    OidcArrival arrival;
    if (!finished.proven) {
        arrival = failed(fault_of_flow(finished.proven.error()), finished.proven.error());
    } else {
        auto& [subject, purpose, return_path] = *finished.proven;
        if (auto const* wish = std::get_if<LinkPurpose>(&purpose))
            arrival = co_await link(std::move(subject), *wish, who, std::move(client), deadline);
        else if (auto const* invitation = std::get_if<InvitationPurpose>(&purpose))
            arrival = co_await accept(std::move(subject), *invitation, std::move(client), deadline);
        else
            arrival = co_await sign_in(std::move(subject), std::move(client), deadline);
        arrival.return_path = std::move(return_path);
    }
    arrival.set_cookie = std::move(finished.set_cookie);
    co_return arrival;
}

Task<OidcArrival> OidcSignIn::sign_in(Subject subject, Client client, Deadline deadline)
{
    auto const user = co_await providers_.find_user(subject, deadline);
    if (!user)
        co_return failed(fault_of_subject(user.error()), user.error());
    co_return co_await open(subject, *user, std::move(client), deadline);
}

Task<OidcArrival> OidcSignIn::link(Subject subject, LinkPurpose purpose, SignedIn const* who, Client client,
                                   Deadline deadline)
{
    if (who == nullptr || who->team != subject.team || who->user != purpose.user)
        co_return failed(OidcFault::not_signed_in,
                         {ErrorCode::unauthenticated, "Sign in, and link the account then: the session is over."});
    auto author = author_of(who->user, who->email, client);
    auto const linked = co_await providers_.link(purpose.user, std::move(subject), std::move(author), deadline);
    if (!linked)
        co_return failed(linked.error().code() == ErrorCode::not_found ? OidcFault::provider_off
                                                                       : fault_of_subject(linked.error()),
                         linked.error());
    co_return OidcArrival{};
}

Task<OidcArrival> OidcSignIn::accept(Subject subject, InvitationPurpose purpose, Client client, Deadline deadline)
{
    auto view = co_await sign_in_.show(LinkKind::invitation, purpose.secret, deadline);
    if (!view)
        co_return failed(fault_of_subject(view.error()), view.error());
    auto candidates = crypto::candidate_hashes(keyring_, purpose.secret.reveal());
    auto author = author_of(view->user, std::move(view->email), client);
    auto const user =
        co_await providers_.accept_invitation(std::move(candidates), subject, std::move(author), deadline);
    if (!user)
        co_return failed(fault_of_subject(user.error()), user.error());
    co_return co_await open(subject, *user, std::move(client), deadline);
}

Task<OidcArrival> OidcSignIn::open(Subject const& subject, UserId user, Client client, Deadline deadline)
{
    auto opened = co_await sign_in_.with_identity(subject.team, user, subject.provider, std::move(client), deadline);
    if (!opened)
        co_return failed(opened.error().code() == ErrorCode::unauthenticated ? OidcFault::not_invited
                                                                             : OidcFault::unavailable,
                         opened.error());
    OidcArrival arrival;
    arrival.opened = *std::move(opened);
    co_return arrival;
}

} // namespace sluice::identity
