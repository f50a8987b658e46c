#include "input.hpp"

#include <algorithm>
#include <array>

namespace sluice::api {

Result<WantedMethods> read_wanted(http::Query& query)
{
    WantedMethods wanted;
    auto const type = query.take("type").value_or("all");
    if (type != "proxy" && type != "unified" && type != "all")
        return invalid("type", "must be proxy, unified or all");
    wanted.proxy = type != "unified";
    wanted.unified = type != "proxy";
    wanted.resource = query.take("resource");
    wanted.method_class = query.take("methods");
    if (auto const flag = query.take("has_description")) {
        if (*flag != "true" && *flag != "false")
            return invalid("has_description", "must be true or false");
        wanted.has_description = *flag == "true";
    }
    return wanted;
}

Result<void> check_wanted(WantedMethods const& wanted, catalog::Integration const& integration)
{
    if (wanted.resource && !integration.has_resource(*wanted.resource))
        return invalid("resource", "is not a resource of " + integration.label);
    static constexpr std::array<std::string_view, 3> kClasses{"read", "write", "custom"};
    bool const is_known =
        !wanted.method_class || std::ranges::find(kClasses, *wanted.method_class) != kClasses.end() ||
        std::ranges::any_of(integration.methods, [&](auto const& each) { return each.name == *wanted.method_class; });
    if (!is_known)
        return invalid("methods", "must be read, write, custom or the name of a method");
    return {};
}

} // namespace sluice::api
