#include "fixed_headers.hpp"

#include "base/encoding.hpp"
#include "http_api/headers.hpp"
#include "http_api/hop_by_hop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMost = 20;
constexpr std::size_t kMaxValue = 1000;

/// Headers that the client of the vendor writes itself, or that could carry a credential past the `credentials` block.
constexpr std::array<std::string_view, 14> kTaken{
    "host",          "content-length", "content-type", "content-encoding", "accept-encoding", "expect",
    "authorization", "cookie",         "cookie2",      "set-cookie",       "forwarded",       "via",
    "x-request-id",  "user-agent"};

/// Whether a text is a header's name (RFC 9110 section 5.1, `token`).
bool is_token(std::string_view text)
{
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || kMarks.contains(c);
    });
}

/// The mistake in a name; empty if there is none.
std::string_view fault_of(std::string_view name)
{
    static http::HopByHop const kHopByHop{http::Headers()};
    auto const lower = to_lower(name);
    if (!is_token(name))
        return "must be the name of a header";
    if (kHopByHop.contains(lower) || std::ranges::find(kTaken, lower) != kTaken.end() ||
        lower.starts_with("x-forwarded-") || lower.starts_with("sec-") || lower.starts_with("proxy-") ||
        lower.starts_with("sluice-"))
        return "is a header that Sluice writes itself or never sends";
    return {};
}

} // namespace

FixedHeaders read_fixed_headers(Mapping& mapping, FixedHeaders base, documents::Source const& source,
                                documents::Problems& problems)
{
    auto const* value = mapping.find("headers");
    if (value == nullptr)
        return base;
    Mapping headers(source, value, mapping.at("headers"), problems);
    headers.take_all();
    if (headers.object() == nullptr)
        return base;
    if (headers.object()->size() > kMost)
        mapping.problem("headers", fmt::format("must be at most {} headers", kMost));
    for (auto const& [name, content] : *headers.object()) {
        auto const* text = content.if_string();
        bool const is_text = text != nullptr && !text->empty() && text->size() <= kMaxValue &&
                             std::ranges::all_of(*text, [](char c) { return c >= ' ' && c < 0x7f; });
        if (auto const fault = fault_of(name); !fault.empty())
            headers.problem(name, std::string(fault));
        else if (!is_text)
            headers.problem(name, fmt::format("must be a text of 1 to {} visible ASCII characters", kMaxValue));
        if (!is_text)
            continue;
        auto const lower = to_lower(name);
        std::erase_if(base, [&](auto const& header) { return header.first == lower; });
        base.emplace_back(lower, std::string(*text));
    }
    return base;
}

std::vector<std::string> read_forward_headers(Mapping& mapping)
{
    auto names = mapping.texts("forward_headers");
    if (names.size() > kMost)
        mapping.problem("forward_headers", fmt::format("must be at most {} names", kMost));
    for (auto& name : names) {
        if (auto const fault = fault_of(name); !fault.empty())
            mapping.problem("forward_headers", fmt::format("has {}, which {}", utf8_prefix(name, 100), fault));
        name = to_lower(name);
    }
    return names;
}

} // namespace sluice::catalog
