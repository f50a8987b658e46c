// The vendors that are compiled in: what each of tests/data/ratelimit/vendors.yaml gives.
#include "ratelimit/vendors.hpp"

#include "base/encoding.hpp"
#include "documents/source.hpp"
#include "reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>

namespace sluice::ratelimit {
namespace {

struct Given {
    std::string vendor;
    int number = 1;
    json::object content;
};

void PrintTo(Given const& given, std::ostream* out)
{
    *out << given.vendor << " " << given.number;
}

std::vector<Given> load()
{
    std::ifstream file(SLUICE_TEST_DATA "/ratelimit/vendors.yaml");
    auto const source = documents::read_source("vendors.yaml", std::string{std::istreambuf_iterator<char>(file), {}});
    std::vector<Given> all;
    if (!source)
        return all;
    for (auto const& [vendor, answers] : source->root.as_object()) {
        int number = 0;
        for (auto const& each : answers.as_array())
            all.push_back({std::string(vendor), ++number, each.as_object()});
    }
    return all;
}

Headers headers_of(Given const& given)
{
    Headers headers;
    if (auto const* members = json::object_at(given.content, "headers"))
        for (auto const& [name, value] : *members)
            headers.emplace_back(name, value.is_string() ? std::string(value.get_string()) : json::to_text(value));
    return headers;
}

/// As the file writes it: `100 / 98 / 54, ra=54, d=reset`.
std::string written(Limits const& limits)
{
    auto const shown = [](std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "–"; };
    auto text = fmt::format("{} / {} / {}", shown(limits.limit), shown(limits.remaining), shown(limits.reset_s));
    if (limits.retry_after_s)
        text += fmt::format(", ra={}", *limits.retry_after_s);
    if (limits.limit_derived || limits.reset_derived)
        text +=
            fmt::format(", d={}{}{}", limits.limit_derived ? "limit" : "",
                        limits.limit_derived && limits.reset_derived ? "," : "", limits.reset_derived ? "reset" : "");
    return text;
}

class VendorAnswers : public testing::TestWithParam<Given> {};

TEST_P(VendorAnswers, GiveWhatTheirVendorMeans)
{
    auto const& given = GetParam();
    auto const* vendor = find_vendor(given.vendor);
    ASSERT_NE(vendor, nullptr);
    auto const* body = json::string_at(given.content, "body");

    auto const reading = reading_of(vendor->rule.get(), static_cast<int>(given.content.at("status").as_int64()),
                                    headers_of(given), body != nullptr ? std::string(*body) : "");

    EXPECT_EQ(written(reading.limits), given.content.at("gives").as_string());
    auto const* unread = json::string_at(given.content, "unread");
    EXPECT_EQ(reading.unread, unread != nullptr ? to_lower(*unread) : "");
}

INSTANTIATE_TEST_SUITE_P(All, VendorAnswers, testing::ValuesIn(load()),
                         [](auto const& info) { return fmt::format("{}_{}", info.param.vendor, info.param.number); });

TEST(Vendors, WithWindowsHaveAtLeastThreeAnswersEach)
{
    std::map<Rule const*, int> answers;
    for (auto const& given : load())
        if (auto const* vendor = find_vendor(given.vendor))
            ++answers[vendor->rule.get()];
    for (auto const& vendor : vendors())
        if (vendor.rule && !vendor.rule->windows.empty())
            EXPECT_GE(answers[vendor.rule.get()], 3) << vendor.name;
}

TEST(Vendors, AreNamedOnce)
{
    std::set<std::string> names;
    std::set<std::string> labels;
    std::set<std::string> hosts;
    for (auto const& vendor : vendors()) {
        EXPECT_TRUE(names.insert(vendor.name).second) << vendor.name;
        EXPECT_TRUE(labels.insert(vendor.label).second) << vendor.label;
        EXPECT_TRUE(vendor.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
                    vendor.name.front() >= 'a')
            << vendor.name;
        EXPECT_EQ(vendor.source.empty(), vendor.known == Vendor::Known::general) << vendor.name;
        for (auto const& host : vendor.hosts) {
            EXPECT_TRUE(hosts.insert(host).second) << host;
            EXPECT_EQ(host, to_lower(host));
        }
    }
    EXPECT_GT(names.size(), 100U);
}

TEST(Vendors, AreFoundByName)
{
    ASSERT_NE(find_vendor("github"), nullptr);
    EXPECT_EQ(find_vendor("github")->label, "GitHub");
    EXPECT_EQ(find_vendor("GitHub"), nullptr);
    EXPECT_EQ(find_vendor(""), nullptr);
    EXPECT_EQ(find_vendor("zzz"), nullptr);
}

TEST(Vendors, AreFoundByHost)
{
    auto const name_of = [](std::string_view host) {
        auto const* vendor = vendor_of_host(host);
        return vendor != nullptr ? vendor->name : "";
    };
    EXPECT_EQ(name_of("api.github.com"), "github");
    EXPECT_EQ(name_of("API.GitHub.com"), "github");
    EXPECT_EQ(name_of("github.com"), "");
    EXPECT_EQ(name_of("api.github.com.example"), "");
    EXPECT_EQ(name_of("acme.zendesk.com"), "zendesk");
    EXPECT_EQ(name_of("zendesk.com"), "");
    EXPECT_EQ(name_of(".zendesk.com"), "");
    EXPECT_EQ(name_of("eviltrickzendesk.com"), "");
    EXPECT_EQ(name_of(""), "");
}

TEST(Vendors, MayShareARule)
{
    ASSERT_NE(find_vendor("openai"), nullptr);
    ASSERT_NE(find_vendor("openai")->rule, nullptr);
    EXPECT_EQ(find_vendor("groq")->rule, find_vendor("openai")->rule);
    EXPECT_EQ(find_vendor("pinterest")->rule, nullptr) << "the well-known names are tried";
}

} // namespace
} // namespace sluice::ratelimit
