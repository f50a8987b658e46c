#include "control.hpp"

#include "coding.hpp"
#include "oauth.hpp"
#include "shape.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

/// Thirty years: as far as a test may want to go, and well within a time_point.
constexpr Id kMostSeconds = 1'000'000'000;

constexpr Field kClock[] = {boolean("freeze"), boolean("run"), number("advance_s"), datetime("now")};
constexpr Field kAccount[] = {text("subdomain").required().at_least(1), text("email").required(),
                              text("api_key").required(), integer("tickets").at_least(0).at_most(1'000'000),
                              boolean("enterprise")};
constexpr Field kOauth[] = {boolean("rotate_refresh_tokens"),
                            positive("access_token_lifetime_s").at_most(kMostSeconds)};
constexpr Field kTokens[] = {any("scopes").required(), positive("lifetime_s").at_most(kMostSeconds), text("client_id")};
constexpr std::string_view kKinds[] = {"answer", "replace", "revoke_tokens", "reject_credentials", "clear"};
/// Of one wait.
constexpr Id kMostMilliseconds = 600'000;
constexpr Field kInterim = integer("").at_least(100).at_most(199);
constexpr Field kFault[] = {word("kind", kKinds),
                            text("match"),
                            positive("times"),
                            integer("status").at_least(200).at_most(599),
                            any("body").nullable(),
                            object("headers"),
                            text("content_type"),
                            list("interim", kInterim).at_most(100),
                            integer("delay_ms").at_least(0).at_most(kMostMilliseconds),
                            boolean("hang"),
                            positive("trickle_bytes"),
                            integer("trickle_ms").at_least(0).at_most(kMostMilliseconds),
                            integer("cut_after").at_least(0),
                            word("encoding", kCodings)};
constexpr Shape kClockShape{kClock};
constexpr Shape kAccountShape{kAccount};
constexpr Shape kOauthShape{kOauth};
constexpr Shape kTokensShape{kTokens};
constexpr Shape kFaultShape{kFault};
constexpr Shape kNothingShape{};

http::Response done()
{
    return http::json_response(200, json::object{{"ok", true}});
}

json::object bucket_shown(Bucket const& bucket, Timestamp now)
{
    return {{"used", bucket.used(now)}, {"size", bucket.size()}};
}

json::object merges_shown(std::map<Id, Id> const& merged)
{
    json::object shown;
    for (auto const& [id, survivor] : merged)
        shown[std::to_string(id)] = survivor;
    return shown;
}

json::object account_shown(Account const& account)
{
    auto const now = account.now();
    json::object operations;
    for (auto const& [name, count] : account.counters.by_operation)
        operations[name] = count;
    return {{"calls", account.counters.calls},
            {"operations", std::move(operations)},
            {"throttled", account.counters.throttled},
            {"buckets",
             {{"api_key", bucket_shown(account.key_bucket, now)}, {"oauth", bucket_shown(account.oauth_bucket, now)}}},
            {"reused_refresh_tokens", account.grants.reused_refresh_tokens},
            {"tokens_issued", account.grants.tokens_issued},
            {"refreshes", account.grants.refreshes},
            {"deliveries_waiting", account.webhooks.waiting()},
            {"merged_tickets", merges_shown(account.merged_tickets)},
            {"merged_customers", merges_shown(account.merged_customers)}};
}

http::Response show_state(World& world)
{
    json::object accounts;
    for (auto const& [name, account] : world.accounts)
        accounts[name] = account_shown(*account);
    return http::json_response(
        200, json::object{{"clock", {{"now", iso(world.clock.now())}, {"frozen", world.clock.is_frozen()}}},
                          {"accounts", std::move(accounts)}});
}

http::Response set_clock(World& world, json::object const& body)
{
    if (true_at(body, "freeze"))
        world.clock.freeze();
    if (auto const now = parse_timestamp(text_at(body, "now")); now)
        world.clock.set(*now);
    if (auto const* by = body.if_contains("advance_s"); by != nullptr) {
        auto const most = static_cast<double>(kMostSeconds);
        auto const seconds = std::clamp(by->to_number<double>(), -most, most);
        world.clock.advance(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    }
    if (true_at(body, "run"))
        world.clock.run();
    world.catch_up();
    return http::json_response(200, json::object{{"now", iso(world.clock.now())}, {"frozen", world.clock.is_frozen()}});
}

http::Response add_account(World& world, json::object const& body)
{
    constexpr Id kTickets = 500;
    world.add_account({std::string(text_at(body, "subdomain")), std::string(text_at(body, "email")),
                       std::string(text_at(body, "api_key")),
                       static_cast<std::size_t>(integer_at(body, "tickets").value_or(kTickets)),
                       true_at(body, "enterprise")});
    return http::json_response(201, json::object{{"ok", true}});
}

http::Response reset(World& world, json::object const&)
{
    world.reset();
    return done();
}

http::Response set_oauth(World&, Account& account, json::object const& body)
{
    if (body.contains("rotate_refresh_tokens"))
        account.grants.rotate_refresh_tokens = true_at(body, "rotate_refresh_tokens");
    if (auto const lifetime = integer_at(body, "access_token_lifetime_s"); lifetime)
        account.grants.access_lifetime = std::chrono::seconds(*lifetime);
    return done();
}

/// `["tickets:read"]` or `"tickets:read offline"`.
std::vector<std::string> scopes_in(json::value const& sent)
{
    if (sent.is_string())
        return scopes_of(sent.get_string());
    std::vector<std::string> scopes;
    if (auto const* items = sent.if_array(); items != nullptr)
        for (auto const& item : *items)
            scopes.emplace_back(item.is_string() ? std::string_view(item.get_string()) : "");
    return scopes;
}

http::Response mint_tokens(World& world, Account& account, json::object const& body)
{
    auto scopes = scopes_in(body.at("scopes"));
    if (auto const unknown = unknown_scope(scopes); unknown)
        return http::json_response(400, json::object{{"error", "Unknown scope " + *unknown}});
    auto const fallback = world.config.apps.empty() ? std::string("simulator") : world.config.apps[0].client_id;
    auto const client = text_at(body, "client_id");
    auto const grant = new_grant(world, account, client.empty() ? fallback : client, std::move(scopes), "");
    auto const asked = integer_at(body, "lifetime_s");
    auto const lifetime = asked ? std::chrono::seconds(*asked) : account.grants.access_lifetime;
    auto const tokens = account.grants.issue(grant, account.url, account.now(), lifetime, true);
    return http::json_response(201, token_answer(tokens, *grant));
}

http::Response fault_answer(json::object const& body)
{
    constexpr Id kUnavailable = 503;
    http::Response response;
    response.status = static_cast<int>(integer_at(body, "status").value_or(kUnavailable));
    if (auto const* sent = body.if_contains("body"); sent != nullptr && !sent->is_null())
        response.body = sent->is_string() ? std::string(sent->get_string()) : boost::json::serialize(*sent);
    auto const type = text_at(body, "content_type");
    response.headers.add("content-type", type.empty() ? "application/json" : type);
    if (auto const* headers = json::object_at(body, "headers"); headers != nullptr)
        for (auto const& header : *headers)
            if (header.value().is_string())
                response.headers.set(header.key(), header.value().get_string());
    return response;
}

Manner manner_of(json::object const& body)
{
    auto const milliseconds = [&](std::string_view name) {
        return std::chrono::milliseconds(integer_at(body, name).value_or(0));
    };
    Manner manner;
    if (auto const* interim = body.if_contains("interim"); interim != nullptr)
        for (auto const& status : interim->as_array())
            manner.interim.push_back(status.to_number<int>());
    manner.delay = milliseconds("delay_ms");
    manner.hangs = true_at(body, "hang");
    if (body.contains("trickle_bytes") || body.contains("trickle_ms"))
        manner.piece_bytes = static_cast<std::size_t>(integer_at(body, "trickle_bytes").value_or(1));
    manner.pause = milliseconds("trickle_ms");
    if (auto const bytes = integer_at(body, "cut_after"))
        manner.cut_after = static_cast<std::size_t>(*bytes);
    return manner;
}

Fault fault_of(json::object const& body)
{
    constexpr std::string_view kAnswer[] = {"status", "body", "headers", "content_type"};
    Fault fault;
    fault.match = text_at(body, "match");
    fault.times = static_cast<std::uint64_t>(integer_at(body, "times").value_or(1));
    fault.manner = manner_of(body);
    fault.coding = text_at(body, "encoding");
    bool const is_true_answer = fault.manner != Manner{} || !fault.coding.empty();
    if (!is_true_answer || std::ranges::any_of(kAnswer, [&](auto name) { return body.contains(name); }))
        fault.response = fault_answer(body);
    return fault;
}

http::Response add_fault(World&, Account& account, json::object const& body)
{
    auto const kind = text_at(body, "kind");
    if (kind == "revoke_tokens")
        account.grants.revoke_all();
    else if (kind == "reject_credentials")
        account.faults.reject_credentials = true;
    else if (kind == "clear")
        account.faults.clear();
    else if (kind == "replace")
        account.faults.replace(fault_of(body));
    else
        account.faults.add(fault_of(body));
    return done();
}

struct WorldControl {
    std::string_view path;
    Shape const& shape;
    http::Response (*run)(World&, json::object const&);
};
constexpr WorldControl kWorldControls[] = {
    {"/clock", kClockShape, set_clock}, {"/accounts", kAccountShape, add_account}, {"/reset", kNothingShape, reset}};

struct AccountControl {
    std::string_view name;
    Shape const& shape;
    http::Response (*run)(World&, Account&, json::object const&);
};
constexpr AccountControl kAccountControls[] = {
    {"oauth", kOauthShape, set_oauth}, {"tokens", kTokensShape, mint_tokens}, {"faults", kFaultShape, add_fault}};

http::Response unknown(std::string_view what)
{
    return http::json_response(404, json::object{{"error", std::string("No such ").append(what)}});
}

/// The body, which needs no content type here.
Answer<json::object> control_body(http::Request const& request, Shape const& shape)
{
    http::Request typed = request;
    typed.headers.set("content-type", "application/json");
    auto const field = object("", shape);
    auto body = read_body(field, typed);
    if (!body)
        return body.error();
    return std::move(body->get_object());
}

http::Response answer_account(World& world, http::Request const& request, std::string_view path)
{
    auto const parts = split(path, '/');
    auto* account = parts.size() == 2 ? world.find_account(parts[0]) : nullptr;
    if (account == nullptr)
        return unknown("account");
    auto const control = std::ranges::find(kAccountControls, parts[1], &AccountControl::name);
    if (control == std::end(kAccountControls))
        return unknown("control");
    auto const body = control_body(request, control->shape);
    return body ? control->run(world, *account, *body) : to_response(body.error(), "control the simulator");
}

} // namespace

http::Response answer_control(World& world, http::Request const& request, std::string_view path)
{
    constexpr std::string_view kAccounts = "/accounts/";
    if (request.method == http::Method::get && path == "/state")
        return show_state(world);
    if (request.method != http::Method::post)
        return unknown("control");
    if (path.starts_with(kAccounts))
        return answer_account(world, request, path.substr(kAccounts.size()));
    auto const control = std::ranges::find(kWorldControls, path, &WorldControl::path);
    if (control == std::end(kWorldControls))
        return unknown("control");
    auto const body = control_body(request, control->shape);
    return body ? control->run(world, *body) : to_response(body.error(), "control the simulator");
}

} // namespace sluice::simulator
