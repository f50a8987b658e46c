#include "catalog/method_config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sluice::catalog {
namespace {

json::object config(std::string_view text)
{
    return json::parse(text)->get_object();
}

TEST(MethodConfig, MakesARequestAListWithHeadersOfItsOwn)
{
    Method method;
    method.headers = {{"x-version", "1"}};

    auto const applied = apply_method_config(config(R"({
        "headers": {"X-Version": "2"},
        "error_expression": {"path": "ok", "equals": false},
        "pagination": {"format": "page", "config": {"items": "data", "page_parameter": "page", "first_page": 1}}})"),
                                             method);

    ASSERT_TRUE(applied) << applied.error().public_detail();
    EXPECT_TRUE(method.is_list());
    EXPECT_EQ(method.pagination.items, "data");
    EXPECT_TRUE(method.error_when->holds(json::object{{"ok", false}}));
    EXPECT_EQ(method.headers, (std::vector<std::pair<std::string, std::string>>{{"x-version", "2"}}));
}

TEST(MethodConfig, ChangesNothingThatItDoesNotName)
{
    Method method;
    method.headers = {{"x-version", "1"}};
    ASSERT_TRUE(apply_method_config(config(R"({"pagination": null})"), method));
    EXPECT_FALSE(method.is_list());
    EXPECT_EQ(method.headers.size(), 1U);
}

TEST(MethodConfig, NeverSaysWhereACallGoesOrAsWhom)
{
    for (auto const* name : {"base_url", "url", "host", "authorization", "credentials", "context", "path"}) {
        Method method;
        auto const applied = apply_method_config(json::object{{name, "https://evil.example"}}, method);
        ASSERT_FALSE(applied) << name;
        EXPECT_EQ(applied.error().failures().front().path, "methodConfig." + std::string(name));
    }
    Method method;
    auto const header = apply_method_config(config(R"({"headers": {"Authorization": "Bearer x"}})"), method);
    ASSERT_FALSE(header);
    EXPECT_EQ(header.error().failures().front().path, "methodConfig.headers.Authorization");
}

TEST(MethodConfig, TellsEachMistakeWithItsPlace)
{
    for (auto const& [text, path] : {std::pair{R"({"pagination": {"format": "none"}})", "methodConfig.pagination"},
                                     {R"({"pagination": {"format": "pages"}})", "methodConfig.pagination.format"},
                                     {R"({"error_expression": "$.ok = false"})", "methodConfig.error_expression"},
                                     {R"({"colour": "red"})", "methodConfig.colour"}}) {
        Method method;
        auto const applied = apply_method_config(config(text), method);
        ASSERT_FALSE(applied) << text;
        EXPECT_EQ(applied.error().failures().front().path, path);
    }
}

} // namespace
} // namespace sluice::catalog
