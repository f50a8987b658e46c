#include "mcp/streams.hpp"

#include "fake_streams.hpp"
#include "support/clock.hpp"
#include "support/run.hpp"

#include <memory>
#include <set>

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

class StreamsTest : public testing::Test {
protected:
    std::shared_ptr<OpenStream> opened()
    {
        auto place = test::run_on(io_, streams_.open(environment_, server_, Deadline::after(std::chrono::seconds(5))));
        return place ? *place : nullptr;
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }

    static constexpr std::size_t kMost = 3;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    test::FakeClock clock_;
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    crypto::CursorSealer sealer_{keyring_, clock_};
    FakeStreams repository_;
    Streams streams_{repository_, sealer_, {.most_of_a_server = kMost}};
    EnvironmentId const environment_{Uuid{1}};
    McpServerId const server_ = McpServerId{uuid_v7(clock_.now())};
};

TEST_F(StreamsTest, WhatItsReaderLeavesWaitingCountsForItsEnvironment)
{
    constexpr std::size_t kLarge = 1024UL * 1024;
    EnvironmentId const environment(Uuid{1});
    http::ByteBudget answers(8 * kLarge, kLarge);
    auto place = test::run_on(io_, streams_.open(environment_, server_, Deadline::after(std::chrono::seconds(5)),
                                                 std::make_unique<http::ByteBudget::Hold>(answers, environment)));
    ASSERT_TRUE(place);
    auto const stream = (*place)->stream();
    stream->push(std::string(kLarge, 'x'));
    stream->push(std::string(kLarge, 'x'));
    EXPECT_EQ(answers.held(), 2 * kLarge);
    EXPECT_TRUE(answers.is_full(environment));

    std::string const in_writing = stream->pop();
    EXPECT_EQ(answers.held(), 2 * kLarge);
    stream->written();
    EXPECT_EQ(answers.held(), kLarge);
    stream->abandon();
    EXPECT_EQ(answers.held(), 0U);
    stream->end();
    place->reset();
    settle();
}

TEST_F(StreamsTest, OneThatIsNeverServedLeavesNothingBehind)
{
    for (std::size_t i = 0; i < 2 * kMost; ++i)
        ASSERT_TRUE(opened()); // Its head could not be written.
    settle();

    EXPECT_EQ(streams_.size(), 0U);
    EXPECT_TRUE(repository_.rows.empty());
}

TEST_F(StreamsTest, OneThatOutlivesItsProcessTouchesNothing)
{
    auto streams = std::make_unique<Streams>(repository_, sealer_, Streams::Config{});
    auto place = *test::run_on(io_, streams->open(environment_, server_, Deadline::after(std::chrono::seconds(5))));
    io_.stop();
    streams.reset();

    place.reset();

    EXPECT_EQ(repository_.rows.size(), 1U);
}

TEST_F(StreamsTest, AServerHasSoManyAtOnce)
{
    std::vector<std::shared_ptr<OpenStream>> open;
    for (std::size_t i = 0; i < kMost; ++i)
        open.push_back(opened());

    EXPECT_FALSE(opened());
    open.pop_back();
    EXPECT_TRUE(opened());
}

TEST_F(StreamsTest, OneThatCouldNotBeOpenedDoesNotCount)
{
    repository_.is_down = true;
    for (std::size_t i = 0; i < 2 * kMost; ++i)
        EXPECT_FALSE(opened());
    repository_.is_down = false;

    EXPECT_TRUE(opened());
}

TEST_F(StreamsTest, WhatIsThereIsWrittenBeforeTheEnd)
{
    auto const place = opened();
    Written sink;
    sink.on_write = [&] {
        if (sink.pieces.size() > 1)
            return;
        place->stream()->push("answer");
        place->stream()->end();
    };

    test::run_on(io_, streams_.serve(sink, place, "first", [] -> Task<bool> { co_return true; }));

    EXPECT_EQ(sink.pieces, (std::vector<std::string>{"first", "answer"}));
    EXPECT_TRUE(repository_.rows.empty());
}

TEST_F(StreamsTest, NothingIsWrittenToAClientThatIsGone)
{
    auto const place = opened();
    Written sink;
    sink.on_write = [&] {
        place->stream()->push("answer");
        sink.gone();
    };

    test::run_on(io_, streams_.serve(sink, place, "first", [] -> Task<bool> { co_return true; }));

    EXPECT_EQ(sink.pieces, (std::vector<std::string>{"first"}));
}

} // namespace
} // namespace sluice::mcp
