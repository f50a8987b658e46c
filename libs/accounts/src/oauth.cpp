#include "accounts/oauth.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

constexpr seconds kLongestLifetime = hours(24 * 3650);

/// An error code of RFC 6749 section 5.2, if the answer has one: short and of harmless characters.
std::string error_code_of(json::object const* answer)
{
    auto const* code = answer != nullptr ? json::string_at(*answer, "error") : nullptr;
    bool const is_code = code != nullptr && !code->empty() && code->size() <= 64 &&
                         std::ranges::all_of(*code, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return is_code ? std::string(*code) : std::string();
}

bool is_token_text(std::string_view text)
{
    return !text.empty() && text.size() <= 16 * 1024 &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        auto const end = text.find(' ');
        if (end != 0)
            words.emplace_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return words;
}

std::optional<seconds> lifetime_in(json::object const& answer)
{
    auto const* value = answer.if_contains("expires_in");
    if (value == nullptr || !value->is_number())
        return std::nullopt;
    auto const lifetime = value->to_number<double>();
    if (!(lifetime > 0))
        return std::nullopt;
    return seconds(static_cast<std::int64_t>(std::min(lifetime, static_cast<double>(kLongestLifetime.count()))));
}

/// The claim `nonce` of a JWT; empty if it has none or is none.
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
    if (oauth.client_id.empty() || !app_secret)
        return Error{ErrorCode::forbidden,
                     "The environment integration has no OAuth app: set override.credentials.oauth2.client_id and "
                     "client_secret."};
    auto secret = app_secret->key.open(app_secret->place, app_secret->sealed);
    if (!secret)
        return secret.error();
    return OAuthApp{oauth.client_id, *std::move(secret)};
}

http::OutgoingRequest token_request(catalog::OAuth const& oauth, std::string url, OAuthApp const& app, http::Query form)
{
    http::OutgoingRequest request;
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

Result<TokenGrant> read_token_answer(std::string_view vendor, http::Response const& answer)
{
    auto const parsed = json::parse(answer.body, {.max_bytes = 256 * 1024, .max_depth = 16});
    auto const* object = parsed ? parsed->if_object() : nullptr;
    auto const code = error_code_of(object);
    if (code == "invalid_grant")
        return Error{ErrorCode::reauth_needed,
                     fmt::format("{} says that the connection is no longer valid (invalid_grant).", vendor)};
    if (code == "invalid_client" || code == "unauthorized_client")
        return Error{ErrorCode::forbidden,
                     fmt::format("{} refuses the OAuth app ({}): check override.credentials.oauth2.client_id and "
                                 "client_secret of the environment integration.",
                                 vendor, code)};
    bool const is_ok = answer.status >= 200 && answer.status < 300 && object != nullptr && code.empty();
    auto const* access = is_ok ? json::string_at(*object, "access_token") : nullptr;
    if (access == nullptr || !is_token_text(*access))
        return Error{ErrorCode::upstream_failed,
                     fmt::format("The token endpoint of {} answered {}{}, without a usable access token.", vendor,
                                 answer.status, code.empty() ? std::string() : " (" + code + ")")};
    TokenGrant grant;
    grant.access_token = Secret{std::string(*access)};
    if (auto const* refresh = json::string_at(*object, "refresh_token"); refresh != nullptr && is_token_text(*refresh))
        grant.refresh_token = Secret{std::string(*refresh)};
    grant.lifetime = lifetime_in(*object);
    if (auto const* scope = json::string_at(*object, "scope"))
        grant.scopes = words_of(*scope);
    if (auto const* identity = json::string_at(*object, "id_token"))
        grant.nonce = nonce_in(*identity);
    return grant;
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
    bool const renews =
        (refresh != nullptr && !refresh->empty()) || account.authentication_method == "oauth2_client_credentials";
    if (!account.access_expires_at || !renews)
        return;
    auto const lifetime = std::max(duration<double>(*account.access_expires_at - now), duration<double>(0));
    auto const ahead = std::min(duration<double>(60 + 120 * jitter), lifetime / 4) * (1 - jitter / 4);
    account.refresh_due_at = *account.access_expires_at - duration_cast<microseconds>(ahead);
}

} // namespace sluice::accounts
