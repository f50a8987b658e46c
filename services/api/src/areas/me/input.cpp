#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

constexpr std::size_t kLongestCode = 40;
constexpr std::size_t kLongestPassword = 1024;

Secret secret_at(http::Fields& fields, json::object const& body, std::string_view name, bool required, std::size_t max)
{
    // An object is no secret, though a document may be one.
    if (auto const* value = body.if_contains(name); value != nullptr && value->is_object())
        fields.fail(name, "must be a string");
    auto given = fields.document(name, required, max);
    return given ? Secret(*std::move(given)) : Secret{};
}

} // namespace

Result<std::string> read_new_name(json::object const& body)
{
    http::Fields fields(body);
    auto name = fields.text("name", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *std::move(name);
}

Result<PasswordChange> read_password_change(json::object const& body)
{
    http::Fields fields(body);
    PasswordChange change{secret_at(fields, body, "current", false, kLongestPassword),
                          secret_at(fields, body, "new", true, kLongestPassword)};
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return change;
}

Result<Secret> read_second_factor_code(json::object const& body)
{
    http::Fields fields(body);
    auto code = secret_at(fields, body, "code", true, kLongestCode);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return code;
}

Result<SecondFactorRemoval> read_second_factor_removal(json::object const& body)
{
    http::Fields fields(body);
    SecondFactorRemoval removal{secret_at(fields, body, "password", false, kLongestPassword),
                                secret_at(fields, body, "code", true, kLongestCode)};
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return removal;
}

Result<void> read_nothing(json::object const& body)
{
    http::Fields fields(body);
    return fields.check();
}

} // namespace sluice::api
