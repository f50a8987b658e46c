#include "proxy/preview.hpp"

#include "proxy/build.hpp"
#include "proxy/parts.hpp"

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

/// The members of the body that differ from the item's present state.
json::object changes_of(json::object const& body, json::object const& current)
{
    json::object changes;
    for (auto const& [name, to] : body) {
        auto const* from = current.if_contains(name);
        if (from != nullptr && *from == to)
            continue;
        json::object change;
        if (from != nullptr) // Otherwise the present value is not known.
            change["from"] = *from;
        change["to"] = to;
        changes[name] = std::move(change);
    }
    return changes;
}

/// The method that reads the same item; null if the resource has none at the same path.
catalog::Method const* read_of(catalog::Integration const& integration, catalog::Method const& method)
{
    auto const* get = integration.find(method.resource, "get");
    return get != nullptr && get != &method && get->path_template == method.path_template ? get : nullptr;
}

} // namespace

Task<Result<json::object>> preview(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                   catalog::CallParts parts, Deadline deadline)
{
    if (account->account.is_sandbox && method.access == catalog::Access::write)
        co_return Error{ErrorCode::not_allowed, "This is a sandbox account: it is read-only."};
    auto const request = build(method, parts, nullptr, account->base_url, redacted(*account));
    if (!request)
        co_return request.error();
    json::object answer{{"dry_run", true}};
    answer["request"] = view_of(*request, parts);
    answer["changes"] = nullptr;
    auto const* get = read_of(*account->installed->integration, method);
    if (get == nullptr)
        co_return answer;
    auto item = flat_parts(*get, get->preview);
    item.path = parts.path;
    auto const current = co_await caller.call(account, *get, std::move(item), nullptr, deadline);
    if (!current)
        co_return current.error();
    // An account may be allowed to write but not to read; then the present state is not shown.
    if (current->kind == Outcome::Kind::error && current->status == 403)
        co_return answer;
    if (current->kind == Outcome::Kind::error)
        co_return Error{current->status == 404 ? ErrorCode::not_found : ErrorCode::upstream_failed,
                        "The item could not be read: " + current->message};
    auto const read = json::parse(current->body, {.max_bytes = 8 * 1024 * 1024, .max_depth = 64});
    if (read && read->is_object()) {
        bool const removes = method.verb == "DELETE";
        auto const* body = parts.body ? parts.body->if_object() : nullptr;
        answer["changes"] = removes ? json::object{{"deleted", *read}}
                                    : changes_of(body != nullptr ? *body : json::object{}, read->get_object());
    }
    co_return answer;
}

} // namespace sluice::proxy
