#include "json_numbers.hpp"

#include "proxy/json_text.hpp"

namespace sluice::proxy {
namespace {

/// The length of the number (RFC 8259 section 6) at the start of `text`; 0 if there is none.
std::size_t number_length(std::string_view text)
{
    std::size_t at = 0;
    auto const is_at = [&](std::string_view any) { return at < text.size() && any.find(text[at]) != any.npos; };
    auto const digits = [&] {
        auto const begin = at;
        while (is_at("0123456789"))
            ++at;
        return at - begin;
    };
    at += is_at("-") ? 1 : 0;
    bool const has_zero = is_at("0");
    auto const whole = digits();
    if (whole == 0 || (has_zero && whole > 1))
        return 0;
    if (is_at(".")) {
        ++at;
        if (digits() == 0)
            return 0;
    }
    if (is_at("eE")) {
        ++at;
        at += is_at("+-") ? 1 : 0;
        if (digits() == 0)
            return 0;
    }
    return at;
}

/// Whether a number, as JSON writes it, is an integer beyond `kLargest`.
bool is_large_integer(std::string_view number)
{
    constexpr std::string_view kLargest = "9007199254740991"; // 2^53 - 1
    if (number.starts_with('-'))
        number.remove_prefix(1);
    if (number.find_first_of(".eE") != number.npos || number.size() < kLargest.size())
        return false;
    return number.size() > kLargest.size() || number > kLargest;
}

} // namespace

std::string without_numbers(std::string_view text)
{
    std::string out(text);
    bool is_in_string = false;
    for (std::size_t at = 0; at < out.size(); ++at) {
        if (out[at] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && out[at] == '\\')
            ++at;
        if (is_in_string || (out[at] != '-' && (out[at] < '0' || out[at] > '9')))
            continue;
        auto const length = number_length(text.substr(at));
        if (length == 0)
            break; // Not JSON; the parser will refuse it.
        out.replace(at, length, length, ' ');
        out[at] = '0';
        at += length - 1;
    }
    return out;
}

void quote_large_integers(std::string& body)
{
    std::string out;
    std::size_t written = 0;
    bool is_in_string = false;
    for (std::size_t at = 0; at < body.size(); ++at) {
        if (body[at] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && body[at] == '\\')
            ++at;
        if (is_in_string)
            continue;
        auto const number = std::string_view(body).substr(at, number_length(std::string_view(body).substr(at)));
        if (number.empty())
            continue;
        if (is_large_integer(number)) {
            out.append(body, written, at - written).append("\"").append(number).append("\"");
            written = at + number.size();
        }
        at += number.size() - 1;
    }
    if (written != 0)
        body = out.append(body, written);
}

} // namespace sluice::proxy
