#include "call.hpp"

#include <fmt/format.h>

namespace sluice::api {

Result<void> Call::belongs_to(EnvironmentId environment)
{
    trace.environment = environment.str();
    return place.take(environment);
}

std::string_view Call::parameter(std::string_view name) const
{
    for (auto const& [known, value] : parameters)
        if (known == name)
            return value;
    return {};
}

Error Call::unknown_id(std::string_view prefix, std::string_view what)
{
    return {ErrorCode::not_found,
            fmt::format("There is no such {} in this environment: its id starts with {}_.", what, prefix)};
}

} // namespace sluice::api
