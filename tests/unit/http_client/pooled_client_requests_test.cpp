// What a client sends, when it sends again, and what it says when nothing came of it.
#include "pooled_client_fixture.hpp"

#include <future>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::http {
namespace {

class RequestsTest : public PooledClientTest {
protected:
    Result<IncomingResponse> send_to(OutgoingRequest request, std::chrono::milliseconds limit = 5s)
    {
        return test::run_on(io_, client_.send(std::move(request), Deadline::after(limit)));
    }
    static OutgoingRequest to(std::string url, Method method = Method::get)
    {
        OutgoingRequest request;
        request.method = method;
        request.url = std::move(url);
        return request;
    }
};

TEST_F(RequestsTest, AreWrittenAsTheyAreGiven)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    auto request = to(peer.url("/a%20b?c=d"), Method::patch);
    request.headers.add("x-one", "1");
    request.headers.add("accept-encoding", "identity");
    request.body = "body";
    ASSERT_TRUE(send_to(std::move(request)));
    auto const host = "127.0.0.1:" + std::to_string(peer.port());
    EXPECT_EQ(peer.requests().front(),
              "PATCH /a%20b?c=d HTTP/1.1\r\nhost: " + host +
                  "\r\nx-one: 1\r\naccept-encoding: identity\r\ncontent-length: 4\r\n\r\nbody");
}

TEST_F(RequestsTest, HaveALengthWhereABodyIsExpected)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    for (auto const method : {Method::post, Method::delete_, Method::get}) {
        ASSERT_TRUE(send_to(to(peer.url(), method)));
        auto const expects = method != Method::get;
        EXPECT_EQ(peer.requests().back().find("content-length: 0\r\n") != std::string::npos, expects)
            << name_of(method);
    }
}

TEST_F(RequestsTest, CannotBeSplitByAFieldOrAUrl)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    for (auto const& [name, value] : {std::pair{"x-a", "1\r\nx-b: 2"}, {"x-a\n", "1"}, {"x-a", "1\n"}}) {
        auto request = to(peer.url());
        request.headers.add(name, value);
        auto const refused = send_to(std::move(request));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().failures().front().path, "headers");
    }
    ASSERT_TRUE(send_to(to(peer.url())));
    for (auto const* path : {"/a b", "/a\r\nx: y", "/a#b", "/a\x7f", "/a\"b"})
        EXPECT_EQ(send_to(to(peer.url(path))).error().code(), ErrorCode::invalid_argument) << path;
    EXPECT_EQ(send_to(to("ftp://127.0.0.1/")).error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(peer.requests().size(), 1U);
}

TEST_F(RequestsTest, ThatAreSafeAreMadeAgainWhereAWarmConnectionEnds)
{
    for (auto const method : {Method::get, Method::head, Method::post}) {
        // It closes when the second request has come, without a byte.
        ScriptedPeer const peer(io_, {Script{send(http_answer(200, method == Method::head ? "" : "first"))},
                                      Script{cut()}, Script{send(http_answer(200, "again"))}});
        ASSERT_TRUE(send_to(to(peer.url())));
        auto const second = send_to(to(peer.url(), method));
        if (is_safe(method)) {
            ASSERT_TRUE(second) << second.error().log_message();
            EXPECT_EQ(peer.accepted(), 2U);
        } else {
            ASSERT_FALSE(second) << "it may have been made";
            EXPECT_EQ(second.error().code(), ErrorCode::upstream_failed);
            EXPECT_EQ(peer.requests().size(), 2U);
        }
    }
}

TEST_F(RequestsTest, AreNotMadeAgainOnAConnectionOfTheirOwn)
{
    ScriptedPeer const peer(io_, {Script{cut()}, Script{send(http_answer(200, "{}"))}});
    EXPECT_EQ(send_to(to(peer.url())).error().code(), ErrorCode::upstream_failed);
    EXPECT_EQ(peer.requests().size(), 1U);
    EXPECT_EQ(metrics_.failures.value(), 1U);
}

TEST_F(RequestsTest, AreNotMadeAgainOnceAnAnswerHasBegun)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "first"))}, Script{send("HTTP/1.1 2"), cut()},
                                  Script{send(http_answer(200, "again"))}});
    ASSERT_TRUE(send_to(to(peer.url())));
    EXPECT_EQ(send_to(to(peer.url())).error().code(), ErrorCode::upstream_failed);
    EXPECT_EQ(peer.requests().size(), 2U);
}

TEST_F(RequestsTest, AreOverAtTheirDeadline)
{
    ScriptedPeer const peer(io_, {Script{hang()}});
    auto const late = send_to(to(peer.url()), 20ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::upstream_timeout);
    EXPECT_EQ(late.error().public_detail(), "127.0.0.1 did not answer in time.");
    EXPECT_TRUE(all_closed(peer));
}

TEST_F(RequestsTest, AreNotSentOnceTheirTimeIsOver)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    ASSERT_TRUE(send_to(to(peer.url())));
    auto const late = send_to(to(peer.url()), 0ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::upstream_unreachable) << "nothing was sent";
    EXPECT_EQ(peer.requests().size(), 1U);
}

TEST_F(RequestsTest, ToNobodySayThatNobodyIsThere)
{
    std::string url;
    {
        ScriptedPeer const gone(io_, {Script{}});
        url = gone.url();
    }
    auto const refused = send_to(to(url));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::upstream_unreachable);
    EXPECT_NE(refused.error().public_detail().find("127.0.0.1 could not be reached"), std::string::npos);
}

TEST_F(RequestsTest, ToAddressesInsideAreRefused)
{
    for (auto const& [url, rule] : {std::pair{"https://10.0.0.1/", "its address is not public"},
                                    {"http://93.184.216.34/", "only https may be used"}}) {
        auto const refused = send_to(to(url));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::forbidden);
        EXPECT_NE(refused.error().public_detail().find(rule), std::string::npos) << refused.error().public_detail();
    }
    EXPECT_EQ(metrics_.refused_addresses.value(), 2U);
}

TEST_F(RequestsTest, AreNotSentToAServerThatSpeaksFirst)
{
    ScriptedPeer peer(io_, {Script{send(http_answer(200, "{}"))}});
    peer.on_accept({send("220 mail.example ESMTP\r\n")});
    // The greeting is there before the client looks: both live on one io_context, and nothing else is done there.
    auto request = to(peer.url());
    auto const answer = send_to(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_failed);
}

/// The client of a request, as a server sees it.
class Leaving final : public Peer {
public:
    [[nodiscard]] bool is_gone() const override { return has_left; }
    bool has_left = false;
};

TEST_F(RequestsTest, AreGivenUpOnceNobodyWaits)
{
    Leaving waiter;
    // It leaves as soon as its request has come.
    ScriptedPeer const peer(io_, [&](std::string const&) {
        waiter.has_left = true;
        return Script{hang()};
    });
    auto request = to(peer.url());
    request.waiter = &waiter;
    auto const given_up = send_to(std::move(request));
    ASSERT_FALSE(given_up);
    EXPECT_EQ(given_up.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(metrics_.abandoned.value(), 1U);
    EXPECT_TRUE(all_closed(peer));
}

TEST_F(RequestsTest, KeepNoMoreConnectionsOfAHostThanItMay)
{
    PooledClient client(io_, {.idle_per_host = 1}, egress_, metrics_);
    ScriptedPeer const peer(io_, {Script{pause(1ms), send(http_answer(200, "{}"))}});
    std::vector<std::future<Result<IncomingResponse>>> answers;
    for (int i = 0; i < 3; ++i)
        answers.push_back(asio::co_spawn(io_, client.send(to(peer.url()), Deadline::after(5s)), asio::use_future));
    auto const limit = Deadline::after(5s);
    io_.restart();
    while (!limit.expired() && (peer.accepted() < 3 || peer.open() > 1))
        io_.run_one_for(50ms);
    for (auto& answer : answers)
        EXPECT_TRUE(answer.get());
    EXPECT_EQ(peer.accepted(), 3U);
    EXPECT_EQ(peer.open(), 1U);
}

TEST_F(PooledClientTest, EndsAtItsDeadlineAlsoIfTheServerNeverPauses)
{
    PooledClient client(io_, {}, egress_, metrics_);
    std::string chunks = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
    for (int i = 0; i < 8'000'000; ++i)
        chunks += "1\r\nx\r\n";
    ScriptedPeer const peer(io_, {Script{send(std::move(chunks)), hang()}});
    OutgoingRequest request;
    request.url = peer.url();

    auto const answer = test::run_on(io_, client.send(std::move(request), Deadline::after(30ms)));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_timeout);
}

TEST_F(PooledClientTest, KeepsTheConnectionsOfAccountsApart)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "{}"))}});
    auto const ask = [&](std::uint8_t account) {
        OutgoingRequest request;
        request.url = peer.url();
        request.owner.account = IntegratedAccountId{Uuid{account}};
        ASSERT_TRUE(test::run_on(io_, client_.send(std::move(request), Deadline::after(5s))));
    };
    ask(1);
    ask(1);
    EXPECT_EQ(peer.accepted(), 1U);
    ask(2);
    EXPECT_EQ(peer.accepted(), 2U) << "what the server sends late must not reach another account";
    ask(1);
    ask(2);
    EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(PooledClientTest, TellsOfAHeadThatIsTooLargeHoweverItIs)
{
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += "x-a: b\r\n";
    for (auto const& fields : {many, "x-long: " + std::string(100'000, 'x') + "\r\n"}) {
        ScriptedPeer const peer(io_, {Script{send("HTTP/1.1 200 X\r\n" + fields + "\r\n"), hang()}});
        auto const answer = call(peer);
        ASSERT_FALSE(answer);
        EXPECT_NE(answer.error().public_detail().find("has too large a head"), std::string::npos)
            << answer.error().public_detail();
    }
}

} // namespace
} // namespace sluice::http
