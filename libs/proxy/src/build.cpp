#include "proxy/build.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace sluice::proxy {
namespace {

Result<std::string> path_of(catalog::Method const& method, catalog::CallParts const& parts)
{
    std::string path;
    for (auto const& part : method.path) {
        if (!part.is_parameter) {
            path += part.text;
            continue;
        }
        auto const given = std::ranges::find(parts.path, part.text, &std::pair<std::string, std::string>::first);
        if (given == parts.path.end())
            return invalid(part.text, "is required");
        // Dots survive percent-encoding and would climb out of the resource.
        if (given->second.empty() || given->second == "." || given->second == "..")
            return invalid(part.text, "must not be empty, . or ..");
        path += percent_encode(given->second);
    }
    return path;
}

void append_query(std::string& url, std::string_view name, std::string_view value, bool& first)
{
    url += first ? '?' : '&';
    first = false;
    url += percent_encode(name);
    url += '=';
    url += percent_encode(value);
}

} // namespace

Result<http::OutgoingRequest> build(catalog::Method const& method, catalog::CallParts const& parts, RawBody const* raw,
                                    std::string_view base_url, accounts::Credential const& credential,
                                    std::string_view position)
{
    auto const path = path_of(method, parts);
    if (!path)
        return path.error();
    http::OutgoingRequest request;
    request.method = http::method_of(method.verb);
    request.url.reserve(base_url.size() + path->size() + 128);
    request.url = base_url;
    request.url += *path;
    bool first = true;
    http::Query page;
    if (method.pagination.style != nullptr)
        method.pagination.style->apply(method.pagination.settings, {position, parts.limit}, page);
    for (auto const& [name, value] : parts.query)
        if (!page.find(name))
            append_query(request.url, name, value, first);
    for (auto const& [name, value] : page.pairs())
        append_query(request.url, name, value, first);
    if (!credential.query.empty())
        append_query(request.url, credential.query, credential.value.reveal(), first);

    request.headers.reserve(6, 256);
    request.headers.add("accept", method.accept);
    request.headers.add("user-agent", "sluice/1");
    if (raw != nullptr) {
        request.headers.add("content-type", raw->content_type);
        request.body = raw->bytes;
    } else if (parts.body) {
        request.headers.add("content-type", "application/json");
        request.body = json::to_text(*parts.body);
    }
    if (!credential.header.empty())
        request.headers.add(credential.header, credential.value.reveal());
    return request;
}

} // namespace sluice::proxy
