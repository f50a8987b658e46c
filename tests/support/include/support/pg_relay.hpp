#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::test {

/// Stands between libpq and a real PostgreSQL, on 127.0.0.1, and makes the faults that a network, a pooler or a slow
/// server makes. Its faults are set from any thread and hold for what it reads from then on.
class PgRelay {
public:
    enum class Fault {
        none,
        hang,        ///< The connections of this time take bytes in and give none out, for ever: no answer, no end.
        slow_commit, ///< The server works for a minute on a COMMIT before it is carried out.
        lost_commit, ///< COMMIT reaches the server; the connection ends before its answer.
    };

    /// `server` is the path of PostgreSQL's unix socket.
    explicit PgRelay(std::string server)
        : server_(std::move(server))
        , listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
        , wake_(::eventfd(0, EFD_CLOEXEC))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("the relay cannot listen");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~PgRelay()
    {
        stopping_ = true;
        ::eventfd_write(wake_, 1);
        thread_.join();
        for (auto const& pair : pairs_)
            end(pair);
        ::close(listener_);
        ::close(wake_);
    }
    PgRelay(PgRelay const&) = delete;
    PgRelay& operator=(PgRelay const&) = delete;

    void set(Fault fault)
    {
        fault_ = fault;
        ::eventfd_write(wake_, 1);
    }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] int accepted() const noexcept { return accepted_; }
    /// Waits until so many connections have come.
    void await_accepted(int connections) const
    {
        for (int come = accepted_; come < connections; come = accepted_)
            accepted_.wait(come);
    }

private:
    struct Pair {
        int client = -1;
        int server = -1;
        bool is_ending = false; ///< Ends with the server's next answer.
        bool is_hung = false;
    };

    static constexpr std::string_view kCommit{"Q\0\0\0\x0b"
                                              "COMMIT\0",
                                              12};

    static void end(Pair const& pair)
    {
        ::close(pair.client);
        ::close(pair.server);
    }

    void run()
    {
        while (!stopping_) {
            std::vector<pollfd> sockets{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
            for (auto& pair : pairs_) {
                pair.is_hung = pair.is_hung || fault_ == Fault::hang;
                for (int const socket : {pair.client, pair.server})
                    sockets.push_back({pair.is_hung ? -1 : socket, POLLIN, 0}); // poll passes over -1.
            }
            ::poll(sockets.data(), sockets.size(), -1);
            if (sockets[0].revents != 0) {
                eventfd_t value = 0;
                ::eventfd_read(wake_, &value);
                continue; // What is to be done may have changed.
            }
            std::size_t at = 2;
            for (auto pair = pairs_.begin(); at < sockets.size(); at += 2) {
                bool const goes_on = (sockets[at].revents == 0 || pass(*pair, true)) &&
                                     (sockets[at + 1].revents == 0 || pass(*pair, false));
                if (!goes_on)
                    end(*pair);
                pair = goes_on ? std::next(pair) : pairs_.erase(pair);
            }
            if (sockets[1].revents != 0)
                take_client();
        }
    }

    void take_client()
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        server_.copy(address.sun_path, sizeof address.sun_path - 1);
        Pair const pair{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC),
                        ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), false, fault_ == Fault::hang};
        ++accepted_;
        accepted_.notify_all();
        if (::connect(pair.server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            pairs_.push_back(pair);
        else
            end(pair);
    }

    bool pass(Pair& pair, bool from_client)
    {
        std::array<char, 65536> buffer;
        auto const size = ::recv(from_client ? pair.client : pair.server, buffer.data(), buffer.size(), 0);
        if (size <= 0 || (!from_client && pair.is_ending))
            return false;
        std::string bytes(buffer.data(), static_cast<std::size_t>(size));
        if (auto const commit = bytes.find(kCommit); from_client && commit != std::string::npos) {
            if (fault_ == Fault::slow_commit) {
                constexpr std::string_view kSlow = "SELECT pg_sleep(60); COMMIT";
                std::string message{'Q', 0, 0, 0, static_cast<char>(4 + kSlow.size() + 1)};
                bytes.replace(commit, kCommit.size(), message.append(kSlow).append(1, '\0'));
            }
            pair.is_ending = fault_ == Fault::lost_commit;
        }
        return ::send(from_client ? pair.server : pair.client, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }

    std::string const server_;
    int const listener_;
    int const wake_;
    std::uint16_t port_ = 0;
    std::atomic<Fault> fault_{Fault::none};
    std::atomic<int> accepted_{0};
    std::atomic<bool> stopping_{false};
    std::list<Pair> pairs_;
    std::thread thread_;
};

} // namespace sluice::test
