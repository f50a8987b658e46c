#include "accounts/oauth.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

constexpr seconds kLongestLifetime = hours(24 * 3650);

constexpr std::array<std::string_view, 5> kAppErrors{"invalid_client", "unauthorized_client", "invalid_scope",
                                                     "unsupported_grant_type", "invalid_request"};
/// The error codes that are about the client itself.
constexpr std::array<std::string_view, 2> kClientErrors{"invalid_client", "unauthorized_client"};
/// Error codes with which vendors report trouble of their own, whatever the status.
constexpr std::array<std::string_view, 5> kTemporaryErrors{"server_error", "temporarily_unavailable", "slow_down",
                                                           "ratelimited", "rate_limited"};
constexpr std::array<int, 3> kTemporaryStatuses{408, 425, 429};
/// Statuses that may follow finished work, sent by the vendor or by a proxy before it.
constexpr std::array<int, 3> kLateStatuses{500, 502, 504};

/// The member `error`: a code, or an object with a code; null if there is none.
json::value const* error_in(json::object const* answer)
{
    auto const* error = answer != nullptr ? answer->if_contains("error") : nullptr;
    bool const is_none = error == nullptr || error->is_null() || (error->is_string() && error->get_string().empty()) ||
                         (error->is_bool() && !error->get_bool());
    return is_none ? nullptr : error;
}

/// An error code of RFC 6749 section 5.2 in small letters, if there is one: short and of harmless characters.
std::string code_of(json::value const* error)
{
    json::value const* code = error;
    if (auto const* object = error != nullptr ? error->if_object() : nullptr) {
        code = nullptr;
        for (auto const* name : {"code", "type", "error"})
            if (auto const* member = object->if_contains(name); code == nullptr && member != nullptr)
                code = member->is_string() ? member : nullptr;
    }
    if (code == nullptr || !code->is_string())
        return {};
    auto text = to_lower(std::string_view(code->get_string()));
    bool const is_code = !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
    return is_code ? text : std::string();
}

bool is_token_text(std::string_view text)
{
    return !text.empty() && text.size() <= 16 * 1024 &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Scopes as vendors write them: separated by blanks (RFC 6749 section 3.3), by commas, by both, or as a list.
std::optional<std::vector<std::string>> scopes_in(json::object const& answer)
{
    auto const* value = answer.if_contains("scope");
    std::vector<std::string> scopes;
    auto const add = [&scopes](std::string_view text) {
        while (!text.empty()) {
            auto const end = std::min(text.find_first_of(" ,"), text.size());
            if (end != 0)
                scopes.emplace_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    };
    if (value != nullptr && value->is_string())
        add(value->get_string());
    else if (value != nullptr && value->is_array())
        for (auto const& each : value->get_array())
            if (each.is_string())
                add(each.get_string());
    return scopes.empty() ? std::nullopt : std::optional(std::move(scopes));
}

/// A number, or one in quotes.
std::optional<double> number_in(json::value const* value)
{
    if (value != nullptr && value->is_number())
        return value->to_number<double>();
    if (value == nullptr || !value->is_string())
        return std::nullopt;
    std::string_view const text = value->get_string();
    double number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
    return is_number ? std::optional(number) : std::nullopt;
}

std::optional<seconds> lifetime_in(json::object const& answer)
{
    auto const lifetime = number_in(answer.if_contains("expires_in"));
    if (!lifetime || !(*lifetime > 0))
        return std::nullopt;
    return seconds(static_cast<std::int64_t>(std::min(*lifetime, static_cast<double>(kLongestLifetime.count()))));
}

/// The claim `nonce` of a JWT; empty if there is none or the text is no JWT.
std::string nonce_in(std::string_view jwt)
{
    auto const first = jwt.find('.');
    auto const second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos)
        return {};
    auto const claims = base64url_decode(jwt.substr(first + 1, second - first - 1));
    auto const parsed = claims ? json::parse(text_of(*claims)) : Result<json::value>(json::value{});
    auto const* object = parsed ? parsed->if_object() : nullptr;
    auto const* nonce = object != nullptr ? json::string_at(*object, "nonce") : nullptr;
    return nonce != nullptr ? std::string(*nonce) : std::string();
}

template <class Values, class Value>
bool is_in(Values const& values, Value const& value)
{
    return std::ranges::find(values, value) != values.end();
}

/// The kind of an answer with this status and error. `granted` holds only if the answer also has a token.
TokenAnswer::Kind kind_of(catalog::OAuth const& oauth, int status, bool has_error, std::string_view code)
{
    using Kind = TokenAnswer::Kind;
    bool const is_ok = status >= 200 && status < 300;
    bool const is_refusal = (is_ok && has_error) || (status >= 400 && status < 500);
    if (is_ok && !has_error)
        return Kind::granted;
    if (!is_refusal || is_in(kTemporaryStatuses, status) || is_in(kTemporaryErrors, code))
        return Kind::unclear;
    if (code == "invalid_grant")
        return Kind::ended;
    bool const is_nameless = code.empty() && (status == 401 || status == 403 || status == 404);
    if (is_nameless && oauth.asks_host_of_account())
        return Kind::unclear;
    if (!is_nameless && !is_in(kAppErrors, code))
        return Kind::grant_refused;
    if (oauth.grant != catalog::OAuth::Grant::client_credentials)
        return Kind::app_refused;
    // The client is the account's own, but other parts of the request, such as its scopes, come from the definition.
    bool const is_client_refused = is_nameless ? status == 401 : is_in(kClientErrors, code);
    return is_client_refused ? Kind::grant_refused : Kind::unclear;
}

json::object& object_in(json::object& parent, std::string_view name)
{
    auto& member = parent[name];
    if (!member.is_object())
        member = json::object{};
    return member.get_object();
}

json::object const* token_in(Context const& context)
{
    auto const* oauth = json::object_at(context.secret, "oauth");
    return oauth != nullptr ? json::object_at(*oauth, "token") : nullptr;
}

} // namespace

Result<OAuthApp> oauth_app(catalog::OAuth const& oauth, std::optional<SealedSecret> const& app_secret,
                           Context const& context)
{
    if (oauth.grant == catalog::OAuth::Grant::client_credentials) {
        auto const* id = json::string_at(context.visible, "client_id");
        auto const* secret = json::string_at(context.secret, "client_secret");
        if (id == nullptr || secret == nullptr)
            return invalid("context", "must have client_id and client_secret");
        return OAuthApp{std::string(*id), Secret{std::string(*secret)}};
    }
    if (!oauth.fixes_hosts())
        return Error{ErrorCode::forbidden,
                     fmt::format("The OAuth app of the environment integration {}.", kAppNeedsHost)};
    if (oauth.client_id.empty() || !app_secret)
        return Error{ErrorCode::forbidden,
                     "The environment integration has no OAuth app: set override.credentials.oauth2.client_id and "
                     "client_secret."};
    auto secret = app_secret->key.open(app_secret->place, app_secret->sealed);
    if (!secret)
        return secret.error();
    return OAuthApp{oauth.client_id, *std::move(secret)};
}

http::OutgoingRequest token_request(catalog::OAuth const& oauth, std::string url, OAuthApp const& app, http::Query form,
                                    TlsIdentityPtr tls)
{
    http::OutgoingRequest request;
    request.tls = std::move(tls);
    request.method = http::Method::post;
    request.url = std::move(url);
    request.headers.add("accept", "application/json");
    request.headers.add("content-type", "application/x-www-form-urlencoded");
    if (oauth.client_authentication == catalog::OAuth::ClientAuthentication::basic) {
        // Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).
        http::Query id;
        id.add(app.client_id, app.client_secret.reveal());
        auto pair = id.str();
        pair[pair.find('=')] = ':';
        request.headers.add("authorization", "Basic " + base64(bytes_of(pair)));
    } else {
        form.add("client_id", app.client_id);
        form.add("client_secret", app.client_secret.reveal());
    }
    request.body = form.str();
    return request;
}

TokenAnswer read_token_answer(std::string_view vendor, catalog::OAuth const& oauth, http::Response const& answer)
{
    using Kind = TokenAnswer::Kind;
    constexpr std::size_t kLargest = 256 * 1024;
    auto const parsed = json::parse(to_valid_utf8(std::string_view(answer.body).substr(0, kLargest + 1)),
                                    {.max_bytes = kLargest, .max_depth = 16});
    auto const* object = parsed ? parsed->if_object() : nullptr;
    auto const* error = error_in(object);
    auto const code = code_of(error);
    auto const kind = kind_of(oauth, answer.status, error != nullptr, code);
    TokenAnswer read;
    read.kind = kind;
    read.may_be_used_up =
        (answer.status < 300 && !is_in(kTemporaryErrors, code)) || is_in(kLateStatuses, answer.status);
    if (kind == Kind::ended) {
        read.error = {ErrorCode::reauth_needed,
                      fmt::format("{} says that the connection is no longer valid (invalid_grant).", vendor)};
        return read;
    }
    auto const said = code.empty() ? std::to_string(answer.status) : fmt::format("{} ({})", answer.status, code);
    if (kind == Kind::app_refused) {
        read.error = {ErrorCode::forbidden,
                      fmt::format("{} refuses the OAuth app; its token endpoint answered {}: check "
                                  "override.credentials.oauth2.client_id and client_secret of the environment "
                                  "integration.",
                                  vendor, said)};
        return read;
    }
    if (kind == Kind::grant_refused && oauth.grant == catalog::OAuth::Grant::client_credentials) {
        read.error = {ErrorCode::upstream_failed,
                      fmt::format("{} refuses the client of this account; its token endpoint answered {}: check its "
                                  "client_id and client_secret.",
                                  vendor, said)};
        return read;
    }
    bool const is_refusal = answer.status < 500 && !is_in(kTemporaryStatuses, answer.status);
    if (kind == Kind::unclear && is_refusal && oauth.grant == catalog::OAuth::Grant::client_credentials &&
        is_in(kAppErrors, code)) {
        read.error = {
            ErrorCode::upstream_failed,
            fmt::format("{} refuses the token request of this account's client; its token endpoint answered {}: check "
                        "the scopes and the base_url of the definition and of the environment integration's override.",
                        vendor, said)};
        return read;
    }
    auto const* access =
        kind == Kind::granted && object != nullptr ? json::string_at(*object, "access_token") : nullptr;
    if (access == nullptr || !is_token_text(*access)) {
        read.kind = kind == Kind::granted ? Kind::unclear : kind;
        read.error = {
            ErrorCode::upstream_failed,
            fmt::format("The token endpoint of {} answered {}, without a usable access token.", vendor, said)};
        return read;
    }
    auto& grant = read.grant;
    grant.access_token = Secret{std::string(*access)};
    if (auto const* refresh = json::string_at(*object, "refresh_token"); refresh != nullptr && is_token_text(*refresh))
        grant.refresh_token = Secret{std::string(*refresh)};
    grant.lifetime = lifetime_in(*object);
    grant.scopes = scopes_in(*object);
    if (auto const* identity = json::string_at(*object, "id_token"))
        grant.nonce = nonce_in(*identity);
    return read;
}

std::vector<std::string> wanted_scopes(catalog::OAuth const& oauth, Context const& context)
{
    auto const* of_account = json::object_at(context.visible, "oauth");
    auto const* wanted = of_account != nullptr ? of_account->if_contains("wanted_scope") : nullptr;
    return wanted != nullptr ? json::texts_in(*wanted) : oauth.scopes;
}

void keep_wanted_scopes(std::optional<std::vector<std::string>> const& scopes, Context& context)
{
    auto& oauth = object_in(context.visible, "oauth");
    if (scopes)
        oauth["wanted_scope"] = json::array_of(*scopes);
    else
        oauth.erase("wanted_scope");
}

void apply_grant(TokenGrant const& grant, Timestamp now, double jitter, Account& account, Context& context)
{
    auto& token = object_in(object_in(context.secret, "oauth"), "token");
    token["access_token"] = grant.access_token.reveal();
    if (!grant.refresh_token.empty())
        token["refresh_token"] = grant.refresh_token.reveal();
    token.erase("expires_at");
    if (grant.lifetime)
        token["expires_at"] = to_rfc3339(now + *grant.lifetime);
    auto& visible = object_in(context.visible, "oauth");
    if (grant.scopes)
        visible["scope"] = json::array_of(*grant.scopes);
    plan_refresh(now, jitter, account, context);
}

void plan_refresh(Timestamp now, double jitter, Account& account, Context const& context)
{
    account.access_expires_at.reset();
    account.refresh_due_at.reset();
    auto const* token = token_in(context);
    auto const* expires = token != nullptr ? json::string_at(*token, "expires_at") : nullptr;
    account.access_expires_at = expires != nullptr ? parse_timestamp(*expires) : std::nullopt;
    auto const* refresh = token != nullptr ? json::string_at(*token, "refresh_token") : nullptr;
    bool const renews = (refresh != nullptr && !refresh->empty()) || account.has_own_client();
    bool const has_none = token == nullptr || !token->contains("access_token");
    if (has_none && account.has_own_client())
        account.access_expires_at = account.refresh_due_at =
            now; // The first token is asked for before the account is used.
    if (has_none || !account.access_expires_at || !renews)
        return;
    auto const lifetime = std::max(duration<double>(*account.access_expires_at - now), duration<double>(0));
    auto const ahead = std::min(duration<double>(60 + 120 * jitter), lifetime / 4) * (1 - jitter / 4);
    account.refresh_due_at = *account.access_expires_at - duration_cast<microseconds>(ahead);
}

} // namespace sluice::accounts
