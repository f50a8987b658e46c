#include "catalog/actions.hpp"
#include "catalog/template.hpp"
#include "catalog/uri_template.hpp"

#include <gtest/gtest.h>

namespace sluice::catalog {
namespace {

UriTemplate uri(std::string_view text)
{
    return *UriTemplate::parse(text);
}

TEST(UriTemplate, MatchesItsOwnShapeOnly)
{
    auto const one = uri("docs://tickets/{id}/notes/{note}");
    EXPECT_TRUE(one.has_placeholders());
    EXPECT_EQ(*one.match("docs://tickets/5/notes/a%20b"), (json::object{{"id", "5"}, {"note", "a b"}}));
    for (auto const* other :
         {"docs://tickets/5/notes/", "docs://tickets//notes/1", "docs://tickets/5/notes/1/2",
          "docs://tickets/5/notes/1?x", "xdocs://tickets/5/notes/1", "docs://tickets/5/6/notes/1",
          "docs://tickets/5/notes/%ff", "docs://tickets/%00/notes/1", "docs://tickets/5/notes/%2", ""})
        EXPECT_FALSE(one.match(other)) << other;
    EXPECT_TRUE(uri("test://static-text").match("test://static-text"));
    EXPECT_FALSE(uri("test://static-text").match("test://static-text/"));
}

TEST(UriTemplate, RefusesWhatIsNoTemplate)
{
    for (auto const* text : {"", "tickets/{id}", "{scheme}://x", "a://{x}{y}", "a://{", "a://{}", ":x"})
        EXPECT_FALSE(UriTemplate::parse(text)) << text;
}

TEST(ValueTemplate, KeepsTheTypeOfAPlaceholderThatStandsAlone)
{
    json::value const values = *json::parse(R"({"a":{"id":7,"list":[1,2],"on":true,"name":"x"}})");
    auto const source =
        json::parse(R"({"id":"{{a.id}}","list":"{{a.list}}","on":"{{a.on}}","text":"{{a.name}}-{{a.id}}","n":3})");
    auto const parsed = ValueTemplate::parse(*source);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed->render(values), *json::parse(R"({"id":7,"list":[1,2],"on":true,"text":"x-7","n":3})"));
    EXPECT_EQ(*parsed->render_texts(values),
              *json::parse(R"({"id":"7","list":"[1,2]","on":"true","text":"x-7","n":3})"));
    EXPECT_EQ(parsed->paths(), (std::vector<std::string>{"a.id", "a.list", "a.on", "a.name", "a.id"}));
}

TEST(ValueTemplate, NamesWhatIsAbsentAndWhatIsNoTemplate)
{
    auto const parsed = ValueTemplate::parse(*json::parse(R"({"a":"{{x.y}}"})"));
    ASSERT_TRUE(parsed);
    auto const rendered = parsed->render(json::object{});
    ASSERT_FALSE(rendered);
    EXPECT_EQ(rendered.error().failures().front().path, "x.y");
    auto const broken = ValueTemplate::parse(*json::parse(R"({"a":[{"b":"{{x"}]})"));
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().failures().front().path, "a[0].b");
}

FormField field(std::string name, FormField::Type type)
{
    FormField made;
    made.name = std::move(name);
    made.type = type;
    made.max_length = 3;
    return made;
}

Form example_form()
{
    using Type = FormField::Type;
    Form form;
    form.fields = {field("team", Type::select), field("days", Type::multi_select), field("note", Type::text),
                   field("on", Type::checkbox)};
    form.fields[0].required = true;
    form.fields[0].options = {{1, "One"}};
    form.fields[1].options = {{"mon", "Monday"}};
    return form;
}

TEST(FormAnswers, LeavesOutWhatIsEmpty)
{
    auto const answers =
        check_answers(example_form(), json::parse(R"({"team":1,"days":[],"note":"","on":null})")->get_object());
    ASSERT_TRUE(answers);
    EXPECT_EQ(*answers, (json::object{{"team", 1}}));
}

TEST(FormAnswers, NamesEveryMistake)
{
    auto const answers = check_answers(
        example_form(), json::parse(R"({"team":2,"days":["sun"],"note":"long","on":"yes","x":1})")->get_object());
    ASSERT_FALSE(answers);
    std::vector<std::string> paths;
    for (auto const& failure : answers.error().failures())
        paths.push_back(failure.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"values.x", "values.team", "values.days", "values.note", "values.on"}));
    EXPECT_EQ(check_answers(example_form(), {}).error().failures().front().message, "is required");
}

} // namespace
} // namespace sluice::catalog
