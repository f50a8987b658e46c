// The only file that sees simdjson.
#include "proxy/json_text.hpp"

#include "base/encoding.hpp"

#include <array>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <simdjson.h>
#pragma clang diagnostic pop

namespace sluice::proxy {
namespace {

constexpr std::size_t kMaxMessage = 500;

simdjson::dom::parser& dom_parser()
{
    thread_local simdjson::dom::parser parser;
    return parser;
}

simdjson::ondemand::parser& ondemand_parser()
{
    thread_local simdjson::ondemand::parser parser;
    return parser;
}

void pad(std::string& body)
{
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
}

/// Validates everything: structure, numbers, UTF-8.
simdjson::simdjson_result<simdjson::dom::element> parse(std::string& body)
{
    pad(body);
    return dom_parser().parse(body.data(), body.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> find(simdjson::dom::element root, std::string_view dotted)
{
    simdjson::simdjson_result<simdjson::dom::element> at(std::move(root));
    while (!dotted.empty()) {
        auto const dot = dotted.find('.');
        at = at[dotted.substr(0, dot)];
        dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    }
    return at;
}

/// The DOM gives no positions, so the span of the array comes from a second, lazy look at the validated text.
std::string_view raw_array(std::string const& body, std::string_view dotted)
{
    simdjson::ondemand::document document;
    simdjson::padded_string_view const text(body.data(), body.size(), body.capacity());
    if (ondemand_parser().iterate(text).get(document) != simdjson::SUCCESS)
        return {};
    simdjson::ondemand::array array;
    if (dotted.empty()) {
        if (document.get_array().get(array) != simdjson::SUCCESS)
            return {};
    } else {
        auto const first_dot = dotted.find('.');
        auto value = document[dotted.substr(0, first_dot)];
        dotted = first_dot == std::string_view::npos ? std::string_view{} : dotted.substr(first_dot + 1);
        while (!dotted.empty()) {
            auto const dot = dotted.find('.');
            value = value[dotted.substr(0, dot)];
            dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
        }
        if (value.get_array().get(array) != simdjson::SUCCESS)
            return {};
    }
    std::string_view raw;
    if (array.raw_json().get(raw) != simdjson::SUCCESS)
        return {};
    return raw.substr(0, raw.find_last_of(']') + 1);
}

} // namespace

bool is_json(std::string& body)
{
    return parse(body).error() == simdjson::SUCCESS;
}

std::optional<PageText> split_page(std::string& body, std::string_view items, std::string_view next)
{
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS)
        return std::nullopt;
    simdjson::dom::array array;
    if (find(root, items).get_array().get(array) != simdjson::SUCCESS)
        return std::nullopt;
    PageText page;
    page.count = array.size();
    if (!next.empty()) {
        std::string_view text;
        std::int64_t number = 0;
        if (find(root, next).get_string().get(text) == simdjson::SUCCESS)
            page.next = std::string(text);
        else if (find(root, next).get_int64().get(number) == simdjson::SUCCESS)
            page.next = std::to_string(number);
    }
    page.items = raw_array(body, items);
    if (page.items.empty())
        return std::nullopt;
    return page;
}

std::string error_message_of(std::string& body)
{
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS)
        return {};
    constexpr std::array<std::string_view, 8> kPlaces{
        "error.msg", "error.message", "error_description", "message", "error", "detail", "title", "msg"};
    std::string_view text;
    for (auto const place : kPlaces)
        if (find(root, place).get_string().get(text) == simdjson::SUCCESS && !text.empty())
            return std::string(utf8_prefix(text, kMaxMessage));
    if (root["errors"].at(0)["message"].get_string().get(text) == simdjson::SUCCESS)
        return std::string(utf8_prefix(text, kMaxMessage));
    return {};
}

} // namespace sluice::proxy
