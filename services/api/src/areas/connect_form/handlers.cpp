#include "handlers.hpp"

#include "connect_refusal.hpp"
#include "connecting/connect_form.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

constexpr std::chrono::seconds kVendorLimit{25};

} // namespace

ConnectFormHandlers::ConnectFormHandlers(ShardParts const& parts)
    : form_(parts.connect_form)
{
}

Task<Result<accounts::CallableAccountPtr>> ConnectFormHandlers::open(Call& call)
{
    auto account = co_await form_.open(http::bearer_of(call.request), call.deadline);
    if (account)
        if (auto const may = call.belongs_to((*account)->account.environment); !may)
            co_return may.error();
    co_return account;
}

HandlerResult ConnectFormHandlers::get(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    co_return ok(form_view(**account));
}

HandlerResult ConnectFormHandlers::options(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    auto const body = http::read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    http::Fields fields(*body);
    auto const field = fields.text("field", true);
    auto const* values = fields.object("values", false);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    auto const options = co_await form_.options(*account, *field, values != nullptr ? *values : json::object{},
                                                Deadline::after(kVendorLimit));
    if (!options)
        co_return connect_refusal(options.error());
    co_return ok({{"options", options_view(*options)}});
}

HandlerResult ConnectFormHandlers::submit(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    auto const body = http::read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    http::Fields fields(*body);
    auto const* values = fields.object("values", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    // The form is that of an account; which link it came from is not known any more.
    auto author = call.author_as({tenancy::Actor::Kind::link, (*account)->account.id.str(), ""});
    auto const stored = co_await form_.submit(*account, *values, std::move(author), Deadline::after(kVendorLimit));
    if (!stored)
        co_return connect_refusal(stored.error());
    co_return ok({{"result", "success"}});
}

} // namespace sluice::api
