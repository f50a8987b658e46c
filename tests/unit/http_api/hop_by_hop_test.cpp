#include "http_api/body_source.hpp"
#include "http_api/hop_by_hop.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

namespace sluice::http {
namespace {

TEST(HopByHop, KnowsTheHeadersOfAConnectionWhateverItsCase)
{
    HopByHop const headers{Headers()};
    for (auto const* name : {"Connection", "KEEP-ALIVE", "te", "Trailer", "Transfer-Encoding", "upgrade",
                             "Proxy-Connection", "Proxy-Authorization", "HTTP2-Settings"})
        EXPECT_TRUE(headers.contains(name)) << name;
    for (auto const* name : {"content-type", "etag", "x-connection", ""})
        EXPECT_FALSE(headers.contains(name)) << name;
}

TEST(HopByHop, KnowsThoseThatAMessageNames)
{
    Headers message;
    message.add("Connection", " close ,X-One,, x-two");
    message.add("connection", "X-Three");
    HopByHop const headers(message);
    for (auto const* name : {"x-one", "X-Two", "x-three", "close"})
        EXPECT_TRUE(headers.contains(name)) << name;
    EXPECT_FALSE(headers.contains("x-four"));
}

class Pieces final : public BodySource {
public:
    explicit Pieces(std::deque<std::string> pieces, std::optional<std::uint64_t> size = std::nullopt)
        : pieces_(std::move(pieces))
        , size_(size)
    {
    }
    Task<Result<std::string>> read() override
    {
        ++reads;
        if (pieces_.empty())
            co_return std::string();
        auto piece = std::move(pieces_.front());
        pieces_.pop_front();
        co_return piece;
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    void cancel() override {}

    int reads = 0;

private:
    std::deque<std::string> pieces_;
    std::optional<std::uint64_t> size_;
};

Deadline const kLater = Deadline::after(std::chrono::hours(1));

TEST(ReadWhole, JoinsThePiecesUpToTheLimit)
{
    Pieces exact({"one", "two"});
    EXPECT_EQ(*test::run(read_whole(exact, {6, kLater})), "onetwo");

    Pieces above({"one", "two", "x"});
    auto const refused = test::run(read_whole(above, {6, kLater}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::too_large);
}

TEST(ReadWhole, ReadsNothingOfABodyThatSaysItIsTooLarge)
{
    Pieces claimed({"one"}, 7);
    EXPECT_FALSE(test::run(read_whole(claimed, {6, kLater})));
    EXPECT_EQ(claimed.reads, 0);
}

TEST(ReadWhole, EndsAtItsDeadlineAndWithoutMemory)
{
    Pieces slow({"one", "two"});
    auto const late = test::run(read_whole(slow, {6, Deadline{Deadline::clock::time_point::min()}}));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::invalid_argument);

    Pieces large({"one", "two"});
    auto const refused = test::run(read_whole(large, {6, kLater, [left = 4](std::size_t bytes) mutable {
                                                          left -= static_cast<int>(bytes);
                                                          return left >= 0;
                                                      }}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
}

} // namespace
} // namespace sluice::http
