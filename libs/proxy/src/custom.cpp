#include "proxy/custom.hpp"

#include "base/encoding.hpp"
#include "http_api/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sluice::proxy {
namespace {

constexpr std::size_t kMaxPath = 4096;

/// Why a path could mean another thing to the vendor than to us; empty if it cannot.
std::string_view fault_of(std::string_view path)
{
    // Everything that servers decode differently is refused: each could lead out of the base URL.
    static constexpr std::string_view kNotInPath = "\"#<>?\\^`{|}";
    if (path.size() > kMaxPath)
        return "must have at most 4096 characters";
    if (std::ranges::any_of(path, [](char c) { return c <= 0x20 || c >= 0x7f || kNotInPath.contains(c); }))
        return "must be percent-encoded (RFC 3986 section 3.3)";
    for (auto rest = path;;) {
        auto const end = std::min(rest.find('/'), rest.size());
        auto const segment = rest.substr(0, end);
        auto const decoded = percent_decode(segment);
        if (!decoded)
            return "has a broken percent-encoding";
        if (decoded->find_first_of(std::string_view("/\\\0", 3)) != std::string::npos)
            return "must not have an encoded slash";
        // Some servers decode twice, and some cut what follows a semicolon.
        auto const name = percent_decode(decoded->substr(0, decoded->find(';'))).value_or(*decoded);
        if (name == "." || name == "..")
            return "must not have . or .. as a segment";
        if (end == rest.size())
            return {};
        if (segment.empty())
            return "must not have an empty segment (//)";
        rest.remove_prefix(end + 1);
    }
}

/// The parameter that would set the credential, if the query has it.
std::optional<std::string> credential_in(std::string_view query, catalog::Integration const& integration)
{
    auto const parsed = http::Query::parse(query);
    for (auto const& format : integration.credentials)
        if (format.authorization.format == catalog::Authorization::Format::query)
            for (auto const& [name, value] : parsed ? parsed->pairs() : std::vector<http::Query::Pair>{})
                if (iequals(name, format.authorization.name))
                    return name;
    return std::nullopt;
}

} // namespace

Result<catalog::Method> custom_method(http::Method method, std::string_view path, std::string_view query,
                                      catalog::Integration const& integration)
{
    if (method == http::Method::options || method == http::Method::other)
        return Error{ErrorCode::not_allowed, "Only GET, HEAD, POST, PUT, PATCH and DELETE can be sent."};
    if (auto const fault = fault_of(path); !fault.empty())
        return invalid("path", std::string(fault));
    if (auto const name = credential_in(query, integration))
        return invalid(*name, "is the credential, which Sluice sends: leave it out");
    catalog::Method made;
    made.integration = integration.name;
    made.resource = "custom";
    made.name = to_lower(http::name_of(method));
    made.verb = http::name_of(method);
    made.access = http::is_safe(method) ? catalog::Access::read : catalog::Access::write;
    made.accept = "*/*";
    made.headers = integration.headers;
    made.error_when = integration.error_when;
    made.path.push_back({false, fmt::format("/{}", path)});
    if (!query.empty())
        made.path.push_back({false, fmt::format("?{}", query)});
    return made;
}

} // namespace sluice::proxy
