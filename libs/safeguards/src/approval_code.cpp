#include "base/random.hpp"
#include "safeguards/write_calls.hpp"

#include <array>

namespace sluice::safeguards {
namespace {

/// Crockford's base 32: no I, L, O and U.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kMostTyped = 64;

char read_character(char typed)
{
    char const capital = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
    if (capital == 'O')
        return '0';
    return capital == 'I' || capital == 'L' ? '1' : capital;
}

} // namespace

std::string new_approval_code()
{
    std::array<std::uint8_t, kCodeSize> bytes{};
    random_bytes(bytes);
    std::string code;
    for (auto const byte : bytes)
        code += kAlphabet[byte % kAlphabet.size()];
    return code;
}

std::string read_approval_code(std::string_view typed)
{
    std::string code;
    for (char const c : typed.substr(0, kMostTyped)) {
        if (c == ' ' || c == '-')
            continue;
        code += read_character(c);
        if (kAlphabet.find(code.back()) == std::string_view::npos)
            return {};
    }
    return code.size() == kCodeSize && typed.size() <= kMostTyped ? code : std::string();
}

} // namespace sluice::safeguards
