// Lists are walked to their end: each record once and in order, whatever the vendor's way, the number of records and
// the limits.
#include "list_calls.hpp"
#include "list_vendor.hpp"
#include "support/desk.hpp"

#include <numeric>

namespace sluice::proxy {
namespace {

/// The desk with one vendor's way of paging. Its credential is a query parameter, which some vendors echo.
catalog::IntegrationPtr desk_with(ListVendor const& vendor)
{
    auto manifest = catalog::test::kManifest;
    auto const begin = manifest.find("pagination:\n");
    auto const end = manifest.find("rate_limit:");
    manifest.replace(begin, end - begin, "");
    auto const method = fmt::format("{}paginated: true, pagination: {}}}",
                                    vendor.is_search ? "access: read, operation: create-ticket, name: find, "
                                                     : "operation: list-tickets, ",
                                    vendor.pagination);
    manifest =
        catalog::test::replaced(manifest, "list: {operation: list-tickets, paginated: true}", "list: {" + method);
    manifest = catalog::test::replaced(
        manifest, R"({format: basic, config: {username: "{{context.email}}", password: "{{context.api_key}}"}})",
        R"({format: query, config: {name: api_key, token: "{{context.api_key}}"}})");
    auto compiled = catalog::test::compile_text(manifest, catalog::test::kDocument);
    EXPECT_TRUE(compiled) << compiled.error().public_detail();
    return compiled ? *compiled : nullptr;
}

std::vector<std::int64_t> ids_in(Outcome const& outcome)
{
    std::vector<std::int64_t> ids;
    auto const records = json::parse(outcome.page.items);
    for (auto const& record : records.value().as_array())
        ids.push_back(record.as_object().at("id").as_int64());
    return ids;
}

class Walks : public ::testing::TestWithParam<ListVendor> {
protected:
    /// Walks a list of so many records, with these limits in turn.
    void walk(ListCalls& calls, std::int64_t all, std::vector<std::int64_t> const& limits)
    {
        SCOPED_TRACE(fmt::format("{} records, limits {}", all, fmt::join(limits, ", ")));
        calls.client().requests.clear();
        calls.client().respond = [&](http::OutgoingRequest const& request) {
            return GetParam().answer(Asked(request), all);
        };
        std::vector<std::int64_t> seen;
        catalog::CallParts parts;
        for (std::size_t turn = 0; turn < 2500; ++turn) {
            parts.limit = limits[turn % limits.size()];
            auto const outcome = calls.call("list", parts);
            ASSERT_TRUE(outcome) << outcome.error().public_detail();
            ASSERT_EQ(outcome->kind, Outcome::Kind::list) << outcome->message;
            ASSERT_EQ(outcome->note, "");
            auto const ids = ids_in(*outcome);
            ASSERT_EQ(ids.size(), outcome->page.count);
            ASSERT_LE(std::ssize(ids), *parts.limit);
            seen.insert(seen.end(), ids.begin(), ids.end());
            if (GetParam().gives_what_is_asked && limits.size() == 1 && std::ssize(seen) < all)
                ASSERT_EQ(std::ssize(ids), *parts.limit) << "a limit is honoured exactly";
            if (!outcome->next_cursor)
                break;
            parts.next_cursor = outcome->next_cursor;
        }
        std::vector<std::int64_t> expected(static_cast<std::size_t>(all));
        std::iota(expected.begin(), expected.end(), 1);
        ASSERT_EQ(seen, expected);
        for (auto const& request : calls.client().requests)
            ASSERT_EQ(request.url.find("echoed"), std::string::npos) << request.url;
    }
};

TEST_P(Walks, GiveEachRecordOnce)
{
    ListCalls calls(desk_with(GetParam()));
    bool const is_always_1000 = GetParam().name == "PageWithTotalThatIsTooLarge";
    for (std::int64_t const all : {0, 1, 999, 1000, 1001}) {
        if (is_always_1000 && all != 1000)
            continue;
        for (std::int64_t const limit : {7, 100, 333, 1000})
            walk(calls, all, {limit});
        walk(calls, all, {1, 100, 7, 333, 3, 50, 1000, 99});
        walk(calls, all, {333, 2});
    }
    for (std::int64_t const all : {1, 1000})
        if (!is_always_1000 || all == 1000)
            walk(calls, all, {1});
}

INSTANTIATE_TEST_SUITE_P(All, Walks, ::testing::ValuesIn(list_vendors()),
                         [](auto const& param) { return param.param.name; });

} // namespace
} // namespace sluice::proxy
