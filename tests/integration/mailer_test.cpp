// Letters at a server of SMTP (RFC 5321) on a socket.
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "identity/mailer.hpp"
#include "support/log_file.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::identity {
namespace {

/// Speaks SMTP with one client, without TLS.
class SmtpServer {
public:
    explicit SmtpServer(std::string to_recipient = "250 ok")
        : to_recipient_(std::move(to_recipient))
        , listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 1) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no socket");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~SmtpServer()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    [[nodiscard]] std::string url() const { return fmt::format("smtp://127.0.0.1:{}", port_); }

    std::vector<std::string> commands; ///< To be read after `end`.
    std::string letter;
    void end()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        thread_ = std::thread([] {});
    }

private:
    void serve()
    {
        int const client = ::accept(listener_, nullptr, nullptr);
        if (client < 0)
            return;
        say(client, "220 ready");
        bool is_data = false;
        std::string text;
        std::array<char, 4096> room{};
        for (ssize_t got = 0; (got = ::read(client, room.data(), room.size())) > 0;) {
            text.append(room.data(), static_cast<std::size_t>(got));
            for (;;) {
                auto const end = text.find(is_data ? "\r\n.\r\n" : "\r\n");
                if (end == std::string::npos)
                    break;
                auto const part = text.substr(0, end);
                text.erase(0, end + (is_data ? 5 : 2));
                if (std::exchange(is_data, false)) {
                    letter = part;
                    say(client, "250 taken");
                    continue;
                }
                commands.push_back(part);
                is_data = part == "DATA";
                say(client, is_data ? "354 go on" : part.starts_with("RCPT") ? to_recipient_ : "250 ok");
            }
        }
        ::close(client);
    }
    static void say(int client, std::string line)
    {
        line += "\r\n";
        [[maybe_unused]] auto const sent = ::send(client, line.data(), line.size(), MSG_NOSIGNAL);
    }

    std::string const to_recipient_;
    int const listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

class SmtpMailerTest : public ::testing::Test {
protected:
    Result<void> send(SmtpConfig config)
    {
        config.from = "Sluice <sluice@example.com>";
        auto const mailer = make_mailer(std::move(config), metrics_, log_.log(), clock_);
        Letter letter{"bob@example.com", "Bob", "acme", "Ann", Secret{"https://sluice.example/invitation#slx_invite_x"},
                      clock_.now()};
        return test::run(mailer->send_invitation(std::move(letter), test::soon()));
    }

    SystemClock clock_;
    test::LogFile log_;
    telemetry::Registry registry_;
    MailerMetrics metrics_{registry_};
};

TEST_F(SmtpMailerTest, HandsALetterOver)
{
    SmtpServer server;
    ASSERT_TRUE(send({.url = server.url(), .allow_plain = true}));
    server.end();
    EXPECT_NE(std::ranges::find_if(server.commands,
                                   [](auto const& line) { return line.starts_with("MAIL FROM:<sluice@example.com>"); }),
              server.commands.end());
    EXPECT_NE(std::ranges::find(server.commands, "RCPT TO:<bob@example.com>"), server.commands.end());
    EXPECT_NE(server.letter.find("\r\nTo: <bob@example.com>\r\n"), std::string::npos) << server.letter;
    EXPECT_EQ(metrics_.sent.value(), 1U);
}

TEST_F(SmtpMailerTest, SendsNothingWithoutTlsUnlessToldTo)
{
    SmtpServer server;
    EXPECT_FALSE(send({.url = server.url()}));
    server.end();
    EXPECT_TRUE(server.letter.empty());
    EXPECT_TRUE(std::ranges::none_of(server.commands, [](auto const& line) { return line.starts_with("MAIL"); }));
}

TEST_F(SmtpMailerTest, AFailureIsCountedAndNamesNeitherAddressNorLink)
{
    SmtpServer server("550 bob@example.com is unknown here");
    auto const sent = send({.url = server.url(), .allow_plain = true});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(metrics_.failed.value(), 1U);
    auto const log = log_.text();
    EXPECT_NE(log.find("a letter was not sent"), std::string::npos) << log;
    EXPECT_EQ(log.find("bob@"), std::string::npos) << log;
    EXPECT_EQ(log.find("slx_invite"), std::string::npos) << log;
}

TEST_F(SmtpMailerTest, WithoutAUrlThereIsNone)
{
    EXPECT_EQ(make_mailer({}, metrics_, log_.log(), clock_), nullptr);
}

} // namespace
} // namespace sluice::identity
