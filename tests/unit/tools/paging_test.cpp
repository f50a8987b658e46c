// A tool of a list takes `limit` and `next_cursor` in place of what the vendor's pages take.
#include "support/desk.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

using catalog::test::compile_text;
using catalog::test::kDocument;
using catalog::test::kManifest;
using catalog::test::replaced;

/// The names of the arguments of the list's tool.
std::vector<std::string> arguments_of(std::string const& list, std::string const& document = kDocument)
{
    auto const integration = compile_text(
        replaced(kManifest, "list: {operation: list-tickets, paginated: true}", "list: {name: list, " + list + '}'),
        document);
    EXPECT_TRUE(integration) << integration.error().public_detail();
    auto const tools = derive_tools(*integration, {}).tools;
    std::vector<std::string> names;
    for (auto const& [name, argument] : (*tools)[tools->find("list")].arguments)
        names.push_back(name);
    return names;
}

TEST(ToolOfAList, HidesTheQueryParametersThatItsPagesTake)
{
    EXPECT_EQ(arguments_of("operation: list-tickets, paginated: true, pagination: {format: page, config: {items: data, "
                           "page_parameter: ids, limit_parameter: limit}}"),
              (std::vector<std::string>{"created", "cursor", "fields", "limit", "next_cursor"}));
}

TEST(ToolOfAList, HidesTheMembersOfTheBodyThatItsPagesTake)
{
    auto const document = replaced(kDocument, "                priority: {type: string, enum: [low, high]}\n",
                                   "                limit: {type: integer}\n"
                                   "                page: {type: object, properties: {after: {type: string}}}\n");
    EXPECT_EQ(
        arguments_of("operation: create-ticket, access: read, paginated: true, pagination: {format: cursor, "
                     "config: {items: data, next: next, cursor_parameter: page.after, limit_parameter: limit, "
                     "in_body: true}}",
                     document),
        (std::vector<std::string>{"assignee", "fields", "limit", "next_cursor", "query_subject", "source", "subject"}));
}

} // namespace
} // namespace sluice::tools
