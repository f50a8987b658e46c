// What a batch over REST reads and answers.
#include "areas/batch/input.hpp"
#include "areas/batch/view.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sluice::api {
namespace {

IntegratedAccountId const kAccount{Uuid{9}};

Result<WantedBatch> read(std::string_view members, std::optional<IntegratedAccountId> of_token = std::nullopt)
{
    Call call;
    call.caller.account = of_token;
    auto const body = R"({"integrated_account_id":")" + kAccount.str() + "\"" + std::string(members) + "}";
    return read_batch(call, json::parse(body)->as_object());
}

TEST(BatchInput, ReadsEveryMemberOfANode)
{
    auto const read_now =
        read(R"(,"args":{"a":1},"explain":true,"resources":[{"resource":"tickets","name":"n","method":"get","id":7,)"
             R"("query":{"x":1},"body":[1],"depends_on":["a","b"],"loop_on":"a","persist":false},)"
             R"({"resource":"tags","depends_on":"n","id":null,"loop_on":null}])");
    ASSERT_TRUE(read_now) << read_now.error().public_detail();
    EXPECT_EQ(read_now->account, kAccount);
    EXPECT_TRUE(read_now->explain);
    EXPECT_EQ(json::to_text(read_now->batch.args), R"({"a":1})");
    auto const& node = read_now->batch.nodes.at(0);
    EXPECT_EQ(node.name, "n");
    EXPECT_EQ(node.method, "get");
    EXPECT_EQ(node.id, json::value(7));
    EXPECT_EQ(json::to_text(node.query), R"({"x":1})");
    EXPECT_EQ(json::to_text(node.body), "[1]");
    EXPECT_EQ(node.depends_on, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(node.loop_on, "a");
    EXPECT_FALSE(node.persist);
    auto const& other = read_now->batch.nodes.at(1);
    EXPECT_EQ(other.depends_on, std::vector<std::string>{"n"});
    EXPECT_TRUE(other.id.is_null());
    EXPECT_TRUE(other.persist);
}

struct Refused {
    std::string members;
    std::string path;
};

TEST(BatchInput, SaysWhatIsWrong)
{
    for (auto const& [members, path] :
         {Refused{"", "resources"}, Refused{R"(,"resources":{})", "resources"},
          Refused{R"(,"resources":[1])", "resources[0]"}, Refused{R"(,"resources":[{}])", "resources[0].resource"},
          Refused{R"(,"resources":[{"resource":"t","id":true}])", "resources[0].id"},
          Refused{R"(,"resources":[{"resource":"t","depends_on":7}])", "resources[0].depends_on"},
          Refused{R"(,"resources":[{"resource":"t","recurse":{}}])", "resources[0].recurse"},
          Refused{R"(,"resources":[{"resource":"t"}],"surprise":1)", "surprise"}}) {
        auto const refused = read(members);
        ASSERT_FALSE(refused) << members;
        ASSERT_EQ(refused.error().failures().size(), 1U) << members << refused.error().public_detail();
        EXPECT_EQ(refused.error().failures()[0].path, path) << members;
    }
}

TEST(BatchInput, OfAnAccountTokenMeansItsAccount)
{
    EXPECT_EQ(read(R"(,"resources":[{"resource":"t"}])", kAccount)->account, kAccount);
    EXPECT_EQ(read(R"(,"resources":[{"resource":"t"}])", IntegratedAccountId{Uuid{8}}).error().code(),
              ErrorCode::forbidden);
}

TEST(BatchView, HasRecordsFailuresAndWhatWasCut)
{
    batch::BatchResult done;
    batch::NodeResult list{"tickets", true, {R"({"id":1.0},2)", "", "3"}, {}, {}};
    batch::NodeResult hidden{"hidden", false, {"1"}, {{std::nullopt, "{}"}}, {}};
    batch::NodeResult loop{"each", true, {}, {{2, R"({"statusCode":404})"}}, {}};
    loop.partial = batch::Partial{batch::Reason::throttled, "Later.", 3, 5, "c", 7};
    done.nodes = {list, hidden, loop};
    done.calls = 4;
    done.limits.limit = 40;
    auto const response = batch_response(done);
    EXPECT_EQ(response.body,
              R"({"result":{"tickets":[{"id":1.0},2,3],"each":[]},)"
              R"("errors":{"hidden":[{"index":null,"error":{}}],"each":[{"index":2,"error":{"statusCode":404}}]},)"
              R"("is_partial":true,"partial":{"each":{"reason":"throttled","message":"Later.","made":3,"wanted":5,)"
              R"("next_cursor":"c","retry_after":7}},"calls":4})");
    EXPECT_EQ(response.headers.find("ratelimit-limit"), "40");
}

} // namespace
} // namespace sluice::api
