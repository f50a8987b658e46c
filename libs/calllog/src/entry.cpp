#include "calllog/entry.hpp"

namespace sluice::calllog {

std::string_view name_of(LogType type) noexcept
{
    return type == LogType::vendor ? "unified_proxy_api" : "mcp";
}

std::optional<LogType> log_type_of(std::string_view name)
{
    for (auto const type : {LogType::vendor, LogType::mcp})
        if (name == name_of(type))
            return type;
    return std::nullopt;
}

} // namespace sluice::calllog
