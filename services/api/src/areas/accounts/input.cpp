#include "input.hpp"

#include "http_api/fields.hpp"
#include "limits/fair_shares.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

constexpr std::size_t kMostDeleted = 100;

std::vector<std::string> words_of(http::Query const& query, std::string_view name)
{
    std::vector<std::string> words;
    auto text = std::string(query.find(name).value_or(""));
    for (std::string_view rest = text; !rest.empty();) {
        auto const comma = rest.find(',');
        if (comma != 0)
            words.emplace_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return words;
}

/// The paths of the filter's mistakes begin with `config.`; here the filter is in the query.
Error as_query(Error const& error)
{
    constexpr std::string_view kConfig = "config.";
    auto failures = error.failures();
    for (auto& failure : failures)
        if (failure.path.starts_with(kConfig))
            failure.path.erase(0, kConfig.size());
    return Error{std::move(failures)};
}

/// Null if it is not given, or null.
std::shared_ptr<limits::FairShares const> fair_share_in(http::Fields& fields)
{
    auto const* given = fields.object("fair_share", false);
    if (given == nullptr)
        return nullptr;
    auto shares = limits::FairShares::parse(*given);
    if (!shares) {
        fields.merge(shares.error().failures());
        return nullptr;
    }
    return std::make_shared<limits::FairShares const>(*std::move(shares));
}

} // namespace

Result<accounts::NewAccount> read_account(json::object const& body, EnvironmentId environment)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    accounts::NewAccount account;
    account.environment = environment;
    account.tenant_id = fields.text("tenant_id", true).value_or("");
    auto const installation = fields.id<EnvironmentIntegrationId>("environment_integration_id", true);
    account.authentication_method = fields.text("authentication_method", true).value_or("");
    account.region = fields.text("region", false);
    account.is_sandbox = fields.flag("is_sandbox").value_or(false);
    account.fair_share = fair_share_in(fields);
    account.verify = fields.flag("verify").value_or(true);
    auto const* context = fields.object("context", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    account.environment_integration = *installation;
    account.context = *context;
    return account;
}

Result<accounts::AccountPatch> read_account_patch(json::object const& body)
{
    http::Fields fields(body);
    accounts::AccountPatch patch;
    patch.tenant_id = fields.text("tenant_id", false);
    auto const region = fields.text("region", false);
    if (region || fields.is_null("region"))
        patch.region = region;
    patch.is_sandbox = fields.flag("is_sandbox");
    patch.is_blocked = fields.flag("is_blocked");
    if (auto shares = fair_share_in(fields); fields.has("fair_share"))
        patch.fair_share = std::move(shares);
    if (auto const* context = fields.object("context", false))
        patch.context = *context;
    patch.verify = fields.flag("verify").value_or(true);
    fields.refuse_null({"tenant_id", "is_sandbox", "is_blocked", "context"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

Result<accounts::NewCredentials> read_credentials(json::object const& body)
{
    http::Fields fields(body);
    accounts::NewCredentials patch;
    patch.authentication_method = fields.text("authentication_method", false);
    patch.verify = fields.flag("verify").value_or(true);
    auto const* context = fields.object("context", true);
    fields.refuse_null({"authentication_method"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    patch.context = *context;
    return patch;
}

Result<IntegratedAccountId> read_account_id(json::object const& body)
{
    http::Fields fields(body);
    auto const id = fields.id<IntegratedAccountId>("id", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *id;
}

Result<std::vector<IntegratedAccountId>> read_account_ids(json::object const& body)
{
    http::Fields fields(body);
    auto const texts = fields.texts("ids", kMostDeleted);
    std::vector<IntegratedAccountId> ids;
    if (!fields.has("ids") || fields.is_null("ids") || (texts && texts->empty()))
        fields.fail("ids", "is required: a list of ids of integrated accounts");
    for (std::size_t i = 0; texts && i < texts->size(); ++i) {
        if (auto const id = IntegratedAccountId::parse((*texts)[i]))
            ids.push_back(*id);
        else if (!(*texts)[i].empty())
            fields.fail(fmt::format("ids[{}]", i), "must be an id such as ia_01h455vb4pex5vsknk084sn02q");
    }
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return ids;
}

Result<std::optional<tools::Format>> read_tool_format(http::Query const& query)
{
    auto const name = query.find("format").value_or("");
    auto const format = tools::format_of(name);
    if (!format && !name.empty())
        return invalid("format", fmt::format("must be one of {}", tools::format_names()));
    return format;
}

Result<tools::ToolFilter> read_tool_filter(http::Query const& query, tools::ToolList const& tools)
{
    tools::ToolFilter filter{words_of(query, "methods"), words_of(query, "tags")};
    if (auto const checked = tools::check_filter(filter, tools); !checked)
        return as_query(checked.error());
    return filter;
}

} // namespace sluice::api
