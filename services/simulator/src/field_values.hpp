#pragma once

#include "call.hpp"

namespace sluice::simulator {

/// Why `value` may not be the value of the field with this `definition` member; nothing if it may. Null may: it clears.
[[nodiscard]] std::optional<std::string> value_complaint(json::object const& definition, json::value const& value);

/// `[{id,value}]` of a body, held against the definitions of the account.
[[nodiscard]] Answer<FieldValues> check_values(Account& account, json::array const& items,
                                               std::string_view object_type);
/// Sets the values sent and drops those sent as null.
void set_values(FieldValues& values, FieldValues const& sent);
/// `{"61":{"id":61,"value":"x"}}`.
[[nodiscard]] json::object values_shown(FieldValues const& values);

} // namespace sluice::simulator
