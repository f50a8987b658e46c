#include "calllog/entry.hpp"

namespace sluice::calllog {

std::string_view name_of(LogType type) noexcept
{
    return type == LogType::vendor ? "unified_proxy_api" : "mcp";
}

std::string_view name_of(Fault fault) noexcept
{
    switch (fault) {
    case Fault::none:
        return "none";
    case Fault::caller:
        return "caller";
    case Fault::account:
        return "account";
    case Fault::vendor:
        return "vendor";
    case Fault::sluice:
        return "sluice";
    }
    return "sluice";
}

Fault fault_of(Error const& error) noexcept
{
    switch (error.code()) {
    case ErrorCode::reauth_needed:
    case ErrorCode::setup_failed:
        return Fault::account;
    case ErrorCode::upstream_unreachable:
    case ErrorCode::upstream_failed:
    case ErrorCode::upstream_timeout:
        return Fault::vendor;
    case ErrorCode::unavailable:
    case ErrorCode::internal:
        return Fault::sluice;
    default:
        return Fault::caller;
    }
}

std::optional<LogType> log_type_of(std::string_view name)
{
    for (auto const type : {LogType::vendor, LogType::mcp})
        if (name == name_of(type))
            return type;
    return std::nullopt;
}

} // namespace sluice::calllog
