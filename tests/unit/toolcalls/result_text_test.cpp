#include "toolcalls/result_text.hpp"

#include "base/json.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

using Kind = proxy::Outcome::Kind;

std::string text_of(Kind kind, std::string body)
{
    proxy::Outcome outcome;
    outcome.kind = kind;
    outcome.body = std::move(body);
    outcome.page.items = outcome.body;
    std::string made;
    return std::string(result_text(outcome, made));
}

TEST(ResultText, OfAnObjectIsTheVendorsOwnBytes)
{
    proxy::Outcome outcome;
    outcome.body = " {\"a\" : 1.50}\n";
    std::string made;
    auto const text = result_text(outcome, made);
    EXPECT_EQ(text, "{\"a\" : 1.50}");
    EXPECT_EQ(text.data(), outcome.body.data() + 1) << "not a copy";
}

TEST(ResultText, WrapsWhatIsNoObject)
{
    EXPECT_EQ(text_of(Kind::object, "[1, 2]"), R"({"result":[1, 2]})");
    EXPECT_EQ(text_of(Kind::object, "\"text\""), R"({"result":"text"})");
    EXPECT_EQ(text_of(Kind::list, "[{}]"), R"({"result":[{}],"next_cursor":null})");
}

TEST(ResultText, OfAListLeadsOn)
{
    proxy::Outcome outcome;
    outcome.kind = Kind::list;
    outcome.body = "[]";
    outcome.page.items = outcome.body;
    outcome.next_cursor = "a\"b";
    std::string made;
    EXPECT_EQ(result_text(outcome, made), R"({"result":[],"next_cursor":"a\"b"})");
}

TEST(ResultText, OfAnAnswerWithoutBodyIsItsStatus)
{
    proxy::Outcome outcome;
    outcome.kind = Kind::empty;
    outcome.remote_status = 204;
    std::string made;
    EXPECT_EQ(result_text(outcome, made), R"({"status":204})");
}

TEST(ResultText, OfARefusalAndOfAnUnreadAnswerExplainsItself)
{
    for (auto const kind : {Kind::error, Kind::unread}) {
        proxy::Outcome outcome;
        outcome.kind = kind;
        outcome.status = 422;
        outcome.remote_status = 422;
        outcome.message = "The subject is missing.";
        std::string made;
        auto const text = json::parse(result_text(outcome, made));
        ASSERT_TRUE(text);
        EXPECT_TRUE(boost::json::serialize(*text).contains("The subject is missing.")) << boost::json::serialize(*text);
    }
}

} // namespace
} // namespace sluice::toolcalls
