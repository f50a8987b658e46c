#include "http/pooled_client.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"
#include "support/scripted_peer.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <brotli/encode.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <zlib.h>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;
using test::cut;
using test::hang;
using test::http_answer;
using test::pause;
using test::reset;
using test::Script;
using test::ScriptedPeer;
using test::send;

class PooledClientTest : public testing::Test {
protected:
    Result<IncomingResponse> call(ScriptedPeer const& peer, Method method = Method::get, std::string body = {},
                                  std::chrono::milliseconds limit = 5s)
    {
        OutgoingRequest request;
        request.method = method;
        request.url = peer.url();
        request.body = std::move(body);
        return test::run_on(io_, client_.send(std::move(request), Deadline::after(limit)));
    }

    /// Runs what is left to do until the peer has seen all its connections closed.
    bool all_closed(ScriptedPeer const& peer)
    {
        auto const limit = Deadline::after(2s);
        io_.restart();
        while (peer.open() > 0 && !limit.expired())
            io_.run_one_for(50ms);
        return peer.open() == 0;
    }

    asio::io_context io_{1};
    telemetry::Registry registry_;
    ClientMetrics metrics_{registry_};
    EgressPolicy const egress_ = *EgressPolicy::allowing({"127.0.0.0/8"});
    PooledClient client_{io_, ClientConfig{.response_limit_bytes = 64 * 1024}, egress_, metrics_};
};

TEST_F(PooledClientTest, ReusesAConnectionWhoseAnswerCameWhole)
{
    for (auto const* answer :
         {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;x=\"y\"\r\n{\r\n1 \r\n}\r\n0\r\nt: "
          "1\r\n\r\n",
          "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"}) {
        ScriptedPeer const peer(io_, {Script{send(answer)}});
        ASSERT_TRUE(call(peer)) << answer;
        ASSERT_TRUE(call(peer)) << answer;
        EXPECT_EQ(peer.accepted(), 1U) << answer;
    }
}

// AddressSanitizer is what fails otherwise.
TEST_F(PooledClientTest, MayGoWhenItsTimerHasJustFired)
{
    for (int turns = 0; turns < 4; ++turns) {
        ScriptedPeer const peer(io_, {Script{send(http_answer(200, "first"))}});
        auto client = std::make_unique<PooledClient>(io_, ClientConfig{.idle_limit = 0ms}, egress_, metrics_);
        OutgoingRequest request;
        request.url = peer.url();
        ASSERT_TRUE(test::run_on(io_, client->send(std::move(request), Deadline::after(5s))));

        // Somewhere between the timer's time and its handler's turn.
        std::function<void(int)> leave = [&](int left) {
            asio::post(io_, [&, left] { left > 0 ? leave(left - 1) : client.reset(); });
        };
        leave(turns);
        io_.restart();
        io_.poll();
        EXPECT_FALSE(client);
    }
}

TEST_F(PooledClientTest, ReadsPastInterimAnswers)
{
    auto const final = http_answer(200, "final");
    for (auto const& interim :
         {std::string("HTTP/1.1 100 Continue\r\n\r\n"), std::string("HTTP/1.1 102 Processing\r\n\r\n"),
          std::string("HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n"),
          std::string("HTTP/1.1 199 Whatever\r\ncontent-length: 5\r\n\r\n"),
          std::string("HTTP/1.1 103 A\r\n\r\nHTTP/1.1 103 B\r\n\r\nHTTP/1.1 100 C\r\n\r\n")}) {
        for (Script const& script : {Script{send(interim + final)}, Script{send(interim), pause(5ms), send(final)},
                                     test::trickle(interim + final, 7, 0ms)}) {
            ScriptedPeer const peer(io_, {script});
            for (auto const method : {Method::get, Method::post}) {
                auto const answer = call(peer, method);
                ASSERT_TRUE(answer) << interim << answer.error().log_message();
                EXPECT_EQ(answer->status, 200) << interim;
                EXPECT_EQ(answer->body, "final") << interim;
                EXPECT_FALSE(answer->headers.contains("link"));
            }
        }
    }
}

TEST_F(PooledClientTest, GivesNoCallTheAnswerOfTheCallBefore)
{
    ScriptedPeer const peer(
        io_, {Script{send("HTTP/1.1 103 Early Hints\r\n\r\n"), pause(20ms), send(http_answer(200, "first"))},
              Script{send(http_answer(200, "second"))}});

    auto const first = call(peer);
    auto const second = call(peer);

    ASSERT_TRUE(first);
    EXPECT_EQ(first->body, "first");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, "second");
}

TEST_F(PooledClientTest, BoundsInterimAnswersInNumberAndBytes)
{
    std::string many;
    for (int i = 0; i < 17; ++i)
        many += "HTTP/1.1 103 Early Hints\r\n\r\n";
    std::string large = "HTTP/1.1 103 Early Hints\r\nlink: " + std::string(40'000, 'x') + "\r\n\r\n";
    for (auto const& interim : {many, large + large}) {
        ScriptedPeer const peer(io_, {Script{send(interim + http_answer(200, ""))}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
        EXPECT_TRUE(all_closed(peer));
    }
}

TEST_F(PooledClientTest, RefusesAChangeOfProtocol)
{
    ScriptedPeer const peer(io_, {Script{send("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"), hang()}});

    auto const answer = call(peer);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
    EXPECT_TRUE(all_closed(peer));
}

/// What leaves the end of the answer in doubt closes the connection; the answer itself is good.
TEST_F(PooledClientTest, ClosesAConnectionInDoubt)
{
    struct Case {
        char const* name;
        Method method;
        std::string answer;
    };
    for (auto const& [name, method, bytes] : {
             Case{"204", Method::get, "HTTP/1.1 204 No Content\r\n\r\n"},
             Case{"204 with a length", Method::post, "HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n"},
             Case{"204 with chunks", Method::post, "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n"},
             Case{"304", Method::get, "HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n"},
             Case{"HEAD", Method::head, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"},
             Case{"HTTP/1.0", Method::get, "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n{}"},
             Case{"close", Method::get, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"},
             Case{"two lengths", Method::get, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}"},
             Case{"a list of lengths", Method::get, "HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\n{}"},
             Case{"bytes left over", Method::get, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}x"},
             Case{"a second answer", Method::get, http_answer(200, "{}") + http_answer(200, "no")},
         }) {
        ScriptedPeer const peer(io_, {Script{send(bytes)}});
        auto const answer = call(peer, method);
        EXPECT_TRUE(answer) << name;
        EXPECT_TRUE(all_closed(peer)) << name;
    }
}

TEST_F(PooledClientTest, RefusesAnAnswerWhoseEndCannotBeKnown)
{
    for (auto const* bytes : {
             "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\ncontent-length: 2\r\n\r\n{}",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n{}",
             "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
             "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n\r\n",
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n00000000000000002\r\n{}\r\n0\r\n\r\n",
             "HTTP/1.1 999 OK\r\ncontent-length: 2\r\n\r\n{}",
             "HTTP/1.1 099 OK\r\ncontent-length: 2\r\n\r\n{}",
             "ICY 200 OK\r\n\r\n",
         }) {
        ScriptedPeer const peer(io_, {Script{send(bytes), hang()}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << bytes;
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed) << bytes;
        EXPECT_TRUE(all_closed(peer)) << bytes;
    }
}

TEST_F(PooledClientTest, SeesBytesThatComeBetweenTwoCalls)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "first")), pause(5ms), send(http_answer(200, "late"))},
                                  Script{send(http_answer(200, "second"))}});

    ASSERT_TRUE(call(peer));
    io_.restart();
    io_.run_for(20ms); // The late bytes are written.
    auto const second = call(peer);

    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, "second");
    EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(PooledClientTest, BoundsWhatIsNeitherBodyNorFraming)
{
    auto const filler = std::string(64 * 1024, 'x');
    for (std::string const head : {"1;a=\"", "0\r\nx-t: ", "0\r\nx-t: 1\r\nx-u: "}) {
        // It never ends: only the client's bound does.
        Script script{send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + head)};
        for (int i = 0; i < 40; ++i)
            script.push_back(send(filler));
        script.push_back(hang());
        ScriptedPeer const peer(io_, {script});

        auto const answer = call(peer);

        ASSERT_FALSE(answer) << head;
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed) << head;
        EXPECT_TRUE(all_closed(peer)) << head;
    }
}

/// Whole lines, so that each of them could be thrown away at once.
TEST_F(PooledClientTest, BoundsTrailersAndHeadersThatComeLineByLine)
{
    std::string lines;
    for (int i = 0; i < 4'000; ++i)
        lines += "x-field: a value of some length\r\n";
    for (auto const& head : {std::string("HTTP/1.1 200 OK\r\n"),
                             std::string("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n")}) {
        ScriptedPeer const peer(io_, {Script{send(head), send(lines), hang()}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << head;
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed) << head;
        EXPECT_TRUE(all_closed(peer)) << head;
    }
}

TEST_F(PooledClientTest, BoundsTheBodyInEveryFraming)
{
    std::string const body(64 * 1024, 'x');
    auto const chunked = [](std::string const& data) {
        return "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000\r\n" + data.substr(0, 0x10000) + "\r\n" +
               (data.size() > 0x10000 ? "1\r\nx\r\n" : "") + "0\r\n\r\n";
    };
    auto const to_end = "HTTP/1.1 200 OK\r\n\r\n";
    for (auto const& fits : {http_answer(200, body), chunked(body), to_end + body}) {
        ScriptedPeer const peer(io_, {Script{send(fits), cut()}});
        auto const answer = call(peer);
        ASSERT_TRUE(answer) << fits.substr(0, 60) << answer.error().log_message();
        EXPECT_EQ(answer->body, body);
    }
    for (auto const& large : {http_answer(200, body + 'x'), chunked(body + 'x'), to_end + body + 'x'}) {
        ScriptedPeer const peer(io_, {Script{send(large), cut()}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << large.substr(0, 60);
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
    }
}

TEST_F(PooledClientTest, TellsAnAnswerThatBreaksOff)
{
    for (auto const* bytes :
         {"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\ncont", "HTTP/1.1 103 A\r\n\r\n",
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"}) {
        ScriptedPeer const peer(io_, {Script{send(bytes), cut()}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << bytes;
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed) << bytes;
        EXPECT_NE(answer.error().public_detail().find("broke off"), std::string::npos);
    }
}

TEST_F(PooledClientTest, TellsAWriteWhoseAnswerDoesNotComeWholeAsMade)
{
    for (auto const& bytes :
         {std::string("HTTP/1.1 201 Created\r\ncontent-length: 3\r\n\r\n{}"),
          std::string("HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"),
          std::string("HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n1;") + std::string(8'000, 'x'),
          http_answer(201, std::string(70 * 1024, 'x')), // The limit is 64 KiB.
          std::string("HTTP/1.1 201 Created\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone")}) {
        ScriptedPeer const peer(io_, {Script{send(bytes), cut()}});
        auto const write = call(peer, Method::post, "{}");
        ASSERT_TRUE(write) << bytes.substr(0, 80) << write.error().log_message();
        EXPECT_EQ(write->status, 201);
        EXPECT_FALSE(write->unread.empty());
        EXPECT_EQ(write->body, "");
        EXPECT_TRUE(all_closed(peer) || bytes.find("gzip") != bytes.npos);
        EXPECT_FALSE(call(peer)) << "of a read nothing is known: " << bytes.substr(0, 80);
    }
    for (auto const* bytes :
         {"HTTP/1.1 500 X\r\ncontent-length: 3\r\n\r\n{}", "HTTP/1.1 201 Crea", "HTTP/1.1 103 Early\r\n\r\n"}) {
        ScriptedPeer const peer(io_, {Script{send(bytes), cut()}});
        EXPECT_FALSE(call(peer, Method::post, "{}")) << bytes;
    }
}

/// The server answers without reading on and closes, so that writing ends with a reset.
TEST_F(PooledClientTest, ReadsTheAnswerOfAServerThatReadsNoFurther)
{
    auto const early = "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 5\r\n\r\nlarge";
    ScriptedPeer peer(io_, {Script{}});
    peer.on_head({send(early), reset()});
    for (int i = 0; i < 15; ++i) {
        auto const answer = call(peer, Method::post, std::string(8'000'000, 'b'));
        ASSERT_TRUE(answer) << i << answer.error().log_message();
        EXPECT_EQ(answer->status, 413);
        EXPECT_EQ(answer->body, "large");
    }
}

/// Several calls at once, each for an owner.
class SharesTest : public PooledClientTest {
protected:
    static ClientConfig small()
    {
        ClientConfig config;
        config.connections = 64;
        config.connections_per_host = 16;
        return config;
    }
    static Owner owner(std::uint8_t environment, std::uint8_t account = 0)
    {
        Owner owner;
        owner.environment = EnvironmentId{Uuid{environment}};
        if (account != 0)
            owner.account = IntegratedAccountId{Uuid{account}};
        return owner;
    }

    void begin(ScriptedPeer const& peer, Owner const& whose)
    {
        OutgoingRequest request;
        request.url = peer.url();
        request.owner = whose;
        asio::co_spawn(io_, limited_.send(std::move(request), Deadline::after(500ms)),
                       [this](std::exception_ptr const&, Result<IncomingResponse> const& answer) {
                           if (!answer)
                               errors_.push_back(answer.error());
                           else
                               ++answers_;
                       });
        io_.restart();
        io_.poll();
    }

    PooledClient limited_{io_, small(), egress_, metrics_};
    std::vector<Error> errors_;
    int answers_ = 0;
};

TEST_F(SharesTest, LeaveRoomForOthersWhateverOneTenantDoes)
{
    ScriptedPeer const hanging(io_, {Script{hang()}});

    for (int i = 0; i < 700; ++i)
        begin(hanging, owner(1, static_cast<std::uint8_t>(1 + i % 4)));

    EXPECT_GE(errors_.size(), 700U - 8U); // Half of the host's 16.
    EXPECT_LT(errors_.size(), 700U - 4U);
    EXPECT_EQ(errors_.back().code(), ErrorCode::rate_limited);
    errors_.clear();
    begin(hanging, owner(2, 9));
    EXPECT_TRUE(errors_.empty());
}

TEST_F(SharesTest, AnAccountLeavesRoomForTheOthersOfItsEnvironment)
{
    ScriptedPeer const hanging(io_, {Script{hang()}});

    for (int i = 0; i < 20; ++i)
        begin(hanging, owner(1, 1));

    ASSERT_EQ(errors_.size(), 20U - 4U);
    EXPECT_NE(errors_.back().public_detail().find("This account"), std::string::npos);
    errors_.clear();
    begin(hanging, owner(1, 2));
    EXPECT_TRUE(errors_.empty());
    for (int i = 0; i < 20; ++i)
        begin(hanging, owner(1, static_cast<std::uint8_t>(10 + i)));
    EXPECT_NE(errors_.back().public_detail().find("This environment"), std::string::npos);
}

TEST_F(SharesTest, ManyHostsOfOneTenantLeaveRoomToo)
{
    std::vector<std::unique_ptr<ScriptedPeer>> hosts;
    for (int i = 0; i < 20; ++i)
        hosts.push_back(std::make_unique<ScriptedPeer>(io_, std::vector<Script>{Script{hang()}}));

    for (auto const& host : hosts)
        for (int i = 0; i < 8; ++i)
            begin(*host, owner(1));

    EXPECT_EQ(errors_.size(), 160U - 32U); // Half of 64.
    errors_.clear();
    begin(*hosts.back(), owner(2));
    EXPECT_TRUE(errors_.empty());
}

TEST_F(SharesTest, ComeBackWhenACallEnds)
{
    ScriptedPeer const peer(io_, {Script{hang()}});
    for (int i = 0; i < 8; ++i)
        begin(peer, owner(1));
    begin(peer, owner(1));
    ASSERT_EQ(errors_.size(), 1U);

    io_.restart();
    io_.run_for(700ms); // Their deadline passes.

    ASSERT_EQ(errors_.size(), 9U);
    begin(peer, owner(1));
    EXPECT_EQ(errors_.size(), 9U);
}

TEST_F(PooledClientTest, ClosesIdleConnectionsThatNobodyAsksForAgain)
{
    ClientConfig config;
    config.idle_limit = 30ms;
    PooledClient client(io_, config, egress_, metrics_);
    std::vector<std::unique_ptr<ScriptedPeer>> hosts;
    for (int i = 0; i < 20; ++i) {
        hosts.push_back(std::make_unique<ScriptedPeer>(io_, std::vector<Script>{{send(http_answer(200, "{}"))}}));
        OutgoingRequest request;
        request.url = hosts.back()->url();
        ASSERT_TRUE(test::run_on(io_, client.send(std::move(request), Deadline::after(5s))));
    }
    for (auto const& host : hosts)
        EXPECT_TRUE(all_closed(*host));
}

TEST_F(PooledClientTest, BoundsIdleConnectionsOverAllHosts)
{
    ClientConfig config;
    config.idle_connections = 5;
    PooledClient client(io_, config, egress_, metrics_);
    std::vector<std::unique_ptr<ScriptedPeer>> hosts;
    for (int i = 0; i < 20; ++i) {
        hosts.push_back(std::make_unique<ScriptedPeer>(io_, std::vector<Script>{{send(http_answer(200, "{}"))}}));
        OutgoingRequest request;
        request.url = hosts.back()->url();
        ASSERT_TRUE(test::run_on(io_, client.send(std::move(request), Deadline::after(5s))));
    }
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (i < 15)
            EXPECT_TRUE(all_closed(*hosts[i])) << i; // The oldest go.
        else
            EXPECT_EQ(hosts[i]->open(), 1U) << i;
    }
}

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

std::string deflated(std::string_view text, int window)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string gzipped(std::string_view text)
{
    return deflated(text, MAX_WBITS + 16);
}

std::string in_brotli(std::string_view text)
{
    std::string out(BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
    auto size = out.size();
    EXPECT_TRUE(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                                      reinterpret_cast<std::uint8_t const*>(text.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())));
    out.resize(size);
    return out;
}

std::string coded_answer(std::string_view coding, std::string_view body)
{
    return http_answer(200, body, "content-encoding: " + std::string(coding) + "\r\n");
}

TEST_F(PooledClientTest, DecodesWhatItSaysItTakes)
{
    std::string text = R"({"id":7,"text":")";
    for (int i = 0; i < 3'000; ++i)
        text += std::to_string(i);
    text += "\"}";
    for (auto const& [coding, body] : std::multimap<std::string, std::string>{
             {"gzip", gzipped(text)},
             {"GZip", gzipped(text)},
             {"x-gzip", gzipped(text.substr(0, 100)) + gzipped(text.substr(100))},
             {"gzip", gzipped(text) + std::string(8, '\0')},
             {"deflate", deflated(text, MAX_WBITS)},
             {"deflate", deflated(text, -MAX_WBITS)},
             {"br", in_brotli(text)},
             {"identity", text},
             {"gzip, identity, br", in_brotli(gzipped(text))},
             {"br\r\ncontent-encoding: gzip", gzipped(in_brotli(text))},
         }) {
        ScriptedPeer const peer(io_, {Script{send(coded_answer(coding, body))}});
        auto const answer = call(peer);
        ASSERT_TRUE(answer) << coding << answer.error().log_message();
        EXPECT_EQ(answer->body, text) << coding;
        EXPECT_FALSE(answer->headers.contains("content-encoding"));
        ASSERT_TRUE(call(peer));
        EXPECT_EQ(peer.accepted(), 1U) << "what is decoded leaves the connection as it was";
        EXPECT_NE(peer.requests().front().find("\r\naccept-encoding: gzip, deflate, br\r\n"), std::string::npos);
    }
}

TEST_F(PooledClientTest, TakesNothingForNothingInAnyCoding)
{
    for (auto const& bytes :
         {coded_answer("gzip", ""), std::string("HTTP/1.1 204 X\r\ncontent-encoding: br\r\n\r\n")}) {
        ScriptedPeer const peer(io_, {Script{send(bytes)}});
        auto const answer = call(peer);
        ASSERT_TRUE(answer) << answer.error().log_message();
        EXPECT_EQ(answer->body, "");
    }
}

TEST_F(PooledClientTest, RefusesABodyThatCannotBeDecoded)
{
    std::string const text(2'000, 'x');
    std::string const bomb(70 * 1024, 'x'); // The limit is 64 KiB.
    for (auto const& [coding, body, word] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"zstd", text, "not known (zstd)"},
             {"gzip", "this is no gzip", "not valid gzip"},
             {"gzip", gzipped(text) + "and more", "not valid gzip"},
             {"gzip", gzipped(text).substr(0, 20), "broke off"},
             {"deflate", "\x78\x9c this is no deflate", "not valid deflate"},
             {"deflate", deflated(text, MAX_WBITS) + "more", "not valid deflate"},
             {"br", in_brotli(text).substr(0, 8), "broke off"},
             {"br", in_brotli(text) + "more", "not valid br"},
             {"gzip", gzipped(bomb), "too large once it is decoded"},
             {"deflate", deflated(bomb, MAX_WBITS), "too large once it is decoded"},
             {"br", in_brotli(bomb), "too large once it is decoded"},
             {"gzip, gzip", gzipped(gzipped(bomb)), "too large once it is decoded"},
             {"gzip, gzip, gzip, gzip", text, "too many"},
         }) {
        ScriptedPeer const peer(io_, {Script{send(coded_answer(coding, body))}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer) << coding << body.substr(0, 20);
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
        EXPECT_NE(answer.error().public_detail().find(word), std::string::npos) << answer.error().public_detail();
    }
}

TEST_F(SharesTest, OfTheBytesOfLargeAnswersToo)
{
    ClientConfig config;
    config.answer_bytes = 4 * 1024 * 1024;
    PooledClient client(io_, config, egress_, metrics_);
    std::string const mebibyte(1024 * 1024, 'x');
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, mebibyte))}});
    ScriptedPeer const small(io_, {Script{send(http_answer(200, "{}"))}});
    auto const ask = [&](ScriptedPeer const& whom, std::uint8_t environment, Method method = Method::get) {
        OutgoingRequest request;
        request.method = method;
        request.url = whom.url();
        request.owner = owner(environment);
        return test::run_on(io_, client.send(std::move(request), Deadline::after(5s)));
    };
    std::vector<Result<IncomingResponse>> held;

    held.push_back(ask(peer, 1));
    ASSERT_TRUE(held.back());
    auto const refused = ask(peer, 1); // Half of four, with what is taken ahead, is one.
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_NE(refused.error().public_detail().find("this environment"), std::string::npos);
    auto const write = ask(peer, 1, Method::post);
    ASSERT_TRUE(write) << "it was made: nobody should repeat it";
    EXPECT_EQ(write->status, 200);
    EXPECT_NE(write->unread.find("was not read"), std::string::npos) << write->unread;
    EXPECT_TRUE(ask(small, 1));
    EXPECT_TRUE(ask(peer, 2));
    held.clear(); // The answers are gone.
    EXPECT_TRUE(ask(peer, 1));
}

/// A certificate for localhost that nobody but the test trusts, with its key.
struct Certificate {
    Certificate()
        : key(EVP_EC_gen("P-256"))
        , certificate(X509_new())
    {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
        X509_set_version(certificate, X509_VERSION_3);
        X509_set_pubkey(certificate, key);
        auto* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"), -1,
                                   -1, 0);
        X509_set_issuer_name(certificate, name);
        auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
    }
    ~Certificate()
    {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    Certificate(Certificate const&) = delete;
    Certificate& operator=(Certificate const&) = delete;

    /// Makes the clients of this process trust it while it lives.
    class Trusted {
    public:
        explicit Trusted(Certificate const& certificate)
            : path_(testing::TempDir() + "sluice-client-test-" + std::to_string(::getpid()) + ".pem")
        {
            auto* file = std::fopen(path_.c_str(), "w");
            PEM_write_X509(file, certificate.certificate);
            std::fclose(file);
            ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
        }
        ~Trusted()
        {
            ::unsetenv("SSL_CERT_FILE");
            std::remove(path_.c_str());
        }
        Trusted(Trusted const&) = delete;
        Trusted& operator=(Trusted const&) = delete;

    private:
        std::string const path_;
    };

    EVP_PKEY* key;
    X509* certificate;
};

/// A server by TLS that answers each read with the next of `answers`, or the last.
class TlsPeer {
public:
    static constexpr char kNextRecord = '\x01'; ///< In an answer.

    TlsPeer(asio::io_context& io, Certificate const& certificate, std::vector<std::string> answers)
        : state_(std::make_shared<State>(io, std::move(answers)))
    {
        SSL_CTX_use_certificate(state_->context.native_handle(), certificate.certificate);
        SSL_CTX_use_PrivateKey(state_->context.native_handle(), certificate.key);
        asio::co_spawn(io, accept(state_), [](std::exception_ptr const&) {});
    }
    [[nodiscard]] std::string url() const
    {
        return "https://localhost:" + std::to_string(state_->acceptor.local_endpoint().port()) + "/";
    }
    [[nodiscard]] std::size_t accepted() const { return state_->accepted; }

private:
    using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

    struct State {
        State(asio::io_context& the_io, std::vector<std::string> the_answers)
            : io(the_io)
            , context(asio::ssl::context::tls_server)
            , acceptor(the_io, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0))
            , answers(std::move(the_answers))
        {
        }
        asio::io_context& io;
        asio::ssl::context context;
        asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor;
        std::vector<std::string> answers;
        std::size_t next = 0;
        std::size_t accepted = 0;
    };

    static Task<void> accept(std::shared_ptr<State> state)
    {
        for (;;) {
            Socket socket(state->io);
            auto const [failure] = co_await state->acceptor.async_accept(socket, kUseTask);
            if (failure)
                co_return;
            ++state->accepted;
            asio::co_spawn(state->io, serve(state, std::move(socket)), [](std::exception_ptr const&) {});
        }
    }

    static void set_cork(Socket& socket, int on)
    {
        ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    }

    static Task<void> serve(std::shared_ptr<State> state, Socket socket)
    {
        asio::ssl::stream<Socket> stream(std::move(socket), state->context);
        auto const [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, kUseTask);
        std::string request(16 * 1024, '\0');
        for (auto failed = refused; !failed;) {
            auto const [end, read] = co_await stream.async_read_some(asio::buffer(request), kUseTask);
            failed = end;
            if (failed)
                break;
            auto const answer = state->answers[std::min(state->next++, state->answers.size() - 1)];
            // A record for each part, and all of them in one packet.
            set_cork(stream.next_layer(), 1);
            boost::system::error_code failure;
            for (std::size_t at = 0; at < answer.size() && !failure;) {
                auto const part_end = std::min(answer.find(kNextRecord, at), answer.size());
                auto const [failed_part, written] = co_await asio::async_write(
                    stream, asio::buffer(std::string_view(answer).substr(at, part_end - at)), kUseTask);
                failure = failed_part;
                at = part_end + 1;
            }
            set_cork(stream.next_layer(), 0);
            failed = failure;
        }
    }

    std::shared_ptr<State> state_;
};

class TlsTest : public PooledClientTest {
protected:
    Result<IncomingResponse> call_tls(TlsPeer const& peer)
    {
        OutgoingRequest request;
        request.url = peer.url();
        return test::run_on(io_, trusting_.send(std::move(request), Deadline::after(5s)));
    }

    Certificate certificate_;
    Certificate::Trusted trusted_{certificate_};
    PooledClient trusting_{io_, {}, egress_, metrics_};
};

TEST_F(TlsTest, ReadsLargeAnswersAndReusesTheConnection)
{
    std::string const body(300'000, 'x');
    TlsPeer const peer(io_, certificate_, {http_answer(200, body)});
    for (int i = 0; i < 3; ++i) {
        auto const answer = call_tls(peer);
        ASSERT_TRUE(answer) << answer.error().log_message();
        EXPECT_EQ(answer->body, body);
    }
    EXPECT_LE(peer.accepted(), 2U) << "a session ticket that comes late may cost the first connection";
}

TEST_F(TlsTest, SeesWhatTlsHasTakenFromTheSocketAlready)
{
    // The second record waits within TLS when the first has been read.
    TlsPeer const peer(
        io_, certificate_,
        {http_answer(200, "first") + TlsPeer::kNextRecord + http_answer(200, "late"), http_answer(200, "second")});

    auto const first = call_tls(peer);
    auto const second = call_tls(peer);

    ASSERT_TRUE(first) << first.error().log_message();
    EXPECT_EQ(first->body, "first");
    ASSERT_TRUE(second) << second.error().log_message();
    EXPECT_EQ(second->body, "second");
    EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(TlsTest, RefusesACertificateThatNobodyKnows)
{
    Certificate const other;
    TlsPeer const peer(io_, other, {http_answer(200, "{}")});

    auto const answer = call_tls(peer);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_unreachable);
}

} // namespace
} // namespace sluice::http
