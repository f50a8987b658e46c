#include "accounts/redact.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace sluice::accounts {
namespace {

/// A shorter text may stand in any answer by chance, so it is not removed.
constexpr std::size_t kShortest = 4;
constexpr std::string_view kInstead = "[secret]";

void collect(json::value const& value, std::vector<std::string>& secrets)
{
    if (value.is_string() && value.get_string().size() >= kShortest)
        secrets.emplace_back(value.get_string());
    else if (value.is_object())
        for (auto const& [name, member] : value.get_object())
            collect(member, secrets);
    else if (value.is_array())
        for (auto const& item : value.get_array())
            collect(item, secrets);
}

std::string percent_encoded(std::string_view text, std::string_view digits, bool blank_is_plus)
{
    constexpr std::string_view kUnreserved = "-._~";
    std::string encoded;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        bool const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              kUnreserved.find(c) != std::string_view::npos;
        if (is_plain)
            encoded += c;
        else if (c == ' ' && blank_is_plus)
            encoded += '+';
        else
            ((encoded += '%') += digits[byte / 16]) += digits[byte % 16];
    }
    return encoded;
}

/// The base64 characters that depend on the text alone, if `before` bytes come before the text.
std::string within_base64(std::string_view text, std::size_t before)
{
    auto const whole = std::string(before, '\0') + std::string(text);
    auto const encoded = base64(bytes_of(whole));
    auto const first = (before * 8 + 5) / 6;
    auto const last = whole.size() * 8 / 6;
    return encoded.substr(first, last - first);
}

std::string with_escaped_slashes(std::string_view text)
{
    std::string escaped;
    for (char const c : text) {
        if (c == '/' || c == '"' || c == '\\')
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::vector<std::string> forms_of(std::vector<std::string> const& secrets)
{
    std::vector<std::string> forms;
    for (auto const& secret : secrets) {
        forms.push_back(secret);
        forms.push_back(percent_encoded(secret, "0123456789ABCDEF", false));
        forms.push_back(percent_encoded(secret, "0123456789abcdef", false));
        forms.push_back(percent_encoded(secret, "0123456789ABCDEF", true));
        forms.push_back(with_escaped_slashes(secret));
        for (std::size_t before = 0; before < 3; ++before) {
            auto form = within_base64(secret, before);
            auto url_form = form;
            std::ranges::replace(url_form, '+', '-');
            std::ranges::replace(url_form, '/', '_');
            forms.push_back(with_escaped_slashes(form));
            forms.push_back(std::move(form));
            forms.push_back(std::move(url_form));
        }
    }
    std::erase_if(forms, [](std::string const& form) { return form.size() < kShortest; });
    // The longest form comes first, since one form may be part of another.
    std::ranges::sort(forms,
                      [](auto const& a, auto const& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return forms;
}

std::vector<std::string> forms_of(CallableAccount const& account)
{
    auto const context = open_context(account.account, account.key);
    if (!context)
        return {}; // Secrets that do not open were never sent, so the vendor cannot repeat them.
    std::vector<std::string> secrets;
    collect(context->secret, secrets);
    return forms_of(secrets);
}

/// Replaces every form in the text. True if there was one.
bool replace(std::vector<std::string> const& forms, std::string& text)
{
    bool is_replaced = false;
    for (auto const& form : forms) {
        for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at + kInstead.size())) {
            text.replace(at, form.size(), kInstead);
            is_replaced = true;
        }
    }
    return is_replaced;
}

} // namespace

std::string without_secrets(std::string text, CallableAccount const& account)
{
    if (!text.empty())
        replace(forms_of(account), text);
    return text;
}

http::Headers without_secrets(http::Headers headers, CallableAccount const& account)
{
    auto const forms = forms_of(account);
    bool is_clean = true;
    http::Headers clean;
    for (auto const& [name, value] : headers) {
        std::string text(value);
        is_clean = !replace(forms, text) && is_clean;
        clean.add(name, text);
    }
    return is_clean ? std::move(headers) : std::move(clean);
}

} // namespace sluice::accounts
