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

/// Scheme and authority of a URL.
std::string_view origin_of(std::string_view url)
{
    return url.substr(0, url.find('/', url.find("://") + 3));
}

void append_query(std::string& url, std::string_view name, std::string_view value, bool& first)
{
    url += first ? '?' : '&';
    first = false;
    url += percent_encode(name);
    url += '=';
    url += percent_encode(value);
}

/// Adds all headers but those of the body and the credential. The client's replace those of the definition.
void add_headers(catalog::Method const& method, Passthrough const* through, http::Headers& headers)
{
    headers.reserve(6 + method.headers.size(), 256);
    headers.add("accept", method.accept);
    headers.add("user-agent", "sluice/1");
    for (auto const& [name, value] : method.headers)
        headers.set(name, value);
    if (through == nullptr)
        return;
    for (auto const& [name, value] : through->headers)
        headers.remove(name);
    for (auto const& [name, value] : through->headers)
        headers.add(name, value); // A client may send several lines of a name.
    bool const may_stream =
        !method.is_list() && (through->streams == Passthrough::Streams::all ||
                              (through->streams == Passthrough::Streams::unread && !method.gives_json()));
    if (may_stream)
        headers.set("accept-encoding", wanted_codings(through->accept_encoding));
}

/// The address of the request, without the credential. What the page takes replaces the caller's pairs with the same
/// names, or the whole query. Nobody but the account sets `credential`, the parameter of its credential.
std::string url_of(catalog::CallParts const& parts, std::string_view base_url, std::string_view path,
                   paging::PageRequest const& page, std::string_view credential, bool& first)
{
    std::string url;
    url.reserve(base_url.size() + path.size() + 128);
    if (page.target) {
        bool const has_path = page.target->starts_with('/');
        url = has_path ? origin_of(base_url) : base_url;
        url += has_path ? "" : path;
        url += *page.target;
        first = page.target->find('?') == std::string::npos;
        return url;
    }
    auto const is_credential = [&](std::string_view name) { return !credential.empty() && name == credential; };
    url = base_url;
    url += path;
    for (auto const& [name, value] : parts.query)
        if (!page.query.find(name) && !is_credential(name))
            append_query(url, name, value, first);
    for (auto const& [name, value] : page.query.pairs())
        if (!is_credential(name))
            append_query(url, name, value, first);
    return url;
}

/// Sets the member at a dotted path.
void put_at(json::object& object, std::string_view path, json::value const& value)
{
    auto const dot = path.find('.');
    auto& member = object[path.substr(0, dot)];
    if (dot == std::string_view::npos) {
        member = value;
        return;
    }
    if (!member.is_object())
        member = json::object{};
    put_at(member.get_object(), path.substr(dot + 1), value);
}

/// Writes the body, with the members that ask for the page.
Result<void> write_body(catalog::CallParts const& parts, Passthrough const* through, paging::PageRequest const& page,
                        http::OutgoingRequest& request)
{
    bool const has_members = !page.members.empty();
    auto const* raw = through != nullptr && through->body ? &*through->body : nullptr;
    if (raw != nullptr && !has_members) {
        request.headers.add("content-type", raw->content_type);
        if (!raw->content_encoding.empty())
            request.headers.add("content-encoding", raw->content_encoding);
        request.body = raw->bytes;
        request.source = raw->source;
    } else if (has_members) {
        bool const is_object = parts.body ? parts.body->is_object() : raw == nullptr;
        if (!is_object)
            return invalid("body", "must be a JSON object: limit and next_cursor of this list are members of it");
        auto body = parts.body ? parts.body->get_object() : json::object{};
        for (auto const& [path, value] : page.members)
            put_at(body, path, value);
        request.headers.add("content-type", "application/json");
        request.body = json::to_text(body);
    } else if (parts.body) {
        request.headers.add("content-type", "application/json");
        request.body = json::to_text(*parts.body);
    }
    return {};
}

} // namespace

Result<http::OutgoingRequest> build(catalog::Method const& method, catalog::CallParts const& parts,
                                    Passthrough const* through, std::string_view base_url,
                                    accounts::Credential const& credential, std::string_view position)
{
    auto const path = path_of(method, parts);
    if (!path)
        return path.error();
    paging::PageRequest page;
    auto const& pagination = method.pagination;
    if (method.paginated && !pagination.style->apply(pagination.settings, {position, parts.limit}, page))
        return invalid("next_cursor",
                       "leads nowhere any more, since the integration's definition has changed: leave it "
                       "out to start again");
    http::OutgoingRequest request;
    request.method = http::method_of(method.verb);
    bool first = path->find('?') == std::string::npos; // A path of the client's own may have a query.
    request.url = url_of(parts, base_url, *path, page, credential.query, first);
    if (!credential.query.empty())
        append_query(request.url, credential.query, credential.value.reveal(), first);

    add_headers(method, through, request.headers);
    for (auto const& [name, value] : page.headers)
        request.headers.set(name, value);
    if (auto const written = write_body(parts, through, page, request); !written)
        return written.error();
    if (!credential.header.empty())
        request.headers.set(credential.header, credential.value.reveal());
    request.tls = credential.tls;
    return request;
}

} // namespace sluice::proxy
