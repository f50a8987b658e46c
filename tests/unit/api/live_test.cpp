#include "live.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::api {
namespace {

/// A page that reads everything at once, until `is_gone`.
class Page final : public http::BodySink {
public:
    Task<Result<void>> write(std::string piece) override
    {
        text += piece;
        co_return is_gone() ? Result<void>(Error{ErrorCode::unavailable, "gone"}) : Result<void>{};
    }
    void when_gone(std::function<void()> action) override { leave_ = std::move(action); }
    void abort() override {}
    [[nodiscard]] bool is_gone() const override { return gone_; }
    void leave()
    {
        gone_ = true;
        if (leave_)
            leave_();
    }
    std::string text;

private:
    std::function<void()> leave_;
    bool gone_ = false;
};

class LiveTest : public ::testing::Test {
protected:
    /// Opens a stream and serves it to `page`; `ended_` counts those that are over.
    void open(Page& page, EnvironmentId environment, std::optional<UserId> user = {},
              std::optional<ApiTokenId> token = {})
    {
        auto response = streams_.open(environment, user, token);
        ASSERT_TRUE(response) << response.error().public_detail();
        EXPECT_EQ(response->headers.find("content-type"), "text/event-stream");
        asio::co_spawn(io_, served(page, std::move(response->stream)), [this](std::exception_ptr const&) { ++ended_; });
        io_.poll();
    }
    static Task<void> served(Page& page, std::function<Task<void>(http::BodySink&)> serve) { co_await serve(page); }
    void heard(std::string const& payload)
    {
        streams_.heard(payload);
        io_.restart();
        io_.poll();
    }
    static std::string uuid(EnvironmentId id) { return to_hex(id.uuid()); }

    asio::io_context io_{1};
    LiveStreams streams_{io_};
    EnvironmentId const ours_{Uuid{7}};
    EnvironmentId const theirs_{Uuid{8}};
    int ended_ = 0;
};

TEST_F(LiveTest, APageHearsOfItsEnvironmentAndOfNoOther)
{
    Page page;
    open(page, ours_);
    EXPECT_EQ(page.text, ": \n\n");
    heard(uuid(ours_) + " integrated_account ia_1");
    heard(uuid(theirs_) + " webhook wh_1");
    heard("calls " + uuid(theirs_));
    EXPECT_EQ(page.text, ": \n\nevent: change\ndata: {\"kind\":\"integrated_account\",\"id\":\"ia_1\"}\n\n");
    page.text.clear();
    heard("calls " + uuid(theirs_) + " " + uuid(ours_));
    heard(uuid(ours_) + " delivery");
    EXPECT_EQ(page.text, "event: calls\ndata: {}\n\nevent: change\ndata: {\"kind\":\"delivery\",\"id\":null}\n\n");
    page.text.clear();
    heard("calls *");
    EXPECT_EQ(page.text, "event: calls\ndata: {}\n\n");
}

TEST_F(LiveTest, WhatIsNoNotificationIsIgnored)
{
    Page page;
    open(page, ours_);
    for (auto const* payload : {"", " ", "calls", "calls x", "nobody webhook wh_1"})
        heard(payload);
    heard(uuid(ours_));
    EXPECT_EQ(page.text, ": \n\n");
}

TEST_F(LiveTest, APageThatIsSlowReadsEverythingAgain)
{
    Page page;
    open(page, ours_);
    page.text.clear();
    for (int i = 0; i < 300; ++i)
        streams_.heard(uuid(ours_) + " webhook wh_" + std::to_string(i));
    heard(uuid(ours_) + " webhook wh_last");
    EXPECT_NE(page.text.find("event: lost"), std::string::npos);
    EXPECT_LT(page.text.size(), 10'000U);
}

TEST_F(LiveTest, AStreamEndsWhenNotificationsMayBeLost)
{
    Page page;
    open(page, ours_);
    streams_.heard_of_all();
    heard("");
    EXPECT_EQ(ended_, 1) << "the end of its token may be one of them";
}

TEST_F(LiveTest, AStreamEndsWithItsReaderItsUserItsTokenOrTheProcess)
{
    Page left;
    Page signed_out;
    Page revoked;
    Page last;
    UserId const user{Uuid{1}};
    ApiTokenId const token{Uuid{2}};
    open(left, ours_);
    open(signed_out, ours_, user);
    open(revoked, ours_, {}, token);
    open(last, ours_, UserId{Uuid{3}});
    left.leave();
    heard("");
    EXPECT_EQ(ended_, 1);
    streams_.apply({snapshots::Change::Kind::user, {}, user.uuid()});
    heard("");
    EXPECT_EQ(ended_, 2);
    streams_.apply({snapshots::Change::Kind::api_token, ours_, token.uuid()});
    heard("");
    EXPECT_EQ(ended_, 3);
    Page of_environment;
    open(of_environment, theirs_);
    streams_.apply({snapshots::Change::Kind::environment, theirs_, {}});
    heard("");
    EXPECT_EQ(ended_, 4);
    streams_.end();
    heard("");
    EXPECT_EQ(ended_, 5);
    EXPECT_EQ(streams_.open(ours_, {}, {}).error().code(), ErrorCode::unavailable);
}

TEST_F(LiveTest, AUserHasOnlySoManyAndGetsOneBackWhenOneEnds)
{
    std::vector<Page> pages(LiveStreams::kMostOfUser);
    UserId const user{Uuid{1}};
    for (auto& page : pages)
        open(page, ours_, user);
    EXPECT_EQ(streams_.open(ours_, user, {}).error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(streams_.open(ours_, UserId{Uuid{2}}, {}));
    pages.front().leave();
    heard("");
    EXPECT_TRUE(streams_.open(ours_, user, {}));
    streams_.end();
    heard("");
}

} // namespace
} // namespace sluice::api
