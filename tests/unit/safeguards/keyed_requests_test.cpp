#include "safeguards/keyed_requests.hpp"

#include "base/json.hpp"
#include "runtime/offload.hpp"
#include "support/clock.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <list>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::safeguards {
namespace {

using namespace std::chrono_literals;
using State = KeyedRequest::State;

/// Keyed requests in memory, which end when they end in the real ones.
class FakeKeyedRequests final : public KeyedRequestRepository {
public:
    struct Row {
        RequestKey key;
        KeyedRequest request;
        Timestamp leased_until;
        std::optional<std::string> answer;
    };

    explicit FakeKeyedRequests(Clock const& clock)
        : clock_(clock)
    {
    }

    std::list<Row> rows;
    /// Called before each transaction with the name of the method; an error is its answer and nothing happens.
    std::function<std::optional<Error>(std::string_view method)> before;

    Task<Result<KeyedRequest>> take(RequestKey key, std::chrono::seconds lease, Deadline) override
    {
        if (auto failed = begin("take"))
            co_return *failed;
        for (auto const& row : rows)
            if (row.key.environment == key.environment && row.key.digest == key.digest)
                co_return told(row, key);
        Row row{key, {}, clock_.now() + lease, std::nullopt};
        row.request.id = uuid_v7(clock_.now());
        row.request.begun_at = clock_.now();
        row.request.ends_at = clock_.now() + kRequestKept;
        rows.push_back(row);
        co_return row.request;
    }
    Task<Result<void>> finish(EnvironmentId, Uuid id, std::string answer, Deadline) override
    {
        if (auto failed = begin("finish"))
            co_return *failed;
        for (auto& row : rows)
            if (row.request.id == id)
                row.answer = answer;
        co_return Result<void>{};
    }
    Task<Result<void>> give_back(EnvironmentId, Uuid id, Deadline) override
    {
        if (auto failed = begin("give_back"))
            co_return *failed;
        std::erase_if(rows, [&](Row const& row) { return row.request.id == id && !row.answer; });
        co_return Result<void>{};
    }

private:
    [[nodiscard]] KeyedRequest told(Row const& row, RequestKey const& key) const
    {
        auto request = row.request;
        request.answer = row.answer.value_or("");
        request.state = row.key.content != key.content    ? State::different
                        : row.answer                      ? State::answered
                        : row.leased_until > clock_.now() ? State::running
                                                          : State::interrupted;
        return request;
    }
    std::optional<Error> begin(std::string_view method)
    {
        std::erase_if(rows, [this](Row const& row) { return row.request.ends_at <= clock_.now(); });
        return before ? before(method) : std::nullopt;
    }

    Clock const& clock_;
};

/// A client that reads so many pieces and is gone then.
class FakeSink final : public http::BodySink {
public:
    std::string got;
    int patience = 1'000'000;

    Task<Result<void>> write(std::string piece) override
    {
        if (patience-- <= 0)
            co_return Error{ErrorCode::unavailable, "The client is gone."};
        got += piece;
        co_return Result<void>{};
    }
    void abort() override { is_aborted = true; }
    [[nodiscard]] bool is_gone() const override { return patience <= 0; }
    void when_gone(std::function<void()>) override {}
    bool is_aborted = false;
};

class KeyedRequestsTest : public ::testing::Test {
protected:
    KeyedRequestsTest()
    {
        request_.method = http::Method::post;
        request_.target = "/proxy/tags?integrated_account_id=x&a=1";
        request_.headers.add("Idempotency-Key", "key-1");
        request_.headers.add("content-type", "application/json");
        request_.body = R"({"name":"vip"})";
        query_.add("a", "1");
    }

    static http::Response answered(int status, std::string body)
    {
        http::Response response;
        response.status = status;
        response.headers.add("content-type", "application/json");
        response.headers.add("etag", "\"7\"");
        response.headers.add("ratelimit-remaining", "39");
        response.body = std::move(body);
        return response;
    }

    Task<Result<http::Response>> asking()
    {
        KeyedRequests::Asked asked{environment_, account_, query_, request_};
        KeyedRequests::Maker const make = [this] { return making(); };
        co_return co_await keyed_.make(std::move(asked), make);
    }
    Task<KeyedRequests::Made> making()
    {
        ++made_;
        if (is_held_)
            co_await gate_.async_wait(kUseTask);
        co_return KeyedRequests::Made{answer_(), may_have_effect_};
    }
    Result<http::Response> ask() { return test::run_on(io_, asking()); }
    /// The answer, which is a replay.
    http::Response replayed()
    {
        auto const before = made_;
        auto answer = test::must(ask());
        EXPECT_EQ(made_, before) << "it was not made again";
        EXPECT_EQ(answer.headers.find("idempotent-replayed"), "true");
        return answer;
    }
    std::string message_of(http::Response const& response)
    {
        return std::string(test::must(json::parse(response.body)).at("message").as_string());
    }
    void expect_refused(Result<http::Response> const& answer, int status, std::string_view says)
    {
        ASSERT_TRUE(answer) << answer.error().public_detail();
        EXPECT_EQ(answer->status, status);
        EXPECT_FALSE(answer->headers.contains("idempotent-replayed"));
        EXPECT_NE(message_of(*answer).find(says), std::string::npos) << message_of(*answer);
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    FakeKeyedRequests rows_{clock_};
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    KeyedRequests keyed_{rows_, keyring_, 50s};
    EnvironmentId environment_{Uuid{7}};
    std::optional<IntegratedAccountId> account_{Uuid{8}};
    http::Query query_;
    http::Request request_;
    std::function<Result<http::Response>()> answer_ = [] { return answered(201, R"({"id":7})"); };
    std::optional<bool> may_have_effect_;
    SteadyTimer gate_{io_, SteadyTimer::time_point::max()};
    bool is_held_ = false;
    int made_ = 0;
};

TEST_F(KeyedRequestsTest, AreMadeOnceAndAnsweredFromTheFirst)
{
    auto const first = test::must(ask());
    EXPECT_EQ(first.status, 201);
    EXPECT_FALSE(first.headers.contains("idempotent-replayed"));
    answer_ = [] { return answered(201, R"({"id":8})"); };
    clock_.advance(24h - 1s);
    auto const again = replayed();
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, R"({"id":7})");
    EXPECT_EQ(again.headers.find("content-type"), "application/json");
    EXPECT_EQ(again.headers.find("etag"), "\"7\"");
    EXPECT_FALSE(again.headers.contains("ratelimit-remaining")) << "it was true only then";
    clock_.advance(1s);
    EXPECT_EQ(test::must(ask()).body, R"({"id":8})") << "after a day the key is free";
    EXPECT_EQ(made_, 2);
}

TEST_F(KeyedRequestsTest, KeepAnyBytesOfABody)
{
    std::string const bytes("\n\0:\xff\r\n\n", 7);
    answer_ = [&] { return answered(200, bytes); };
    EXPECT_EQ(test::must(ask()).body, bytes);
    EXPECT_EQ(replayed().body, bytes);
    request_.headers.set("Idempotency-Key", "key-2");
    answer_ = [] { return answered(204, ""); };
    EXPECT_EQ(test::must(ask()).status, 204);
    EXPECT_EQ(replayed().status, 204);
}

TEST_F(KeyedRequestsTest, OfOtherKeysAccountsPathsMethodsAndEnvironmentsAreOthers)
{
    auto const plain = request_;
    std::vector<std::function<void()>> const changes{
        [] {},
        [this] { request_.headers.set("Idempotency-Key", "KEY-1"); },
        [this] { account_ = IntegratedAccountId{Uuid{9}}; },
        [this] { account_.reset(); },
        [this] { request_.target = "/proxy/tags/1?a=1"; },
        [this] { request_.method = http::Method::put; },
        [this] { environment_ = EnvironmentId{Uuid{10}}; },
    };
    for (auto const& change : changes) {
        request_ = plain;
        account_ = IntegratedAccountId{Uuid{8}};
        change();
        EXPECT_TRUE(ask());
    }
    EXPECT_EQ(made_, 7);
    EXPECT_EQ(rows_.rows.size(), 7U);
}

TEST_F(KeyedRequestsTest, WithAnotherBodyQueryOrTypeAreRefused)
{
    ASSERT_TRUE(ask());
    auto const plain = request_;
    std::vector<std::function<void()>> const changes{
        [this] { request_.body += ' '; },
        [this] { request_.headers.set("content-type", "text/plain"); },
        [this] { query_.add("b", "2"); },
    };
    for (auto const& change : changes) {
        request_ = plain;
        change();
        expect_refused(ask(), 422, "another body, query or content type");
    }
    EXPECT_EQ(made_, 1);
}

TEST_F(KeyedRequestsTest, ThatAreRunningAreAnsweredWithAConflict)
{
    is_held_ = true;
    auto first = asio::co_spawn(io_, asking(), asio::use_future);
    io_.poll();
    clock_.advance(149s);
    auto const second = ask();
    expect_refused(second, 409, "still being made");
    EXPECT_EQ(second->headers.find("retry-after"), "2");
    gate_.cancel();
    io_.restart();
    io_.poll();
    EXPECT_EQ(first.get()->status, 201);
    EXPECT_EQ(replayed().body, R"({"id":7})");
}

TEST_F(KeyedRequestsTest, ThatWereInterruptedAreNeverMadeAgain)
{
    answer_ = []() -> Result<http::Response> { throw std::runtime_error("the replica is killed"); };
    EXPECT_THROW(static_cast<void>(ask()), std::runtime_error);
    expect_refused(ask(), 409, "still being made");
    clock_.advance(150s);
    auto const later = ask();
    expect_refused(later, 409, "nobody knows whether it had an effect");
    EXPECT_NE(message_of(*later).find("with a new key"), std::string::npos);
    EXPECT_FALSE(later->headers.contains("retry-after")) << "another try changes nothing";
    EXPECT_EQ(made_, 1);
}

TEST_F(KeyedRequestsTest, ThatEndAfterTheirLeaseAreAnsweredAllTheSame)
{
    is_held_ = true;
    auto first = asio::co_spawn(io_, asking(), asio::use_future);
    io_.poll();
    clock_.advance(10min);
    expect_refused(ask(), 409, "was interrupted");
    gate_.cancel();
    io_.restart();
    io_.poll();
    EXPECT_TRUE(first.get());
    EXPECT_EQ(replayed().status, 201);
}

TEST_F(KeyedRequestsTest, WithoutEffectGiveTheirKeyBack)
{
    for (auto const code :
         {ErrorCode::invalid_argument, ErrorCode::unauthenticated, ErrorCode::forbidden, ErrorCode::not_found,
          ErrorCode::not_allowed, ErrorCode::conflict, ErrorCode::too_large, ErrorCode::unsupported_media,
          ErrorCode::rate_limited, ErrorCode::reauth_needed, ErrorCode::upstream_unreachable, ErrorCode::unavailable}) {
        answer_ = [code]() -> Result<http::Response> { return Error{code, "No."}; };
        auto const refused = ask();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().public_detail(), "No.") << "nothing is in doubt";
        EXPECT_TRUE(rows_.rows.empty()) << name_of(code);
    }
    for (int const status : {401, 429}) {
        answer_ = [status] { return answered(status, "{}"); };
        EXPECT_EQ(ask()->status, status);
        EXPECT_TRUE(rows_.rows.empty()) << status;
    }
    answer_ = [] { return answered(201, R"({"id":7})"); };
    EXPECT_EQ(ask()->status, 201) << "with the same key";
}

TEST_F(KeyedRequestsTest, KeepOtherRefusalsOfAVendor)
{
    for (int const status : {400, 403, 404, 409, 422, 500, 502, 503}) {
        rows_.rows.clear();
        answer_ = [status] { return answered(status, R"({"message":"No."})"); };
        EXPECT_EQ(ask()->status, status);
        auto const again = replayed();
        EXPECT_EQ(again.status, status);
        EXPECT_EQ(again.body, R"({"message":"No."})");
    }
}

TEST_F(KeyedRequestsTest, SayWhereNobodyKnowsWhetherThereWasAnEffect)
{
    for (auto const& [code, status] :
         {std::pair{ErrorCode::upstream_failed, 502}, std::pair{ErrorCode::upstream_timeout, 504},
          std::pair{ErrorCode::internal, 500}}) {
        rows_.rows.clear();
        answer_ = [code]() -> Result<http::Response> { return Error{code, "It broke off."}; };
        auto const first = ask();
        ASSERT_FALSE(first);
        EXPECT_EQ(first.error().code(), code);
        EXPECT_NE(first.error().public_detail().find("It is not known whether the call had an effect"),
                  std::string::npos);
        auto const again = replayed();
        EXPECT_EQ(again.status, status);
        EXPECT_EQ(message_of(again), first.error().public_detail());
    }
}

TEST_F(KeyedRequestsTest, BelieveAHandlerThatKnowsBetter)
{
    may_have_effect_ = false;
    answer_ = [] { return answered(200, R"({"successful":false})"); };
    EXPECT_EQ(ask()->status, 200);
    EXPECT_TRUE(rows_.rows.empty());
    may_have_effect_ = true;
    answer_ = []() -> Result<http::Response> { return Error{ErrorCode::not_found, "The second step found nothing."}; };
    EXPECT_FALSE(ask());
    EXPECT_EQ(replayed().status, 404);
}

TEST_F(KeyedRequestsTest, RefuseAKeyThatIsNone)
{
    for (auto const& key : {std::string(), std::string(256, 'k'), std::string("two words"), std::string("\xc3\xa9")}) {
        request_.headers.set("Idempotency-Key", key);
        auto const refused = ask();
        ASSERT_FALSE(refused) << key;
        EXPECT_EQ(refused.error().failures().at(0).path, "Idempotency-Key");
    }
    request_.headers.set("Idempotency-Key", "one");
    request_.headers.add("idempotency-key", "one");
    EXPECT_EQ(ask().error().failures().at(0).message, "must be one header, not several");
    EXPECT_EQ(made_, 0);
    request_.headers.set("Idempotency-Key", std::string(255, 'k'));
    EXPECT_TRUE(ask());
}

TEST_F(KeyedRequestsTest, RefuseABodyAboveOneMegabyte)
{
    request_.body.assign(KeyedRequests::kMostBytes + 1, 'x');
    auto const refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(refused.error().failures().at(0).path, "body");
    EXPECT_EQ(made_, 0);
    EXPECT_TRUE(rows_.rows.empty());
    request_.body.pop_back();
    EXPECT_TRUE(ask());
}

TEST_F(KeyedRequestsTest, KeepNoAnswerAboveOneMegabyteButThatThereWasOne)
{
    answer_ = [] { return answered(201, std::string(KeyedRequests::kMostBytes, 'x')); };
    EXPECT_EQ(ask()->body.size(), KeyedRequests::kMostBytes);
    EXPECT_EQ(replayed().body.size(), KeyedRequests::kMostBytes);
    request_.headers.set("Idempotency-Key", "key-2");
    answer_ = [] { return answered(201, std::string(KeyedRequests::kMostBytes + 1, 'x')); };
    EXPECT_EQ(ask()->body.size(), KeyedRequests::kMostBytes + 1) << "the client gets it";
    auto const again = replayed();
    EXPECT_EQ(again.status, 201);
    EXPECT_NE(message_of(again).find("(1048577 bytes) was too large to be kept"), std::string::npos);
    EXPECT_EQ(again.headers.find("content-type"), "application/json");
}

TEST_F(KeyedRequestsTest, SendNothingThatCannotBeRemembered)
{
    rows_.before = [](std::string_view) { return std::optional(Error{ErrorCode::unavailable, "No database."}); };
    auto const failed = ask();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::unavailable);
    EXPECT_NE(failed.error().public_detail().find("Nothing was sent"), std::string::npos);
    EXPECT_EQ(made_, 0);
}

TEST_F(KeyedRequestsTest, WhoseEndCannotBeWrittenAreAnsweredAndNotMadeAgain)
{
    rows_.before = [](std::string_view method) {
        return method == "finish" ? std::optional(Error{ErrorCode::conflict, "no"}) : std::nullopt;
    };
    EXPECT_EQ(ask()->status, 201);
    clock_.advance(150s);
    expect_refused(ask(), 409, "was interrupted");
    EXPECT_EQ(made_, 1);
}

TEST_F(KeyedRequestsTest, AreTheSameWhenTheMasterKeyIsAnother)
{
    ASSERT_TRUE(ask());
    keyring_.add();
    test::must(keyring_.activate(2));
    auto const later = test::must(crypto::Keyring::parse(keyring_.serialise().reveal()));
    KeyedRequests other(rows_, later, 50s);
    KeyedRequests::Asked asked{environment_, account_, query_, request_};
    KeyedRequests::Maker const make = [this] { return making(); };
    EXPECT_TRUE(test::must(test::run_on(io_, other.make(asked, make))).headers.contains("idempotent-replayed"));
    EXPECT_EQ(made_, 1);
}

class StreamedAnswerTest : public KeyedRequestsTest {
protected:
    /// An answer in pieces; throws after the last if `is_cut`.
    void stream_pieces(std::vector<std::string> pieces, bool is_cut = false)
    {
        answer_ = [pieces = std::move(pieces), is_cut]() -> Result<http::Response> {
            auto response = answered(200, "");
            response.stream = [pieces, is_cut](http::BodySink& sink) { return stream(pieces, is_cut, sink); };
            return response;
        };
    }
    static Task<void> stream(std::vector<std::string> pieces, bool is_cut, http::BodySink& sink)
    {
        for (auto const& piece : pieces)
            if (!co_await sink.write(piece))
                co_return;
        if (is_cut)
            throw std::runtime_error("the vendor's answer broke off");
    }
    void read(http::Response const& response) { test::run_on(io_, response.stream(client_)); }

    FakeSink client_;
};

TEST_F(StreamedAnswerTest, IsPassedOnAndKept)
{
    stream_pieces({"one ", "two"});
    auto const first = test::must(ask());
    expect_refused(ask(), 409, "still being made");
    read(first);
    EXPECT_EQ(client_.got, "one two");
    auto const again = replayed();
    EXPECT_EQ(again.body, "one two");
    EXPECT_FALSE(again.stream);
}

TEST_F(StreamedAnswerTest, IsNotKeptIfItIsTooLarge)
{
    stream_pieces({std::string(KeyedRequests::kMostBytes, 'x'), "y"});
    read(test::must(ask()));
    EXPECT_EQ(client_.got.size(), KeyedRequests::kMostBytes + 1);
    EXPECT_NE(message_of(replayed()).find("(1048577 bytes) was too large"), std::string::npos);
}

TEST_F(StreamedAnswerTest, IsNotKeptIfItIsCutOff)
{
    stream_pieces({"one", "two"}, true);
    auto const cut = test::must(ask());
    EXPECT_THROW(read(cut), std::runtime_error) << "the client must see it";
    EXPECT_NE(message_of(replayed()).find("was cut off"), std::string::npos);
    request_.headers.set("Idempotency-Key", "key-2");
    stream_pieces({"one", "two"});
    client_.patience = 1;
    read(test::must(ask()));
    EXPECT_NE(message_of(replayed()).find("was cut off"), std::string::npos) << "the client was gone";
}

} // namespace
} // namespace sluice::safeguards
