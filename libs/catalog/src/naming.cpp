#include "catalog/naming.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMaxName = 64;

bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string shortened(std::string name)
{
    if (name.size() <= kMaxName)
        return name;
    auto const suffix = fmt::format("_{:08x}", crc32(name));
    name.resize(kMaxName - suffix.size());
    return name + suffix;
}

} // namespace

bool is_tool_name(std::string_view name)
{
    return !name.empty() && name.size() <= kMaxName && is_letter(name.front()) &&
           std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

std::string singular_of(std::string_view plural)
{
    auto const without = [&](std::size_t characters) {
        return std::string(plural.substr(0, plural.size() - characters));
    };
    if (plural.ends_with("ies"))
        return without(3) + 'y';
    for (std::string_view const ending : {"sses", "xes", "ches", "shes"})
        if (plural.ends_with(ending))
            return without(2);
    if (plural.ends_with("s") && !plural.ends_with("ss"))
        return without(1);
    return std::string(plural);
}

std::string tool_name_of(std::string_view integration, std::string_view resource, std::string_view singular,
                         std::string_view method)
{
    if (method == "list")
        return shortened(fmt::format("list_all_{}_{}", integration, resource));
    if (method == "get")
        return shortened(fmt::format("get_single_{}_{}_by_id", integration, singular));
    if (method == "create")
        return shortened(fmt::format("create_a_{}_{}", integration, singular));
    if (method == "update" || method == "delete")
        return shortened(fmt::format("{}_a_{}_{}_by_id", method, integration, singular));
    return shortened(fmt::format("{}_{}_{}", integration, resource, method));
}

std::string in_words(std::string_view name)
{
    std::string words(name);
    std::ranges::replace(words, '_', ' ');
    if (!words.empty() && words.front() >= 'a' && words.front() <= 'z')
        words.front() = static_cast<char>(words.front() - 'a' + 'A');
    return words;
}

std::string prefixed_tool_name(std::string_view integration, std::string_view tool)
{
    auto const prefix = fmt::format("{}_", integration);
    if (tool.starts_with(prefix))
        return std::string(tool);
    // The integration's name is removed from the rest, so that it is not there twice.
    auto rest = std::string(tool);
    if (auto const inside = rest.find('_' + prefix); inside != std::string::npos)
        rest.erase(inside + 1, prefix.size());
    return shortened(prefix + rest);
}

} // namespace sluice::catalog
