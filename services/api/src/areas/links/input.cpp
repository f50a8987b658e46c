#include "input.hpp"

#include "http_api/fields.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sluice::api {
namespace {

using connecting::Target;

constexpr int kLongestWait = 30;

void check_redirect(std::optional<std::string> const& uri, http::Fields& fields)
{
    if (uri && !http::parse_url(*uri))
        fields.fail("redirect_uri", "must be an absolute http or https URL without a fragment");
}

Target read_members(http::Fields& fields)
{
    Target target;
    target.tenant_id = fields.text("tenant_id", false);
    target.account = fields.id<IntegratedAccountId>("integrated_account_id", false);
    if (target.tenant_id && target.account)
        fields.fail("integrated_account_id", "excludes tenant_id: connect a new account, or reconnect one");
    bool const has_tenant = fields.has("tenant_id") && !fields.is_null("tenant_id");
    bool const has_account = fields.has("integrated_account_id") && !fields.is_null("integrated_account_id");
    if (!has_tenant && !has_account)
        fields.fail("tenant_id", "is required; or integrated_account_id, to reconnect an account");
    target.integration = fields.text("integration", false);
    target.scopes = fields.texts("scopes", 100);
    target.redirect_uri = fields.text("redirect_uri", false, 2000);
    check_redirect(target.redirect_uri, fields);
    target.region = fields.text("region", false);
    if (auto const* context = fields.object("context", false))
        target.context = *context;
    target.persist_previous_context = fields.flag("persist_previous_context").value_or(false);
    if (target.persist_previous_context && !target.account)
        fields.fail("persist_previous_context", "is for reconnecting, with integrated_account_id");
    return target;
}

} // namespace

Result<Target> read_target(json::object const& body)
{
    http::Fields fields(body);
    auto target = read_members(fields);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return target;
}

Result<NewConnection> read_connection(json::object const& body)
{
    http::Fields fields(body);
    NewConnection connection;
    connection.target = read_members(fields);
    connection.authentication_method = fields.text("authentication_method", false).value_or("oauth2");
    if (!connection.target.integration && !connection.target.account)
        fields.fail("integration", "is required: the name of an integration of this environment");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return connection;
}

Result<std::chrono::seconds> read_wait(http::Query const& query)
{
    auto const text = query.find("wait_s").value_or("0");
    int seconds = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > kLongestWait)
        return invalid("wait_s", fmt::format("must be a number of seconds from 0 to {}", kLongestWait));
    return std::chrono::seconds(seconds);
}

} // namespace sluice::api
