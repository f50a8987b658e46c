#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "catalog/condition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::proxy {

/// A member's name in lower case, without `_`, `-` and the like, since vendors write `errorCode`, `error_code` and
/// `Error-Code`.
[[nodiscard]] std::string bare_name(std::string_view name);

/// The argument that an element of a list of errors is about, as a dotted path; empty if it names none.
[[nodiscard]] std::string place_of(json::object const& error);

/// A vendor's messages by argument: from `places` if something is there, else from the usual ones.
[[nodiscard]] std::vector<FieldFailure> field_failures(std::vector<catalog::AnswerPath> const& places,
                                                       json::value const& root);

} // namespace sluice::proxy
