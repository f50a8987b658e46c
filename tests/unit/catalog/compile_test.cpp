#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

bool has_failure(Error const& error, std::string_view path, std::string_view text)
{
    return std::ranges::any_of(error.failures(), [&](FieldFailure const& failure) {
        return failure.path.find(path) != std::string::npos && failure.message.find(text) != std::string::npos;
    });
}

TEST(Compile, TakesAWholeDefinition)
{
    auto const compiled = compile_text(kManifest, kDocument);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    EXPECT_EQ((*compiled)->methods.size(), 6U);
    auto const* list = (*compiled)->find("tickets", "list");
    ASSERT_NE(list, nullptr);
    EXPECT_TRUE(list->paginated);
    EXPECT_EQ(list->tool_name, "list_all_desk_tickets");
}

/// The document with the item's id said once for its path instead of in each operation.
std::string with_shared_id(std::string const& parameters)
{
    auto document = replaced(kDocument, "    parameters: []\n", parameters);
    for (auto const* own :
         {"      parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]\n",
          "      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"})
        document = replaced(document, own, "");
    return document;
}

TEST(Compile, GivesAPathsParametersToEveryOperationBelow)
{
    auto const compiled = compile_text(
        kManifest, with_shared_id("    summary: Of the path\n"
                                  "    parameters:\n"
                                  "      - {name: id, in: path, required: true, schema: {type: integer, maximum: 9}}\n"
                                  "      - {name: lang, in: query, schema: {type: string}}\n"));
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    for (auto const* name : {"get", "update"}) {
        auto const* method = (*compiled)->find("tickets", name);
        ASSERT_NE(method->find_parameter("id"), nullptr);
        EXPECT_EQ(method->find_parameter("id")->schema.at("maximum"), 9);
        EXPECT_FALSE(method->find_parameter("lang")->in_path);
    }
    auto const* own = (*compiled)->find("tickets", "delete");
    EXPECT_EQ(own->find_parameter("id")->schema.at("type"), "string") << "what an operation says itself holds";
    EXPECT_EQ(own->parameters.size(), 2U);
    EXPECT_EQ(own->title, "Delete a ticket");
}

TEST(Compile, FollowsReferencesToSharedParametersAndBodies)
{
    auto document = with_shared_id("    parameters: [{$ref: \"#/components/parameters/Id\"}]\n");
    document = replaced(document,
                        "      requestBody: {content: {application/json: {schema: {type: object, properties: {status: "
                        "{type: string}}}}}}\n",
                        "      requestBody: {$ref: \"#/components/requestBodies/Change\"}\n");
    document +=
        "  parameters:\n"
        "    Id: {name: id, in: path, required: true, schema: {$ref: \"#/components/schemas/Id\"}}\n"
        "  requestBodies:\n"
        "    Change: {content: {application/json: {schema: {type: object, properties: {state: {type: string}}}}}}\n";
    auto const whole = replaced(document, "  schemas:\n", "  schemas:\n    Id: {type: integer, maximum: 5}\n");
    auto const compiled = compile_text(kManifest, whole);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const* update = (*compiled)->find("tickets", "update");
    EXPECT_EQ(update->find_parameter("id")->schema.at("maximum"), 5);
    EXPECT_TRUE(update->body.schema.at("properties").get_object().contains("state"));
    auto const unknown = compile_text(kManifest, replaced(whole, "parameters/Id\"", "parameters/Other\""));
    ASSERT_FALSE(unknown);
    EXPECT_TRUE(has_failure(unknown.error(), "paths./api/tickets/{id}.parameters[0].$ref", "must name one of"));
}

struct Mistake {
    std::string name;
    std::string from;
    std::string to;
    std::string path;
    std::string text;
};

class CompileMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(CompileMistakes, AreReportedWithFileLineAndPath)
{
    auto const& mistake = GetParam();
    auto const compiled =
        compile_text(replaced(kManifest, mistake.from, mistake.to), replaced(kDocument, mistake.from, mistake.to));
    ASSERT_FALSE(compiled);
    EXPECT_TRUE(has_failure(compiled.error(), mistake.path, mistake.text)) << compiled.error().public_detail();
}

INSTANTIATE_TEST_SUITE_P(
    All, CompileMistakes,
    ::testing::Values(
        Mistake{"UnknownKey", "label: Desk", "label: Desk\ncolour: red", "integration.yaml:3 colour",
                "is not a key here"},
        Mistake{"MissingLabel", "label: Desk\n", "", "label", "is required"},
        Mistake{"BadName", "name: desk", "name: Desk", "integration.yaml:1 name", "must match"},
        Mistake{"UnclosedPlaceholder", "{{context.subdomain}}.desk", "{{context.subdomain.desk", "base_url",
                "without }}"},
        Mistake{"FormChoosesAHost", "pagination:\n",
                "actions:\n  post_connect_user_form:\n    title: T\n    fields:\n      subdomain: {label: L}\n"
                "pagination:\n",
                "actions.post_connect_user_form", "stands in the host"},
        Mistake{"UnknownOperation", "operation: get-ticket", "operation: get-tickets",
                "resources.tickets.methods.get.operation", "names no"},
        Mistake{"UnknownAccess", "access: read", "access: some", "access", "must be one of read, write"},
        Mistake{"DangerousPattern", "^[A-Z]", "(a)\\\\1", "pattern", "RE2"},
        Mistake{"UnenforcedKeyword", "minLength: 1,", "minLength: 1, dependentRequired: {},", "dependentRequired",
                "would not be enforced"},
        Mistake{"DangerousPatternInABranch", "{type: string, enum: [low, high]}",
                "{anyOf: [{type: string, pattern: '(a)\\1'}]}", "anyOf[0].pattern", "RE2"},
        Mistake{"ForeignReference", "#/components/schemas/Source", "https://evil.example/schema", "$ref",
                "could not be resolved"},
        Mistake{"Recursion", "properties:\n        to:",
                "properties:\n        again: {$ref: \"#/components/schemas/Source\"}\n        to:", "$ref",
                "no recursion"},
        Mistake{"BadArgumentName", "name: ids", "name: \"filter[ids]\"", "name", "must match"},
        Mistake{"MissingPathParameter", "[{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]",
                "[]", "parameters", "must describe the path parameter id"},
        Mistake{"TagOfNothing", "tool_tags: {tickets: [tickets]}", "tool_tags: {ticket: [tickets]}", "tool_tags.ticket",
                "names no resource"},
        Mistake{"ListWithoutPagination", "format: cursor", "format: none", "paginated", "needs a pagination block"},
        Mistake{"NameTooLong", "search: {operation: search-tickets,",
                "search: {operation: search-tickets, name: a_very_long_tool_name_that_clients_would_not_take_at_all,",
                "resources.tickets.methods.search.name", "at most 46"},
        Mistake{"NameTwice", "search: {operation: search-tickets,",
                "search: {operation: search-tickets, name: list_all_desk_tickets,", "resources.tickets.methods.search",
                "has already"},
        Mistake{"StepOfNoMethod", "tool_tags: {tickets: [tickets]}",
                "actions: {post_install: [{request: {method: tickets.grab, as: it}}]}",
                "actions.post_install[0].request.method", "names no method"},
        Mistake{"StepReadsWhatIsNotThere", "tool_tags: {tickets: [tickets]}",
                "actions: {post_install: [{update_context: {a: \"{{steps.it.id}}\"}}]}",
                "actions.post_install[0].update_context", "reads steps.it.id"},
        Mistake{"StepChangesWhatTheCustomerEnters", "tool_tags: {tickets: [tickets]}",
                "actions: {post_install: [{update_context: {subdomain: x}}]}", "actions.post_install[0].update_context",
                "may not change subdomain"},
        Mistake{"FormReadsALaterAnswer", "tool_tags: {tickets: [tickets]}",
                "actions: {post_connect_user_form: {title: T, fields: {a: {label: A, type: select, options: {method: "
                "tickets.list, arguments: {cursor: \"{{form.b}}\"}, value: id, label: name}}, b: {label: B}}}}",
                "actions.post_connect_user_form.fields.a.options.arguments", "reads form.b"},
        Mistake{"OptionsOfAText", "tool_tags: {tickets: [tickets]}",
                "actions: {post_connect_user_form: {title: T, fields: {a: {label: A, options: []}}}}",
                "actions.post_connect_user_form.fields.a.options", "only for select"},
        Mistake{"WrongOpenApi", "openapi: 3.1.0", "openapi: 2.0.0", "openapi", "3.1"}),
    [](auto const& param) { return param.param.name; });

TEST(Compile, ReportsEveryMistakeAtOnce)
{
    auto const manifest = replaced(replaced(kManifest, "label: Desk\n", ""), "access: read", "access: some");
    auto const compiled = compile_text(manifest, replaced(kDocument, "minLength: 1,", "minContains: 1,"));
    ASSERT_FALSE(compiled);
    EXPECT_GE(compiled.error().failures().size(), 3U);
}

TEST(Override, ReplacesTheBaseUrlAndNothingElse)
{
    Definition const definition{*documents::read_source("integration.yaml", kManifest),
                                *documents::read_source("openapi.yaml", kDocument)};
    auto const overridden = with_override(definition, {{"base_url", "http://127.0.0.1:1/{{context.subdomain}}"}});
    ASSERT_TRUE(overridden);
    auto const compiled = compile(*overridden, builtin_id("desk"));
    ASSERT_TRUE(compiled);
    EXPECT_EQ(*(*compiled)->base_url.render_url(json::object{{"context", json::object{{"subdomain", "a"}}}}),
              "http://127.0.0.1:1/a");
    EXPECT_FALSE(with_override(definition, {{"name", "x"}}));
}

TEST(Override, OfConnectionsChangesNoDefinition)
{
    Definition const definition{*documents::read_source("integration.yaml", kManifest),
                                *documents::read_source("openapi.yaml", kDocument)};
    auto const overridden = with_override(definition, {{"tls", json::object{{"ca", "theirs"}}}});
    ASSERT_TRUE(overridden);
    EXPECT_EQ(overridden->manifest.root, definition.manifest.root);
}

TEST(Yaml, KeepsTextsThatLookLikeNumbersAsTheyAreWritten)
{
    auto const source = documents::read_source("f", "a: \"1\"\nb: 1\nc: 1.5\nd: no\ne: ~\nf: 'true'\ng: true\n");
    ASSERT_TRUE(source);
    auto const& root = source->root.get_object();
    EXPECT_TRUE(root.at("a").is_string());
    EXPECT_EQ(root.at("b"), 1);
    EXPECT_EQ(root.at("c"), 1.5);
    EXPECT_EQ(root.at("d"), "no");
    EXPECT_TRUE(root.at("e").is_null());
    EXPECT_EQ(root.at("f"), "true");
    EXPECT_EQ(root.at("g"), true);
}

TEST(Yaml, RefusesAnchorsDuplicatesAndBrokenTextWithTheLine)
{
    EXPECT_EQ(documents::read_source("f", "a: 1\nb: &x [1]\nc: *x\n").error().failures().front().path, "f:2");
    EXPECT_EQ(documents::read_source("f", "a: 1\na: 2\n").error().failures().front().path, "f:2");
    EXPECT_FALSE(documents::read_source("f", "a: [1,\n"));
    EXPECT_FALSE(documents::read_source("f", std::string(5000, '[')));
}

json::value with(std::string_view name, std::string_view value)
{
    json::object context;
    context[name] = value;
    json::object values;
    values["context"] = std::move(context);
    return values;
}

TEST(Template, TakesOneLabelOfAHostForAPlaceholder)
{
    auto const url = *Template::parse("https://{{context.host}}.desk.example:{{context.port}}/v/{{context.path}}");
    auto const rendered = [&](std::string_view host) {
        auto values = with("host", host);
        values.at("context").get_object()["port"] = 8443;
        values.at("context").get_object()["path"] = "a b/..@evil";
        return url.render_url(values);
    };
    EXPECT_EQ(*rendered("acme-1"), "https://acme-1.desk.example:8443/v/a%20b%2F..%40evil");
    for (auto const* host : {"", ".", "..", "a.b", "127.0.0.9/", "127.0.0.9 ", "127.0.0.9%", "127.0.0.9:",
                             "a.b/..@evil", "a_b", "a\u00e4", "a@b", "a#", "a?", "a\\b", "-a", "a-", "[::1]", "a\nb"})
        EXPECT_FALSE(rendered(host)) << host;
    EXPECT_FALSE(rendered(std::string(64, 'a')));
    EXPECT_TRUE(rendered(std::string(63, 'a')));
    EXPECT_EQ(rendered("127.0.0.9/").error().failures().front().path, "context.host");
    EXPECT_FALSE(url.render_url(json::object{}));
}

TEST(Template, KnowsWhereTheAuthorityEnds)
{
    EXPECT_EQ(*(*Template::parse("https://desk.example?a={{context.x}}")).render_url(with("x", "a.b/c")),
              "https://desk.example?a=a.b%2Fc");
    EXPECT_EQ(*(*Template::parse("https://desk.example/{{context.x}}")).render_url(with("x", "a.b")),
              "https://desk.example/a.b");
    EXPECT_EQ((*Template::parse("http://{{context.a}}:{{context.b}}/{{context.c}}")).authority_paths(),
              (std::vector<std::string>{"context.a", "context.b"}));
}

TEST(Template, TakesAWholeHostOnlyWhereTheDefinitionDeclaresIt)
{
    auto const with_host = [](std::string_view host_field, std::string_view url) {
        auto const manifest = replaced(kManifest,
                                       "subdomain: {label: Subdomain, type: string, pattern: \"^[a-z0-9-]+$\", "
                                       "max_length: 63, required: true}",
                                       std::string(host_field));
        return compile_text(replaced(manifest, "https://{{context.subdomain}}.desk.example", std::string(url)),
                            kDocument);
    };
    auto const declared =
        with_host("subdomain: {label: Host, type: host, required: true}", "https://{{context.subdomain}}:8443/x");
    ASSERT_TRUE(declared);
    EXPECT_EQ(*(*declared)->base_url.render_url(with("subdomain", "desk.acme.example")),
              "https://desk.acme.example:8443/x");
    for (auto const* host :
         {"127.0.0.9", "a..b", ".a.b", "a.b.", "a.b/", "a.b:1", "a.b@c.d", "a", "a.b%", "a.1", "a.-b"})
        EXPECT_FALSE((*declared)->base_url.render_url(with("subdomain", host))) << host;
    for (auto const* url : {"https://x-{{context.subdomain}}/x", "https://{{context.subdomain}}.desk.example"})
        EXPECT_FALSE(with_host("subdomain: {label: Host, type: host, required: true}", url)) << url;
}

TEST(Compile, AMethodSaysOfItsLargeIntegersWhatTheDefinitionSaysUnlessItSaysOtherwise)
{
    auto const get = std::string("      get: {operation: get-ticket");
    auto const manifest = replaced(kManifest, get + "}", get + ", large_integers: number}");
    auto const marked = compile_text("large_integers: string\n" + manifest, kDocument);
    ASSERT_TRUE(marked) << marked.error().public_detail();
    EXPECT_TRUE((*marked)->find("tickets", "list")->large_integers_are_text);
    EXPECT_FALSE((*marked)->find("tickets", "get")->large_integers_are_text);
    auto const refused = compile_text("large_integers: text\n" + manifest, kDocument);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().public_detail().find("large_integers"), std::string::npos);
}

TEST(Compile, APreviewIsReadWithQueryParametersOfAGet)
{
    auto const get = std::string("      get: {operation: get-ticket");
    auto const compiled =
        compile_text(replaced(kManifest, get + "}", get + ", preview: {lang: [en]}}"),
                     with_shared_id("    parameters:\n"
                                    "      - {name: id, in: path, required: true, schema: {type: integer}}\n"
                                    "      - {name: lang, in: query, schema: {type: string}}\n"));
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    EXPECT_EQ((*compiled)->find("tickets", "get")->preview, (json::object{{"lang", json::array{"en"}}}));
    for (auto const& [option, path] :
         {std::pair{"{id: 7}", "preview.id"}, {"{nosuch: 1}", "preview.nosuch"}, {"[lang]", "preview"}}) {
        auto const refused =
            compile_text(replaced(kManifest, get + "}", get + ", preview: " + option + "}"), kDocument);
        ASSERT_FALSE(refused) << option;
        EXPECT_TRUE(has_failure(refused.error(), path, "")) << refused.error().public_detail();
    }
}

} // namespace
} // namespace sluice::catalog
