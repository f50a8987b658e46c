// Requests that are made once, on a real PostgreSQL.
#include "store_fixture.hpp"

#include "safeguards/keyed_requests.hpp"

#include <array>
#include <future>

namespace sluice::store {
namespace {

using safeguards::KeyedRequest;
using safeguards::RequestKey;

class KeyedRequestTest : public StoreTest {
protected:
    using State = KeyedRequest::State;
    static constexpr std::chrono::seconds kLease{60};

    Result<KeyedRequest> take(RequestKey const& key)
    {
        return test::run(store_.keyed_requests().take(key, kLease, soon()));
    }
    Result<KeyedRequest> take() { return take(key_); }
    Result<void> finish(Uuid id, std::string answer)
    {
        return test::run(store_.keyed_requests().finish(key_.environment, id, std::move(answer), soon()));
    }
    Result<void> give_back(Uuid id)
    {
        return test::run(store_.keyed_requests().give_back(key_.environment, id, soon()));
    }

    Account const account_ = account(environment("t", "e"));
    RequestKey key_{account_.environment, account_.id, crypto::sha256("key"), crypto::sha256("content")};
};

TEST_F(KeyedRequestTest, IsTakenOnceAndAnsweredFromTheFirst)
{
    auto const taken = must(take());
    EXPECT_EQ(taken.state, State::taken);
    EXPECT_EQ(must(take()).state, State::running);
    EXPECT_TRUE(finish(taken.id, "planted-answer"));
    auto const known = must(take());
    EXPECT_EQ(known.state, State::answered);
    EXPECT_EQ(known.answer, "planted-answer");
    EXPECT_EQ(known.ends_at - known.begun_at, std::chrono::hours(24));
    EXPECT_LT(clock_.now() - known.begun_at, std::chrono::minutes(1));
    EXPECT_EQ(database_.value("SELECT count(*) FROM keyed_requests WHERE position('planted'::bytea IN answer) > 0 "
                              "OR position('content'::bytea IN content) > 0"),
              "0");
}

TEST_F(KeyedRequestTest, IsOneOfManyThatComeAtOnceToTwoReplicas)
{
    pg::Pool other_pool({.url = database_.url("sluice_app"), .connections = 4}, metrics_, log_);
    Store other(other_pool, keyring_, clock_, no_caches_);
    std::array<std::future<State>, 16> all;
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = std::async(std::launch::async, [this, &repository = (i % 2 ? store_ : other).keyed_requests()] {
            return must(test::run(repository.take(key_, kLease, soon()))).state;
        });
    int taken = 0;
    for (auto& each : all) {
        auto const state = each.get();
        EXPECT_TRUE(state == State::taken || state == State::running);
        taken += state == State::taken ? 1 : 0;
    }
    EXPECT_EQ(taken, 1);
}

TEST_F(KeyedRequestTest, OfOtherContentIsToldFromIt)
{
    auto other = key_;
    other.content = crypto::sha256("other content");
    EXPECT_EQ(must(take()).state, State::taken);
    EXPECT_EQ(must(take(other)).state, State::different);
}

TEST_F(KeyedRequestTest, WithoutEffectMayBeTakenAgain)
{
    EXPECT_TRUE(give_back(must(take()).id));
    auto const again = must(take());
    EXPECT_EQ(again.state, State::taken);
    EXPECT_TRUE(finish(again.id, "answer"));
    EXPECT_TRUE(give_back(again.id)) << "too late";
    EXPECT_EQ(must(take()).state, State::answered);
}

TEST_F(KeyedRequestTest, WhoseLeaseIsOverIsInterruptedUntilItsEndIsWritten)
{
    auto const taken = must(take());
    database_.execute("UPDATE keyed_requests SET leased_until = now()");
    EXPECT_EQ(must(take()).state, State::interrupted);
    EXPECT_EQ(must(take()).state, State::interrupted) << "nobody gets it";
    EXPECT_TRUE(finish(taken.id, "late"));
    EXPECT_EQ(must(take()).answer, "late");
}

TEST_F(KeyedRequestTest, IsForgottenAfterADay)
{
    auto const first = must(take());
    EXPECT_TRUE(finish(first.id, "of yesterday"));
    database_.execute("UPDATE keyed_requests SET ends_at = now() + interval '1 second'");
    EXPECT_EQ(must(take()).state, State::answered);
    database_.execute("UPDATE keyed_requests SET ends_at = now()");
    auto other = key_;
    other.content = crypto::sha256("other content");
    auto const next = must(take(other));
    EXPECT_EQ(next.state, State::taken) << "whatever it is now";
    EXPECT_NE(next.id, first.id);
    EXPECT_TRUE(give_back(first.id)) << "of a row that is gone";
    EXPECT_EQ(must(take(other)).state, State::running);
}

TEST_F(KeyedRequestTest, IsSweptWhenItHasEnded)
{
    must(take());
    EXPECT_EQ(must(test::run(worker_.upkeep().retention.sweep(key_.environment, soon()))), 0U);
    database_.execute("UPDATE keyed_requests SET ends_at = now()");
    EXPECT_EQ(must(test::run(worker_.upkeep().retention.sweep(key_.environment, soon()))), 1U);
    EXPECT_EQ(database_.value("SELECT count(*) FROM keyed_requests"), "0");
}

TEST_F(KeyedRequestTest, IsNotSeenFromAnotherEnvironment)
{
    auto const taken = must(take());
    auto theirs = key_;
    theirs.environment = environment("t", "other");
    EXPECT_EQ(must(take(theirs)).state, State::taken) << "the same key there is another one";
    EXPECT_TRUE(test::run(store_.keyed_requests().finish(theirs.environment, taken.id, "foreign", soon())));
    EXPECT_TRUE(test::run(store_.keyed_requests().give_back(theirs.environment, taken.id, soon())));
    EXPECT_EQ(must(take()).state, State::running);
}

TEST_F(KeyedRequestTest, GoesWithItsAccount)
{
    EXPECT_TRUE(finish(must(take()).id, "of a customer"));
    auto nobodys = key_;
    nobodys.account = IntegratedAccountId{uuid_v7(clock_.now())};
    nobodys.digest = crypto::sha256("of an account that is not there");
    EXPECT_EQ(must(take(nobodys)).state, State::taken);
    nobodys.account.reset();
    nobodys.digest = crypto::sha256("of none");
    EXPECT_EQ(must(take(nobodys)).state, State::taken);
    must(test::run(store_.accounts().remove(key_.environment, account_.id, {}, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) || ' ' || count(answer) FROM keyed_requests"), "2 0");
}

TEST_F(KeyedRequestTest, DoesNotOpenWithTheSealOfAnother)
{
    EXPECT_TRUE(finish(must(take()).id, "answer"));
    database_.execute("UPDATE keyed_requests SET id = gen_random_uuid()");
    EXPECT_EQ(take().error().code(), ErrorCode::internal);
}

TEST_F(KeyedRequestTest, TakesAnAnswerOfOneMegabyte)
{
    std::string const large(safeguards::KeyedRequests::kMostBytes + 1000, '\xff');
    EXPECT_TRUE(finish(must(take()).id, large));
    EXPECT_EQ(must(take()).answer, large);
}

} // namespace
} // namespace sluice::store
