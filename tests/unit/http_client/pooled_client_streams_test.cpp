#include "pooled_client_fixture.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace sluice::http {
namespace {

/// A body of known pieces. After them it ends, fails, or waits until it is cancelled.
class Pieces final : public BodySource {
public:
    enum class End { whole, failure, never };

    Pieces(asio::io_context& io, std::deque<std::string> pieces, End end = End::whole,
           std::optional<std::uint64_t> size = std::nullopt)
        : pieces_(std::move(pieces))
        , end_(end)
        , size_(size)
        , cancelled_(io, SteadyTimer::time_point::max())
    {
    }
    Task<Result<std::string>> read() override
    {
        if (!pieces_.empty()) {
            auto piece = std::move(pieces_.front());
            pieces_.pop_front();
            co_return piece;
        }
        if (end_ == End::whole)
            co_return std::string();
        if (end_ == End::never)
            co_await cancelled_.async_wait(kUseTask);
        co_return Error{ErrorCode::unavailable, "The client is gone."};
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    void cancel() override
    {
        was_cancelled = true;
        cancelled_.cancel();
    }

    bool was_cancelled = false;

private:
    std::deque<std::string> pieces_;
    End end_;
    std::optional<std::uint64_t> size_;
    SteadyTimer cancelled_;
};

class ClientStreamsTest : public PooledClientTest {
protected:
    static bool any(int, Headers const&) { return true; }

    /// A call whose answer is streamed, whatever it is.
    Result<IncomingResponse> open(ScriptedPeer const& peer, std::shared_ptr<BodySource> source = nullptr,
                                  Method method = Method::get)
    {
        OutgoingRequest request;
        request.method = method;
        request.url = peer.url();
        request.source = std::move(source);
        request.streams_answer = any;
        return test::run_on(io_, client_.send(std::move(request), Deadline::after(5s)));
    }
    Result<std::string> read(BodySource& source) { return test::run_on(io_, source.read()); }
    Result<std::string> read_all(BodySource& source)
    {
        return test::run_on(io_, read_whole(source, {std::size_t{1} << 30, Deadline::after(1h)}));
    }
};

TEST_F(ClientStreamsTest, GiveAnAnswerThatIsLargerThanAnyLimit)
{
    std::string const body(1'000'000, 'x');
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, body))}});

    auto const answer = open(peer);

    ASSERT_TRUE(answer) << answer.error().log_message();
    ASSERT_TRUE(answer->source);
    EXPECT_TRUE(answer->body.empty());
    EXPECT_EQ(answer->source->size(), body.size());
    auto const first = read(*answer->source);
    ASSERT_TRUE(first);
    EXPECT_LE(first->size(), 32U * 1024) << "a piece is bounded";
    auto const rest = read_all(*answer->source);
    ASSERT_TRUE(rest);
    EXPECT_EQ(*first + *rest, body);
}

TEST_F(ClientStreamsTest, TakeNoMoreFromTheServerThanTheirReaderTakes)
{
    // The server closes when all is written.
    std::size_t constexpr kWhole = 64UL * 1024 * 1024;
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, std::string(kWhole, 'x'))), cut()}});
    auto const answer = open(peer);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(read(*answer->source));

    io_.restart();
    io_.run_for(50ms);

    EXPECT_EQ(peer.open(), 1U) << "the server has written everything";
    auto const rest = read_all(*answer->source);
    ASSERT_TRUE(rest);
    EXPECT_GT(rest->size(), kWhole - 64 * 1024);
    EXPECT_TRUE(all_closed(peer));
}

TEST_F(ClientStreamsTest, LeaveTheConnectionForAnotherCall)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "one"))}, Script{send(http_answer(200, "two"))}});
    for (auto const* expected : {"one", "two"}) {
        auto const answer = open(peer);
        ASSERT_TRUE(answer);
        EXPECT_EQ(*read_all(*answer->source), expected);
    }
    EXPECT_EQ(peer.accepted(), 1U);
}

TEST_F(ClientStreamsTest, CloseTheConnectionAtOnceWhenTheyAreCancelled)
{
    ScriptedPeer const peer(io_, {Script{send("HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n123"), hang()}});
    auto const answer = open(peer);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(read(*answer->source));

    answer->source->cancel();

    EXPECT_TRUE(all_closed(peer));
    EXPECT_FALSE(read(*answer->source)) << "the rest must not be taken for the end";
}

TEST_F(ClientStreamsTest, FailWhenTheServerBreaksOff)
{
    ScriptedPeer const sized(io_, {Script{send("HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n123"), cut()}});
    ScriptedPeer const chunked(
        io_, {Script{send("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\n123\r\n"), cut()}});
    for (auto const* peer : {&sized, &chunked}) {
        auto const answer = open(*peer);
        ASSERT_TRUE(answer);
        auto const body = read_all(*answer->source);
        ASSERT_FALSE(body);
        EXPECT_EQ(body.error().code(), ErrorCode::upstream_failed);
    }
}

TEST_F(ClientStreamsTest, KeepThePlaceOfTheirCallUntilTheyEnd)
{
    ClientConfig config;
    config.connections_per_host = 2; // One for an environment.
    config.queue = 0;
    PooledClient client(io_, config, egress_, metrics_);
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "body"))}});
    auto const ask = [&] {
        OutgoingRequest request;
        request.url = peer.url();
        request.streams_answer = any;
        return test::run_on(io_, client.send(std::move(request), Deadline::after(5s)));
    };

    auto const first = ask();
    ASSERT_TRUE(first);
    auto const refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(*read_all(*first->source), "body");

    EXPECT_TRUE(ask());
}

TEST_F(ClientStreamsTest, AreReadWholeIfTheHeadSaysSo)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(404, "no such file", "content-type: text/plain\r\n"))}});
    OutgoingRequest request;
    request.url = peer.url();
    request.streams_answer = [](int status, Headers const& headers) {
        return status == 200 && !headers.contains("content-type");
    };

    auto const answer = test::run_on(io_, client_.send(std::move(request), Deadline::after(5s)));

    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->source);
    EXPECT_EQ(answer->body, "no such file");
}

TEST_F(ClientStreamsTest, HaveTheLimitOfBodiesIfTheyAreReadWhole)
{
    ScriptedPeer const sized(io_, {Script{send(http_answer(404, std::string(65 * 1024, 'x')))}});
    ScriptedPeer const chunked(io_, {Script{send("HTTP/1.1 404 X\r\ntransfer-encoding: chunked\r\n\r\n10400\r\n" +
                                                 std::string(0x10400, 'x'))}});
    for (auto const* peer : {&sized, &chunked}) {
        OutgoingRequest request;
        request.url = peer->url();
        request.streams_answer = [](int status, Headers const&) { return status == 200; };
        auto const answer = test::run_on(io_, client_.send(std::move(request), Deadline::after(5s)));
        ASSERT_FALSE(answer);
        EXPECT_NE(answer.error().public_detail().find("too large"), std::string::npos);
    }
}

TEST_F(ClientStreamsTest, SendABodyAsItComes)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "ok"))}});

    auto const answer =
        open(peer, std::make_shared<Pieces>(io_, std::deque<std::string>{"one", "two"}, Pieces::End::whole, 6),
             Method::post);

    ASSERT_TRUE(answer) << answer.error().log_message();
    ASSERT_EQ(peer.requests().size(), 1U);
    EXPECT_NE(peer.requests()[0].find("content-length: 6\r\n"), std::string::npos);
    EXPECT_TRUE(peer.requests()[0].ends_with("\r\n\r\nonetwo"));
}

TEST_F(ClientStreamsTest, SendABodyOfUnknownSizeInChunks)
{
    ScriptedPeer peer(io_, {Script{}});
    peer.on_head({pause(20ms), send(http_answer(200, "ok")), hang()});

    auto const answer =
        open(peer, std::make_shared<Pieces>(io_, std::deque<std::string>{"one", "twelve bytes"}), Method::post);

    ASSERT_TRUE(answer);
    EXPECT_NE(peer.requests()[0].find("transfer-encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(peer.requests()[0].find("content-length"), std::string::npos);
}

TEST_F(ClientStreamsTest, CutTheRequestWhenItsSenderFails)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "ok"))}});

    auto const answer = open(
        peer, std::make_shared<Pieces>(io_, std::deque<std::string>{"one"}, Pieces::End::failure, 6), Method::post);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(all_closed(peer));
    EXPECT_TRUE(peer.requests().empty()) << "the server has got no whole request";
}

TEST_F(ClientStreamsTest, StopSendingWhenTheServerHasAnswered)
{
    ScriptedPeer peer(io_, {Script{}});
    peer.on_head({send(http_answer(413, "too large")), hang()});
    auto const source = std::make_shared<Pieces>(io_, std::deque<std::string>{"one"}, Pieces::End::never);

    auto const answer = open(peer, source, Method::post);

    ASSERT_TRUE(answer) << answer.error().log_message();
    EXPECT_EQ(answer->status, 413);
    EXPECT_TRUE(source->was_cancelled);
    EXPECT_EQ(*read_all(*answer->source), "too large");
    EXPECT_TRUE(all_closed(peer)) << "the rest of the request would be taken for another one";
}

TEST_F(ClientStreamsTest, NeverUseAConnectionThatTheServerMayHaveClosed)
{
    ScriptedPeer const peer(io_, {Script{send(http_answer(200, "ok"))}});
    ASSERT_TRUE(call(peer));

    ASSERT_TRUE(
        open(peer, std::make_shared<Pieces>(io_, std::deque<std::string>{"x"}, Pieces::End::whole, 1), Method::post));

    EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(ClientStreamsTest, EndWhenNoByteMovesForTooLong)
{
    ClientConfig config;
    config.stall_limit = 60ms;
    config.first_byte_limit = 60ms;
    PooledClient client(io_, config, egress_, metrics_);
    ScriptedPeer const silent(io_, {Script{hang()}});
    ScriptedPeer const stalling(io_, {Script{send("HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n123"), hang()}});
    auto const ask = [&](ScriptedPeer const& peer, bool streams) {
        OutgoingRequest request;
        request.url = peer.url();
        if (streams)
            request.streams_answer = any;
        return test::run_on(io_, client.send(std::move(request), Deadline::after(1h)));
    };

    for (auto const& answer : {ask(silent, false), ask(stalling, false)}) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code(), ErrorCode::upstream_timeout);
    }
    auto const streamed = ask(stalling, true);
    ASSERT_TRUE(streamed);
    auto const body = read_all(*streamed->source);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code(), ErrorCode::upstream_timeout);
}

} // namespace
} // namespace sluice::http
