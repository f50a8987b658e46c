#include "http_api/fields.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace sluice::http {
namespace {

json::object object(std::string_view text)
{
    return json::parse(text)->get_object();
}

/// `path: message` of each mistake, after `read` has asked for what it wants.
std::vector<std::string> mistakes(std::string_view text, std::function<void(Fields&)> const& read)
{
    auto const given = object(text);
    Fields fields(given);
    read(fields);
    std::vector<std::string> told;
    for (auto const& failure : fields.failures())
        told.push_back(failure.path + ": " + failure.message);
    return told;
}

using Told = std::vector<std::string>;

TEST(Fields, ReadWhatIsThere)
{
    auto const given = object(R"({"a":"x","b":true,"c":-7,"d":8.0,"e":{"f":1},"g":["p","q"],"h":"red",
        "i":"2026-12-31T00:00:00Z","j":"two\nlines","k":{"l":1},"m":null})");
    Fields fields(given);
    EXPECT_EQ(fields.text("a", true), "x");
    EXPECT_EQ(fields.flag("b"), true);
    EXPECT_EQ(fields.integer("c", -7, 0), -7);
    EXPECT_EQ(fields.integer("d", 8, 8), 8);
    EXPECT_EQ(*fields.object("e", true), object(R"({"f":1})"));
    EXPECT_EQ(fields.texts("g"), (std::vector<std::string>{"p", "q"}));
    EXPECT_EQ(fields.choice("h", true, {"blue", "red"}), "red");
    EXPECT_EQ(to_rfc3339(*fields.time("i")), "2026-12-31T00:00:00Z");
    EXPECT_EQ(fields.document("j", true, 9), "two\nlines");
    EXPECT_EQ(fields.document("k", true, 100), R"({"l":1})");
    EXPECT_TRUE(fields.is_null("m"));
    EXPECT_FALSE(fields.is_null("a"));
    EXPECT_FALSE(fields.is_null("z"));
    EXPECT_EQ(fields.text("m", false), std::nullopt);
    EXPECT_TRUE(fields.check());
}

TEST(Fields, ThatAreLeftOutAreMistakesOnlyWhereTheyAreRequired)
{
    auto const read = [](bool required) {
        return [required](Fields& fields) {
            fields.text("a", required);
            fields.document("b", required, 10);
            fields.object("c", required);
            fields.choice("d", required, {"x"});
            fields.id<EventId>("e", required);
            fields.flag("f");
            fields.integer("g", 1, 2);
            fields.time("h");
            fields.texts("i");
        };
    };
    EXPECT_EQ(mistakes(R"({"c":null})", read(false)), Told{});
    EXPECT_EQ(mistakes(R"({"c":null})", read(true)),
              (Told{"a: is required", "b: is required", "c: is required", "d: is required", "e: is required"}));
}

struct Wrong {
    std::string name;
    std::string value;
    std::function<void(Fields&)> read;
    std::string told;
};

class FieldMistakes : public ::testing::TestWithParam<Wrong> {};

TEST_P(FieldMistakes, AreTold)
{
    EXPECT_EQ(mistakes(R"({"a":)" + GetParam().value + "}", GetParam().read), Told{"a" + GetParam().told});
}

void read_text(Fields& fields)
{
    EXPECT_FALSE(fields.text("a", false, 3));
}

void read_document(Fields& fields)
{
    EXPECT_FALSE(fields.document("a", false, 3));
}

void read_integer(Fields& fields)
{
    EXPECT_FALSE(fields.integer("a", -1, 9007199254740993));
}

INSTANTIATE_TEST_SUITE_P(
    All, FieldMistakes,
    ::testing::Values(
        Wrong{"TextThatIsNone", "5", read_text, ": must be a string"},
        Wrong{"TextThatIsEmpty", R"("")", read_text, ": must have 1 to 3 characters"},
        Wrong{"TextThatIsTooLong", R"("äbcd")", read_text, ": must have 1 to 3 characters"},
        Wrong{"TextWithALine", R"("a\nb")", read_text, ": must not contain control characters"},
        Wrong{"TextWithDelete", R"("a\u007f")", read_text, ": must not contain control characters"},
        Wrong{"DocumentThatIsNone", "[1]", read_document, ": must be a string or an object"},
        Wrong{"DocumentThatIsEmpty", R"("")", read_document, ": must have 1 to 3 bytes, none of them zero"},
        Wrong{"DocumentThatIsTooLong", R"("äbc")", read_document, ": must have 1 to 3 bytes, none of them zero"},
        Wrong{"FlagThatIsText", R"("true")", [](Fields& fields) { EXPECT_FALSE(fields.flag("a")); },
              ": must be true or false"},
        Wrong{"IntegerBelow", "-2", read_integer, ": must be an integer from -1 to 9007199254740993"},
        Wrong{"IntegerAbove", "9007199254740994", read_integer, ": must be an integer from -1 to 9007199254740993"},
        Wrong{"IntegerWithAFraction", "1.5", read_integer, ": must be an integer from -1 to 9007199254740993"},
        Wrong{"IntegerThatIsNotExact", "1e16", read_integer, ": must be an integer from -1 to 9007199254740993"},
        Wrong{"IntegerThatIsText", R"("1")", read_integer, ": must be an integer from -1 to 9007199254740993"},
        Wrong{"TimeThatIsNone", R"("tomorrow")", [](Fields& fields) { EXPECT_FALSE(fields.time("a")); },
              ": must be a date and time such as 2026-12-31T00:00:00Z"},
        Wrong{"TimeThatIsANumber", "5", [](Fields& fields) { EXPECT_FALSE(fields.time("a")); },
              ": must be a date and time such as 2026-12-31T00:00:00Z"},
        Wrong{"ObjectThatIsAList", "[]", [](Fields& fields) { EXPECT_EQ(fields.object("a", false), nullptr); },
              ": must be an object"},
        Wrong{"ListThatIsText", R"("x")", [](Fields& fields) { EXPECT_FALSE(fields.texts("a", 2)); },
              ": must be a list of at most 2 strings"},
        Wrong{"ListThatIsTooLong", R"(["x","y","z"])", [](Fields& fields) { EXPECT_FALSE(fields.texts("a", 2)); },
              ": must be a list of at most 2 strings"},
        Wrong{"ItemThatIsEmpty", R"(["x",""])", [](Fields& fields) { EXPECT_EQ(fields.texts("a")->size(), 2U); },
              "[1]: must be a string of 1 to 200 bytes"},
        Wrong{"ItemThatIsANumber", R"([5])", [](Fields& fields) { EXPECT_EQ(fields.texts("a")->size(), 1U); },
              "[0]: must be a string of 1 to 200 bytes"},
        Wrong{"ChoiceOfNothingThere", R"("green")",
              [](Fields& fields) { EXPECT_FALSE(fields.choice("a", false, {"blue", "red"})); },
              ": must be one of blue, red"},
        Wrong{"ChoiceThatIsANumber", "5", [](Fields& fields) { EXPECT_FALSE(fields.choice("a", false, {"blue"})); },
              ": must be one of blue"},
        Wrong{"NullInAPatch", "null",
              [](Fields& fields) {
                  fields.text("a", false);
                  fields.refuse_null({"a", "b"});
              },
              ": must not be null; leave it out to keep it as it is"}),
    [](auto const& param) { return param.param.name; });

TEST(FieldIds, AreOfTheirKind)
{
    auto const id = IntegrationId{Uuid{1}}.str();
    EXPECT_EQ(mistakes(R"({"a":")" + id + R"("})",
                       [](Fields& fields) { EXPECT_EQ(fields.id<IntegrationId>("a", true), IntegrationId{Uuid{1}}); }),
              Told{});
    auto const told =
        mistakes(R"({"a":")" + id + R"("})", [](Fields& fields) { EXPECT_FALSE(fields.id<EnvironmentId>("a", true)); });
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(told[0].starts_with("a: must be an id such as " + std::string(EnvironmentId::kPrefix) + "_"))
        << told[0];
}

TEST(FieldIds, OfTheEnvironmentIsTheCallersOwn)
{
    EnvironmentId const own{Uuid{7}};
    auto const read = [&](Fields& fields) { fields.own_environment(own); };
    EXPECT_EQ(mistakes("{}", read), Told{});
    EXPECT_EQ(mistakes(R"({"environment_id":")" + own.str() + R"("})", read), Told{});
    EXPECT_EQ(mistakes(R"({"environment_id":")" + EnvironmentId{Uuid{8}}.str() + R"("})", read),
              Told{"environment_id: must be the environment of the API token; leave it out"});
}

TEST(Fields, ThatNothingReadsAreMistakes)
{
    EXPECT_EQ(mistakes(R"({"a":"x","b":1,"c":2})", [](Fields& fields) { fields.text("a", true); }),
              (Told{"b: is not a field here; known are a", "c: is not a field here; known are a"}));
    json::object many;
    for (int i = 0; i < 25; ++i)
        many["x" + std::to_string(i)] = i;
    Fields fields(many);
    fields.flag("a");
    auto const failures = fields.failures();
    ASSERT_EQ(failures.size(), 21U);
    EXPECT_EQ(failures.back().message, "and 5 more mistakes");
}

TEST(Fields, OfANestedObjectAreToldWithTheirPath)
{
    auto const inner = object(R"({"b":5})");
    Fields nested(inner, "a");
    nested.text("b", true);
    EXPECT_EQ(mistakes("{}",
                       [&](Fields& fields) {
                           fields.fail("z", "is wrong");
                           fields.merge(nested.failures());
                       }),
              (Told{"z: is wrong", "a.b: must be a string"}));
}

TEST(ReadObject, TakesJsonObjectsOnly)
{
    Request request;
    request.body = R"({"a":1})";
    EXPECT_EQ(read_object(request).value(), object(R"({"a":1})"));
    request.headers.add("Content-Type", "Application/JSON; charset=utf-8");
    EXPECT_TRUE(read_object(request));
    request.body = "[1]";
    EXPECT_EQ(read_object(request).error().code(), ErrorCode::invalid_argument);
    request.body = "{";
    EXPECT_EQ(read_object(request).error().code(), ErrorCode::invalid_argument);
    request.headers.set("content-type", "text/plain");
    EXPECT_EQ(read_object(request).error().code(), ErrorCode::unsupported_media);
}

} // namespace
} // namespace sluice::http
