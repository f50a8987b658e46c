#include "tls_store.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace sluice::http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

/// Where a connection has its `TlsSessions::Use`.
int use_index()
{
    static int const kIndex = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return kIndex;
}

std::shared_ptr<ssl::context> new_context()
{
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    context->set_verify_mode(ssl::verify_peer);
    TlsSessions::collect_from(context->native_handle());
    return context;
}

/// OpenSSL's words are not shown: they may quote a part of the text.
Error unreadable(std::string_view member, std::string_view what)
{
    return invalid(std::string(member), std::string(what));
}

} // namespace

void TlsSessions::Use::apply(SSL* connection)
{
    SSL_set_ex_data(connection, use_index(), this);
    if (auto const session = sessions_->find(server_))
        SSL_set_session(connection, session.get()); // Counts its own reference.
}

void TlsSessions::collect_from(SSL_CTX* context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &TlsSessions::take);
}

int TlsSessions::take(SSL* connection, SSL_SESSION* session)
{
    auto const* use = static_cast<Use const*>(SSL_get_ex_data(connection, use_index()));
    if (use == nullptr)
        return 0; // OpenSSL keeps its reference.
    use->sessions_->keep(use->server_, Session(session));
    return 1;
}

void TlsSessions::keep(std::string const& server, Session session)
{
    auto const [found, is_new] = of_server_.try_emplace(server);
    if (is_new) {
        order_.push_back(server);
        if (order_.size() > kMostServers) {
            of_server_.erase(order_.front());
            order_.pop_front();
        }
    }
    auto& kept = found->second;
    kept.push_back({std::move(session), Clock::now()});
    if (kept.size() > kMostOfServer)
        kept.pop_front();
}

TlsSessions::Session TlsSessions::find(std::string const& server)
{
    auto const found = of_server_.find(server);
    if (found == of_server_.end())
        return nullptr;
    auto& kept = found->second;
    while (!kept.empty() && Clock::now() - kept.front().since > kLifetime)
        kept.pop_front();
    if (kept.empty())
        return nullptr;
    auto session = std::move(kept.back().session);
    kept.pop_back();
    if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) {
        SSL_SESSION_up_ref(session.get());
        kept.push_back({Session(session.get()), Clock::now()});
    }
    return session;
}

TlsContexts::TlsContexts()
    : system_(new_context())
{
    system_->set_default_verify_paths();
}

Result<std::shared_ptr<ssl::context>> TlsContexts::find(TlsIdentity const* identity)
{
    if (identity == nullptr)
        return system_;
    auto const now = Clock::now();
    if (auto const known = contexts_.find(identity->id); known != contexts_.end()) {
        known->second.used = now;
        return known->second.context;
    }
    auto context = new_context();
    boost::system::error_code failure;
    if (identity->ca.empty())
        context->set_default_verify_paths(failure);
    else
        context->add_certificate_authority(asio::buffer(identity->ca), failure);
    if (failure)
        return unreadable("tls.ca", "must be certificates in PEM");
    if (!identity->certificate.empty()) {
        context->use_certificate_chain(asio::buffer(identity->certificate), failure);
        if (failure)
            return unreadable("tls.certificate", "must be a certificate in PEM, with those that lead to its root");
        auto const key = identity->key();
        if (!key)
            return key.error();
        context->use_private_key(asio::buffer(key->reveal()), ssl::context::pem, failure);
        if (failure || SSL_CTX_check_private_key(context->native_handle()) != 1)
            return unreadable("tls.key", "must be the unencrypted private key of tls.certificate, in PEM");
    }
    std::erase_if(contexts_, [&](auto const& each) { return now - each.second.used > kLifetime; });
    if (contexts_.size() >= kMost)
        contexts_.erase(std::ranges::min_element(contexts_, {}, [](auto const& each) { return each.second.used; }));
    contexts_.emplace(identity->id, Kept{context, now});
    return context;
}

} // namespace sluice::http
