#include "toolcalls/result_text.hpp"

#include "base/json.hpp"
#include "proxy/remote_error.hpp"

#include <fmt/format.h>

namespace sluice::toolcalls {
namespace {

using Kind = proxy::Outcome::Kind;

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string list_text(proxy::Outcome const& outcome)
{
    std::string text;
    text.reserve(outcome.page.items.size() + 256);
    text += R"({"result":)";
    text += outcome.page.items;
    text += R"(,"next_cursor":)";
    if (outcome.next_cursor)
        json::append_quoted(text, *outcome.next_cursor);
    else
        text += "null";
    text += '}';
    return text;
}

} // namespace

std::string_view result_text(proxy::Outcome const& outcome, std::string& made)
{
    auto const body = trimmed(outcome.body);
    if (outcome.kind == Kind::object && body.starts_with('{'))
        return body;
    if (outcome.kind == Kind::error)
        made = proxy::remote_error_body(outcome);
    else if (outcome.kind == Kind::unread)
        made = proxy::unread_body(outcome);
    else if (outcome.kind == Kind::list)
        made = list_text(outcome);
    else if (outcome.kind == Kind::empty)
        made = fmt::format(R"({{"status":{}}})", outcome.remote_status);
    else
        made = fmt::format(R"({{"result":{}}})", body);
    return made;
}

} // namespace sluice::toolcalls
