#include "support/desk.hpp"
#include "support/must.hpp"
#include "tools/overlay.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

/// The desk with its own records at one place of the tool that makes tickets.
class OverlayKind {
public:
    OverlayKind(std::string const& place, std::string_view records)
    {
        integration_ = test::must(catalog::test::compile_text(
            catalog::test::replaced(catalog::test::kManifest, "tool_tags:",
                                    "dynamic: {sources: {records: {method: tickets.list, record: {id: id, name: "
                                    "name}}}, places: [{source: records, tools: [tickets.create], " +
                                        place + "}]}\ntool_tags:"),
            catalog::test::kDocument));
        auto const base = derive_tools(integration_, {}).tools;
        tools_ = overlay_tools(*integration_, base, {{"records", json::parse(records).value()}});
    }

    /// What clients see of an argument.
    [[nodiscard]] json::value shown(std::string_view path) const
    {
        auto const schema = json::parse(tool().input_schema).value();
        auto const* found = json::find_path(schema.at("properties"), path);
        return found != nullptr ? *found : json::value(nullptr);
    }
    /// The arguments as the vendor gets them, or the mistakes in them.
    [[nodiscard]] std::string resolved(std::string_view arguments) const
    {
        auto given = json::parse(arguments)->get_object();
        auto const failures = tool().overlay->resolve(given);
        std::string told;
        for (auto const& failure : failures)
            told += failure.path + ": " + failure.message + '\n';
        return failures.empty() ? json::to_text(given) : told;
    }

private:
    [[nodiscard]] Tool const& tool() const { return (*tools_)[tools_->find("create_a_desk_ticket")]; }

    catalog::IntegrationPtr integration_;
    std::shared_ptr<ToolList const> tools_;
};

constexpr auto kPeople = R"([{"id":1,"name":"Ann"},{"id":2,"name":"Bob"},{"id":3,"name":"bob"}])";

TEST(OverlayIds, AreGivenByNameOrAsTheyAre)
{
    OverlayKind const people("at: assignee, kind: id", kPeople);
    auto const shown = people.shown("assignee");
    EXPECT_EQ(shown.at("type"), "string") << "one type: some clients make an argument of two types required";
    EXPECT_TRUE(std::string_view(shown.at("description").get_string())
                    .ends_with("By name or id. There are: Ann, Bob (#2), bob (#3)."))
        << "names that are alike are told apart";
    EXPECT_TRUE(
        std::string_view(OverlayKind("at: assignee, kind: id", R"([{"id":1,"name":"Ann","email":"ann@acme.example"}])")
                             .shown("assignee")
                             .at("description")
                             .get_string())
            .ends_with("By name, e-mail or id. There are: Ann."));
    EXPECT_EQ(people.resolved(R"({"assignee":"Ann"})"), R"({"assignee":1})");
    EXPECT_EQ(people.resolved(R"({"assignee":"aNN"})"), R"({"assignee":1})");
    EXPECT_EQ(people.resolved(R"j({"assignee":"Bob (#2)"})j"), R"({"assignee":2})");
    EXPECT_EQ(people.resolved(R"({"assignee":"3"})"), R"({"assignee":3})");
    EXPECT_EQ(people.resolved(R"({"assignee":2})"), R"({"assignee":2})");
    EXPECT_EQ(people.resolved(R"({"assignee":99})"), R"({"assignee":99})") << "it may be newer than what is known";
    EXPECT_EQ(people.resolved(R"({"assignee":null})"), R"({"assignee":null})");
    EXPECT_EQ(people.resolved(R"({"subject":"X"})"), R"({"subject":"X"})");
    EXPECT_EQ(people.resolved(R"({"assignee":"Anne"})"),
              "assignee: is not known in this account; there are Ann, Bob (#2), bob (#3); did you mean Ann?\n");
}

/// Whoever can choose a name must not be able to take what is meant for another.
TEST(OverlayIds, ComeBeforeEmailsAndEmailsBeforeNames)
{
    OverlayKind const people("at: assignee, kind: id", R"([{"id":3,"name":"2","email":"evil@x.example"},
        {"id":4,"name":"bob@x.example","email":"eve@x.example"},{"id":2,"name":"Bob","email":"bob@x.example"},
        {"id":5,"name":"Jo","email":"jo@x.example"},{"id":6,"name":"jo","email":"jo2@x.example"}])");
    EXPECT_EQ(people.resolved(R"({"assignee":2})"), R"({"assignee":2})");
    EXPECT_EQ(people.resolved(R"({"assignee":"2"})"), R"({"assignee":2})");
    EXPECT_EQ(people.resolved(R"({"assignee":7})"), R"({"assignee":7})");
    EXPECT_EQ(people.resolved(R"({"assignee":"BOB@x.example"})"), R"({"assignee":2})");
    EXPECT_EQ(people.resolved(R"({"assignee":{"email":"bob@x.example"}})"), R"({"assignee":2})");
    EXPECT_TRUE(people.resolved(R"({"assignee":"JO"})").contains("is not known in this account"))
        << "two have the name";
}

TEST(OverlayIds, OfTextsStayTexts)
{
    OverlayKind const people("at: assignee, kind: id", R"([{"id":"u-1","name":"Ann"}])");
    EXPECT_EQ(people.resolved(R"({"assignee":"ann"})"), R"({"assignee":"u-1"})");
    EXPECT_EQ(people.resolved(R"({"assignee":"u-1"})"), R"({"assignee":"u-1"})");
}

TEST(OverlayIds, AreFoundAtEachElement)
{
    OverlayKind const people("at: source.to.*.address, kind: id", kPeople);
    EXPECT_EQ(people.resolved(R"j({"source":{"to":[{"address":"Ann"},{"address":"Bob (#2)"},{},7]}})j"),
              R"({"source":{"to":[{"address":1},{"address":2},{},7]}})");
    EXPECT_EQ(people.resolved(R"({"source":{"to":[{"address":"Ann"},{"address":"Eve"}]}})"),
              "source.to[1].address: is not known in this account; there are Ann, Bob (#2), bob (#3)\n");
    EXPECT_EQ(people.resolved(R"({"source":{"to":{"address":"Ann"}}})"), R"({"source":{"to":{"address":"Ann"}}})");
    EXPECT_EQ(people.resolved(R"({"source":5})"), R"({"source":5})");
}

TEST(OverlayIds, OfManyAreNamedInTheDescription)
{
    json::array many;
    for (int i = 0; i < 60; ++i)
        many.push_back(json::object{{"id", i}, {"name", "Somebody with the number " + std::to_string(i)}});
    OverlayKind const people("at: assignee, kind: id", json::to_text(many));
    auto const shown = people.shown("assignee");
    EXPECT_FALSE(shown.as_object().contains("enum"));
    std::string_view const described = shown.at("description").get_string();
    EXPECT_TRUE(
        described.contains("By name or id. There are: Somebody with the number 0, Somebody with the number 1,"));
    EXPECT_TRUE(described.ends_with(", …."));
    EXPECT_LT(described.size(), 1'100U);
    auto const refused = people.resolved(R"({"assignee":"Nobody at all"})");
    EXPECT_TRUE(refused.contains("number 19 and 40 more")) << refused;
}

TEST(OverlayNames, AreToldAndNeverChecked)
{
    OverlayKind const words("at: subject, kind: name", R"([{"id":1,"name":"Bug"},{"id":2,"name":"Wish"}])");
    auto const shown = words.shown("subject");
    EXPECT_TRUE(std::string_view(shown.at("description").get_string()).ends_with("There are: Bug, Wish."))
        << json::to_text(shown);
    EXPECT_EQ(shown.at("maxLength"), 20) << "the rest of it stays";
    EXPECT_EQ(words.resolved(R"({"subject":"Something new"})"), R"({"subject":"Something new"})");
}

constexpr auto kFields = R"([{"id":1,"name":"Size","type":"text","choices":["S","M"]},
    {"id":2,"name":"Weight","type":"number","minimum":1,"maximum":9},{"id":3,"name":"Fragile","type":"boolean"},
    {"id":4,"name":"Anything"}])";

TEST(OverlayFields, CheckTheValueBesideThem)
{
    OverlayKind const fields("at: priority, kind: field, value: subject", kFields);
    EXPECT_FALSE(fields.shown("priority").as_object().contains("enum")) << "it takes an id too, which is text here";
    EXPECT_TRUE(std::string_view(fields.shown("subject.description").get_string())
                    .ends_with(" By field: Size: S, M. Weight: number. Fragile: boolean. Anything: any value."))
        << fields.shown("subject");
    EXPECT_EQ(fields.resolved(R"({"priority":"size","subject":"M"})"), R"({"priority":1,"subject":"M"})");
    EXPECT_EQ(fields.resolved(R"({"priority":"size","subject":"N"})"), "subject: must be one of S, M\n");
    EXPECT_EQ(fields.resolved(R"({"priority":"weight","subject":0})"), "subject: must be at least 1\n");
    EXPECT_EQ(fields.resolved(R"({"priority":"weight","subject":9.5})"), "subject: must be at most 9\n");
    EXPECT_EQ(fields.resolved(R"({"priority":"weight","subject":1})"), R"({"priority":2,"subject":1})");
    EXPECT_EQ(fields.resolved(R"({"priority":"weight","subject":"1"})"), R"({"priority":2,"subject":1})");
    EXPECT_EQ(fields.resolved(R"({"priority":"weight","subject":"heavy"})"),
              "subject: must be a number, as Weight is\n");
    EXPECT_EQ(fields.resolved(R"({"priority":"fragile","subject":1})"), "subject: must be a boolean, as Fragile is\n");
    EXPECT_EQ(fields.resolved(R"({"priority":"anything","subject":[1]})"), R"({"priority":4,"subject":[1]})");
    EXPECT_EQ(fields.resolved(R"({"priority":"fragile"})"), R"({"priority":3})");
    EXPECT_EQ(fields.resolved(R"({"priority":"fragile","subject":null})"), R"({"priority":3,"subject":null})");
}

TEST(OverlayValues, ShowEachFieldWithWhatItTakes)
{
    OverlayKind const values("at: source, kind: values",
                             R"([{"id":1,"name":"Größe!","type":"text","choices":["S","M"],"required":true},
        {"id":2,"name":"Weight","type":"number","minimum":1,"maximum":9},{"id":3,"name":"Fragile","type":"boolean",
        "managed":"import"},{"id":4,"name":"?","choices":[1,2]},{"id":5,"name":"weight"}])");
    EXPECT_EQ(values.shown("source.properties"), *json::parse(R"j({
        "gr_e":{"type":"string","title":"Größe!","description":"Field 1, required.",
                "enum":["S","M"]},
        "weight_2":{"type":"number","title":"Weight (#2)","description":"Field 2.","minimum":1,"maximum":9},
        "fragile":{"type":"boolean","title":"Fragile",
                   "description":"Field 3, managed by the vendor."},
        "field_4":{"type":"string","title":"?","description":"Field 4, any value."},
        "weight_5":{"type":"string","title":"weight (#5)","description":"Field 5, any value."}})j"));
    EXPECT_EQ(values.resolved(R"({"source":{"gr_e":"M","weight_2":5,"Fragile":true}})"),
              R"({"source":[{"id":1,"value":"M"},{"id":2,"value":5},{"id":3,"value":true}]})");
    EXPECT_EQ(values.resolved(R"({"source":[{"id":"fragile","value":1},{"id":2,"value":10},{"value":1}]})"),
              "source[0].value: must be a boolean, as Fragile is\nsource[1].value: must be at most 9\n");
}

TEST(OverlayValues, LeaveOutWhatHasNoRoom)
{
    json::array many;
    for (int i = 0; i < 90; ++i)
        many.push_back(json::object{{"id", i},
                                    {"name", "A field with a rather long name, number " + std::to_string(i)},
                                    {"type", "text"},
                                    {"choices", json::array{std::string(300, 'x'), std::string(300, 'y')}}});
    OverlayKind const values("at: source, kind: values", json::to_text(many));
    auto const shown = values.shown("source");
    EXPECT_LE(boost::json::serialize(shown).size(), 7'000U);
    auto const count = shown.at("properties").as_object().size();
    EXPECT_GT(count, 5U);
    EXPECT_TRUE(std::string_view(shown.at("description").get_string())
                    .ends_with(' ' + std::to_string(90 - count) + " more fields are taken by their name or id."));
    EXPECT_EQ(values.resolved(R"({"source":{"89":")" + std::string(300, 'x') + "\"}}").substr(0, 29),
              R"({"source":[{"id":89,"value":")");
}

TEST(OverlayPlaces, ThatAreNotInTheSchemaChangeNothingThatIsShown)
{
    OverlayKind const people("at: nobody.there, kind: id", kPeople);
    EXPECT_EQ(people.shown("nobody"), nullptr);
    EXPECT_EQ(people.resolved(R"({"nobody":{"there":"Ann"}})"), R"({"nobody":{"there":1}})");
}

} // namespace
} // namespace sluice::tools
