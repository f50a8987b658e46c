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

/// Something a tool or prompt asks of its client before it answers (MCP 2026-07-28, "Multi Round-Trip Requests").
struct InputRequest {
    enum class Kind {
        elicitation, ///< A form for the person: `elicitation/create`.
        sampling,    ///< A text of the client's model: `sampling/createMessage`.
        roots,       ///< The folders the client works in: `roots/list`.
    };
    std::string key;
    Kind kind = Kind::elicitation;
    /// Left out where a client cannot be asked, or does not answer; else the call cannot be made without it.
    bool is_optional = false;
    ValueTemplate params;                         ///< Reads `arguments.<name>` and `input.<key>` of earlier rounds.
    std::shared_ptr<schema::Schema const> schema; ///< Of what a form may give.
};

[[nodiscard]] std::string_view method_of(InputRequest::Kind kind) noexcept;
/// The client capability that it takes.
[[nodiscard]] std::string_view capability_of(InputRequest::Kind kind) noexcept;

/// All that is asked, round by round, and where it goes.
struct Inputs {
    std::vector<std::vector<InputRequest>> rounds;
    /// Arguments that the answers make: each from `input.<key>…` and `arguments.<name>`. One whose input is missing is
    /// left out.
    std::vector<std::pair<std::string, ValueTemplate>> arguments;

    [[nodiscard]] json::object fill(json::object arguments, json::object const& input) const;
};

} // namespace sluice::catalog
