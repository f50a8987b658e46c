#include "pooled_client_fixture.hpp"
#include "support/fake_resolver.hpp"

#include <array>
#include <memory>
#include <string_view>

#include <boost/asio/ip/udp.hpp>

namespace sluice::http {
namespace {

/// Names come from a fake; where they lead is real.
class NamesTest : public PooledClientTest {
protected:
    Result<IncomingResponse> call_name(std::string const& host, std::uint16_t port,
                                       std::chrono::milliseconds limit = 5s)
    {
        OutgoingRequest request;
        request.url = "http://" + host + ":" + std::to_string(port) + "/";
        return test::run_on(io_, named_.send(std::move(request), Deadline::after(limit)));
    }

    test::FakeResolver* resolver_ = new test::FakeResolver; ///< Of `named_`.
    PooledClient named_{io_, {}, egress_, metrics_, std::unique_ptr<Resolver>(resolver_)};
};

TEST_F(NamesTest, TriesEveryAddressThatMayBeCalled)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    // Nobody listens at the first; the second is not ours to call.
    resolver_->tell("vendor.example", {"127.0.0.77", "10.0.0.1", "127.0.0.1"}, 60s);

    auto const answer = call_name("vendor.example", peer.port());

    ASSERT_TRUE(answer) << answer.error().log_message();
    EXPECT_EQ(answer->body, "{}");
}

TEST_F(NamesTest, TellsNobodyWhatIsInside)
{
    resolver_->tell("inside.example", {"10.0.0.1"}, 60s);
    auto const inside = call_name("inside.example", 443);
    auto const missing = call_name("unknown.example", 443);

    ASSERT_FALSE(inside);
    ASSERT_FALSE(missing);
    EXPECT_EQ(inside.error().code(), missing.error().code());
    auto text = inside.error().public_detail();
    text.replace(text.find("inside"), 6, "unknown");
    EXPECT_EQ(text, missing.error().public_detail());
}

TEST_F(NamesTest, DoNotOutlastTheDeadline)
{
    resolver_->hold();
    auto const started = std::chrono::steady_clock::now();

    auto const answer = call_name("slow.example", 443, 20ms);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_unreachable);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 2s);
}

TEST_F(NamesTest, OfTheSystemAreKnown)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    OutgoingRequest request;
    request.url = "http://localhost:" + std::to_string(peer.port()) + "/";

    auto const answer = test::run_on(io_, client_.send(std::move(request), Deadline::after(5s)));

    ASSERT_TRUE(answer) << answer.error().log_message();
    EXPECT_EQ(answer->body, "{}");
}

/// A name server that knows one name.
class NameServer {
public:
    explicit NameServer(asio::io_context& io)
        : socket_(io, asio::ip::udp::endpoint(asio::ip::make_address("127.0.0.1"), 0))
    {
        receive();
    }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }

private:
    void receive()
    {
        socket_.async_receive_from(asio::buffer(question_), from_,
                                   [this](boost::system::error_code const& failure, std::size_t size) {
                                       if (failure)
                                           return;
                                       answer(std::string_view(question_.data(), size));
                                       receive();
                                   });
    }

    /// RFC 1035 section 4.1: an address record of 127.0.0.1 for an A question, nothing for others.
    void answer(std::string_view question)
    {
        constexpr std::size_t kHeader = 12;
        auto const name_end = question.find('\0', kHeader);
        bool const is_a = question.substr(name_end + 1, 2) == std::string_view("\0\1", 2);
        std::string text(question.substr(0, 2));
        text += std::string_view("\x81\x80\0\1\0", 5);
        text += is_a ? '\1' : '\0';
        text += std::string_view("\0\0\0\0", 4);
        text += question.substr(kHeader, name_end + 5 - kHeader);
        if (is_a)
            text += std::string_view("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1", 16);
        socket_.send_to(asio::buffer(text), from_);
    }

    asio::ip::udp::socket socket_;
    asio::ip::udp::endpoint from_;
    std::array<char, 512> question_{};
};

TEST_F(PooledClientTest, AsksANameServer)
{
    NameServer const server(io_);
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    ClientConfig config;
    config.name_servers = server.address();
    PooledClient client(io_, config, egress_, metrics_);
    OutgoingRequest request;
    request.url = "http://vendor.example:" + std::to_string(peer.port()) + "/";

    auto const answer = test::run_on(io_, client.send(std::move(request), Deadline::after(5s)));

    ASSERT_TRUE(answer) << answer.error().log_message();
    EXPECT_EQ(answer->body, "{}");
}

} // namespace
} // namespace sluice::http
