#include "http_api/client_address.hpp"

#include "base/encoding.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view kForwarded = "forwarded";
constexpr std::string_view kForwardedFor = "x-forwarded-for";
constexpr std::size_t kMostHops = 32;
/// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`
constexpr std::size_t kLongestAddress = 45;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t";
    auto const start = text.find_first_not_of(kBlank);
    return start == std::string_view::npos ? std::string_view()
                                           : text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

/// The last comma that is not quoted. What stands before it may be broken: it is not looked at.
std::size_t last_comma(std::string_view text)
{
    bool is_quoted = false;
    for (auto at = text.size(); at-- > 0;) {
        is_quoted ^= text[at] == '"';
        if (text[at] == ',' && !is_quoted)
            return at;
    }
    return std::string_view::npos;
}

/// The elements of all fields of one name, the last one first.
class Backwards {
public:
    Backwards(Headers const& headers, std::string_view name)
        : headers_(headers)
        , name_(name)
        , left_(headers.size())
    {
    }

    /// Nothing once there is no more.
    std::optional<std::string_view> next()
    {
        while (!line_) {
            if (left_ == 0)
                return std::nullopt;
            if (auto const field = headers_[--left_]; iequals(field.name, name_))
                line_ = field.value;
        }
        auto const comma = last_comma(*line_);
        bool const is_first = comma == std::string_view::npos;
        auto const element = is_first ? *line_ : line_->substr(comma + 1);
        line_ = is_first ? std::nullopt : std::optional(line_->substr(0, comma));
        return trimmed(element);
    }

private:
    Headers const& headers_;
    std::string_view const name_;
    std::size_t left_;                     ///< Fields that were not looked at.
    std::optional<std::string_view> line_; ///< What is left of a field.
};

/// `:80`, or nothing at all.
bool is_port(std::string_view text)
{
    if (text.empty())
        return true;
    std::uint16_t port = 0;
    auto const* const end = text.data() + text.size();
    auto const [parsed, failure] = std::from_chars(text.data() + 1, end, port);
    return text.front() == ':' && failure == std::errc{} && parsed == end;
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<ip::address_v6> read_address(std::string_view text)
{
    auto host = text;
    std::string_view port;
    bool const has_brackets = text.starts_with('[');
    if (has_brackets) {
        auto const close = text.find(']');
        if (close == std::string_view::npos)
            return std::nullopt;
        host = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else if (auto const colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!is_port(port) || host.size() > kLongestAddress || host.find('%') != std::string_view::npos)
        return std::nullopt;
    boost::system::error_code failure;
    auto const address = ip::make_address(host, failure);
    if (failure || (has_brackets && !address.is_v6()))
        return std::nullopt;
    return as_v6(address);
}

/// A value that may be quoted. Nothing if it is broken, or has an escaped character, which no address needs.
std::optional<std::string_view> unquoted(std::string_view value)
{
    if (value.starts_with('"')) {
        if (value.size() < 2 || !value.ends_with('"'))
            return std::nullopt;
        value = value.substr(1, value.size() - 2);
    }
    return value.find_first_of("\"\\") == std::string_view::npos ? std::optional(value) : std::nullopt;
}

std::size_t first_semicolon(std::string_view text)
{
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        is_quoted ^= text[at] == '"';
        if (text[at] == ';' && !is_quoted)
            return at;
    }
    return std::string_view::npos;
}

/// The address of `for` in an element of `Forwarded`. Nothing if the element is broken, or has no or two `for`.
std::optional<ip::address_v6> read_element(std::string_view element)
{
    std::optional<std::string_view> node;
    while (!element.empty()) {
        auto const end = first_semicolon(element);
        auto const pair = trimmed(element.substr(0, end));
        element = end == std::string_view::npos ? std::string_view() : element.substr(end + 1);
        if (pair.empty())
            continue; // RFC 7239 section 4 allows empty pairs.
        auto const equals = pair.find('=');
        auto const value = equals == std::string_view::npos ? std::nullopt : unquoted(pair.substr(equals + 1));
        bool const is_node = iequals(pair.substr(0, equals), "for");
        if (!value || (is_node && node))
            return std::nullopt;
        if (is_node)
            node = value;
    }
    return node ? read_address(*node) : std::nullopt;
}

ip::address_v6 walk(Backwards hops, std::optional<ip::address_v6> (*read)(std::string_view), ip::address_v6 client,
                    Networks const& trusted)
{
    for (std::size_t looked = 0; looked < kMostHops && trusted.contains(client); ++looked) {
        auto const text = hops.next();
        auto const hop = text ? read(*text) : std::nullopt;
        if (!hop)
            break;
        client = *hop;
    }
    return client;
}

} // namespace

ip::address_v6 find_client(Headers const& headers, ip::address_v6 const& peer, Networks const& trusted)
{
    auto by_forwarded = walk({headers, kForwarded}, read_element, peer, trusted);
    if (!headers.contains(kForwardedFor))
        return by_forwarded;
    auto const by_list = walk({headers, kForwardedFor}, read_address, peer, trusted);
    return by_list == by_forwarded || !headers.contains(kForwarded) ? by_list : peer;
}

} // namespace sluice::http
