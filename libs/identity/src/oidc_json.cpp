#include "oidc_json.hpp"

#include <simdjson.h>

#include <unordered_set>

namespace sluice::identity {
namespace {

constexpr std::size_t kDeepest = 32;

bool has_member_twice(simdjson::dom::element element)
{
    if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
        std::unordered_set<std::string_view> names;
        for (auto const member : object)
            if (!names.insert(member.key).second || has_member_twice(member.value))
                return true;
        return false;
    }
    if (simdjson::dom::array array; element.get(array) == simdjson::SUCCESS)
        for (auto const each : array)
            if (has_member_twice(each))
                return true;
    return false;
}

} // namespace

std::optional<json::object> read_unambiguously(std::string_view text, std::size_t max_bytes)
{
    auto parsed = json::parse_input(text, {.max_bytes = max_bytes, .max_depth = kDeepest});
    if (!parsed || !parsed->is_object())
        return std::nullopt;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS || has_member_twice(root))
        return std::nullopt;
    return std::move(parsed->get_object());
}

} // namespace sluice::identity
