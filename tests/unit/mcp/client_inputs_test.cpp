// What tools and prompts ask of a client in the middle of a call (MCP 2026-07-28, "Multi Round-Trip Requests").
#include "mcp/client_inputs.hpp"

#include "catalog/integration.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

constexpr std::string_view kManifest = R"(name: desk
label: Desk
category: test
openapi: openapi.yaml
base_url: "https://desk.example"
credentials:
  api_key:
    label: API key
    fields: {key: {label: Key, secret: true, required: true}}
    authorization: {format: header, config: {name: x-key, token: "{{context.key}}"}}
resources:
  welcome:
    methods:
      get:
        operation: get-welcome
        input:
)";
constexpr std::string_view kDocument = R"(openapi: 3.1.0
info: {title: Desk, version: "1"}
paths:
  /welcome:
    get:
      operationId: get-welcome
      summary: Welcome
      description: Welcomes.
      parameters:
        - {name: name, in: query, schema: {type: string}}
        - {name: text, in: query, schema: {type: string}}
      responses: {"200": {description: It.}}
)";
constexpr std::string_view kTwoRounds = R"(          rounds:
            - who: {elicit: {message: "Who are you?", schema: {type: object, properties: {name: {type: string}}, required: [name]}}}
            - tone: {optional: true, elicit: {message: "And how, {{input.who.name}}?", schema: {type: object, properties: {mood: {type: string}}}}}
              text: {sample: {messages: [], maxTokens: 5}}
          arguments: {name: "{{input.who.name}}", text: "{{input.text.text}}", mood: "{{input.tone.mood}}"}
)";

Result<catalog::IntegrationPtr> compile(std::string_view input)
{
    auto const manifest = documents::read_source("integration.yaml", std::string(kManifest) + std::string(input));
    auto const document = documents::read_source("openapi.yaml", kDocument);
    if (!manifest)
        return manifest.error();
    return catalog::compile({*manifest, *document}, catalog::builtin_id("desk"));
}

class InputsTest : public testing::Test {
protected:
    InputsTest()
        : integration_(*compile(kTwoRounds))
        , wanted_(*integration_->find("welcome", "get")->inputs)
    {
    }

    RpcRequest request(json::object capabilities, json::object more = {}) const
    {
        RpcRequest made;
        made.era = Era::modern;
        made.id = "1";
        made.params = std::move(more);
        json::object meta;
        meta["io.modelcontextprotocol/clientCapabilities"] = std::move(capabilities);
        made.params["_meta"] = std::move(meta);
        return made;
    }
    static json::object can(std::initializer_list<std::string_view> names)
    {
        json::object capabilities;
        for (auto const name : names)
            capabilities[name] = json::object{};
        return capabilities;
    }
    static json::object accepted(json::object content)
    {
        json::object response{{"action", "accept"}};
        response["content"] = std::move(content);
        return response;
    }
    /// The request state of an answer that asks.
    std::string state_of(Said const& said, RpcRequest const& asker, json::object const& requests) const
    {
        auto const answer = json::parse(said.ask(asker, snapshot_, requests, sealer_));
        return std::string(answer->at("result").at("requestState").as_string());
    }

    catalog::IntegrationPtr integration_;
    catalog::Inputs const& wanted_;
    test::FakeClock clock_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    crypto::CursorSealer const sealer_{keyring_, clock_};
    ServerSnapshot snapshot_ = [] {
        ServerSnapshot made;
        made.server_info = "{}";
        return made;
    }();
};

TEST_F(InputsTest, RoundsFollowEachOtherAndFillTheArguments)
{
    auto const all = can({"elicitation", "sampling"});
    auto first = request(all);
    auto said = *Said::read(first, "call", sealer_);
    auto step = next_step(wanted_, first, {}, said);
    ASSERT_EQ(step->kind, InputStep::Kind::ask);
    EXPECT_EQ(step->object.size(), 1U);
    EXPECT_EQ(step->object.at("who").at("method"), "elicitation/create");

    json::object answers;
    answers["who"] = accepted({{"name", "Ada"}});
    auto second = request(all, {{"inputResponses", answers}, {"requestState", state_of(said, first, step->object)}});
    said = *Said::read(second, "call", sealer_);
    step = next_step(wanted_, second, {}, said);
    ASSERT_EQ(step->kind, InputStep::Kind::ask);
    EXPECT_EQ(step->object.at("tone").at("params").at("message"), "And how, Ada?");

    json::object last;
    last["text"] = json::object{{"role", "assistant"}, {"content", json::object{{"type", "text"}, {"text", "Hi"}}}};
    last["tone"] = json::object{{"action", "decline"}};
    auto third = request(all, {{"inputResponses", last}, {"requestState", state_of(said, second, step->object)}});
    said = *Said::read(third, "call", sealer_);
    step = next_step(wanted_, third, {}, said);
    ASSERT_EQ(step->kind, InputStep::Kind::ready);
    EXPECT_EQ(wanted_.fill({{"name", "given"}}, said.input()), (json::object{{"name", "Ada"}, {"text", "Hi"}}));
}

TEST_F(InputsTest, WhatDoesNotFitIsAskedForAgain)
{
    for (json::value const& answer :
         {json::value(nullptr), json::value(12345), json::value(json::object{}), json::value(json::object{{"who", 5}}),
          json::value(json::object{{"other", accepted({{"name", "x"}})}}),
          json::value(json::object{{"who", accepted({{"name", 5}})}}),
          json::value(json::object{{"who", json::object{{"content", json::object{{"name", "x"}}}}}}),
          json::value(json::object{{"who", accepted({})}})}) {
        auto const asker = request(can({"elicitation"}), {{"inputResponses", answer}});
        auto said = *Said::read(asker, "call", sealer_);
        auto const step = next_step(wanted_, asker, {}, said);
        ASSERT_TRUE(step);
        EXPECT_EQ(step->kind, InputStep::Kind::ask) << boost::json::serialize(answer);
    }
}

TEST_F(InputsTest, WhatAClientCannotDoIsNamedOrLeftOut)
{
    json::object answers;
    answers["who"] = accepted({{"name", "Ada"}});
    auto nothing = request({}, {{"inputResponses", answers}});
    auto said = *Said::read(nothing, "call", sealer_);
    auto step = next_step(wanted_, nothing, {}, said);
    ASSERT_EQ(step->kind, InputStep::Kind::lacks);
    EXPECT_EQ(step->object, (json::object{{"sampling", json::object{}}}));

    auto only_url = request(json::object{{"elicitation", json::object{{"url", json::object{}}}}});
    said = *Said::read(only_url, "call", sealer_);
    step = next_step(wanted_, only_url, {}, said);
    EXPECT_EQ(step->kind, InputStep::Kind::lacks) << "a client that shows pages need not show forms";

    auto legacy = request(can({"elicitation", "sampling"}));
    legacy.era = Era::legacy;
    said = *Said::read(legacy, "call", sealer_);
    EXPECT_EQ(next_step(wanted_, legacy, {}, said)->kind, InputStep::Kind::lacks);

    auto samples = request(can({"sampling"}), {{"inputResponses", answers}});
    said = *Said::read(samples, "call", sealer_);
    step = next_step(wanted_, samples, {}, said);
    ASSERT_EQ(step->kind, InputStep::Kind::ask);
    EXPECT_FALSE(step->object.contains("tone")) << "optional, and not declared";
}

TEST_F(InputsTest, ARefusalOfWhatIsNeededEndsTheCall)
{
    for (auto const* action : {"decline", "cancel"}) {
        json::object answers;
        answers["who"] = json::object{{"action", action}};
        auto const asker = request(can({"elicitation"}), {{"inputResponses", answers}});
        auto said = *Said::read(asker, "call", sealer_);
        EXPECT_EQ(next_step(wanted_, asker, {}, said)->kind, InputStep::Kind::declined);
    }
}

TEST_F(InputsTest, AStateIsOfOneCallAndCannotBeChanged)
{
    auto const first = request(can({"elicitation"}));
    auto said = *Said::read(first, "call", sealer_);
    auto const step = next_step(wanted_, first, {}, said);
    auto const state = state_of(said, first, step->object);
    EXPECT_TRUE(Said::read(request({}, {{"requestState", state}}), "call", sealer_));
    EXPECT_FALSE(Said::read(request({}, {{"requestState", state}}), "another call", sealer_));
    for (json::value const& bent : {json::value(state + "A"), json::value(state + "-TAMPERED"), json::value(""),
                                    json::value(7), json::value(nullptr)})
        EXPECT_FALSE(Said::read(request({}, {{"requestState", bent}}), "call", sealer_));
    clock_.advance(crypto::CursorSealer::kLifetime + std::chrono::seconds(1));
    EXPECT_FALSE(Said::read(request({}, {{"requestState", state}}), "call", sealer_));
}

TEST(InputsOfADefinition, AreCheckedWhenItIsLoaded)
{
    struct Case {
        std::string_view input;
        std::string_view path;
    };
    for (auto const& [input, path] : std::initializer_list<Case>{
             {"          rounds: []\n", "rounds"},
             {"          rounds: [{}]\n", "rounds[0]"},
             {"          rounds: [{a: {}}]\n", "rounds[0].a"},
             {"          rounds: [{a: {roots: true, sample: {messages: [], maxTokens: 1}}}]\n", "rounds[0].a"},
             {"          rounds: [{a: {sample: {messages: []}}}]\n", "sample"},
             {"          rounds: [{reauth: {roots: true}}]\n", "rounds[0].reauth"},
             {"          rounds: [{a: {roots: true}}, {a: {roots: true}}]\n", "rounds[1].a"},
             {"          rounds: [{a: {elicit: {message: x, schema: {type: string}}}}]\n", "schema"},
             {"          rounds: [{a: {elicit: {message: x, schema: {type: object, properties: {b: {type: "
              "object}}}}}}]\n",
              "schema.properties.b"},
             {"          rounds: [{a: {elicit: {message: \"{{input.b}}\", schema: {type: object, properties: {}}}}}]\n",
              "elicit"},
             {"          rounds: [{a: {roots: true}}]\n          arguments: {name: \"{{input.b}}\"}\n",
              "arguments.name"},
             {"          rounds: [{a: {roots: true}}]\n          surprise: 1\n", "surprise"},
         }) {
        auto const compiled = compile(input);
        ASSERT_FALSE(compiled) << input;
        bool const is_named = std::ranges::any_of(compiled.error().failures(),
                                                  [&](auto const& failure) { return failure.path.contains(path); });
        EXPECT_TRUE(is_named) << input << compiled.error().public_detail();
    }
}

} // namespace
} // namespace sluice::mcp
