#include "proxy/passthrough.hpp"

#include "base/encoding.hpp"
#include "http_api/content_decoder.hpp"
#include "http_api/hop_by_hop.hpp"
#include "http_api/media_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::proxy {
namespace {

/// The headers of clients that every vendor may get.
constexpr std::array<std::string_view, 11> kPassed{
    "accept",        "accept-language", "content-language",    "idempotency-key", "if-match", "if-modified-since",
    "if-none-match", "if-range",        "if-unmodified-since", "prefer",          "range"};

/// Headers of vendors that Sluice computes itself, cookies and challenges.
constexpr std::array<std::string_view, 12> kNotForwarded{
    "content-length", "content-type", "content-encoding",          "accept-encoding", "date",    "server",
    "set-cookie",     "set-cookie2",  "strict-transport-security", "location",        "alt-svc", "server-timing"};
constexpr std::array<std::string_view, 5> kSteering{"x-sendfile", "clear-site-data", "refresh",
                                                    "service-worker-allowed", "x-lighttpd-send-file"};
constexpr std::array<std::string_view, 2> kChallenges{"www-authenticate", "authorization"};

/// Headers that Sluice sends and vendors use too: the vendor's get another name.
constexpr std::array<std::string_view, 7> kOurs{"ratelimit-limit",    "ratelimit-remaining", "ratelimit-reset",
                                                "retry-after",        "x-request-id",        "x-ratelimit-derived",
                                                "idempotent-replayed"};

bool is_one_of(std::string_view name, auto const& names)
{
    return std::ranges::any_of(names, [&](std::string_view known) { return iequals(known, name); });
}

/// Whether the client takes the coding. Weights (`q`) other than zero say nothing that matters here.
bool takes(std::string_view accept_encoding, std::string_view coding)
{
    for (auto rest = accept_encoding; !rest.empty();) {
        auto const end = std::min(rest.find(','), rest.size());
        auto const entry = rest.substr(0, end);
        auto const first = std::min(entry.find_first_not_of(" \t"), entry.size());
        auto const name = entry.substr(first, std::min(entry.find_first_of("; \t", first), entry.size()) - first);
        auto const weight = entry.find("q=0");
        bool const is_refused =
            weight != std::string_view::npos && entry.find_first_of("123456789", weight) == std::string_view::npos;
        if (!is_refused && (iequals(name, coding) || name == "*"))
            return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

} // namespace

std::string wanted_codings(std::string_view accept_encoding)
{
    std::string wanted;
    for (auto rest = http::kAcceptedCodings; !rest.empty();) {
        auto const end = std::min(rest.find(", "), rest.size());
        if (auto const coding = rest.substr(0, end); takes(accept_encoding, coding))
            wanted += (wanted.empty() ? "" : ", ") + std::string(coding);
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return wanted.empty() ? "identity" : wanted;
}

http::Headers passed_headers(http::Headers const& from, catalog::Integration const& integration)
{
    http::HopByHop const hop_by_hop(from);
    http::Headers to;
    for (auto const& [name, value] : from) {
        bool const is_passed = is_one_of(name, kPassed) || is_one_of(name, integration.forward_headers);
        // What a client takes of any type says nothing; the definition knows better.
        bool const says_nothing = iequals(name, "accept") && value == "*/*";
        if (is_passed && !says_nothing && !hop_by_hop.contains(name))
            to.add(to_lower(name), value);
    }
    return to;
}

http::Headers forwardable(http::Headers const& from)
{
    http::HopByHop const hop_by_hop(from);
    http::Headers to;
    to.reserve(from.size() + 4, 512);
    for (auto const& [name, value] : from) {
        if (hop_by_hop.contains(name) || is_one_of(name, kNotForwarded) || is_one_of(name, kChallenges))
            continue;
        auto const lower = to_lower(name);
        // Proxies in front of Sluice obey these, and browsers would take them for Sluice's.
        if (lower.starts_with("x-accel-") || is_one_of(lower, kSteering))
            continue;
        // A browser would take the vendor's cross-origin headers for Sluice's.
        bool const moves = is_one_of(lower, kOurs) || lower.starts_with("access-control-");
        to.add(moves ? "x-upstream-" + lower : lower, value);
    }
    return to;
}

bool is_streamed(Passthrough const& through, http::Headers const& headers)
{
    if (through.streams == Passthrough::Streams::never)
        return false;
    if (auto const coding = headers.find("content-encoding"))
        if (!iequals(*coding, "identity") && !takes(through.accept_encoding, *coding))
            return false;
    if (through.streams == Passthrough::Streams::all)
        return true;
    auto const media = http::parse_media_type(headers.find("content-type").value_or(""));
    bool const is_text_elsewhere = media.type == "text" && !media.charset.empty() && media.charset != "utf-8";
    return !media.empty() && !media.is_json() && !is_text_elsewhere;
}

} // namespace sluice::proxy
