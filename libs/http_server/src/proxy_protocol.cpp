#include "http_server/proxy_protocol.hpp"

#include "http_api/networks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace sluice::http {
namespace {

namespace ip = boost::asio::ip;
using State = ProxyHeader::State;

constexpr std::string_view kText = "PROXY ";
constexpr std::size_t kLongestText = 107;
constexpr std::string_view kTextEnd = "\r\n";

constexpr std::string_view kBinary{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kFixedSize = 16; ///< The signature, the version with the command, the family, the length.
constexpr unsigned kVersion = 0x20;
constexpr unsigned kLocal = kVersion | 0;
constexpr unsigned kProxied = kVersion | 1;
constexpr unsigned kUnspecified = 0x00;
constexpr unsigned kTcp4 = 0x11;
constexpr unsigned kTcp6 = 0x21;
constexpr unsigned kUnixStream = 0x31;
constexpr std::size_t kTcp4Size = 12;
constexpr std::size_t kTcp6Size = 36;

ProxyHeader broken()
{
    return {State::broken, 0, std::nullopt};
}

bool starts_alike(std::string_view bytes, std::string_view start)
{
    auto const size = std::min(bytes.size(), start.size());
    return bytes.substr(0, size) == start.substr(0, size);
}

/// Takes the next word off a line whose words have one blank between them.
std::string_view take_word(std::string_view& line)
{
    auto const blank = line.find(' ');
    auto const word = line.substr(0, blank);
    line = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    return word;
}

std::optional<ip::address_v6> read_address(std::string_view text, bool is_v6)
{
    boost::system::error_code failure;
    auto const address = ip::make_address(text, failure);
    bool const has_zone = text.find('%') != std::string_view::npos;
    return failure || has_zone || address.is_v6() != is_v6 ? std::nullopt : std::optional(as_v6(address));
}

bool is_port(std::string_view text)
{
    std::uint16_t port = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failure == std::errc{} && end == text.data() + text.size() && (text == "0" || text.front() != '0');
}

/// Version 1: `PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n`.
ProxyHeader parse_text(std::string_view bytes)
{
    auto const end = bytes.substr(0, kLongestText).find(kTextEnd);
    if (end == std::string_view::npos)
        return bytes.size() < kLongestText ? ProxyHeader{} : broken();
    ProxyHeader header{State::whole, end + kTextEnd.size(), std::nullopt};
    auto line = bytes.substr(kText.size(), end - kText.size());
    auto const words = static_cast<std::size_t>(std::ranges::count(line, ' ')) + 1;
    auto const family = take_word(line);
    if (family == "UNKNOWN")
        return header; // What follows has no meaning.
    bool const is_v6 = family == "TCP6";
    constexpr std::size_t kWords = 5;
    if (words != kWords || (!is_v6 && family != "TCP4"))
        return broken();
    header.source = read_address(take_word(line), is_v6);
    auto const target = read_address(take_word(line), is_v6);
    bool const has_ports = is_port(take_word(line)) && is_port(line);
    return header.source && target && has_ports ? header : broken();
}

unsigned byte_at(std::string_view bytes, std::size_t index)
{
    return static_cast<unsigned char>(bytes[index]);
}

/// The first address of version 2, which is binary.
template <class Address>
ip::address_v6 take_source(std::string_view addresses)
{
    typename Address::bytes_type bytes{};
    std::copy_n(addresses.begin(), bytes.size(), bytes.begin());
    return as_v6(Address(bytes));
}

ProxyHeader parse_binary(std::string_view bytes)
{
    if (bytes.size() < kFixedSize)
        return {};
    auto const command = byte_at(bytes, kBinary.size());
    auto const family = byte_at(bytes, kBinary.size() + 1);
    std::size_t const length = (byte_at(bytes, kFixedSize - 2) << 8U) | byte_at(bytes, kFixedSize - 1);
    auto const size = kFixedSize + length;
    if ((command != kLocal && command != kProxied) || size > kLongestProxyHeader)
        return broken();
    if (bytes.size() < size)
        return {};
    ProxyHeader header{State::whole, size, std::nullopt};
    if (command == kLocal || family == kUnspecified || family == kUnixStream)
        return header;
    auto const addresses = bytes.substr(kFixedSize, length); // With what else the header says, which is skipped.
    if (family == kTcp4 && length >= kTcp4Size)
        header.source = take_source<ip::address_v4>(addresses);
    else if (family == kTcp6 && length >= kTcp6Size)
        header.source = take_source<ip::address_v6>(addresses);
    return header.source ? header : broken();
}

} // namespace

ProxyHeader parse_proxy_header(std::string_view bytes)
{
    if (bytes.empty())
        return {};
    bool const is_text = bytes.front() == kText.front();
    if (!starts_alike(bytes, is_text ? kText : kBinary))
        return broken();
    return is_text ? parse_text(bytes) : parse_binary(bytes);
}

} // namespace sluice::http
