#include "api.hpp"

#include "auth.hpp"
#include "text.hpp"

namespace sluice::simulator {
namespace {

constexpr std::string_view kRelease = "2026.11.20-1";

Refusal unauthorized()
{
    return {.status = 401, .msg = "Authentication failed: invalid or missing credentials."};
}

Refusal throttled()
{
    return {.status = 429, .msg = "Too many requests. Please retry later."};
}

Refusal no_route(Router::Match const& match)
{
    if (!match.is_known_path)
        return not_found();
    return {.status = 405, .msg = "The specified HTTP method is not allowed."};
}

/// Public attachments need no credentials.
bool is_public_file(Account const& account, std::string_view path)
{
    auto const file = account.files.find(path);
    return file != account.files.end() && file->second.is_public;
}

/// Scope, query, body and then the handler.
Outcome run(Call& call)
{
    if (!call.caller.has_scope(call.route.scope))
        return forbidden(call.route.scope);
    auto query = read_query(call.route.query, call.request.query());
    if (!query)
        return query.error();
    call.query = std::move(*query);
    if (call.route.body != nullptr) {
        auto body = read_body(*call.route.body, call.request);
        if (!body)
            return body.error();
        call.body = std::move(*body);
    }
    return call.route.handler(call);
}

class Exchange {
public:
    Exchange(World& world, Account& account, http::Request const& request, std::string_view path)
        : world_(world)
        , account_(account)
        , request_(request)
        , path_(path)
        , now_(account.now())
        , match_(world.router.find(request.method, path))
        , method_(http::name_of(request.method))
    {
    }

    http::Response answer()
    {
        auto const call = method_ + ' ' + std::string(path_);
        auto const templated = match_.route != nullptr ? method_ + ' ' + std::string(match_.route->path) : call;
        ++account_.counters.calls;
        ++account_.counters.by_operation[match_.route != nullptr ? templated : method_ + " (other)"];
        world_.fault = account_.faults.take(call, templated);
        auto response = world_.fault && world_.fault->response ? *world_.fault->response : authenticated();
        add_headers(response);
        if (request_.method == http::Method::head)
            response.body.clear();
        return response;
    }

private:
    http::Response refused(Refusal const& refusal) const
    {
        return to_response(refusal, match_.route != nullptr ? match_.route->operation : "");
    }

    http::Response authenticated()
    {
        auto const caller = authenticate(account_, request_.headers, now_);
        if (!caller && !is_public_file(account_, path_))
            return refused(unauthorized());
        auto& bucket = bucket_of(account_, request_.headers);
        if (!bucket.take(now_)) {
            ++account_.counters.throttled;
            auto response = refused(throttled());
            response.headers.add("retry-after", std::to_string(bucket.retry_after(now_).count()));
            return response;
        }
        return routed(caller.value_or(Caller{}));
    }

    http::Response routed(Caller const& caller)
    {
        if (match_.route == nullptr)
            return refused(no_route(match_));
        Call call{world_, account_, request_, *match_.route, caller, now_, path_, std::move(match_.params), {}, {}};
        auto outcome = run(call);
        return outcome ? std::move(*outcome) : refused(outcome.error());
    }

    /// A fault may bring headers of its own.
    void add_headers(http::Response& response) const
    {
        auto const add = [&](std::string_view name, std::string const& value) {
            if (!response.headers.contains(name))
                response.headers.add(name, value);
        };
        add("x-gorgias-account-api-call-limit", bucket_of(account_, request_.headers).level(now_));
        add("x-gorgias-release", std::string(kRelease));
        add("x-request-id", random_uuid(now_));
    }

    World& world_;
    Account& account_;
    http::Request const& request_;
    std::string_view path_;
    Timestamp now_;
    Router::Match match_;
    std::string method_;
};

} // namespace

http::Response answer_api(World& world, Account& account, http::Request const& request, std::string_view path)
{
    return Exchange(world, account, request, path).answer();
}

} // namespace sluice::simulator
