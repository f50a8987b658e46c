#include "http_server/server.hpp"

#include "http_api/place.hpp"
#include "support/raw_http.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <optional>
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

/// Memory for bodies that a test can see.
class Room final : public BodyRoom {
public:
    explicit Room(std::atomic<std::size_t>& held)
        : held_(held)
    {
    }
    ~Room() override { held_ -= own_; }
    bool grow(std::size_t bytes) override
    {
        constexpr std::size_t kMost = 100'000;
        if (own_ + bytes > kMost)
            return false;
        own_ += bytes;
        held_ += bytes;
        return true;
    }

private:
    std::atomic<std::size_t>& held_;
    std::size_t own_ = 0;
};

/// Answers with what it has been asked. Whoever asks at `/strange` may bring no body.
class Echo final : public Handler {
public:
    [[nodiscard]] std::size_t body_limit(Method, std::string_view) const override { return 1024 * 1024; }
    Task<Admission> admit(Request const& head) override
    {
        ++admissions;
        Admission admission;
        if (head.path() == "/strange")
            admission.refusal = refuse(401, "Who are you?");
        admission.room = std::make_unique<Room>(held);
        co_return admission;
    }
    Task<Response> handle(Request request) override
    {
        if (request.path() == "/slow")
            co_await dynamic_cast<WaitingClient const&>(*request.peer).inform(103, {});
        if (request.path() == "/stream") {
            Response response;
            response.stream = write_twice;
            co_return response;
        }
        if (request.path() == "/large")
            co_return large(EnvironmentId(Uuid{static_cast<std::uint8_t>(request.query().size())}));
        std::string names;
        for (auto const& [name, value] : request.headers)
            names.append(" ").append(name == "host" ? fmt::format("host={}", value) : std::string(name));
        co_return json_response(
            200, fmt::format("{} {} {}{}", name_of(request.method), request.target, request.body, names));
    }
    Response refuse(int status, std::string_view message) override
    {
        return json_response(status, std::string(message));
    }

    static Task<void> write_twice(BodySink& sink)
    {
        for (auto const* piece : {"one", "two"}) {
            auto const written = co_await sink.write(piece);
            if (!written)
                co_return;
        }
    }

    /// An answer that no socket takes at once, to the environment, if it reads what it gets.
    Response large(EnvironmentId environment)
    {
        Place place(running, &answers);
        auto response = json_response(200, std::string());
        if (!place.take(environment))
            response.status = 429;
        else
            response.body.resize(kLarge, 'x');
        EXPECT_TRUE(place.count(response));
        return response;
    }

    static constexpr std::size_t kLarge = 16UL * 1024 * 1024;
    std::shared_ptr<Shares> const running = std::make_shared<Shares>(100);
    ByteBudget answers{8 * kLarge, 2 * kLarge};
    std::atomic<int> admissions = 0;
    std::atomic<std::size_t> held = 0;
};

class ServerTest : public testing::Test {
protected:
    explicit ServerTest(std::size_t connections = 1000)
    {
        config_.port = 0;
        config_.connection_limit = connections;
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

TEST_F(ServerTest, TheEndOfAStreamIsTold)
{
    auto peer = client();
    peer.send("GET /stream HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");

    auto const answer = peer.rest();

    EXPECT_NE(answer.find("transfer-encoding: chunked\r\n"), std::string::npos);
    EXPECT_NE(answer.find("connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")) << answer;
}

TEST_F(ServerTest, AStreamEndsWithTheConnectionWhereChunksAreNotKnown)
{
    auto peer = client();
    peer.send("GET /stream HTTP/1.0\r\n\r\n");

    auto const answer = peer.rest();

    EXPECT_EQ(answer.find("transfer-encoding"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo")) << answer;
}

TEST_F(ServerTest, ATrailerIsNoHeaderField)
{
    auto const answer = answer_to(std::string(kChunkedHead) + "1\r\nx\r\n0\r\nauthorization: Bearer x\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(answer.find("authorization"), std::string::npos);
}

struct Unclear {
    char const* name;
    std::string head;
};

class UnclearRequestTest : public ServerTest, public testing::WithParamInterface<Unclear> {};

TEST_P(UnclearRequestTest, IsRefusedAndNothingAfterItIsRead)
{
    auto peer = client();

    peer.send("POST /x " + GetParam().head + "\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(status_of(peer.answer()), 400);
    EXPECT_TRUE(peer.is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    , UnclearRequestTest,
    testing::Values(
        Unclear{"UnknownCoding", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked"},
        Unclear{"Identity", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity"},
        Unclear{"IdentityLast", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity"},
        Unclear{"GzipFirst", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked"},
        Unclear{"ChunkedTwice", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked"},
        Unclear{"TwoFields", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked"},
        Unclear{"EmptyCoding", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding:"},
        Unclear{"Quoted", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \"chunked\""},
        Unclear{"UnknownCodingAndLength", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\ncontent-length: 5"},
        Unclear{"ChunkedAndLength", "HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5"},
        Unclear{"LengthAndChunked", "HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked"},
        Unclear{"ChunkedBeforeItsTime", "HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked"},
        Unclear{"TwoLengths", "HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6"},
        Unclear{"OneLengthTwice", "HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 1"},
        Unclear{"ListOfLengths", "HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 1"},
        Unclear{"SignedLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: +1"},
        Unclear{"NegativeLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: -1"},
        Unclear{"HexLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: 0x1"},
        Unclear{"EmptyLength", "HTTP/1.1\r\nhost: a\r\ncontent-length:"},
        Unclear{"HugeLength", "HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999999"},
        Unclear{"NoHost", "HTTP/1.1\r\ncontent-length: 0"},
        Unclear{"TwoHosts", "HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 0"},
        Unclear{"OneHostTwice", "HTTP/1.0\r\nhost: a\r\nhost: a\r\ncontent-length: 0"},
        Unclear{"HostList", "HTTP/1.1\r\nhost: a, b\r\ncontent-length: 0"},
        Unclear{"HostWithUser", "HTTP/1.1\r\nhost: a@b\r\ncontent-length: 0"},
        Unclear{"HostWithPath", "HTTP/1.1\r\nhost: a/b\r\ncontent-length: 0"},
        Unclear{"EmptyHost", "HTTP/1.1\r\nhost:\r\ncontent-length: 0"},
        Unclear{"HostWithoutName", "HTTP/1.1\r\nhost: :80\r\ncontent-length: 0"},
        Unclear{"HostWithPortOfNone", "HTTP/1.1\r\nhost: a:99999\r\ncontent-length: 0"},
        Unclear{"HostWithTwoPorts", "HTTP/1.1\r\nhost: a:80:80\r\ncontent-length: 0"},
        Unclear{"HostWithNamedPort", "HTTP/1.0\r\nhost: a:http\r\ncontent-length: 0"},
        Unclear{"HostWithOpenBracket", "HTTP/1.1\r\nhost: [::1\r\ncontent-length: 0"},
        Unclear{"HostWithBracketsAroundNoAddress", "HTTP/1.1\r\nhost: [a]\r\ncontent-length: 0"},
        Unclear{"HostWithTextBehindBrackets", "HTTP/1.1\r\nhost: [::1]80\r\ncontent-length: 0"}),
    [](auto const& param) { return std::string(param.param.name); });

TEST_F(ServerTest, ClearFramingIsServed)
{
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nHOST: a.example.:8080\r\ncontent-length: 1\r\n\r\nx")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.1\r\nhost: [::1]:80\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.1\r\nhost: a:\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.0\r\n\r\n")), 200);
    EXPECT_EQ(status_of(answer_to("GET /x HTTP/1.0\r\nhost: a\r\n\r\n")), 200);
}

TEST_F(ServerTest, TheAuthorityOfAnAbsoluteTargetStandsForTheHost)
{
    auto const answer = answer_to("GET HTTP://b.example:81/x?y=1 HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("GET /x?y=1  host=b.example:81"), std::string::npos) << answer;
    EXPECT_NE(answer_to("GET http://b?y=1 HTTP/1.1\r\nhost: a\r\n\r\n").find("GET /?y=1  host=b"), std::string::npos);
    EXPECT_NE(answer_to("GET https://b HTTP/1.0\r\n\r\n").find("GET /  host=b"), std::string::npos);
}

TEST_F(ServerTest, AnAbsoluteTargetWithoutAHostIsRefused)
{
    for (std::string const target : {"http://", "http:///x", "http://a@b/x", "http://b:99999/x", "http://[::1/x"})
        EXPECT_EQ(status_of(answer_to("GET " + target + " HTTP/1.1\r\nhost: a\r\n\r\n")), 400) << target;
}

TEST_F(ServerTest, APortThatAnotherHasIsRefusedByTheNameOfItsSetting)
{
    for (std::string const address : {"127.0.0.1", "0.0.0.0"}) {
        Server other(io_, {.address = address, .port = server_->port()}, handler_, metrics_, log_);

        auto const listening = other.listen();

        ASSERT_FALSE(listening);
        EXPECT_NE(listening.error().public_detail().find(
                      fmt::format("Cannot listen on {}:{} (listen.address, listen.port)", address, server_->port())),
                  std::string::npos)
            << listening.error().public_detail();
    }
}

TEST_F(ServerTest, ServersOfOneProcessShareAPortThatTheFirstHas)
{
    asio::io_context io(1);
    Server beside(io, config_, handler_, metrics_, log_);

    EXPECT_TRUE(beside.listen_beside(*server_));
    EXPECT_EQ(beside.port(), server_->port());
    EXPECT_FALSE(Server(io, {.port = server_->port()}, handler_, metrics_, log_).listen());

    auto const drained = asio::co_spawn(io, beside.drain(Deadline::after(std::chrono::seconds(0))), asio::use_future);
    io.run();
}

TEST_F(ServerTest, AnAnswerCountsUntilItsClientHasReadIt)
{
    constexpr std::string_view kOne = "GET /large?1 HTTP/1.1\r\nhost: a\r\n\r\n";
    auto reader = client();
    auto other = client();
    reader.send(kOne);
    other.send(kOne);
    EXPECT_EQ(status_of(reader.head()), 200);
    EXPECT_EQ(status_of(other.head()), 200);

    EXPECT_EQ(status_of(answer_to(kOne)), 429) << "its answers wait to be read";
    auto neighbour = client();
    neighbour.send("GET /large?22 HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(neighbour.head()), 200);

    EXPECT_GT(reader.answer().size(), Echo::kLarge);
    reader.send(kOne); // Taken up once the answer before it is gone.
    EXPECT_EQ(status_of(reader.head()), 200);
}

TEST_F(ServerTest, WhatAClientThatLeavesHasNotReadCountsNoMore)
{
    {
        auto leaving = client();
        leaving.send("GET /large?1 HTTP/1.1\r\nhost: a\r\n\r\n");
        EXPECT_EQ(status_of(leaving.head()), 200);
        EXPECT_GE(handler_.answers.held(), Echo::kLarge);
    }
    // The server learns of it when it writes; nothing tells us, but that what counted is gone.
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (handler_.answers.held() > 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    EXPECT_EQ(handler_.answers.held(), 0U);
}

TEST_F(ServerTest, AStrangersBodyIsNotReadNorAskedFor)
{
    auto const answer = answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n"
                                  "expect: 100-continue\r\n\r\n");

    EXPECT_EQ(status_of(answer), 401);
    EXPECT_NE(answer.find("connection: close"), std::string::npos);
    EXPECT_EQ(handler_.held, 0U);
}

TEST_F(ServerTest, AChunkedBodyOfAStrangerIsNotReadEither)
{
    EXPECT_EQ(status_of(answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n")),
              401);
}

TEST_F(ServerTest, WhatCameWithTheFirstReadIsNotAskedAbout)
{
    EXPECT_EQ(status_of(answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc")), 200);
    EXPECT_EQ(handler_.admissions, 0);
}

TEST_F(ServerTest, ABodyThatMayComeIsAskedForAndRead)
{
    std::string const body(90'000, 'x');
    auto peer = client();
    peer.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 90000\r\nexpect: 100-continue\r\n\r\n");

    EXPECT_EQ(status_of(peer.answer()), 100);
    EXPECT_EQ(handler_.held, body.size());
    peer.send(body);

    EXPECT_NE(peer.answer().find(body), std::string::npos);
    EXPECT_EQ(handler_.admissions, 1);
    EXPECT_EQ(handler_.held, 0U);
}

TEST_F(ServerTest, ABodyWithoutRoomIsRefusedBeforeItIsRead)
{
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 100001\r\n\r\n")), 429);
}

TEST_F(ServerTest, AChunkedBodyTakesRoomAsItGrows)
{
    auto peer = client();
    peer.send(kChunkedHead);
    for (int i = 0; i < 26; ++i)
        peer.send("fa0\r\n" + std::string(4000, 'x') + "\r\n");

    EXPECT_EQ(status_of(peer.answer()), 429);
}

class FullServerTest : public ServerTest {
protected:
    FullServerTest()
        : ServerTest(2)
    {
    }
    static constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nhost: a\r\n\r\n";
};

TEST_F(FullServerTest, EndsTheConnectionThatWasIdleForLongest)
{
    auto first = client();
    first.send(kGet);
    ASSERT_EQ(status_of(first.answer()), 200);
    auto second = client();
    second.send(kGet);
    ASSERT_EQ(status_of(second.answer()), 200);

    EXPECT_EQ(status_of(answer_to(kGet)), 200);

    EXPECT_TRUE(first.is_closed());
    second.send(kGet);
    EXPECT_EQ(status_of(second.answer()), 200);
}

TEST_F(FullServerTest, EndsAConnectionThatHoldsItsPlaceWithHalfAHead)
{
    auto slow = client();
    auto other = client();
    for (auto* const each : {&slow, &other})
        each->send("GET /x HTTP/1.1\r\nhost: x\r\nx-a:");

    EXPECT_EQ(status_of(answer_to(kGet)), 200);

    EXPECT_TRUE(slow.is_closed());
    other.send(" y\r\n\r\n");
    EXPECT_EQ(status_of(other.answer()), 200);
}

TEST_F(FullServerTest, EndsAConnectionThatNeverAskedAnything)
{
    auto const silent = client();
    auto const other = client();

    EXPECT_EQ(status_of(answer_to(kGet)), 200);
}

} // namespace
} // namespace sluice::http
