#include "calllog/origin.hpp"

namespace sluice::calllog {

std::string_view name_of(RequestType type) noexcept
{
    switch (type) {
    case RequestType::proxy:
        return "proxy";
    case RequestType::custom:
        return "custom";
    case RequestType::batch:
        return "batch";
    case RequestType::tool:
        return "tool";
    case RequestType::connect:
        return "connect";
    case RequestType::health:
        return "health";
    case RequestType::schema:
        return "schema";
    }
    return {};
}

} // namespace sluice::calllog
