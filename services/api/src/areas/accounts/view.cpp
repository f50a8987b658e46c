#include "view.hpp"

#include "limits/shard_limits.hpp"

namespace sluice::api {

json::object account_view(accounts::Account const& account)
{
    return {{"id", account.id.str()},
            {"tenant_id", account.tenant_id},
            {"environment_id", account.environment.str()},
            {"environment_integration_id", account.environment_integration.str()},
            {"status", accounts::name_of(account.status)},
            {"authentication_method", account.authentication_method},
            {"region", account.region ? json::value(*account.region) : json::value(nullptr)},
            {"is_sandbox", account.is_sandbox},
            {"is_blocked", account.is_blocked},
            {"fair_share", account.fair_share ? json::value(account.fair_share->to_json()) : json::value(nullptr)},
            {"context", account.context},
            {"integration", json::object{{"id", account.integration.str()},
                                         {"name", account.integration_name},
                                         {"category", account.integration_category}}},
            {"last_error", account.last_error},
            {"last_forbidden_error", account.last_forbidden_error},
            {"unified_model_override", nullptr},
            {"integration_override", nullptr},
            {"created_at", to_rfc3339(account.created_at)},
            {"updated_at", to_rfc3339(account.updated_at)}};
}

json::object rate_limit_view(IntegratedAccountId account, limits::ShardLimits& limits)
{
    auto const now = limits.now();
    auto& vendor = limits.vendor(account);
    json::array windows;
    for (auto const& window : vendor.windows(now))
        windows.push_back(limits::view_of(window, now));
    auto const forecast = vendor.forecast(now);
    auto const own = limits.own().look(account);
    json::object view{{"windows", std::move(windows)}};
    view["forecast"] = forecast ? json::value(limits::view_of(*forecast)) : json::value(nullptr);
    view["own"] =
        own.limit
            ? json::value(
                  {{"limit", *own.limit}, {"remaining", own.remaining.value_or(0)}, {"reset", own.reset_s.value_or(0)}})
            : json::value(nullptr);
    return view;
}

json::value governing_view(IntegratedAccountId account, limits::ShardLimits& limits)
{
    auto const now = limits.now();
    auto const window = limits.vendor(account).governing(now);
    return window ? json::value(limits::view_of(*window, now)) : json::value(nullptr);
}

json::object tool_view(tools::Tool const& tool)
{
    json::array required;
    for (auto const& name : tool.required)
        required.emplace_back(name);
    return {{"resource", tool.method->resource},
            {"method", tool.method->name},
            {"name", tool.name},
            {"description", tool.description},
            {"query_schema", tool.query_schema},
            {"body_schema", tool.body_schema},
            {"required", std::move(required)},
            {"tags", json::array_of(tool.method->tags)},
            {"access", tool.method->access == catalog::Access::read ? "read" : "write"},
            {"destructive", tool.method->access == catalog::Access::write && tool.method->destructive},
            {"shown_bytes", tool.list_entry.size()}};
}

} // namespace sluice::api
