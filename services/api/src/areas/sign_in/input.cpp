#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

constexpr std::size_t kLongestEmail = 320;
constexpr std::size_t kLongestCode = 40;
/// In bytes: a longer one is no password, and is not worth a hash.
constexpr std::size_t kLongestPassword = 1024;

std::optional<Secret> secret_at(http::Fields& fields, json::object const& body, std::string_view name, bool required,
                                std::size_t max)
{
    // A password may have any characters.
    // An object is no secret, though a document may be one.
    if (auto const* value = body.if_contains(name); value != nullptr && value->is_object())
        fields.fail(name, "must be a string");
    auto given = fields.document(name, required, max);
    return given ? std::optional(Secret(*std::move(given))) : std::nullopt;
}

identity::NewPassword read_new_password(http::Fields& fields, json::object const& body)
{
    identity::NewPassword entered;
    entered.secret = secret_at(fields, body, "secret", true, crypto::kLongestToken).value_or(Secret{});
    entered.password = secret_at(fields, body, "password", true, kLongestPassword).value_or(Secret{});
    return entered;
}

} // namespace

Result<identity::PasswordSignIn> read_sign_in(json::object const& body)
{
    http::Fields fields(body);
    identity::PasswordSignIn entered;
    entered.team = fields.text("team", true).value_or("");
    entered.email = fields.text("email", true, kLongestEmail).value_or("");
    entered.password = secret_at(fields, body, "password", true, kLongestPassword).value_or(Secret{});
    entered.code = secret_at(fields, body, "code", false, kLongestCode);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return entered;
}

Result<Secret> read_link_secret(json::object const& body)
{
    http::Fields fields(body);
    auto secret = secret_at(fields, body, "secret", true, crypto::kLongestToken);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *std::move(secret);
}

Result<identity::NewPassword> read_acceptance(json::object const& body)
{
    http::Fields fields(body);
    auto entered = read_new_password(fields, body);
    entered.name = fields.text("name", false);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return entered;
}

Result<identity::NewPassword> read_reset(json::object const& body)
{
    http::Fields fields(body);
    auto entered = read_new_password(fields, body);
    entered.code = secret_at(fields, body, "code", false, kLongestCode);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return entered;
}

Result<ForgottenPassword> read_forgotten(json::object const& body)
{
    http::Fields fields(body);
    ForgottenPassword forgotten;
    forgotten.team = fields.text("team", true).value_or("");
    forgotten.email = fields.text("email", true, kLongestEmail).value_or("");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return forgotten;
}

} // namespace sluice::api
