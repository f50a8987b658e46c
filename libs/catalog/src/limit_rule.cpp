#include "limit_rule.hpp"

#include "base/near.hpp"

namespace sluice::catalog {
namespace {

/// The host of a base URL, with any label in the place of the part that is an account's. Empty if the definition does
/// not fix who owns the host.
std::string host_of(Template const& base_url)
{
    if (base_url.empty() || !base_url.fixes_host())
        return {};
    std::string_view text = base_url.text();
    auto const scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos)
        return {};
    text.remove_prefix(scheme_end + 3);
    std::string host(text.substr(0, text.find_first_of("/?#")));
    if (auto const begin = host.find("{{"), end = host.find("}}"); begin < end && end != std::string::npos)
        host.replace(begin, end + 2 - begin, "x");
    return host.substr(0, host.find(':'));
}

void take_rule_of(ratelimit::Vendor const& vendor, Integration& integration)
{
    integration.limit_vendor = &vendor;
    integration.rate_limit = vendor.rule;
}

/// The end of a message about a vendor that is not known.
std::string suggestion(std::string_view name)
{
    std::vector<std::string> names;
    for (auto const& vendor : ratelimit::vendors())
        names.push_back(vendor.name);
    return did_you_mean(names, name);
}

} // namespace

void read_limit_rule(json::value const* value, documents::Source const& source, Integration& integration,
                     documents::Problems& problems)
{
    constexpr std::string_view kPath = "rate_limit";
    if (value == nullptr) {
        if (auto const* vendor = ratelimit::vendor_of_host(host_of(integration.base_url)))
            take_rule_of(*vendor, integration);
        return;
    }
    if (value->is_null())
        return;
    if (auto const* name = value->if_string()) {
        if (auto const* vendor = ratelimit::find_vendor(*name))
            take_rule_of(*vendor, integration);
        else
            problems.add(source, kPath, "names no vendor that is known" + suggestion(*name));
        return;
    }
    auto rule = ratelimit::Rule::parse(*value, kPath);
    if (rule)
        integration.rate_limit = std::make_shared<ratelimit::Rule const>(*std::move(rule));
    else
        for (auto const& failure : rule.error().failures())
            problems.add(source, failure.path, failure.message);
}

} // namespace sluice::catalog
