#pragma once

#include <string>
#include <string_view>

namespace sluice::test {

// Headers of version 2 of the PROXY protocol.

inline constexpr unsigned kLocal = 0x20;
inline constexpr unsigned kProxied = 0x21;
inline constexpr unsigned kTcp4 = 0x11;
inline constexpr unsigned kTcp6 = 0x21;

inline std::string binary_header(unsigned command, unsigned family, std::string_view rest)
{
    std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
    header += static_cast<char>(command);
    header += static_cast<char>(family);
    header += static_cast<char>(rest.size() / 256);
    header += static_cast<char>(rest.size() % 256);
    return header.append(rest);
}

/// From an address of 4 bytes to 10.0.0.1.
inline std::string addresses4(char const* source)
{
    return std::string(source, 4) + std::string("\x0a\x00\x00\x01\x10\x00\x01\xbb", 8);
}

/// From the address that starts with these 4 bytes, and has zeros after them, to the same.
inline std::string addresses6(char const* start)
{
    auto const address = std::string(start, 4) + std::string(12, '\0');
    return address + address + std::string("\x10\x00\x01\xbb", 4);
}

} // namespace sluice::test
