#include "proxy/kept_outcome.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

using Kind = Outcome::Kind;

Outcome outcome(Kind kind, int status, std::string body = {})
{
    Outcome made;
    made.kind = kind;
    made.status = status;
    made.remote_status = status;
    made.body = std::move(body);
    return made;
}

TEST(KeptOutcome, ComesBackAsItWas)
{
    auto made = outcome(Kind::object, 201, R"({"id":1,"text":"a\nb"})");
    made.content_type = "application/json";
    made.note = "A note.";
    auto const back = kept_outcome(kept_text(made, 100));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->kind, Kind::object);
    EXPECT_EQ(back->status, 201);
    EXPECT_EQ(back->body, made.body);
    EXPECT_EQ(back->note, "A note.");
    auto error = outcome(Kind::error, 504);
    error.message = "Nobody knows.";
    EXPECT_EQ(kept_outcome(kept_text(error, 100))->message, "Nobody knows.");
    auto unread = outcome(Kind::unread, 201, R"({"id":)");
    unread.message = "It was made.";
    EXPECT_EQ(kept_outcome(kept_text(unread, 100))->kind, Kind::unread);
    EXPECT_FALSE(had_no_effect(kept_outcome(kept_text(unread, 100))));
    std::string const bytes("\0\n\xff", 3);
    EXPECT_EQ(kept_outcome(kept_text(outcome(Kind::binary, 200, bytes), 100))->body, bytes);
}

TEST(KeptOutcome, SaysThatALargeAnswerIsNotKept)
{
    auto const back = kept_outcome(kept_text(outcome(Kind::object, 200, std::string(101, 'x')), 100));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->kind, Kind::empty);
    EXPECT_NE(back->note.find("101 bytes"), std::string::npos);
}

TEST(KeptOutcome, RefusesOtherTexts)
{
    for (auto const* text : {"", "x", "{}", "[]\n", "{\"kind\":9}\n"})
        EXPECT_FALSE(kept_outcome(text)) << text;
}

TEST(HadNoEffect, OnlyWhereThatIsCertain)
{
    for (int const status : {400, 401, 403, 404, 409, 422, 429})
        EXPECT_TRUE(had_no_effect(outcome(Kind::error, status))) << status;
    for (int const status : {408, 500, 502, 503, 504})
        EXPECT_FALSE(had_no_effect(outcome(Kind::error, status))) << status;
    auto redirected = outcome(Kind::error, 409);
    redirected.remote_status = 303;
    EXPECT_FALSE(had_no_effect(std::move(redirected))) << "the vendor may have done it before";
    EXPECT_FALSE(had_no_effect(outcome(Kind::object, 200)));
    EXPECT_FALSE(had_no_effect(outcome(Kind::empty, 204)));
    for (auto const code :
         {ErrorCode::invalid_argument, ErrorCode::reauth_needed, ErrorCode::forbidden, ErrorCode::rate_limited,
          ErrorCode::not_allowed, ErrorCode::upstream_unreachable, ErrorCode::unavailable})
        EXPECT_TRUE(had_no_effect(Error{code, "x"}));
    for (auto const code : {ErrorCode::upstream_failed, ErrorCode::upstream_timeout, ErrorCode::internal})
        EXPECT_FALSE(had_no_effect(Error{code, "x"}));
}

} // namespace
} // namespace sluice::proxy
