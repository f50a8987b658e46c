#pragma once

#include "body_budget.hpp"
#include "client_connection.hpp"
#include "http_api/url.hpp"
#include "http_client/call_places.hpp"
#include "http_client/name_cache.hpp"
#include "http_client/pooled_client.hpp"
#include "runtime/offload.hpp"
#include "tls_store.hpp"
#include "turns.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <boost/intrusive/list.hpp>

namespace sluice::http {

/// TLS, host, port, and the id of the TLS identity.
using Origin = std::tuple<bool, std::string, std::uint16_t, std::string>;

/// A server, known by its origin.
struct Host {
    explicit Host(Origin const& the_origin, std::size_t limit)
        : origin(the_origin)
        , calls(limit)
    {
    }
    Origin const& origin;
    Shares calls;                                 ///< Calls in progress.
    std::size_t waiting = 0;                      ///< Calls that wait for a place.
    std::deque<std::unique_ptr<Connection>> idle; ///< The last used one is at the end.
};

/// The connections of a client, and the places of its calls. Belongs to one I/O thread. Shared with the calls, since a
/// call that is cut when its io_context ends outlives the client.
class Pool : public std::enable_shared_from_this<Pool> {
public:
    using Clock = std::chrono::steady_clock;

    /// The place of one call, given back on destruction.
    class Place {
    public:
        Place(std::shared_ptr<Pool> pool, Host& host, Owner const& owner)
            : pool_(std::move(pool))
            , host_(host)
            , owner_(owner)
        {
        }
        ~Place()
        {
            pool_->places_.give_back(host_.calls, owner_);
            pool_->drop_if_unused(host_);
        }
        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;

    private:
        std::shared_ptr<Pool> const pool_;
        Host& host_;
        Owner const owner_;
    };

    Pool(asio::io_context& io, ClientConfig config, EgressPolicy const& egress, ClientMetrics& metrics,
         std::unique_ptr<Resolver> resolver);

    [[nodiscard]] ClientConfig const& config() const noexcept { return config_; }
    [[nodiscard]] ClientMetrics& metrics() noexcept { return metrics_; }
    /// The parts of a URL. Its origin is parsed once and remembered. The rest is only checked for characters that could
    /// end a request line.
    [[nodiscard]] Result<Url> parse(std::string const& text);
    /// The server of a URL. Valid while it has a place, a waiting call or an idle connection.
    [[nodiscard]] Host& host_of(Url const& url, TlsIdentity const* identity);
    /// Takes the place of one call, for a `Place`; says why there is none.
    [[nodiscard]] std::optional<CallPlaces::Refusal> take_place(Host& host, Owner const& owner)
    {
        return places_.take(host.calls, owner);
    }
    /// Waits for a place for a moment after `take_place` had none. Gives the error if there still is none.
    Task<std::optional<Error>> wait_for_place(Host& host, CallPlaces::Refusal refusal, Url const& url,
                                              Owner const& owner, Deadline deadline);
    /// An idle connection of the same account; null if there is none.
    [[nodiscard]] std::unique_ptr<Connection> take_idle(Host& host, IntegratedAccountId account);
    /// A new connection for a request.
    Task<Result<std::unique_ptr<Connection>>> open(Host& host, Url const& url, OutgoingRequest const& request,
                                                   Deadline deadline);
    /// Keeps a connection for another call.
    void keep(Host& host, std::unique_ptr<Connection> connection);
    /// Decoding takes the thread's time.
    [[nodiscard]] Turns& decoding() noexcept { return decoding_; }
    /// Counts the bytes of one answer.
    [[nodiscard]] std::shared_ptr<BodyLease> lease_for(Owner const& owner) const
    {
        return std::make_shared<BodyLease>(answer_bytes_, owner);
    }

private:
    void drop_if_unused(Host& host);
    /// Closes the oldest idle connection of a host.
    void drop_oldest(Host& host);
    [[nodiscard]] Host& host_of_oldest() { return *(idle_.empty() ? fresh_ : idle_).front().pool; }
    /// Sets the one timer that frees the buffers of connections after a moment and closes those that are idle for too
    /// long. It is off while no connection is idle, so that an io_context without other work can end.
    void wake_for_oldest();
    void tend_idle();
    /// The endpoints of a host. An unknown name and one with a private address give the same error, so that a caller
    /// cannot explore the network.
    Task<Result<std::vector<asio::ip::tcp::endpoint>>> endpoints_of(Url const& url, Deadline deadline);
    Task<Result<std::unique_ptr<Connection>>> connect(Host const& host, Url const& url, TlsIdentity const* identity,
                                                      Deadline deadline);

    asio::io_context& io_;
    ClientConfig const config_;
    EgressPolicy const& egress_;
    ClientMetrics& metrics_;
    TlsContexts contexts_;
    std::shared_ptr<TlsSessions> const sessions_ = std::make_shared<TlsSessions>();
    NameCache names_;
    CallPlaces places_;
    Turns decoding_;
    std::shared_ptr<Shares> const answer_bytes_;
    std::map<Origin, std::unique_ptr<Host>> hosts_;
    std::chrono::milliseconds const fresh_limit_;
    using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;
    Connections idle_;  ///< Without a read buffer, the one idle for longest first.
    Connections fresh_; ///< Idle for less than `fresh_limit_`, with a read buffer; in the same order.
    std::size_t idle_count_ = 0;
    SteadyTimer idle_timer_;
    bool is_timer_set_ = false;
    std::map<std::string, Url, std::less<>> origins_;
};

} // namespace sluice::http
