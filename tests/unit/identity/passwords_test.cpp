#include "identity/passwords.hpp"

#include "runtime/task_group.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sluice::identity {
namespace {

using namespace std::chrono_literals;
using By = PasswordHasher::By;

bool is_taken(std::string password, std::string_view email = "ann@example.com")
{
    return check_password(Secret{std::move(password)}, email, "password").has_value();
}

TEST(PasswordRule, CountsCharactersAndNotBytes)
{
    EXPECT_FALSE(is_taken("abcdefghijk"));
    EXPECT_TRUE(is_taken("abcdefghijkq"));
    EXPECT_TRUE(is_taken("äbcdefghijkq"));
    EXPECT_FALSE(is_taken("ääääbcdefgh")) << "eleven characters in fifteen bytes";
    std::string longest;
    for (int i = 0; i < 64; ++i)
        longest += "äbcd";
    EXPECT_TRUE(is_taken(longest));
    EXPECT_FALSE(is_taken(longest + "e"));
}

TEST(PasswordRule, RefusesWhatIsTriedFirst)
{
    for (auto const* common : {"password1234", "PASSWORD1234", "123456789012", "aaaaaaaaaaaa", "abababababab",
                               "abcabcabcabc", "correcthorsebatterystaple", "Ann@Example.com"})
        EXPECT_FALSE(is_taken(common)) << common;
    EXPECT_FALSE(is_taken(std::string("\xff\xfe abcdefghijkl")));
}

TEST(PasswordRule, AsksForNoKindsOfCharacters)
{
    EXPECT_TRUE(is_taken("all in small letters"));
    EXPECT_TRUE(is_taken("8105263947 8"));
}

class PasswordHasherTest : public ::testing::Test {
protected:
    telemetry::Registry registry_;
    PasswordHasherMetrics metrics_{registry_};
    static Deadline soon() { return Deadline::after(60s); }
};

TEST_F(PasswordHasherTest, KnowsAPasswordAgainAndNobodysNever)
{
    PasswordHasher hasher(metrics_, {.memory_kib = 8, .passes = 1});
    auto const encoded = test::run(hasher.hash(Secret{"secret"}, soon()));
    ASSERT_TRUE(encoded);
    EXPECT_TRUE(test::run(hasher.verify(By::stranger, *encoded, Secret{"secret"}, soon()))->is_right);
    EXPECT_FALSE(test::run(hasher.verify(By::stranger, *encoded, Secret{"secre"}, soon()))->is_right);
    EXPECT_FALSE(test::run(hasher.verify(By::stranger, std::nullopt, Secret{"secret"}, soon()))->is_right);
    EXPECT_FALSE(test::run(hasher.verify(By::stranger, *encoded, Secret{"secret"}, soon()))->needs_rehash);
    PasswordHasher stronger(metrics_, {.memory_kib = 16, .passes = 1});
    EXPECT_TRUE(test::run(stronger.verify(By::stranger, *encoded, Secret{"secret"}, soon()))->needs_rehash);
    EXPECT_FALSE(test::run(stronger.verify(By::stranger, *encoded, Secret{"x"}, soon()))->needs_rehash);
}

/// Nothing is broken then: too many wait.
TEST_F(PasswordHasherTest, WhoseTurnDoesNotComeInTimeIsToldToWait)
{
    asio::io_context io(1);
    PasswordHasher hasher(metrics_, {.memory_kib = 4096, .passes = 1});
    auto const late = test::run_on(io, hasher.verify(By::stranger, std::nullopt, Secret{"x"}, Deadline::after(0ms)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::rate_limited);
}

TEST_F(PasswordHasherTest, StrangersAreNotInTheWayOfThoseWhoAreKnown)
{
    asio::io_context io(1);
    PasswordHasher hasher(metrics_, {.memory_kib = 65'536, .passes = 2});
    test::LogFile log;
    TaskGroup group(io, 1000, log.log(), "test");
    std::vector<char> order;
    auto const one = [](PasswordHasher& by, PasswordHasher::By who, std::vector<char>& ended) -> Task<void> {
        if (co_await by.verify(who, std::nullopt, Secret{"x"}, soon()))
            ended.push_back(who == By::known ? 'k' : 's');
    };
    for (int i = 0; i < 100; ++i)
        group.spawn(one(hasher, By::stranger, order));
    group.spawn(one(hasher, By::known, order));
    io.run();
    auto const place = std::ranges::find(order, 'k');
    ASSERT_NE(place, order.end());
    EXPECT_LT(place - order.begin(), 8) << "many strangers came first";
}

TEST_F(PasswordHasherTest, RefusesWhatFindsNoPlaceAndServesTheRest)
{
    PasswordHasher hasher(metrics_, {.memory_kib = 4096, .passes = 1});
    asio::io_context io(1);
    test::LogFile log;
    TaskGroup group(io, 1000, log.log(), "test");
    std::vector<ErrorCode> codes;
    auto const one = [](PasswordHasher& by, std::vector<ErrorCode>& answers) -> Task<void> {
        auto const verdict = co_await by.verify(By::stranger, std::nullopt, Secret{"x"}, soon());
        answers.push_back(verdict ? ErrorCode{} : verdict.error().code());
    };
    for (int i = 0; i < 200; ++i)
        group.spawn(one(hasher, codes));
    io.run();
    ASSERT_EQ(codes.size(), 200U);
    auto const served = static_cast<std::size_t>(std::ranges::count(codes, ErrorCode{}));
    EXPECT_GE(served, PasswordHasher::kWaiting);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(codes, ErrorCode::rate_limited)), 200 - served);
    EXPECT_EQ(metrics_.refused.value(), 200 - served);
    EXPECT_TRUE(test::run(hasher.verify(By::stranger, std::nullopt, Secret{"x"}, soon())))
        << "the places are free again";
}

} // namespace
} // namespace sluice::identity
