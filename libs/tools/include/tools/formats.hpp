#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::tools {

/// The form in which the API of a model provider takes a tool.
enum class Format {
    mcp,              ///< An entry of `tools/list`.
    openai,           ///< An element of `tools` of Chat Completions.
    openai_responses, ///< An element of `tools` of Responses.
    anthropic,        ///< An element of `tools` of Messages.
    gemini,           ///< An element of `functionDeclarations`.
};

/// Errors: nothing if no format has this name.
[[nodiscard]] std::optional<Format> format_of(std::string_view name);
/// The names of all formats, for a message: `mcp, openai, …`.
[[nodiscard]] std::string format_names();

/// A tool in a provider's form, made of its entry in `tools/list` (`ToolSet::entry`), so that every form says the same.
/// OpenAI refuses a description above 1024 characters, so it is cut there. `strict` is false, since strict schemas have
/// no optional members. Gemini takes a part of OpenAPI 3.0: an `anyOf` stands alone, an object that lists no members is
/// a text with JSON (which the arguments of a call may be), and a tool without arguments has no `parameters`.
[[nodiscard]] json::object in_format(std::string_view list_entry, Format format);

} // namespace sluice::tools
