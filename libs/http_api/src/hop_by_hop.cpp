#include "http_api/hop_by_hop.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>

namespace sluice::http {
namespace {

constexpr std::array<std::string_view, 10> kKnown{
    "connection", "keep-alive",        "proxy-connection", "proxy-authenticate", "proxy-authorization", "te",
    "trailer",    "transfer-encoding", "upgrade",          "http2-settings"};

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

HopByHop::HopByHop(Headers const& message)
{
    for (auto const& [name, value] : message) {
        if (!iequals(name, "connection"))
            continue;
        for (auto rest = value; !rest.empty();) {
            auto const end = std::min(rest.find(','), rest.size());
            if (auto const option = trimmed(rest.substr(0, end)); !option.empty())
                named_.push_back(to_lower(option));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

bool HopByHop::contains(std::string_view name) const
{
    auto const is_it = [name](std::string_view known) { return iequals(known, name); };
    return std::ranges::any_of(kKnown, is_it) || std::ranges::any_of(named_, is_it);
}

} // namespace sluice::http
