#pragma once

#include "account.hpp"

namespace sluice::simulator {

/// The names of the active rules whose code contains this text.
[[nodiscard]] json::array rules_with(Account& account, std::string_view text);
[[nodiscard]] json::array rules_using_macro(Account& account, Id macro);
/// Whether a rule or a macro adds, removes or asks for the tag.
[[nodiscard]] bool is_tag_used(Account& account, std::string_view tag);

} // namespace sluice::simulator
