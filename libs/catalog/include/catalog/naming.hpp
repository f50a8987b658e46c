#pragma once

#include <string>
#include <string_view>

namespace sluice::catalog {

/// The portable shape: `^[a-zA-Z][a-zA-Z0-9_-]{0,63}$` (mcp clients refuse a whole list for one bad name).
[[nodiscard]] bool is_tool_name(std::string_view name);

/// `tickets` → `ticket`, `categories` → `category`, `statuses` → `status`, `address` → `address`.
[[nodiscard]] std::string singular_of(std::string_view plural);

/// `list_all_gorgias_tickets`, `get_single_gorgias_ticket_by_id`, … `gorgias_tickets_merge` for a custom method.
/// Longer than 64 characters: cut, with a stable hash as suffix.
[[nodiscard]] std::string tool_name_of(std::string_view integration, std::string_view resource,
                                       std::string_view singular, std::string_view method);

/// The name with its integration's in front, for lists with tools of several: `list_all_gorgias_tickets` becomes
/// `gorgias_list_all_tickets`. One that begins so already stays as it is.
[[nodiscard]] std::string prefixed_tool_name(std::string_view integration, std::string_view tool);

} // namespace sluice::catalog
