// Mistakes of the manifest itself: credentials, methods. Those of pagination: pagination_test.cpp.
#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

struct Mistake {
    std::string name;
    std::string from;
    std::string to;
    std::string path;
    std::string text;
};

class ManifestMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ManifestMistakes, AreTold)
{
    auto const& [name, from, to, path, text] = GetParam();
    ASSERT_TRUE(kManifest.contains(from));
    auto const compiled = compile_text(replaced(kManifest, from, to), kDocument);
    ASSERT_FALSE(compiled);
    auto const is_it = [&](FieldFailure const& failure) {
        return failure.path.ends_with(" " + path) && failure.message.contains(text);
    };
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), is_it)) << compiled.error().public_detail();
}

constexpr auto kSubdomain =
    R"({label: Subdomain, type: string, pattern: "^[a-z0-9-]+$", max_length: 63, required: true})";
constexpr auto kBasic = R"({format: basic, config: {username: "{{context.email}}", password: "{{context.api_key}}"}})";
constexpr auto kGet = "get: {operation: get-ticket}";

INSTANTIATE_TEST_SUITE_P(
    All, ManifestMistakes,
    ::testing::Values(
        Mistake{"LabelThatIsANumber", "label: Desk\n", "label: 5\n", "label", "must be text"},
        Mistake{"FlagThatIsText", "label: Desk\n", "label: Desk\nis_beta: maybe\n", "is_beta", "must be true or false"},
        Mistake{"BaseUrlOfAnotherScheme", "https://{{context.subdomain}}.desk.example", "ftp://desk.example",
                "base_url", "must start with https://"},
        Mistake{"BaseUrlWithASlash", "desk.example\"\ncontext", "desk.example/\"\ncontext", "base_url",
                "must not end with /"},
        Mistake{"FieldThatIsNoMapping", kSubdomain, "5", "context.subdomain", "must be a mapping"},
        Mistake{"PatternThatLooksBack", "\"^[a-z0-9-]+$\"", "\"(a)\\\\1\"", "context.subdomain.pattern",
                "is not a pattern RE2 can run"},
        Mistake{"LengthOfNothing", "max_length: 63", "max_length: 0", "context.subdomain.max_length",
                "must be an integer from 1 to 10000"},
        Mistake{"UnknownCredentials", "  api_key:\n    label", "  password:\n    label", "credentials.password",
                "must be api_key, oauth2 or oauth2_client_credentials"},
        Mistake{"NoAuthorization", std::string("    authorization: ") + kBasic + "\n", "",
                "credentials.api_key.authorization", "is required"},
        Mistake{"BasicWithoutPassword", kBasic, "{format: basic, config: {username: a}}",
                "credentials.api_key.authorization.config.password", "is required"},
        Mistake{"HeaderWithoutName", kBasic, "{format: header, config: {token: a}}",
                "credentials.api_key.authorization.config.name", "is required"},
        Mistake{"TokenUrlOfAnotherScheme", "token_url: \"{{base_url}}/oauth/token\"", "token_url: \"/oauth/token\"",
                "credentials.oauth2.token_url", "must start with {{base_url}} or https://"},
        Mistake{"TokenUrlWithoutEnd", "token_url: \"{{base_url}}/oauth/token\"", "token_url: \"https://{{context.x\"",
                "credentials.oauth2.token_url", "has a {{ without }}"},
        Mistake{"RateLimitOfNothing", "{header: x-calls}", "{cookie: x-calls}", "rate_limit.windows[0].ratio.cookie",
                ""},
        Mistake{"TagsThatAreText", "{tickets: [tickets]}", "{tickets: tickets}", "tool_tags.tickets",
                "must be a list of texts"},
        Mistake{"TagThatIsANumber", "{tickets: [tickets]}", "{tickets: [5]}", "tool_tags.tickets",
                "must be a list of texts"},
        Mistake{"ResourceName", "  tickets:\n", "  Tickets:\n", "resources.Tickets", "must match"},
        Mistake{"MethodName", kGet, "Get: {operation: get-ticket}", "resources.tickets.methods.Get", "must match"},
        Mistake{"NoOperation", kGet, "get: {}", "resources.tickets.methods.get.operation", "is required"},
        Mistake{"ToolName", kGet, "get: {operation: get-ticket, name: \"1st\"}", "resources.tickets.methods.get.name",
                "must match"},
        Mistake{"LinkOfAWrite", "create: {operation: create-ticket}",
                "create: {operation: create-ticket, download: link}", "resources.tickets.methods.create.download",
                "is only for a method that reads with GET"},
        Mistake{"ContentThatIsNoList", kGet, "get: {operation: get-ticket, content: 5}",
                "resources.tickets.methods.get.content", "must be a list of content blocks"},
        Mistake{"ContentThatReadsAnything", kGet,
                "get: {operation: get-ticket, content: [{type: text, text: \"{{context.x}}\"}]}",
                "resources.tickets.methods.get.content", "reads context.x"},
        Mistake{"ContentThatReadsWhatOnlyBeginsAsTheResult", kGet,
                "get: {operation: get-ticket, content: [{type: text, text: \"{{results.x}}\"}]}",
                "resources.tickets.methods.get.content", "reads results.x, which is not there; there are result"},
        Mistake{"RawSchemaWithoutABody", kGet, "get: {operation: get-ticket, raw_schema: true}",
                "resources.tickets.methods.get.raw_schema",
                "is only for an operation with a JSON body and no parameters: leave it out"},
        Mistake{"RawSchemaWithParameters", "create: {operation: create-ticket}",
                "create: {operation: create-ticket, raw_schema: true}", "resources.tickets.methods.create.raw_schema",
                "is only for an operation with a JSON body and no parameters: leave it out"},
        Mistake{"PreviewOfAList", "paginated: true}", "paginated: true, preview: {}}",
                "resources.tickets.methods.list.preview", "is only for a resource's get"},
        Mistake{"HealthOfNoMethod", "tool_tags:", "health: tickets\ntool_tags:", "health", "names no method"},
        Mistake{"HealthThatNeedsAnArgument", "tool_tags:", "health: tickets.get\ntool_tags:", "health",
                "needs no argument"},
        Mistake{"HealthThatWrites", "tool_tags:", "health: tickets.create\ntool_tags:", "health", "reads by GET"}),
    [](auto const& param) { return param.param.name; });

TEST(Manifest, HasARawSchemaOfAJsonBodyAlone)
{
    auto const manifest = replaced(kManifest, "search: {operation: search-tickets, access: read, destructive: false}",
                                   "search: {operation: search-tickets, raw_schema: true}");
    auto const compiled = compile_text(manifest, kDocument);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    EXPECT_TRUE((*compiled)->find("tickets", "search")->raw_schema);
    constexpr auto kBody = "requestBody: {content: {application/json: {schema: {type: array, items: {type: string}}}}}";
    for (auto const* other : {"", "requestBody: {content: {multipart/form-data: {}}}"}) {
        ASSERT_TRUE(kDocument.contains(kBody));
        auto const refused = compile_text(manifest, replaced(kDocument, kBody, other));
        ASSERT_FALSE(refused) << other;
        ASSERT_EQ(refused.error().failures().size(), 1U) << refused.error().public_detail();
        EXPECT_TRUE(refused.error().failures().front().path.ends_with(" resources.tickets.methods.search.raw_schema"));
    }
}

TEST(Manifest, NeedsResourcesCredentialsAndMethods)
{
    auto const cut = [](std::string_view from) { return kManifest.substr(0, kManifest.find(from)); };
    auto const no_resources = compile_text(cut("resources:"), kDocument);
    ASSERT_FALSE(no_resources);
    EXPECT_TRUE(no_resources.error().public_detail().contains("resources is required"));
    auto const no_methods = compile_text(cut("resources:") + "resources: {tickets: {}}\n", kDocument);
    ASSERT_FALSE(no_methods);
    EXPECT_TRUE(no_methods.error().public_detail().contains("resources.tickets.methods is required"));
    auto const no_credentials = compile_text(
        cut("credentials:") + "credentials: {}\n" + kManifest.substr(kManifest.find("pagination:")), kDocument);
    ASSERT_FALSE(no_credentials);
    EXPECT_TRUE(no_credentials.error().public_detail().contains("must have at least one of api_key, oauth2"));
}

TEST(Manifest, ReadsEachFormOfCredentials)
{
    auto const compiled = compile_text(
        replaced(
            kManifest, "pagination:\n",
            "  oauth2_client_credentials:\n    label: App\n    token_url: https://desk.example/token\n"
            "    client_authentication: body\n    scopes: [all]\n"
            "    authorization: {format: query, config: {name: key, token: \"{{context.oauth.token.access_token}}\"}}\n"
            "pagination:\n"),
        kDocument);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& integration = **compiled;
    auto const* app = integration.find_credentials("oauth2_client_credentials");
    ASSERT_NE(app, nullptr);
    EXPECT_EQ(app->oauth->grant, OAuth::Grant::client_credentials);
    EXPECT_EQ(app->oauth->client_authentication, OAuth::ClientAuthentication::body);
    EXPECT_EQ(app->oauth->scopes, (std::vector<std::string>{"all"}));
    EXPECT_TRUE(app->oauth->fixes_hosts());
    EXPECT_FALSE(app->oauth->asks_host_of_account());
    EXPECT_EQ(app->authorization.format, Authorization::Format::query);
    EXPECT_EQ(app->authorization.name, "key");
    auto const* oauth = integration.find_credentials("oauth2");
    EXPECT_EQ(oauth->oauth->grant, OAuth::Grant::authorization_code);
    EXPECT_TRUE(oauth->oauth->pkce);
    EXPECT_FALSE(oauth->oauth->is_reuse_tolerated) << "what is not said is the careful choice";
    EXPECT_TRUE(oauth->oauth->asks_host_of_account());
    EXPECT_EQ(integration.find_credentials("password"), nullptr);
}

TEST(Manifest, KnowsTheClassOfEachMethod)
{
    auto const& integration = *desk();
    EXPECT_EQ(integration.find("tickets", "list")->method_class(), MethodClass::read);
    EXPECT_EQ(integration.find("tickets", "delete")->method_class(), MethodClass::write);
    EXPECT_EQ(integration.find("tickets", "search")->method_class(), MethodClass::read);
    auto const compiled = compile_text(replaced(kManifest, ", access: read, destructive: false", ""), kDocument);
    ASSERT_TRUE(compiled);
    auto const* search = (*compiled)->find("tickets", "search");
    EXPECT_EQ(search->method_class(), MethodClass::custom);
    EXPECT_TRUE(search->destructive) << "a PUT overwrites";
    EXPECT_EQ(search->tags, (std::vector<std::string>{"tickets", "replaces"}));
    EXPECT_EQ(search->first_tags, (std::vector<std::string>{"tickets", "destructive"}));
    EXPECT_FALSE(integration.find("tickets", "create")->destructive);
    EXPECT_FALSE(integration.find("tickets", "create")->idempotent);
    EXPECT_TRUE(integration.has_resource("tickets"));
    EXPECT_FALSE(integration.has_resource("ticket"));
}

TEST(Override, GivesTheDevelopersAppToAFormat)
{
    Definition const definition{*documents::read_source("integration.yaml", kManifest),
                                *documents::read_source("openapi.yaml", kDocument)};
    auto const with = [&](std::string_view text) {
        return with_override(definition, json::object{{"credentials", *json::parse(text)}});
    };
    auto const own = with(R"({"oauth2":{"client_id":"app","scopes":["a"]}})");
    ASSERT_TRUE(own);
    auto const compiled = compile(*own, builtin_id("desk"));
    ASSERT_TRUE(compiled);
    EXPECT_EQ((*compiled)->find_credentials("oauth2")->oauth->client_id, "app");
    EXPECT_EQ((*compiled)->find_credentials("oauth2")->oauth->scopes, (std::vector<std::string>{"a"}));
    EXPECT_NE((*compiled)->digest, desk()->digest);
    for (auto const& [text, path] : {std::pair{"5", "override.credentials"},
                                     {R"({"oauth":{}})", "override.credentials.oauth"},
                                     {R"({"oauth2":5})", "override.credentials.oauth2"},
                                     {R"({"oauth2":{"token_url":"x"}})", "override.credentials.oauth2.token_url"}}) {
        auto const refused = with(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().failures().front().path, path);
    }
}

TEST(Builtin, IsFoundByItsNameAlone)
{
    for (auto const& name : builtin_names())
        EXPECT_TRUE(builtin_definition(name)) << name;
    for (auto const* name : {"", "nosuch", "gorgias/"})
        EXPECT_EQ(builtin_definition(name).error().code(), ErrorCode::not_found) << name;
}

} // namespace
} // namespace sluice::catalog
