#include "openapi/operations.hpp"

#include "support/must.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::openapi {
namespace {

struct Found {
    std::map<std::string, Operation> operations;
    std::vector<FieldFailure> failures;

    [[nodiscard]] Operation only() const
    {
        EXPECT_TRUE(failures.empty()) << failures.front().path << ' ' << failures.front().message;
        return operations.at("op");
    }
};

Found read(std::string const& document, std::set<std::string> const& raw = {})
{
    documents::Problems problems;
    Found found;
    auto const source = test::must(documents::read_source("openapi.yaml", document));
    found.operations = read_operations(source, raw, problems);
    found.failures = problems.take();
    return found;
}

/// A document with one operation, of which the lines behind `operationId` are given.
Found read_one(std::string const& lines, std::string const& path = "/a", std::string const& components = {})
{
    return read("openapi: 3.1.0\npaths:\n  \"" + path + "\":\n    get:\n      operationId: op\n" + lines + components);
}

struct Wrong {
    std::string name;
    std::string document;
    std::string failure;
};

class WrongDocuments : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongDocuments, AreTakenWithoutTheOperationThatIsWrong)
{
    auto const found = read(GetParam().document);
    EXPECT_TRUE(found.operations.empty());
    ASSERT_EQ(found.failures.size(), 1U);
    EXPECT_EQ(found.failures.front().path + ": " + found.failures.front().message, GetParam().failure);
}

std::string with(std::string const& lines, std::string const& path = "/a")
{
    return "openapi: 3.1.0\npaths:\n  \"" + path + "\":\n    get:\n      operationId: op\n" + lines;
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongDocuments,
    ::testing::Values(
        Wrong{"OlderVersion", "openapi: 3.0.0\npaths: {}\n", "openapi.yaml:1 openapi: must be a 3.1 version"},
        Wrong{"NoPaths", "openapi: 3.1.0\n", "openapi.yaml paths: is required"},
        Wrong{"PathWithoutSlash", "openapi: 3.1.0\npaths: {a: {}}\n",
              "openapi.yaml:2 paths.a: must start with / and be an object"},
        Wrong{"PathThatIsNoObject", "openapi: 3.1.0\npaths: {/a: 5}\n",
              "openapi.yaml:2 paths./a: must start with / and be an object"},
        Wrong{"OperationThatIsNoObject", "openapi: 3.1.0\npaths: {/a: {get: 5}}\n",
              "openapi.yaml:2 paths./a.get: must be an object"},
        Wrong{"NoOperationId", "openapi: 3.1.0\npaths: {/a: {get: {}}}\n",
              "openapi.yaml:2 paths./a.get.operationId: is required"},
        Wrong{"BraceWithoutEnd", with("", "/a/{id"), "openapi.yaml:4 paths./a/{id.get: has a { without } in its path"},
        Wrong{"PathParameterWithoutDescription", with("", "/a/{id}"),
              "openapi.yaml:4 paths./a/{id}.get.parameters: must describe the path parameter id"},
        Wrong{"PathParameterThatIsInTheQuery",
              with("      parameters: [{name: id, in: query, schema: {type: string}}]\n", "/a/{id}"),
              "openapi.yaml:6 paths./a/{id}.get.parameters: must describe the path parameter id"},
        Wrong{"ParameterInAHeader", with("      parameters: [{name: id, in: header, schema: {type: string}}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].in: must be path or query"},
        Wrong{"ParameterThatIsNoObject", with("      parameters: [5]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].in: must be path or query"},
        Wrong{"ParameterWithoutSchema", with("      parameters: [{name: id, in: query}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].schema: is required"},
        Wrong{"ParameterThatNoClientTakes", with("      parameters: [{name: \"a b\", in: query, schema: {}}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].name: must match ^[a-zA-Z0-9_.-]{1,64}$"},
        Wrong{"UnknownSharedParameter", with("      parameters: [{$ref: \"#/components/parameters/x\"}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].$ref: must name one of #/components/parameters"},
        Wrong{"KeywordThatIsNotEnforced",
              with("      parameters: [{name: id, in: query, schema: {prefixItems: []}}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].schema.prefixItems: is a keyword that would not be enforced; "
              "leave it out or use one that is"},
        Wrong{"SchemaFromElsewhere",
              with("      parameters: [{name: id, in: query, schema: {$ref: \"other.yaml#/x\"}}]\n"),
              "openapi.yaml:6 paths./a.get.parameters[0].schema.$ref: could not be resolved; only "
              "#/components/schemas/<name> is allowed, and no recursion"},
        Wrong{"BodyThatIsNoObject", with("      requestBody: 5\n"),
              "openapi.yaml:6 paths./a.get.requestBody: must be an object, or name one of #/components/requestBodies"},
        Wrong{"UnknownSharedBody", with("      requestBody: {$ref: \"#/components/requestBodies/x\"}\n"),
              "openapi.yaml:6 paths./a.get.requestBody: must be an object, or name one of #/components/requestBodies"},
        Wrong{"BodyWithoutContent", with("      requestBody: {required: true}\n"),
              "openapi.yaml:6 paths./a.get.requestBody.content: is required"},
        Wrong{"BodyInXml", with("      requestBody: {content: {application/xml: {schema: {}}}}\n"),
              "openapi.yaml:6 paths./a.get.requestBody.content: must have application/json with a schema, or "
              "multipart/form-data"}),
    [](auto const& param) { return param.param.name; });

TEST(Operations, OfOneIdAreRefused)
{
    auto const found = read("openapi: 3.1.0\npaths:\n  /a: {get: {operationId: op}}\n  /b: {get: {operationId: op}}\n");
    EXPECT_EQ(found.operations.at("op").path_template, "/a");
    ASSERT_EQ(found.failures.size(), 1U);
    EXPECT_EQ(found.failures.front().path, "openapi.yaml:4 paths./b.get.operationId");
}

TEST(Operations, AreReadBesideOneThatIsWrong)
{
    auto const found = read("openapi: 3.1.0\npaths:\n  /a:\n    get: {operationId: op}\n    put: {}\n    x-note: {}\n");
    EXPECT_EQ(found.operations.size(), 1U);
    EXPECT_EQ(found.operations.at("op").verb, "GET");
    EXPECT_EQ(found.failures.size(), 1U);
}

TEST(Operations, KnowThePartsOfTheirPath)
{
    auto const& operation = read_one("      parameters:\n"
                                     "        - {name: a, in: path, schema: {type: integer}}\n"
                                     "        - {name: b, in: path, schema: {type: string}}\n",
                                     "/x/{a}/y.json/{b}")
                                .only();
    ASSERT_EQ(operation.path.size(), 4U);
    EXPECT_EQ(operation.path[0].text, "/x/");
    EXPECT_FALSE(operation.path[0].is_parameter);
    EXPECT_EQ(operation.path[1].text, "a");
    EXPECT_TRUE(operation.path[1].is_parameter);
    EXPECT_EQ(operation.path[2].text, "/y.json/");
    EXPECT_EQ(operation.own_id(), "b");
    EXPECT_TRUE(operation.find_parameter("a")->required) << "what is in the path always is";
    EXPECT_FALSE(operation.find_parameter("a")->is_text);
    EXPECT_TRUE(operation.find_parameter("b")->is_text);
    EXPECT_EQ(operation.find_parameter("c"), nullptr);
    EXPECT_FALSE(read_one("").only().own_id());
}

TEST(Operations, ReadAParametersFormAndText)
{
    auto const& operation =
        read_one("      parameters:\n"
                 "        - {name: a, in: query, style: deepObject, schema: {type: object}, description: How.}\n"
                 "        - {name: b, in: query, required: true, schema: {type: string}}\n")
            .only();
    EXPECT_TRUE(operation.parameters[0].deep_object);
    EXPECT_FALSE(operation.parameters[0].required);
    EXPECT_EQ(operation.parameters[0].schema.at("description"), "How.");
    EXPECT_FALSE(operation.parameters[1].deep_object);
    EXPECT_TRUE(operation.parameters[1].required);
}

TEST(Operations, HaveEachReferenceInPlace)
{
    auto const found =
        read_one("      requestBody: {required: true, content: {application/json: {schema: {$ref: "
                 "\"#/components/schemas/A\"}}}}\n",
                 "/a",
                 "components:\n  schemas:\n    A: {type: object, properties: {b: {type: array, items: {$ref: "
                 "\"#/components/schemas/B\"}}}}\n    B: {type: string}\n");
    auto const& body = found.only().body;
    EXPECT_EQ(body.schema,
              *json::parse(R"({"type":"object","properties":{"b":{"type":"array","items":{"type":"string"}}}})"));
    EXPECT_EQ(body.kind, BodyShape::Kind::object);
    EXPECT_TRUE(body.required);
}

TEST(Operations, RefuseASchemaThatContainsItself)
{
    auto const found = read_one(
        "      requestBody: {content: {application/json: {schema: {$ref: \"#/components/schemas/A\"}}}}\n", "/a",
        "components: {schemas: {A: {type: object, properties: {a: {$ref: \"#/components/schemas/A\"}}}}}\n");
    EXPECT_TRUE(found.operations.empty());
    ASSERT_EQ(found.failures.size(), 1U);
    EXPECT_TRUE(found.failures.front().message.ends_with("no recursion"));
}

TEST(Operations, LeaveTheBodyOfARawOneAsItIs)
{
    auto const found = read("openapi: 3.1.0\npaths: {/a: {post: {operationId: op, requestBody: {content: "
                            "{application/json: {schema: {$ref: \"#/x\", prefixItems: []}}}}}}}\n",
                            {"op"});
    EXPECT_TRUE(found.only().raw_schema);
    EXPECT_EQ(found.only().body.schema.at("$ref"), "#/x");
    EXPECT_EQ(found.only().body.kind, BodyShape::Kind::object);
}

TEST(Operations, KnowTheKindOfTheirBody)
{
    auto const kind_of = [](std::string const& content) {
        return read_one("      requestBody: {content: {" + content + "}}\n").only().body.kind;
    };
    EXPECT_EQ(kind_of("application/json: {schema: {type: object}}"), BodyShape::Kind::object);
    EXPECT_EQ(kind_of("application/json: {schema: {type: array}}"), BodyShape::Kind::whole);
    EXPECT_EQ(kind_of("application/json: {schema: {type: [object, \"null\"]}}"), BodyShape::Kind::whole);
    EXPECT_EQ(kind_of("application/json: {schema: {}}, multipart/form-data: {}"), BodyShape::Kind::multipart);
    EXPECT_EQ(read_one("").only().body.kind, BodyShape::Kind::none);
}

TEST(Operations, AcceptWhatTheirSuccessfulAnswersAreIn)
{
    auto const accept_of = [](std::string const& responses) {
        return read_one("      responses: {" + responses + "}\n", "/a",
                        "components: {responses: {Csv: {content: {text/csv: {}}}}}\n")
            .only()
            .accept;
    };
    EXPECT_EQ(
        accept_of(
            "\"200\": {content: {application/pdf: {}, \"text/csv; x=1\": {}}}, \"201\": {content: {text/csv: {}}}"),
        "application/pdf, text/csv, */*;q=0.1");
    EXPECT_EQ(accept_of("\"200\": {$ref: \"#/components/responses/Csv\"}"), "text/csv, */*;q=0.1");
    EXPECT_EQ(accept_of("\"200\": {$ref: \"#/components/responses/Other\"}"), "application/json, */*;q=0.1");
    EXPECT_EQ(accept_of("\"404\": {content: {text/html: {}}}"), "application/json, */*;q=0.1");
    EXPECT_EQ(accept_of("\"200\": {content: {\"text/\": {}, \"a/b/c\": {}, \"te xt/x\": {}, \"*/*\": {}}}"),
              "application/json, */*;q=0.1");
    EXPECT_EQ(accept_of("\"200\": {content: {\"text/" + std::string(1001, 'x') + "\": {}}}"),
              "application/json, */*;q=0.1");
}

TEST(Operations, KnowTheScopesTheyNeed)
{
    auto const& operation =
        read_one("      security: [{oauth2: [tickets:read, 5]}, {api_key: []}, 7, {oauth2: [all]}]\n").only();
    EXPECT_EQ(operation.scopes, (std::vector<std::string>{"tickets:read", "all"}));
}

TEST(Operations, KnowWhetherTheyAreDeprecatedAndSayWhatTheyAnswer)
{
    auto const& operation = read_one("      deprecated: true\n      responses: {}\n").only();
    EXPECT_TRUE(operation.deprecated);
    EXPECT_TRUE(operation.has_response_schema);
    EXPECT_FALSE(read_one("").only().deprecated);
    EXPECT_FALSE(read_one("").only().has_response_schema);
}

TEST(ArgumentName, IsShortAndOfFewCharacters)
{
    EXPECT_TRUE(is_argument_name("aZ_0.-"));
    EXPECT_TRUE(is_argument_name(std::string(64, 'a')));
    for (auto const& name :
         {std::string(), std::string(65, 'a'), std::string("a b"), std::string("ä"), std::string("a[b]")})
        EXPECT_FALSE(is_argument_name(name)) << name;
}

} // namespace
} // namespace sluice::openapi
