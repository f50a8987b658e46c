#pragma once

#include "base/json.hpp"
#include "catalog/template.hpp"
#include "schema/schema.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::catalog {

/// An input that a tool or prompt asks its client for (MCP 2026-07-28, "Multi Round-Trip Requests").
struct InputRequest {
    enum class Kind {
        elicitation, ///< A form for the client's user: `elicitation/create`.
        sampling,    ///< A text of the client's model: `sampling/createMessage`.
        roots,       ///< The folders in which the client works: `roots/list`.
    };
    std::string key;
    Kind kind = Kind::elicitation;
    /// If true, the input is left out if the client cannot be asked or does not answer. If false, the call then fails.
    bool is_optional = false;
    ValueTemplate params;                         ///< Reads `arguments.<name>` and `input.<key>` of earlier rounds.
    std::shared_ptr<schema::Schema const> schema; ///< The schema of a form's answers.
};

[[nodiscard]] std::string_view method_of(InputRequest::Kind kind) noexcept;
/// The client capability that this kind needs.
[[nodiscard]] std::string_view capability_of(InputRequest::Kind kind) noexcept;

/// All inputs, round by round, and the arguments that they make.
struct Inputs {
    std::vector<std::vector<InputRequest>> rounds;
    /// Arguments made of the answers; each template reads `input.<key>…` and `arguments.<name>`. An argument whose
    /// input is missing is left out.
    std::vector<std::pair<std::string, ValueTemplate>> arguments;

    [[nodiscard]] json::object fill(json::object arguments, json::object const& input) const;
};

} // namespace sluice::catalog
