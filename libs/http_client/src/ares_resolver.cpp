#include "ares_resolver.hpp"

#include "runtime/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>

#include <ares.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <netdb.h>

namespace sluice::http {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

/// The time for one question to one server. It doubles in each round.
constexpr int kTimeoutMs = 1'500;
constexpr int kTries = 2;

struct Waiting {
    Waiting(asio::io_context& io, Deadline deadline)
        : done(io, deadline.at())
    {
    }
    SteadyTimer done;
    std::optional<Result<Addresses>> result;
};

Addresses addresses_of(ares_addrinfo const& said)
{
    Addresses addresses;
    auto lifetime = std::numeric_limits<int>::max();
    for (auto const* node = said.nodes; node != nullptr; node = node->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (node->ai_addrlen > endpoint.capacity())
            continue;
        std::copy_n(reinterpret_cast<std::byte const*>(node->ai_addr), node->ai_addrlen,
                    reinterpret_cast<std::byte*>(endpoint.data()));
        endpoint.resize(node->ai_addrlen);
        addresses.list.push_back(endpoint.address());
        lifetime = std::min(lifetime, node->ai_ttl);
    }
    addresses.lifetime = std::chrono::seconds(std::max(lifetime, 0));
    return addresses;
}

void on_answer(void* argument, int status, int, ares_addrinfo* said)
{
    std::unique_ptr<std::shared_ptr<Waiting>> const held(static_cast<std::shared_ptr<Waiting>*>(argument));
    auto& waiting = **held;
    if (status == ARES_SUCCESS && said != nullptr)
        waiting.result = addresses_of(*said);
    else
        waiting.result = Error{status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME
                                   ? ErrorCode::not_found
                                   : ErrorCode::upstream_unreachable,
                               "The name could not be looked up.", ares_strerror(status)};
    if (said != nullptr)
        ares_freeaddrinfo(said);
    waiting.done.cancel();
}

} // namespace

/// c-ares tells which of its sockets to watch. Each event is passed to c-ares.
struct AresResolver::Impl : std::enable_shared_from_this<Impl> {
    /// One socket. c-ares opens and closes it.
    struct Watched {
        Watched(asio::io_context& io, int fd)
            : descriptor(io, fd)
        {
        }
        Descriptor descriptor;
        bool is_open = true;
        bool wants_read = false;
        bool wants_write = false;
        bool waits_read = false;
        bool waits_write = false;
    };

    explicit Impl(asio::io_context& the_io)
        : io(the_io)
        , timer(the_io)
    {
    }

    void start(std::string const& servers)
    {
        ares_options options{};
        options.timeout = kTimeoutMs;
        options.tries = kTries;
        options.ndots = 1; // A vendor's name is mostly complete, without the local domain.
        options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
            static_cast<Impl*>(self)->watch(fd, readable != 0, writable != 0);
        };
        options.sock_state_cb_data = this;
        auto const status = ares_init_options(
            &channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SOCK_STATE_CB);
        if (status != ARES_SUCCESS)
            throw std::runtime_error(fmt::format("c-ares does not start: {}", ares_strerror(status)));
        if (!servers.empty() && ares_set_servers_ports_csv(channel, servers.c_str()) != ARES_SUCCESS)
            throw std::runtime_error(fmt::format("these are no name servers: {}", servers));
    }

    void stop()
    {
        if (channel != nullptr)
            ares_destroy(std::exchange(channel, nullptr)); // Ends all look-ups and releases the sockets.
    }

    void watch(int fd, bool readable, bool writable)
    {
        auto& watched = sockets[fd];
        if (!readable && !writable) {
            if (watched) {
                watched->is_open = false;
                watched->descriptor.release();
            }
            sockets.erase(fd);
            return;
        }
        if (!watched)
            watched = std::make_shared<Watched>(io, fd);
        watched->wants_read = readable;
        watched->wants_write = writable;
        wait_for(watched);
    }

    void wait_for(std::shared_ptr<Watched> const& watched)
    {
        if (watched->wants_read && !std::exchange(watched->waits_read, true))
            watched->descriptor.async_wait(
                Descriptor::wait_read, [weak = weak_from_this(), watched](boost::system::error_code const& failure) {
                    watched->waits_read = false;
                    if (auto const self = weak.lock(); self && !failure && watched->is_open)
                        self->process(watched, watched->descriptor.native_handle(), ARES_SOCKET_BAD);
                });
        if (watched->wants_write && !std::exchange(watched->waits_write, true))
            watched->descriptor.async_wait(
                Descriptor::wait_write, [weak = weak_from_this(), watched](boost::system::error_code const& failure) {
                    watched->waits_write = false;
                    if (auto const self = weak.lock(); self && !failure && watched->is_open)
                        self->process(watched, ARES_SOCKET_BAD, watched->descriptor.native_handle());
                });
    }

    void process(std::shared_ptr<Watched> const& watched, int readable, int writable)
    {
        ares_process_fd(channel, readable, writable);
        if (watched->is_open)
            wait_for(watched);
        set_timer();
    }

    void set_timer()
    {
        timeval room{};
        auto const* next = ares_timeout(channel, nullptr, &room);
        if (next == nullptr) {
            timer.cancel();
            return;
        }
        timer.expires_after(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
        timer.async_wait([weak = weak_from_this()](boost::system::error_code const& failure) {
            auto const self = weak.lock();
            if (failure || !self || self->channel == nullptr)
                return;
            ares_process_fd(self->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
            self->set_timer();
        });
    }

    asio::io_context& io;
    SteadyTimer timer;
    ares_channel channel = nullptr;
    std::map<int, std::shared_ptr<Watched>> sockets;
};

AresResolver::AresResolver(asio::io_context& io, std::string const& servers)
    : impl_(std::make_shared<Impl>(io))
{
    impl_->start(servers);
}

AresResolver::~AresResolver()
{
    impl_->stop();
}

Task<Result<Addresses>> AresResolver::resolve(std::string host, Deadline deadline)
{
    auto const waiting = std::make_shared<Waiting>(impl_->io, deadline);
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(impl_->channel, host.c_str(), nullptr, &hints, &on_answer, new std::shared_ptr<Waiting>(waiting));
    impl_->set_timer();
    if (!waiting->result)
        co_await waiting->done.async_wait(kUseTask);
    if (!waiting->result)
        co_return Error{ErrorCode::upstream_unreachable, "The name servers did not answer in time."};
    co_return *waiting->result;
}

} // namespace sluice::http
