#include "accounts/context.hpp"

#include "base/encoding.hpp"
#include "base/timestamp.hpp"
#include "documents/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace sluice::accounts {
namespace {

constexpr std::size_t kMaxContextBytes = 64 * 1024;
/// Names of secrets, in lower case and without separators.
constexpr std::array<std::string_view, 22> kSecretNames{
    "accesskey", "accesstoken",  "apikey",        "apisecret",    "apitoken",     "authorization",
    "authtoken", "bearer",       "bearertoken",   "clientsecret", "idtoken",      "passphrase",
    "passwd",    "password",     "privatekey",    "pwd",          "refreshtoken", "secret",
    "secretkey", "sessiontoken", "signingsecret", "token"};
/// A name that ends with one of these is a secret's.
constexpr std::array<std::string_view, 21> kSecretEndings{
    "accesskey",  "accountkey",    "apikey",    "authorization", "connectionstring", "cookie",     "credential",
    "deploykey",  "encryptionkey", "hmac",      "masterkey",     "passphrase",       "passwd",     "password",
    "privatekey", "secret",        "secretkey", "sessionid",     "sharedkey",        "signingkey", "token"};
/// A name whose last word is one of these is a secret's. As mere endings they would match other words.
constexpr std::array<std::string_view, 14> kSecretWords{"auth", "bearer", "cert",    "certificate", "dsn",
                                                        "jwt",  "otp",    "pass",    "passcode",    "pem",
                                                        "pin",  "pwd",    "session", "totp"};
/// A name whose last word is `key` is a secret's if it has a word before that, unless that word is one of these.
constexpr std::array<std::string_view, 10> kHarmlessKeys{
    "cache", "foreign", "idempotency", "issue", "object", "partition", "primary", "project", "publishable", "public"};
/// Words that may follow a secret's name; it stays a secret's.
constexpr std::array<std::string_view, 10> kAsides{"base", "confirmation", "data", "hash", "hex",
                                                   "new",  "old",          "raw",  "text", "value"};

bool is_one_of(std::string_view word, auto const& words)
{
    return std::ranges::find(words, word) != words.end();
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// The words of a name in lower case: `x-apiKey2` has `x`, `api`, `key` and `2`.
std::vector<std::string> words_of(std::string_view name)
{
    auto const is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    std::vector<std::string> words;
    bool is_in_word = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        auto const c = name[i];
        auto const lower = ascii_lower(c);
        bool const is_letter = (lower >= 'a' && lower <= 'z') || static_cast<unsigned char>(c) > 0x7f;
        if (!is_letter && !is_digit(c)) {
            is_in_word = false;
            continue;
        }
        if (is_in_word) {
            auto const before = name[i - 1];
            bool const begins = is_upper(c) && (!is_upper(before) || (i + 1 < name.size() && !is_upper(name[i + 1]) &&
                                                                      ascii_lower(name[i + 1]) >= 'a'));
            is_in_word = !begins && is_digit(c) == is_digit(before);
        }
        if (!is_in_word)
            words.emplace_back();
        words.back() += lower;
        is_in_word = true;
    }
    return words;
}

/// Whether a name is that of a secret.
bool sounds_secret(std::string_view name)
{
    auto words = words_of(name);
    while (words.size() > 1 && (is_digit(words.back().front()) || is_one_of(words.back(), kAsides)))
        words.pop_back();
    if (words.empty())
        return false;
    auto& last = words.back();
    if (last.size() > 3 && last.ends_with('s') && !last.ends_with("ss"))
        last.pop_back(); // The plural is a secret's name too.
    if (is_one_of(last, kSecretWords))
        return true;
    if (last == "key")
        return words.size() > 1 && !is_one_of(words[words.size() - 2], kHarmlessKeys);
    auto const joined = fmt::format("{}", fmt::join(words, ""));
    return std::ranges::any_of(kSecretEndings, [&](std::string_view ending) { return joined.ends_with(ending); });
}

/// Whether a text has a URL with a password in it.
bool holds_password(json::value const& value)
{
    auto const* string = value.if_string();
    if (string == nullptr)
        return false;
    std::string_view const text = *string;
    constexpr std::string_view kMark = "://";
    for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + kMark.size())) {
        auto authority = text.substr(at + kMark.size());
        authority = authority.substr(0, authority.find_first_of("/?# \t\r\n"));
        auto const user = authority.substr(0, authority.rfind('@'));
        auto const colon = user.find(':');
        if (user.size() < authority.size() && colon != std::string_view::npos && colon + 1 < user.size())
            return true;
    }
    return false;
}

/// `clientSecret`, `client-secret` and `CLIENT_SECRET` are one name.
std::string plain(std::string_view name)
{
    auto lower = to_lower(name);
    std::erase_if(lower, [](char c) { return c == '_' || c == '-' || c == '.' || c == ' '; });
    return lower;
}

bool is_marked_secret(std::string_view plain_name, catalog::Integration const& integration)
{
    auto const marked = [&](catalog::ContextField const& field) {
        return field.secret && plain(field.name) == plain_name;
    };
    return std::ranges::any_of(integration.fields, marked) ||
           std::ranges::any_of(integration.credentials, [&](catalog::CredentialFormat const& format) {
               return std::ranges::any_of(format.fields, marked);
           });
}

/// Whether a URL of the definition, a step or the form reads the member. They read the visible part only.
bool is_read(std::string_view name, catalog::Integration const& integration)
{
    auto const has_it = [&](auto const& templated) {
        return std::ranges::any_of(templated.paths(), [&](std::string_view path) {
            return path.starts_with("context.") && path.ends_with(name) &&
                   path.substr(0, path.size() - name.size()).ends_with('.');
        });
    };
    auto const in_urls = [&](catalog::CredentialFormat const& format) {
        return format.oauth && (has_it(format.oauth->authorize_url) || has_it(format.oauth->token_url) ||
                                has_it(format.oauth->revoke_url));
    };
    auto const in_step = [&](catalog::Step const& step) { return has_it(step.call.arguments) || has_it(step.context); };
    auto const in_question = [&](catalog::FormField const& field) {
        return field.source && has_it(field.source->call.arguments);
    };
    auto const& actions = integration.actions;
    return has_it(integration.base_url) || std::ranges::any_of(integration.credentials, in_urls) ||
           std::ranges::any_of(actions.post_install, in_step) ||
           (actions.post_connect_user_form && std::ranges::any_of(actions.post_connect_user_form->fields, in_question));
}

bool is_secret(std::string_view name, catalog::Integration const& integration)
{
    auto const plain_name = plain(name);
    return is_one_of(plain_name, kSecretNames) || is_marked_secret(plain_name, integration) ||
           (sounds_secret(name) && !is_read(name, integration));
}

bool holds_secret(json::value const& value, catalog::Integration const& integration)
{
    if (auto const* elements = value.if_array())
        return std::ranges::any_of(*elements, [&](auto const& each) { return holds_secret(each, integration); });
    auto const* members = value.if_object();
    return members == nullptr ? holds_password(value) : std::ranges::any_of(*members, [&](auto const& member) {
        return is_secret(member.key(), integration) || holds_secret(member.value(), integration);
    });
}

/// Splits a context. A list with a secret anywhere in it is secret as a whole, since its elements belong together.
void split(json::object const& from, catalog::Integration const& integration, json::object& visible,
           json::object& secret)
{
    for (auto const& [name, value] : from) {
        if (is_secret(name, integration) || (!value.is_object() && holds_secret(value, integration))) {
            secret[name] = value;
            continue;
        }
        auto const* below = value.if_object();
        if (below == nullptr) {
            visible[name] = value;
            continue;
        }
        json::object visible_below;
        json::object secret_below;
        split(*below, integration, visible_below, secret_below);
        visible[name] = std::move(visible_below);
        if (!secret_below.empty())
            secret[name] = std::move(secret_below);
    }
}

/// Removes from one part what the patch has put into the other part.
void erase_moved(json::object& from, json::object const& patched)
{
    for (auto const& [name, value] : patched) {
        auto* known = from.if_contains(name);
        if (known != nullptr && known->is_object() && value.is_object())
            erase_moved(known->get_object(), value.get_object());
        else if (known != nullptr)
            from.erase(name);
    }
}

/// Adds the members of `from` to `into`; objects merge at every depth.
void overlay(json::object& into, json::object const& from)
{
    for (auto const& [name, value] : from) {
        auto* known = into.if_contains(name);
        if (known != nullptr && known->is_object() && value.is_object())
            overlay(known->get_object(), value.get_object());
        else
            into[name] = value;
    }
}

json::object merged_members(json::object into, json::object const& over)
{
    for (auto const& [name, value] : over)
        into[name] = value;
    return into;
}

/// The URLs to which an account's secrets are sent.
std::vector<catalog::Template const*> secret_urls(catalog::Integration const& integration,
                                                  std::string_view authentication_method)
{
    std::vector<catalog::Template const*> urls{&integration.base_url};
    auto const* format = integration.find_credentials(authentication_method);
    if (format != nullptr && format->oauth) {
        urls.push_back(&format->oauth->token_url);
        urls.push_back(&format->oauth->revoke_url);
    }
    return urls;
}

/// Calls `visit(path, given)` for every leaf of `secret`. `given` says whether `patch` has a value for it.
template <class Visit>
void each_secret(json::object const& secret, json::object const* patch, std::string const& path, Visit const& visit)
{
    for (auto const& [name, value] : secret) {
        auto const* given = patch != nullptr ? patch->if_contains(name) : nullptr;
        auto const below = documents::join_path(path, name);
        if (value.is_object() && (given == nullptr || given->is_object()))
            each_secret(value.get_object(), given != nullptr ? given->if_object() : nullptr, below, visit);
        else if (!value.is_null())
            visit(below, given != nullptr);
    }
}

FieldFailure entered_anew(std::string path, std::vector<std::string> const& changed)
{
    return {std::move(path), fmt::format("must be entered anew: a new {} changes the host that it is sent to",
                                         fmt::join(changed, ", "))};
}

class Checker {
public:
    explicit Checker(json::object const& context)
        : context_(context)
    {
    }

    void check_field(catalog::ContextField const& field)
    {
        auto const path = "context." + field.name;
        auto const* value = context_.if_contains(field.name);
        if (value == nullptr || value->is_null()) {
            if (field.required)
                add(path, fmt::format("is required: {}", field.description.empty() ? field.label : field.description));
            return;
        }
        auto const* text = value->if_string();
        if (text == nullptr)
            return add(path, "must be a string");
        if (text->empty() && field.required)
            return add(path, "must not be empty");
        if (text->size() > field.max_length)
            return add(path, fmt::format("must have at most {} characters", field.max_length));
        if (std::ranges::any_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
            return add(path, "must not contain control characters");
        if (field.pattern && !re2::RE2::FullMatch(re2::StringPiece(text->data(), text->size()), *field.pattern))
            return add(path, field.pattern_hint.empty()
                                 ? fmt::format("must match {}. {}", field.pattern->pattern(), field.description)
                                 : fmt::format("must match {}. {}", field.pattern->pattern(), field.pattern_hint));
        if (field.is_email && !text->empty() && !reads_as_email(*text))
            add(path, "must be an e-mail address");
    }

    static bool reads_as_email(std::string_view text)
    {
        auto const at = text.find('@');
        return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
               text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos;
    }

    void check_token_pair()
    {
        auto const* oauth = json::object_at(context_, "oauth");
        auto const* token = oauth != nullptr ? json::object_at(*oauth, "token") : nullptr;
        if (token == nullptr)
            return add("context.oauth.token", "is required: {access_token, refresh_token, expires_at}");
        auto const* access = json::string_at(*token, "access_token");
        if (access == nullptr || access->empty() || !is_header_text(*access))
            add("context.oauth.token.access_token", "must be a non-empty text of visible ASCII characters");
        auto const* refresh = token->if_contains("refresh_token");
        if (refresh != nullptr && !refresh->is_null() && !refresh->is_string())
            add("context.oauth.token.refresh_token", "must be a string");
        auto const* expires = token->if_contains("expires_at");
        if (expires != nullptr && !expires->is_null() &&
            !(expires->is_string() && parse_timestamp(expires->get_string())))
            add("context.oauth.token.expires_at", "must be a date and time such as 2026-11-20T12:00:00Z");
    }

    [[nodiscard]] std::vector<FieldFailure> take() { return std::move(failures_); }
    void add(std::string path, std::string message) { failures_.push_back({std::move(path), std::move(message)}); }

private:
    static bool is_header_text(std::string_view text)
    {
        return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
    }

    json::object const& context_;
    std::vector<FieldFailure> failures_;
};

} // namespace

json::object Context::whole() const
{
    auto all = visible;
    overlay(all, secret);
    return all;
}

Context split_context(json::object const& context, catalog::Integration const& integration)
{
    Context parts;
    split(context, integration, parts.visible, parts.secret);
    return parts;
}

bool has_credentials(json::object const& patch, catalog::Integration const& integration,
                     std::string_view authentication_method)
{
    auto const* format = integration.find_credentials(authentication_method);
    auto const is_one = [&](std::string_view name) {
        auto const is_it = [&](catalog::ContextField const& field) { return field.name == name; };
        auto const is_secret_one = [&](catalog::ContextField const& field) { return field.secret && is_it(field); };
        auto const is_read_by = [&](catalog::Template const& value) {
            return std::ranges::any_of(value.paths(), [&](std::string_view path) {
                return path == fmt::format("context.{}", name) || path.starts_with(fmt::format("context.{}.", name));
            });
        };
        if (name == "oauth" || std::ranges::any_of(integration.fields, is_secret_one))
            return true;
        if (format == nullptr)
            return false;
        auto const& authorization = format->authorization;
        bool const is_client = format->oauth && format->oauth->grant == catalog::OAuth::Grant::client_credentials &&
                               (name == "client_id" || name == "client_secret");
        return is_client || std::ranges::any_of(format->fields, is_it) || is_read_by(authorization.token) ||
               is_read_by(authorization.username) || is_read_by(authorization.password);
    };
    return std::ranges::any_of(patch, [&](auto const& member) { return is_one(member.key()); });
}

Context merge_context(Context const& old, json::object const& patch, catalog::Integration const& integration)
{
    auto const split_patch = split_context(patch, integration);
    Context merged = old;
    erase_moved(merged.secret, split_patch.visible);
    erase_moved(merged.visible, split_patch.secret);
    for (auto const& [name, value] : split_patch.visible) {
        if (value.is_null())
            merged.visible.erase(name);
        else
            merged.visible[name] = value;
    }
    overlay(merged.secret, split_patch.secret);
    return merged;
}

std::vector<std::string> changed_authorities(catalog::Integration const& integration,
                                             std::string_view authentication_method, json::object const& before,
                                             json::object const& now)
{
    json::value const old_values = json::object{{"context", before}};
    json::value const new_values = json::object{{"context", now}};
    std::vector<std::string> changed;
    for (auto const* url : secret_urls(integration, authentication_method)) {
        for (auto& path : url->authority_paths()) {
            auto const* was = json::find_path(old_values, path);
            auto const* is = json::find_path(new_values, path);
            bool const is_same = was != nullptr && is != nullptr && *was == *is;
            if (!is_same && std::ranges::find(changed, path) == changed.end())
                changed.push_back(std::move(path));
        }
    }
    return changed;
}

Result<Context> patch_context(Context const& old, json::object const& patch, catalog::Integration const& integration,
                              std::string_view authentication_method)
{
    auto merged = merge_context(old, patch, integration);
    auto const changed = changed_authorities(integration, authentication_method, old.visible, merged.visible);
    if (changed.empty())
        return merged;
    merged.secret = split_context(patch, integration).secret;
    std::vector<FieldFailure> failures;
    each_secret(old.secret, &merged.secret, "context", [&](std::string const& path, bool is_given) {
        if (!is_given)
            failures.push_back(entered_anew(path, changed));
    });
    return failures.empty() ? Result<Context>(std::move(merged)) : Error{std::move(failures)};
}

Result<json::object> entered_context(Context const& old, json::object const& entered, json::object const& given,
                                     catalog::Integration const& integration, std::string_view authentication_method)
{
    auto const fresh = merged_members(entered, given);
    auto const changed = changed_authorities(integration, authentication_method, old.visible,
                                             split_context(merged_members(old.visible, fresh), integration).visible);
    std::vector<FieldFailure> failures;
    json::value const given_values = json::object{{"context", given}};
    if (!split_context(given, integration).secret.empty())
        for (auto const* url : secret_urls(integration, authentication_method))
            for (auto& path : url->fixes_host() ? std::vector<std::string>{} : url->authority_paths())
                if (json::find_path(given_values, path) == nullptr && std::ranges::find(changed, path) != changed.end())
                    failures.push_back({std::move(path), "cannot be chosen with this link: secrets that come with the "
                                                         "link would be sent there. Ask whoever gave it to you for a "
                                                         "link that names the host"});
    auto const* format = integration.find_credentials(authentication_method);
    if (!changed.empty() && format != nullptr)
        for (auto const* fields : {&integration.fields, &format->fields})
            for (auto const& field : *fields)
                if (field.secret && old.secret.contains(field.name) && !fresh.contains(field.name))
                    failures.push_back(entered_anew("context." + field.name, changed));
    if (!failures.empty())
        return Error{std::move(failures)};
    return merged_members(changed.empty() ? old.whole() : old.visible, fresh);
}

Result<void> check_context(json::object const& context, catalog::Integration const& integration,
                           std::string_view authentication_method, Tokens tokens)
{
    Checker checker(context);
    if (boost::json::serialize(context).size() > kMaxContextBytes)
        checker.add("context", fmt::format("must have at most {} bytes", kMaxContextBytes));
    for (auto const& field : integration.fields)
        checker.check_field(field);
    if (auto const* format = integration.find_credentials(authentication_method)) {
        for (auto const& field : format->fields)
            checker.check_field(field);
        if (tokens == Tokens::required && format->oauth &&
            format->oauth->grant == catalog::OAuth::Grant::authorization_code)
            checker.check_token_pair();
    } else {
        std::vector<std::string_view> names;
        for (auto const& offered : integration.credentials)
            names.push_back(offered.name);
        checker.add("authentication_method", fmt::format("must be one of {}", fmt::join(names, ", ")));
    }
    auto failures = checker.take();
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

} // namespace sluice::accounts
