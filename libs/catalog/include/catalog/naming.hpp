#pragma once

#include <string>
#include <string_view>

namespace sluice::catalog {

/// Whether a name matches `^[a-zA-Z][a-zA-Z0-9_-]{0,63}$`, which every client takes. For one bad name some clients
/// refuse the whole list.
[[nodiscard]] bool is_tool_name(std::string_view name);

/// `tickets` → `ticket`, `categories` → `category`, `statuses` → `status`, `address` → `address`.
[[nodiscard]] std::string singular_of(std::string_view plural);

/// A name as people read it: `Custom field` of `custom_field`.
[[nodiscard]] std::string in_words(std::string_view name);

/// `list_all_gorgias_tickets`, `get_single_gorgias_ticket_by_id`, … `gorgias_tickets_merge` for a custom method. A name
/// above 64 characters is cut and gets a stable hash as suffix.
[[nodiscard]] std::string tool_name_of(std::string_view integration, std::string_view resource,
                                       std::string_view singular, std::string_view method);

/// The name of a tool in a list with tools of several integrations: it begins with the integration's name.
/// `list_all_gorgias_tickets` becomes `gorgias_list_all_tickets`. A name that begins so already stays.
[[nodiscard]] std::string prefixed_tool_name(std::string_view integration, std::string_view tool);

} // namespace sluice::catalog
