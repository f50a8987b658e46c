// What a call of a tool over REST reads and answers.
#include "areas/tools/input.hpp"
#include "areas/tools/view.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sluice::api {
namespace {

using Kind = proxy::Outcome::Kind;
using toolcalls::Done;

IntegratedAccountId const kAccount{Uuid{9}};

Result<toolcalls::NamedCall> read(std::string_view body, std::optional<IntegratedAccountId> of_token = std::nullopt)
{
    Call call;
    call.parameters = {{"name", "get_it"}};
    call.caller.account = of_token;
    return read_execution(call, json::parse(body)->as_object());
}

std::string with_account(std::string_view rest)
{
    return R"({"integrated_account_id":")" + kAccount.str() + "\"" + std::string(rest) + "}";
}

TEST(ExecutionInput, NamesTheAccountOrTheTenant)
{
    auto const by_id = read(with_account(R"(,"arguments":{"id":7})"));
    ASSERT_TRUE(by_id);
    EXPECT_EQ(by_id->account, kAccount);
    EXPECT_EQ(by_id->tool, "get_it");
    EXPECT_EQ(json::to_text(by_id->arguments), R"({"id":7})");
    auto const by_tenant = read(R"({"tenant_id":"acme"})");
    ASSERT_TRUE(by_tenant);
    EXPECT_FALSE(by_tenant->account);
    EXPECT_EQ(by_tenant->tenant_id, "acme");
    EXPECT_TRUE(by_tenant->arguments.empty());
}

TEST(ExecutionInput, TakesArgumentsAsMcpDoes)
{
    for (auto const* arguments : {"null", "[]", "{}", R"("{}")"}) {
        auto const taken = read(with_account(std::string(R"(,"arguments":)") + arguments));
        ASSERT_TRUE(taken) << arguments;
        EXPECT_TRUE(taken->arguments.empty());
    }
}

struct Refused {
    std::string body;
    std::string path;
};

TEST(ExecutionInput, SaysWhatIsWrong)
{
    for (auto const& [body, path] :
         {Refused{"{}", "integrated_account_id"}, Refused{R"({"integrated_account_id":null})", "integrated_account_id"},
          Refused{R"({"integrated_account_id":"acme"})", "integrated_account_id"},
          Refused{with_account(R"(,"tenant_id":"acme")"), "tenant_id"}, Refused{with_account(R"(,"args":{})"), "args"},
          Refused{with_account(R"(,"arguments":[1])"), "arguments"},
          Refused{with_account(R"(,"arguments":"x")"), "arguments"}}) {
        auto const refused = read(body);
        ASSERT_FALSE(refused) << body;
        ASSERT_EQ(refused.error().failures().size(), 1U) << body;
        EXPECT_EQ(refused.error().failures()[0].path, path) << body;
    }
}

TEST(ExecutionInput, OfAnAccountTokenMeansItsAccount)
{
    EXPECT_EQ(read("{}", kAccount)->account, kAccount);
    EXPECT_EQ(read(with_account(""), kAccount)->account, kAccount);
    EXPECT_EQ(read(with_account(""), IntegratedAccountId{Uuid{8}}).error().code(), ErrorCode::forbidden);
    EXPECT_EQ(read(R"({"tenant_id":"acme"})", kAccount).error().failures().at(0).path, "tenant_id");
}

Done done_of(Kind kind, std::string body)
{
    Done done;
    proxy::Outcome outcome;
    outcome.kind = kind;
    outcome.body = std::move(body);
    outcome.page.items = outcome.body;
    done.outcome = std::move(outcome);
    return done;
}

TEST(ExecutionView, HasTheVendorsJsonByteForByte)
{
    auto const response = execution_response(done_of(Kind::object, R"({"id":9007199254740993,"a":1.50})"), "req_1");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body,
              R"({"data":{"id":9007199254740993,"a":1.50},"error":null,"successful":true,"log_id":"req_1"})");
}

TEST(ExecutionView, WrapsListsAndAnswersWithoutBody)
{
    auto list = done_of(Kind::list, "[1,2]");
    list.outcome->next_cursor = "c";
    list.note = "More.";
    EXPECT_EQ(
        execution_response(std::move(list), "r").body,
        R"({"data":{"result":[1,2],"next_cursor":"c"},"error":null,"successful":true,"log_id":"r","note":"More."})");
    auto empty = done_of(Kind::empty, "");
    empty.outcome->remote_status = 204;
    EXPECT_EQ(execution_response(std::move(empty), "r").body,
              R"({"data":{"status":204},"error":null,"successful":true,"log_id":"r"})");
}

TEST(ExecutionView, HasAFileWithItsType)
{
    auto file = done_of(Kind::binary, std::string("\0\xff", 2));
    file.outcome->content_type = "image/png";
    EXPECT_EQ(execution_response(std::move(file), "r").body,
              R"({"data":{"content_type":"image/png","base64":"AP8="},"error":null,"successful":true,"log_id":"r"})");
}

TEST(ExecutionView, TellsARefusalAsTextAndAsData)
{
    auto refused = done_of(Kind::error, R"({"msg":"No."})");
    refused.outcome->status = refused.outcome->remote_status = 429;
    refused.outcome->message = "No.";
    refused.outcome->limits.throttled = true;
    refused.outcome->limits.retry_after_s = 3;
    auto const response = execution_response(std::move(refused), "r");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.find("retry-after"), "3");
    auto const body = *json::parse(response.body);
    EXPECT_EQ(body.at("successful"), json::value(false));
    EXPECT_EQ(body.at("data").at("is_remote_error"), json::value(true));
    EXPECT_EQ(*json::parse(body.at("error").get_string()), body.at("data"));
}

TEST(ExecutionView, TellsWhatWeRefuseTheSameWay)
{
    Done done;
    done.outcome = invalid("id", "must be an integer");
    auto const body = *json::parse(execution_response(std::move(done), "r").body);
    EXPECT_EQ(body.at("successful"), json::value(false));
    EXPECT_EQ(body.at("data").at("details").at("failures").at(0).at("path"), json::value("id"));
    EXPECT_EQ(*json::parse(body.at("error").get_string()), body.at("data"));
}

} // namespace
} // namespace sluice::api
