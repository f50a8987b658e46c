// Who may do what is api-spec/permissions.md, for people; with SLUICE_WRITE_PAGES=1 this test writes it anew.
#include "areas/areas.hpp"
#include "tenancy/permissions.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace sluice::api {
namespace {

using namespace tenancy;

/// A column for each of `holders`, with a mark where it has the permission.
template <class Holders>
std::string marks_of(Holders const& holders, Permission permission)
{
    std::string cells;
    for (auto const& holder : holders)
        cells += holder.permissions.has(permission) ? " ✓ |" : "  |";
    return cells;
}

template <class Holders>
std::string heads_of(Holders const& holders)
{
    std::string cells;
    for (auto const& holder : holders)
        cells += fmt::format(" {} |", holder.name);
    return cells;
}

template <class Holders>
std::string meanings_of(Holders const& holders)
{
    std::string list;
    for (auto const& holder : holders)
        list += fmt::format("- `{}`: {}\n", holder.name, holder.meaning);
    return list;
}

std::string routes_with(Permission permission)
{
    std::string list;
    for (auto const& route : all_routes())
        if (route.needs == permission)
            list += fmt::format("{}`{} {}`", list.empty() ? "" : ", ", http::name_of(route.method), route.path);
    return list;
}

std::string page()
{
    auto text = fmt::format(
        "# Who may do what\n"
        "\n"
        "A user has a role in their team. An API token has scopes: those below, or single permissions that "
        "`full` has. A user may\n"
        "be confined to some environments; then the role counts in these. Sessions are not taken where vendors "
        "are called.\n"
        "\n"
        "`tests/unit/api/permissions_page_test.cpp` makes this page from "
        "`libs/tenancy/include/tenancy/permissions.hpp` and the routes;\n"
        "with `SLUICE_WRITE_PAGES=1` it writes it.\n"
        "\n"
        "Roles:\n\n{}\nScopes of API tokens:\n\n{}\n"
        "| permission | to |{}{}\n|---|---|",
        meanings_of(kRoles), meanings_of(kScopes), heads_of(kRoles), heads_of(kScopes));
    for (std::size_t i = 0; i < kRoles.size() + kScopes.size(); ++i)
        text += ":-:|";
    text += '\n';
    for (auto const& each : kPermissions)
        text += fmt::format("| `{}` | {} |{}{}\n", each.name, each.meaning, marks_of(kRoles, each.permission),
                            marks_of(kScopes, each.permission));
    text += "\n| permission | operations that need it |\n|---|---|\n";
    for (auto const& each : kPermissions)
        text += fmt::format("| `{}` | {} |\n", each.name, routes_with(each.permission));
    return text;
}

TEST(PermissionsPage, SaysWhatTheTablesSay)
{
    std::string const path = SLUICE_API_SPEC "/permissions.md";
    auto const now = page();
    if (std::getenv("SLUICE_WRITE_PAGES") != nullptr)
        std::ofstream(path) << now;
    std::ifstream file(path);
    std::string const there{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(there == now) << path << " is stale: run this test with SLUICE_WRITE_PAGES=1";
}

} // namespace
} // namespace sluice::api
