// `pagination` of a manifest: what is read, and what is refused.
#include "support/desk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using test::compile_text;
using test::kDocument;
using test::kManifest;
using test::replaced;

/// The desk with another `pagination`.
Result<IntegrationPtr> desk_with(std::string const& pagination)
{
    auto manifest = kManifest;
    auto const begin = manifest.find("pagination:\n");
    return compile_text(
        manifest.replace(begin, manifest.find("rate_limit:") - begin, "pagination: " + pagination + "\n"), kDocument);
}

Pagination read(std::string const& pagination)
{
    auto const compiled = desk_with(pagination);
    EXPECT_TRUE(compiled) << compiled.error().public_detail();
    return compiled ? (*compiled)->find("tickets", "list")->pagination : Pagination{};
}

TEST(PaginationOfADefinition, SaysWhatIsAnEmptyList)
{
    auto const with = [](std::string const& forms) {
        return read("{format: cursor, empty: " + forms + ", config: {items: data, next: n, cursor_parameter: c}}");
    };
    EXPECT_TRUE(with("[absent, null]").absent_is_empty);
    EXPECT_TRUE(with("[absent, null]").null_is_empty);
    EXPECT_FALSE(with("[absent]").null_is_empty);
    EXPECT_FALSE(with("[\"null\"]").absent_is_empty);
    EXPECT_TRUE(with("[\"null\"]").null_is_empty);
}

TEST(PaginationOfADefinition, HasTheSettingsOfItsStyleAndThePathsThatTheyName)
{
    auto const page = read("{format: page, config: {items: \"\", page_parameter: page, limit_parameter: size, "
                           "first_page: 0, total_header: X-Total, max_limit: 50}}");
    EXPECT_EQ(page.style, paging::find_style("page"));
    EXPECT_EQ(page.items, "");
    EXPECT_EQ(page.settings.at("first_page"), "0");
    EXPECT_EQ(page.settings.at("total_header"), "X-Total");
    EXPECT_FALSE(page.settings.contains("until_empty"));
    EXPECT_EQ(page.max_limit, 50);
    EXPECT_EQ(page.default_limit, 50);
    EXPECT_EQ(page.most(), 500);
    auto const cursor = read("{format: cursor, config: {items: data, next_from_last: id, has_more: meta.more, "
                             "cursor_parameter: after, in_body: false}}");
    EXPECT_EQ(cursor.paths.next_from_last, "id");
    EXPECT_EQ(cursor.paths.has_more, "meta.more");
    EXPECT_EQ(cursor.paths.next, "");
    EXPECT_FALSE(cursor.settings.contains("in_body"));
}

TEST(PaginationOfADefinition, ReadsUrlsAsStoredDefinitionsWriteThem)
{
    auto const former = read("{format: cursor, config: {items: data, next: meta.next, next_is_url: true, "
                             "cursor_parameter: cursor, limit_parameter: limit}}");
    EXPECT_EQ(former.style, paging::find_style("url"));
    EXPECT_EQ(former.paths.next, "meta.next");
    EXPECT_TRUE(former.settings.contains("keep_path"));
    EXPECT_EQ(former.own().query, (std::vector<std::string>{"cursor", "limit"}));
    EXPECT_EQ(read("{format: cursor, config: {items: data, next: n, next_is_url: false, cursor_parameter: c}}").style,
              paging::find_style("cursor"));
}

TEST(PaginationOfADefinition, MayBeOverridden)
{
    auto manifest = documents::read_source("integration.yaml", kManifest);
    auto document = documents::read_source("openapi.yaml", kDocument);
    auto const override = json::parse(
        R"({"pagination":{"format":"range","config":{"items":"data","start_parameter":"a","end_parameter":"b"}}})");
    auto changed = with_override({*std::move(manifest), *std::move(document)}, override->get_object());
    ASSERT_TRUE(changed);
    auto const compiled = compile(*changed, builtin_id("desk"));
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    EXPECT_EQ((*compiled)->find("tickets", "list")->pagination.style, paging::find_style("range"));
}

struct Mistake {
    std::string name;
    std::string pagination;
    std::string path;
    std::string text;
};

class PaginationMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(PaginationMistakes, AreReportedWithTheirPlace)
{
    auto const compiled = desk_with(GetParam().pagination);
    ASSERT_FALSE(compiled);
    auto const is_it = [](FieldFailure const& failure) {
        return failure.path.ends_with(" " + GetParam().path) && failure.message.contains(GetParam().text);
    };
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), is_it)) << compiled.error().public_detail();
    auto const is_another = [&](FieldFailure const& failure) {
        return !is_it(failure) && !failure.message.contains("needs a pagination block");
    };
    EXPECT_TRUE(std::ranges::none_of(compiled.error().failures(), is_another)) << compiled.error().public_detail();
}

std::string page(std::string_view more)
{
    return fmt::format("{{format: page, config: {{items: data, page_parameter: page, {}}}}}", more);
}
std::string cursor(std::string_view more)
{
    return fmt::format("{{format: cursor, config: {{items: data, cursor_parameter: c, {}}}}}", more);
}

INSTANTIATE_TEST_SUITE_P(
    All, PaginationMistakes,
    ::testing::Values(
        Mistake{"WithoutItems", "{format: link_header, config: {}}", "pagination.config.items", "is required"},
        Mistake{"OfAnotherFormat", "{format: pages, config: {}}", "pagination.format",
                "must be one of none, cursor, link_header, offset, page, range, url"},
        Mistake{"DefaultAboveTenPages", page("default_limit: 1001"), "pagination.config.default_limit",
                "must be an integer from 1 to 1000"},
        Mistake{"EmptyThatIsNoList", "{format: none, empty: null_}", "pagination.empty",
                "must be a list of absent and null"},
        Mistake{"EmptyOfAnotherForm", "{format: none, empty: [zero]}", "pagination.empty",
                "must be a list of absent and null"},
        Mistake{"SettingOfAnotherStyle", page("offset_parameter: skip"), "pagination.config.offset_parameter",
                "is not a key here; known are items, page_parameter, limit_parameter"},
        Mistake{"WithoutAParameter", "{format: offset, config: {items: data}}", "pagination.config.offset_parameter",
                "is required"},
        Mistake{"ParameterThatIsEmpty", page("limit_parameter: \"\""), "pagination.config.limit_parameter",
                "must not be empty: leave it out"},
        Mistake{"ParameterThatIsANumber", page("limit_parameter: 5"), "pagination.config.limit_parameter",
                "must be text"},
        Mistake{"FlagThatIsText", page("until_empty: maybe"), "pagination.config.until_empty", "must be true or false"},
        Mistake{"FirstPageOfTwo", page("first_page: 2"), "pagination.config.first_page",
                "must be an integer from 0 to 1"},
        Mistake{"PathWithAnEmptyName", cursor("next: meta..next"), "pagination.config.next",
                "must be the dotted path of a member of the answer"},
        Mistake{"ItemsWithAnEmptyName", "{format: link_header, config: {items: data.}}", "pagination.config.items",
                "must be the dotted path of the list"},
        Mistake{"MemberOfAnAnswerThatIsTheList",
                "{format: cursor, config: {items: \"\", cursor_parameter: c, next: next}}", "pagination.config.next",
                "items says that the answer is the list itself"},
        Mistake{"TwoTotals", page("total: a, total_pages: b"), "pagination.config.total_pages", "leave one out"},
        Mistake{"FlagThatSaysNothing", page("total: a, until_empty: true"), "pagination.config.until_empty",
                "has no meaning beside total"},
        Mistake{"NoCursor", cursor("limit_parameter: n"), "pagination.config.next", "is required"},
        Mistake{"TwoCursors", cursor("next: a, next_from_last: id"), "pagination.config.next_from_last",
                "leave one out"},
        Mistake{"HalfARange", "{format: range, config: {items: data, start_parameter: a}}",
                "pagination.config.end_parameter", "is required"},
        Mistake{"RangeInTwoPlaces",
                "{format: range, config: {items: data, unit: u, start_parameter: a, end_parameter: b}}",
                "pagination.config.unit", "leave one out"},
        Mistake{"PageInABodyThatIsNone", cursor("next: a, in_body: true"), "resources.tickets.methods.list.paginated",
                "has its page in the body (in_body)"}),
    [](auto const& param) { return param.param.name; });

} // namespace
} // namespace sluice::catalog
