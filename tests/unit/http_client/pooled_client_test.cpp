#include "pooled_client_fixture.hpp"

#include <memory>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace sluice::http {
namespace {

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
        EXPECT_TRUE(write->unread);
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

} // namespace
} // namespace sluice::http
