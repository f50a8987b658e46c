#include "proxy/preview.hpp"

#include "proxy/build.hpp"
#include "proxy/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sluice::proxy {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

/// A credential with a placeholder for its secret, so that the preview shows where it goes.
accounts::Credential redacted(accounts::CallableAccount const& account)
{
    using Format = catalog::Authorization::Format;
    auto const* format = account.installed->integration->find_credentials(account.account.authentication_method);
    if (format != nullptr && format->authorization.format == Format::query)
        return {{}, format->authorization.name, Secret{std::string(kRedacted)}};
    bool const has_name = format != nullptr && format->authorization.format == Format::header;
    return {has_name ? format->authorization.name : "authorization", {}, Secret{std::string(kRedacted)}};
}

json::object view_of(http::OutgoingRequest const& request, catalog::CallParts const& parts)
{
    json::object headers;
    for (auto const& [name, value] : request.headers)
        headers[name] = value;
    json::object view{{"method", http::name_of(request.method)}, {"url", request.url}};
    view["headers"] = std::move(headers);
    view["body"] = parts.body ? *parts.body : json::value(nullptr);
    return view;
}

/// What is sent at a path in place of what the vendor does not tell.
constexpr std::string_view kNotKnown = "not known";

/// Writes that the value at a path is not known.
void put_not_known(json::value& root, std::string_view path)
{
    auto const dot = path.find('.');
    auto* object = root.if_object();
    if (object == nullptr)
        return;
    auto& member = (*object)[path.substr(0, dot)];
    if (dot == std::string_view::npos) {
        member = kNotKnown;
        return;
    }
    if (member.is_null())
        member = json::object{};
    put_not_known(member, path.substr(dot + 1));
}

/// The present value of a member; nothing if it is not known. Below it, what the vendor never answers is said to be not
/// known where the call sets it.
std::optional<json::value> present(json::value const& item, catalog::Method const& read, std::string_view name,
                                   json::value const& to)
{
    auto const* members = item.if_object();
    auto const* found = members != nullptr ? members->if_contains(name) : nullptr;
    if (found == nullptr || std::ranges::find(read.unreadable, name) != read.unreadable.end())
        return std::nullopt;
    auto value = *found;
    for (auto const& path : read.unreadable)
        if (path.size() > name.size() && path.starts_with(name) && path[name.size()] == '.' &&
            json::find_path(to, std::string_view(path).substr(name.size() + 1)) != nullptr)
            put_not_known(value, std::string_view(path).substr(name.size() + 1));
    return value;
}

/// The members of the body that differ from the item's present state. `read` is null if that is not known.
json::object changes_of(json::object const& body, json::value const& item, catalog::Method const* read)
{
    json::object changes;
    for (auto const& [name, to] : body) {
        auto const from = read != nullptr ? present(item, *read, name, to) : std::nullopt;
        if (from && *from == to)
            continue;
        json::object change;
        if (from)
            change["from"] = *from;
        else
            change["known"] = false;
        change["to"] = to;
        changes[name] = std::move(change);
    }
    return changes;
}

/// How the item is read that a call is about.
struct ItemRead {
    catalog::Method const* method = nullptr; ///< Null if the item cannot be read.
    catalog::CallParts parts;
    bool is_own = false; ///< The call changes this item.
};

ItemRead read_of(catalog::Integration const& integration, catalog::Method const& method,
                 catalog::CallParts const& parts)
{
    if (method.about) {
        json::object arguments;
        for (auto const* values : {&parts.path, &parts.query})
            for (auto const& [name, value] : *values)
                arguments[name] = value;
        auto const rendered = method.about->arguments.render(json::object{{"arguments", std::move(arguments)}});
        auto const* read = integration.find(method.about->resource, method.about->method);
        if (read == nullptr || !rendered || !rendered->is_object())
            return {};
        return {read, flat_parts(*read, rendered->get_object()), false};
    }
    auto const* get = integration.find(method.resource, "get");
    if (get == nullptr || get == &method || get->path_template != method.path_template)
        return {};
    auto item = flat_parts(*get, get->preview);
    item.path = parts.path;
    return {get, std::move(item), true};
}

/// The id of the item that the vendor answered in place of the one that was asked for; empty if it is that one. Only
/// numbers are compared: another id may be written in several ways.
std::string moved_to(catalog::Method const& method, catalog::CallParts const& parts, json::value const& item)
{
    auto const own = method.own_id();
    auto const asked = std::ranges::find(parts.path, own.value_or(""), &std::pair<std::string, std::string>::first);
    auto const* id = item.is_object() ? item.get_object().if_contains("id") : nullptr;
    bool const is_number = asked != parts.path.end() && !asked->second.empty() &&
                           std::ranges::all_of(asked->second, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number || id == nullptr || !id->is_int64() || json::to_text(*id) == asked->second)
        return {};
    return json::to_text(*id);
}

/// Whether a call sets members of something that exists already.
bool is_update(catalog::Method const& method)
{
    return method.verb == "PUT" || method.verb == "PATCH" || method.name == "update";
}

} // namespace

Task<Result<Preview>> preview(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                              catalog::CallParts const& parts, calllog::Origin const* origin, Deadline deadline)
{
    if (account->account.is_sandbox && method.access == catalog::Access::write)
        co_return Error{ErrorCode::not_allowed, "This is a sandbox account: it is read-only."};
    auto const request = build(method, parts, nullptr, account->base_url, redacted(*account));
    if (!request)
        co_return request.error();
    Preview seen;
    seen.request = view_of(*request, parts);
    auto read = read_of(*account->installed->integration, method, parts);
    if (read.method != nullptr) {
        auto const current =
            co_await caller.call(account, *read.method, std::move(read.parts), nullptr, deadline, {.origin = origin});
        if (!current)
            co_return current.error();
        // An account may be allowed to write but not to read; then the present state is not known.
        bool const is_refused = current->kind == Outcome::Kind::error && current->status == 403;
        if (current->kind == Outcome::Kind::error && !is_refused)
            co_return Error{current->status == 404 ? ErrorCode::not_found : ErrorCode::upstream_failed,
                            "The item could not be read: " + current->message};
        auto item = is_refused ? Result<json::value>(nullptr)
                               : json::parse(current->body, {.max_bytes = 8 * 1024 * 1024, .max_depth = 64});
        if (item && item->is_object())
            seen.item = *std::move(item);
        if (auto const moved = read.is_own ? moved_to(method, parts, seen.item) : std::string(); !moved.empty())
            co_return Error{
                ErrorCode::conflict,
                fmt::format("This item has been moved, for example by a merge: it is {} now. Repeat the call "
                            "with that id.",
                            moved)};
    }
    auto const* body = parts.body ? parts.body->if_object() : nullptr;
    bool const is_known = read.is_own && !seen.item.is_null();
    if (method.verb == "DELETE" && is_known)
        seen.changes = json::object{{"deleted", seen.item}};
    else if (body != nullptr && (is_known || is_update(method)))
        seen.changes = changes_of(*body, seen.item, is_known ? read.method : nullptr);
    co_return seen;
}

} // namespace sluice::proxy
