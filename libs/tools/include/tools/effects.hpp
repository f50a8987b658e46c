#pragma once

#include "base/json.hpp"
#include "catalog/call_parts.hpp"
#include "catalog/integration.hpp"
#include "tools/tool.hpp"

namespace sluice::tools {

/// A call before it is made, with what is known of its item.
struct SeenCall {
    catalog::Integration const& integration;
    catalog::Method const& method;
    Tool const* tool = nullptr; ///< The method's tool as the account has it, which knows names; may be null.
    catalog::CallParts const& parts;
    json::value const& item;    ///< The item as the vendor has it; null if it is not known.
    json::value const& changes; ///< `{member: {from, to} | {known: false, to}}`, or null.
};

/// What the call does, for a person who decides about it (api-spec, `ApprovalEffect`): names in place of ids, lists as
/// what is added and removed, a message as a message.
[[nodiscard]] json::array effects_of(SeenCall const& call);

/// The item that the call is about: `{label, id, title, details}`; null if there is none.
[[nodiscard]] json::value about_of(SeenCall const& call);

} // namespace sluice::tools
