#include "ratelimit/structured_fields.hpp"

#include <optional>
#include <string_view>

namespace sluice::ratelimit {
namespace {

/// Appends a string (RFC 9651 section 4.1.6). It has no place for other characters than those of ASCII that are
/// printable.
void append_quoted(std::string_view text, std::string& field)
{
    field += '"';
    for (char const c : text) {
        if (c < ' ' || c > '~')
            continue;
        if (c == '"' || c == '\\')
            field += '\\';
        field += c;
    }
    field += '"';
}

void begin_item(std::string_view name, std::string& field)
{
    if (!field.empty())
        field += ", ";
    append_quoted(name, field);
}

void append_parameter(std::string_view key, std::optional<std::int64_t> value, std::string& field)
{
    if (!value)
        return;
    field += ';';
    field += key;
    field += '=';
    field += std::to_string(*value);
}

} // namespace

StructuredFields structured_fields(std::span<Window const> windows)
{
    StructuredFields fields;
    for (auto const& window : windows) {
        if (window.remaining) {
            begin_item(window.name, fields.limit);
            append_parameter("r", window.remaining, fields.limit);
            append_parameter("t", window.reset_s, fields.limit);
        }
        if (!window.limit)
            continue;
        begin_item(window.name, fields.policy);
        append_parameter("q", window.limit, fields.policy);
        if (window.unit != "requests") {
            fields.policy += ";qu=";
            append_quoted(window.unit, fields.policy);
        }
        append_parameter("w", window.length_s, fields.policy);
    }
    return fields;
}

} // namespace sluice::ratelimit
