// The table of all vendors for people is api-spec/rate-limits.md; with SLUICE_WRITE_PAGES=1 this test writes it anew.
#include "ratelimit/vendors.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sluice::ratelimit {
namespace {

/// Joins texts that are not empty, each once.
class List {
public:
    explicit List(std::string_view between)
        : between_(between)
    {
    }
    void add(std::string text)
    {
        if (!text.empty() && std::ranges::find(texts_, text) == texts_.end())
            texts_.push_back(std::move(text));
    }
    [[nodiscard]] bool empty() const { return texts_.empty(); }
    [[nodiscard]] std::string text() const
    {
        std::string text;
        for (auto const& each : texts_)
            text += (text.empty() ? "" : between_) + each;
        return text;
    }

private:
    std::string between_;
    std::vector<std::string> texts_;
};

std::string path_text(BodyPath const& path)
{
    std::string text;
    for (auto const& step : path)
        if (auto const* name = std::get_if<std::string>(&step))
            text += (text.empty() ? "" : ".") + *name;
        else if (auto const* index = std::get_if<std::size_t>(&step))
            text += fmt::format("[{}]", *index);
        else
            text += text.empty() ? "*" : ".*";
    return text;
}

std::string place_text(Source const& source)
{
    if (source.header.empty())
        return source.path.empty() ? "" : fmt::format("`{}` in the body", path_text(source.path));
    return source.path.empty() ? fmt::format("`{}`", source.header)
                               : fmt::format("`{}` in `{}`", path_text(source.path), source.header);
}

std::string_view unit_text(Unit unit)
{
    switch (unit) {
    case Unit::delta_s:
        return "seconds from now";
    case Unit::delta_ms:
        return "milliseconds from now";
    case Unit::delta_min:
        return "minutes from now";
    case Unit::epoch_s:
        return "time in seconds";
    case Unit::epoch_ms:
        return "time in milliseconds";
    case Unit::duration:
        return "duration such as `6m0s`";
    case Unit::iso:
        return "date, RFC 3339";
    case Unit::httpdate:
        return "date in words";
    case Unit::automatic:
        return "seconds or a date";
    }
    return "";
}

/// The places of values. Of a header that begins as the one before only the end is shown: `x-ratelimit-limit`,
/// `-remaining`.
class PlaceList {
public:
    void add(Source const& source)
    {
        auto const place = place_text(source);
        if (place.empty() || std::ranges::find(seen_, place) != seen_.end())
            return;
        seen_.push_back(place);
        auto const dash = source.path.empty() ? source.header.rfind('-') : std::string::npos;
        auto const beginning = dash != std::string::npos ? source.header.substr(0, dash) : "";
        text_ += text_.empty() ? "" : ", ";
        text_ +=
            !beginning.empty() && beginning == beginning_ ? fmt::format("`{}`", source.header.substr(dash)) : place;
        beginning_ = beginning;
    }
    [[nodiscard]] std::string text() const { return text_.empty() ? "none" : text_; }

private:
    std::vector<std::string> seen_;
    std::string text_;
    std::string beginning_;
};

std::string places_of(Rule const& rule)
{
    PlaceList list;
    for (auto const& window : rule.windows) {
        if (window.limit)
            list.add(window.limit->source);
        for (auto const* source : {&window.remaining, &window.used, &window.ratio})
            if (*source)
                list.add(**source);
        if (window.reset)
            list.add(window.reset->source);
        if (window.length_source)
            list.add(window.length_source->source);
        if (window.restore_per_s)
            list.add(window.restore_per_s->source);
    }
    return list.text();
}

std::string resets_of(Rule const& rule)
{
    List list("<br>");
    for (auto const& window : rule.windows)
        if (window.reset)
            list.add(std::string(unit_text(window.reset->unit)));
        else if (window.drain_s)
            list.add(fmt::format("none; a full bucket is empty after {} s", *window.drain_s));
        else if (window.restore_per_s)
            list.add("none; it says what comes back in a second");
        else if (window.length_source)
            list.add("none; it says the window's length");
        else if (window.length)
            list.add("none; the window's length is known");
        else
            list.add("none");
    return list.text();
}

std::string condition_text(Condition const& condition)
{
    List statuses(" or ");
    for (int const status : condition.statuses)
        statuses.add(std::to_string(status));
    auto text = statuses.empty() ? std::string("any status") : statuses.text();
    if (condition.remaining)
        text += fmt::format(" with {} left", *condition.remaining);
    if (!condition.value)
        return text;
    List values(" or ");
    for (auto const& value : condition.equals)
        values.add(fmt::format("`{}`", value));
    return fmt::format("{} with {}{}", text, place_text(*condition.value), values.empty() ? "" : " = " + values.text());
}

std::string throttled_by(Rule const& rule)
{
    List list("; ");
    list.add("429");
    for (auto const& condition : rule.throttled_when)
        list.add(condition_text(condition));
    if (rule.retry_after && rule.retry_after->source.header != "retry-after")
        list.add(fmt::format("the wait is in {} ({})", place_text(rule.retry_after->source),
                             unit_text(rule.retry_after->unit)));
    if (rule.default_retry_s)
        list.add(fmt::format("without a time, {} s", *rule.default_retry_s));
    return list.text();
}

std::string limit_text(WindowRule const& window)
{
    if (window.limit)
        return window.limit->constant ? fmt::format("{} by its documentation", *window.limit->constant) : "as sent";
    return window.ratio ? "as sent" : window.used && window.remaining ? "used + left" : "not known";
}

std::string left_text(WindowRule const& window)
{
    return window.remaining ? "as sent" : window.used || window.ratio ? "limit − used" : "not known";
}

std::string reset_text(WindowRule const& window)
{
    if (window.reset)
        return "as sent";
    if (window.drain_s)
        return fmt::format("used × {} ÷ limit", *window.drain_s);
    if (window.restore_per_s)
        return "used ÷ what comes back in a second";
    return window.length || window.length_source ? "at most the window's length" : "not known";
}

/// What the three headers of an answer have.
std::string given_by(Rule const& rule)
{
    if (rule.windows.empty())
        return "only of a throttled answer";
    List list("<br>");
    for (auto const& window : rule.windows)
        list.add(fmt::format("{}{}: {} / {} / {}", window.name,
                             window.unit == "requests" ? "" : " (" + window.unit + ")", limit_text(window),
                             left_text(window), reset_text(window)));
    return list.text();
}

std::string_view known_text(Vendor::Known known)
{
    constexpr std::array<std::string_view, 3> kTexts{"confirmed", "secondary", "general"};
    return kTexts.at(static_cast<std::size_t>(known));
}

std::string row_of(Vendor const& vendor)
{
    auto const* rule = vendor.rule.get();
    List hosts(", ");
    for (auto const& host : vendor.hosts)
        hosts.add(fmt::format("`{}{}`", host.starts_with('.') ? "*" : "", host));
    return fmt::format("| {} `{}` | {} | {} | {} | {} | {} | {} | {} | {} |\n", vendor.label, vendor.name, hosts.text(),
                       rule != nullptr ? places_of(*rule) : "the well-known ones",
                       rule != nullptr ? resets_of(*rule) : "by its form",
                       rule != nullptr ? throttled_by(*rule) : "429", rule != nullptr ? given_by(*rule) : "as found",
                       vendor.note, known_text(vendor.known), vendor.source);
}

std::string page()
{
    std::string text =
        "# How vendors tell their rate limits\n"
        "\n"
        "What is read from each vendor's answers and becomes `ratelimit-limit`, `ratelimit-remaining`, "
        "`ratelimit-reset` and\n"
        "`retry-after`. A definition takes an entry with `rate_limit: <name>`. Without `rate_limit` it takes the entry "
        "of the\n"
        "host of its `base_url`. `rate_limit: null`, and a host that is not here, mean that the well-known names are "
        "tried:\n"
        "`ratelimit`, then `ratelimit-*`, `x-ratelimit-*` and `x-rate-limit-*`. A throttled answer's `retry-after` is "
        "read of\n"
        "every vendor: seconds or a date.\n"
        "\n"
        "*What becomes of it* has limit / left / reset of each window. What is not sent is marked by "
        "`x-ratelimit-derived`. *Known*:\n"
        "`confirmed` by the vendor's own documentation or staff, `secondary` by another public source alone, "
        "`general` by\n"
        "general knowledge; check what is not confirmed against a live answer.\n"
        "\n"
        "`tests/unit/ratelimit/vendors_page_test.cpp` makes this page from `libs/ratelimit/vendors`; with "
        "`SLUICE_WRITE_PAGES=1`\n"
        "it writes it.\n"
        "\n"
        "| vendor | hosts | where | reset | throttled | what becomes of it | note | known | source |\n"
        "|---|---|---|---|---|---|---|---|---|\n";
    for (auto const& vendor : vendors())
        text += row_of(vendor);
    return text;
}

TEST(VendorsPage, SaysWhatTheDataSays)
{
    std::string const path = SLUICE_API_SPEC "/rate-limits.md";
    auto const now = page();
    if (std::getenv("SLUICE_WRITE_PAGES") != nullptr)
        std::ofstream(path) << now;
    std::ifstream file(path);
    std::string const there{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(there == now) << path << " is stale: run this test with SLUICE_WRITE_PAGES=1";
}

} // namespace
} // namespace sluice::ratelimit
