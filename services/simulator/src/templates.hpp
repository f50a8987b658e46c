#pragma once

#include "base/json.hpp"
#include "http_api/headers.hpp"

#include <string>
#include <string_view>

namespace sluice::simulator {

/// Replaces each `{{ dotted.path }}` by the text of that value: `True`, `123`, `None`; what does not exist is empty.
/// `{{context}}` is ticket and message as JSON.
[[nodiscard]] std::string render(std::string_view text, json::value const& variables);

/// The body of a webhook: the `form` of an HTTP integration with its templates filled in. Values become strings.
[[nodiscard]] std::string render_json_form(json::value const& form, json::value const& variables);
/// The same as `application/x-www-form-urlencoded`.
[[nodiscard]] std::string render_query_form(json::value const& form, json::value const& variables);

} // namespace sluice::simulator
