#include "filter_parser.hpp"

#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::simulator {
namespace {

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.[]").find(c) != std::string_view::npos;
}

template <class Number>
std::optional<Number> number_of(std::string_view text)
{
    Number number{};
    auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

} // namespace

std::expected<std::vector<Filter::Clause>, std::string> FilterParser::run()
{
    std::vector<Filter::Clause> clauses;
    blanks();
    while (!rest_.empty() && error_.empty()) {
        clauses.push_back(clause());
        blanks();
        if (!rest_.empty())
            expect("&&");
    }
    if (!error_.empty())
        return std::unexpected(error_);
    return clauses;
}

void FilterParser::fail(std::string_view why)
{
    if (error_.empty())
        error_ = std::string("Invalid filters: ").append(why).append(".");
    rest_ = {};
}

void FilterParser::blanks()
{
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
}

bool FilterParser::take(std::string_view token)
{
    blanks();
    if (!rest_.starts_with(token))
        return false;
    rest_.remove_prefix(token.size());
    return true;
}

void FilterParser::expect(std::string_view token)
{
    if (!take(token))
        fail(std::string("expected ").append(token));
}

std::string FilterParser::name()
{
    blanks();
    auto const end = std::ranges::find_if_not(rest_, is_name_character);
    std::string const found(rest_.begin(), end);
    rest_.remove_prefix(found.size());
    return found;
}

Filter::Clause FilterParser::clause()
{
    Filter::Clause clause;
    clause.function = name();
    expect("(");
    clause.path = name();
    if (!is_filter_path(clause.path))
        fail("unknown field " + clause.path);
    if (take(","))
        clause.values = values();
    expect(")");
    bool const is_unary = clause.function == "isEmpty" || clause.function == "isNotEmpty";
    if (is_unary != clause.values.empty())
        fail("wrong number of arguments for " + clause.function);
    return clause;
}

std::vector<json::value> FilterParser::values()
{
    if (!take("["))
        return {value()};
    std::vector<json::value> all;
    while (error_.empty() && !take("]")) {
        all.push_back(value());
        take(",");
    }
    return all;
}

json::value FilterParser::value()
{
    blanks();
    if (rest_.empty()) {
        fail("a value is missing");
        return nullptr;
    }
    char const first = rest_.front();
    return first == '"' || first == '\'' ? quoted(first) : bare();
}

json::value FilterParser::quoted(char quote)
{
    std::string text;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
        if (rest_.front() == '\\' && rest_.size() > 1)
            rest_.remove_prefix(1);
        text += rest_.front();
        rest_.remove_prefix(1);
    }
    if (rest_.empty())
        fail("a quote is not closed");
    else
        rest_.remove_prefix(1);
    return resolved(std::move(text));
}

json::value FilterParser::bare()
{
    auto const end = rest_.find_first_of(",)] \t\r\n");
    std::string const text(rest_.substr(0, end));
    rest_.remove_prefix(text.size());
    if (text == "true" || text == "false")
        return text == "true";
    if (text == "null")
        return nullptr;
    if (auto const whole = number_of<Id>(text); whole)
        return *whole;
    if (auto const number = number_of<double>(text); number)
        return *number;
    if (!text.starts_with("{{"))
        fail("unexpected " + text);
    return resolved(text);
}

json::value FilterParser::resolved(std::string text) const
{
    if (replaced(text, " ", "") == "{{current_user.id}}")
        return current_user_;
    return json::value(text);
}

} // namespace sluice::simulator
