#include "http_client/settings.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

namespace sluice::http {

namespace {

bool is_address(std::string const& text)
{
    boost::system::error_code failure;
    boost::asio::ip::make_address(text, failure);
    return !failure;
}

bool is_name_server(std::string const& text)
{
    auto const end = text.starts_with('[') ? text.find(']') : text.find(':');
    if (is_address(text))
        return true;
    if (end == std::string::npos)
        return false;
    auto const is_bracketed = text[end] == ']';
    auto const address = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    auto port = std::string_view(text).substr(end + (is_bracketed ? 1 : 0));
    if (!is_address(address) || address.contains(':') != is_bracketed)
        return false;
    if (port.empty())
        return true;
    std::uint16_t number = 0;
    auto const [rest, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    return port.starts_with(':') && error == std::errc{} && rest == port.data() + port.size() && number > 0;
}

std::optional<std::string> check_name_servers(std::string const& text)
{
    for (std::size_t start = 0; start < text.size();) {
        auto const end = std::min(text.find(',', start), text.size());
        if (!is_name_server(text.substr(start, end - start)))
            return "must look like 10.0.0.2, 10.0.0.2:5353 or [fd00::2]:5353, several separated by commas alone";
        start = end + 1;
    }
    return text.ends_with(',') ? std::optional<std::string>("must not end with a comma") : std::nullopt;
}

} // namespace

void add_settings(SettingsTable& table, ClientConfig& config)
{
    table.integer(
        "vendor.connections", config.connections_per_host, 1, 100'000,
        "calls to one vendor host at once per I/O thread; an environment may have half of them, an account a quarter");
    table.duration("vendor.queue_limit", config.queue_limit, std::chrono::milliseconds(0), std::chrono::seconds(30),
                   "how long a call waits for a place among these before it is refused with 429");
    table.duration("vendor.connect_limit", config.connect_limit, std::chrono::milliseconds(100),
                   std::chrono::minutes(2), "time to look a vendor's host up, connect and shake hands");
    table.duration("vendor.first_byte_limit", config.first_byte_limit, std::chrono::milliseconds(100),
                   std::chrono::minutes(10), "time from the end of a request to the first byte of a vendor's answer");
    table.duration("vendor.stall_limit", config.stall_limit, std::chrono::milliseconds(100), std::chrono::minutes(10),
                   "the longest time in which no byte of a body moves to or from a vendor");
    table.text("vendor.name_servers", config.name_servers,
               "ADDRESS[:PORT] of name servers, separated by commas; none: those of the system", check_name_servers);
}

} // namespace sluice::http
