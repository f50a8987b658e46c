#include "openapi/operation.hpp"

#include <algorithm>

namespace sluice::openapi {

bool is_argument_name(std::string_view name)
{
    constexpr std::size_t kMost = 64;
    return !name.empty() && name.size() <= kMost && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    });
}

std::optional<std::string_view> Operation::own_id() const noexcept
{
    if (path.empty() || !path.back().is_parameter)
        return std::nullopt;
    return path.back().text;
}

Parameter const* Operation::find_parameter(std::string_view parameter) const noexcept
{
    auto const found = std::ranges::find(parameters, parameter, &Parameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

} // namespace sluice::openapi
