#include "http/server.hpp"

#include "support/raw_http.hpp"
#include "telemetry/metrics.hpp"

#include <future>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using test::RawClient;
using test::status_of;

/// Answers with what it has been asked.
class Echo final : public Handler {
public:
    [[nodiscard]] std::size_t body_limit(Method, std::string_view) const override { return 1024 * 1024; }
    Task<Response> handle(Request request) override
    {
        if (request.path() == "/slow")
            co_await dynamic_cast<WaitingClient const&>(*request.peer).inform(103, {});
        std::string names;
        for (auto const& [name, value] : request.headers)
            names.append(" ").append(name);
        co_return json_response(
            200, fmt::format("{} {} {}{}", name_of(request.method), request.target, request.body, names));
    }
    Response refuse(int status, std::string_view message) override
    {
        return json_response(status, std::string(message));
    }
};

class ServerTest : public testing::Test {
protected:
    ServerTest()
    {
        config_.port = 0;
        server_.emplace(io_, config_, handler_, metrics_, log_);
        EXPECT_TRUE(server_->listen());
        thread_ = std::thread([this] { io_.run(); });
    }
    ~ServerTest() override
    {
        asio::co_spawn(io_, server_->drain(Deadline::after(std::chrono::seconds(0))), asio::use_future).get();
        work_.reset();
        thread_.join();
    }

    RawClient client() { return RawClient(server_->port()); }
    std::string answer_to(std::string_view request)
    {
        auto peer = client();
        peer.send(request);
        return peer.answer();
    }

    ServerConfig config_;
    Echo handler_;
    telemetry::Registry registry_;
    ServerMetrics metrics_{registry_};
    telemetry::Log log_{::open("/dev/null", O_WRONLY | O_CLOEXEC), telemetry::Level::error};
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::optional<Server> server_;
    std::thread thread_;
};

constexpr std::string_view kChunkedHead = "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";

/// Sends `start` and then `more` for as long as the server takes it, at most 64 MiB. How much it took.
std::size_t flood(RawClient& peer, std::string_view start, std::string_view more)
{
    constexpr std::size_t kMost = 64 * 1024 * 1024;
    std::size_t taken = start.size();
    peer.send(kChunkedHead);
    peer.send(start);
    while (taken < kMost && peer.send(more))
        taken += more.size();
    return taken;
}

struct Endless {
    char const* name;
    std::string start;
    std::string more;
};

class EndlessFramingTest : public ServerTest, public testing::WithParamInterface<Endless> {};

TEST_P(EndlessFramingTest, IsRefusedAndClosed)
{
    auto peer = client();

    peer.send(kChunkedHead);
    peer.send(GetParam().start);
    for (std::size_t sent = 0; sent < 1024 * 1024; sent += GetParam().more.size())
        if (!peer.send(GetParam().more))
            break;

    EXPECT_EQ(status_of(peer.answer()), 431);
}

TEST_P(EndlessFramingTest, IsNotReadForEver)
{
    auto peer = client();

    EXPECT_LT(flood(peer, GetParam().start, GetParam().more), 64U * 1024 * 1024);
}

INSTANTIATE_TEST_SUITE_P(
    , EndlessFramingTest,
    testing::Values(Endless{"Extension", "1;a=\"", std::string(65536, 'x')},
                    Endless{"ExtensionOfLastChunk", "0;a=\"", std::string(65536, 'x')},
                    Endless{"Trailer", "1\r\nx\r\n0\r\nx-t: ", std::string(65536, 'x')},
                    Endless{"Trailers", "0\r\n", "x-t: 12345678\r\n"}, Endless{"Zeros", "0", std::string(65536, '0')},
                    Endless{"ExtensionsOfSmallChunks", "", "1;a=" + std::string(1000, 'x') + "\r\nx\r\n"},
                    Endless{"ZerosOfSmallChunks", "", std::string(1000, '0') + "1\r\nx\r\n"}),
    [](auto const& param) { return std::string(param.param.name); });

TEST_F(ServerTest, FramingOfManyConnectionsIsRefused)
{
    std::vector<RawClient> peers;
    for (int i = 0; i < 100; ++i) {
        peers.push_back(client());
        peers.back().send(kChunkedHead);
    }

    for (auto& peer : peers)
        peer.send("1;a=" + std::string(32 * 1024, 'x'));

    for (auto& peer : peers)
        EXPECT_EQ(status_of(peer.answer()), 431);
}

TEST_F(ServerTest, ChunksMayBeAsSmallAsTheyLikeAndBringALittleBeside)
{
    std::string body;
    for (int i = 0; i < 20'000; ++i)
        body += "1\r\nx\r\n";
    body += "000a;name=\"value\"\r\n0123456789\r\n";

    auto const answer = answer_to(std::string(kChunkedHead) + body + "0\r\nx-sum: 1\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("POST /x " + std::string(20'000, 'x') + "0123456789"), std::string::npos);
}

TEST_F(ServerTest, TellsAClientThatItsAnswerIsUnderWay)
{
    auto peer = client();
    peer.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(peer.answer(), "HTTP/1.1 103 Early Hints\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 200);
}

TEST_F(ServerTest, ATrailerIsNoHeaderField)
{
    auto const answer = answer_to(std::string(kChunkedHead) + "1\r\nx\r\n0\r\nauthorization: Bearer x\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(answer.find("authorization"), std::string::npos);
}

} // namespace
} // namespace sluice::http
