#pragma once

#include "base/result.hpp"
#include "http_api/client.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/ssl/context.hpp>

namespace sluice::http {

/// The TLS sessions with which connections are resumed (RFC 8446 section 2.2), so that a new connection costs neither
/// certificates nor signatures. Belongs to one I/O thread; shared with the connections, which may outlive the client.
class TlsSessions {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kMostServers = 4'096;
    /// Of one server. A session of TLS 1.3 is used once (RFC 8446 appendix C.4).
    static constexpr std::size_t kMostOfServer = 4;
    /// After this a server's certificate is looked at again.
    static constexpr std::chrono::hours kLifetime{1};

    /// Lets a new connection resume a session with this server, and keeps the sessions that the server gives.
    class Use {
    public:
        Use(std::shared_ptr<TlsSessions> sessions, std::string server)
            : sessions_(std::move(sessions))
            , server_(std::move(server))
        {
        }
        /// Must be called before the handshake. It must outlive the connection.
        void apply(SSL* connection);

    private:
        friend TlsSessions;
        std::shared_ptr<TlsSessions> sessions_;
        std::string server_;
    };

    /// Makes connections of the context give their sessions.
    static void collect_from(SSL_CTX* context);
    [[nodiscard]] std::size_t servers() const noexcept { return of_server_.size(); }

private:
    struct Free {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };
    using Session = std::unique_ptr<SSL_SESSION, Free>;
    struct Kept {
        Session session;
        Clock::time_point since;
    };

    static int take(SSL* connection, SSL_SESSION* session);
    void keep(std::string const& server, Session session);
    [[nodiscard]] Session find(std::string const& server);

    std::unordered_map<std::string, std::deque<Kept>> of_server_;
    std::deque<std::string> order_; ///< The servers, in the order in which they came.
};

/// The TLS contexts: one for the system's CAs, and one for each identity that was used lately. Belongs to one I/O
/// thread.
class TlsContexts {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kMost = 1'024;
    /// A context has its private key in the clear. One that was not used for so long goes when the next is made.
    static constexpr std::chrono::hours kLifetime{1};

    TlsContexts();
    /// The context of an identity; null means that of the system. Errors: invalid_argument at `tls.ca`,
    /// `tls.certificate` or `tls.key` if OpenSSL cannot read it; those of `identity->key`.
    [[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> find(TlsIdentity const* identity);

private:
    struct Kept {
        std::shared_ptr<boost::asio::ssl::context> context;
        Clock::time_point used;
    };

    std::shared_ptr<boost::asio::ssl::context> system_;
    std::map<std::string, Kept, std::less<>> contexts_;
};

} // namespace sluice::http
