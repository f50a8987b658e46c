#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace sluice::test {

/// A client that sends just the bytes it is told to, on a blocking socket to 127.0.0.1. No wait is longer than 10 s.
class RawClient {
public:
    explicit RawClient(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        timeval const limit{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
    }
    RawClient(RawClient&& other) noexcept
        : socket_(other.socket_)
        , received_(std::move(other.received_))
    {
        other.socket_ = -1;
    }
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;
    ~RawClient()
    {
        if (socket_ >= 0)
            ::close(socket_);
    }

    /// False once the server does not take more.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// The next whole answer (with `content-length`, or none of a body); what there is if the server closes before.
    std::string answer()
    {
        for (;;) {
            auto const head = received_.find("\r\n\r\n");
            if (head != std::string::npos) {
                auto const whole = head + 4 + body_size(received_.substr(0, head));
                if (received_.size() >= whole) {
                    auto taken = received_.substr(0, whole);
                    received_.erase(0, whole);
                    return taken;
                }
            }
            if (!receive())
                return std::exchange(received_, {});
        }
    }
    /// The head of the next answer, which stays to be read whole.
    std::string head()
    {
        while (received_.find("\r\n\r\n") == std::string::npos)
            if (!receive())
                return received_;
        return received_.substr(0, received_.find("\r\n\r\n"));
    }
    /// Everything until the server closes.
    std::string rest()
    {
        while (receive()) {
        }
        return std::exchange(received_, {});
    }
    /// Whether the server closes without another byte.
    bool is_closed() { return rest().empty(); }
    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

private:
    static std::size_t body_size(std::string const& head)
    {
        constexpr std::string_view kField = "\r\ncontent-length: ";
        auto const field = head.find(kField);
        return field == std::string::npos ? 0 : std::strtoull(head.c_str() + field + kField.size(), nullptr, 10);
    }
    bool receive()
    {
        char bytes[4096];
        auto const got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error("the server neither answers nor closes");
        if (got <= 0)
            return false;
        received_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    std::string received_;
};

/// The status of an answer; 0 if it is none.
inline int status_of(std::string_view answer)
{
    constexpr std::string_view kStart = "HTTP/1.1 ";
    return answer.starts_with(kStart) ? std::atoi(std::string(answer.substr(kStart.size(), 3)).c_str()) : 0;
}

} // namespace sluice::test
