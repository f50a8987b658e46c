#include "consent.hpp"

#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sluice::simulator {
namespace {

/// As calm as the pages that lead here, and plainly not one of them.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --page: #f4f5f8; --card: #fff; --text: #14161c; --muted: #565d6b; --line: #d5d8e0;
        --accent: #b93c22; --on-accent: #fff; --ring: #b93c22; }
@media (prefers-color-scheme: dark) {
    :root { --page: #0c0e13; --card: #171a21; --text: #f1f3f7; --muted: #a6aebd; --line: #3a404d; --ring: #ff9d86; }
}
* { box-sizing: border-box; }
body { display: grid; min-height: 100vh; margin: 0; padding: 24px 16px; place-items: center; background: var(--page);
       color: var(--text); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; overflow-wrap: anywhere; }
main { width: 100%; max-width: 440px; padding: 28px; border: 1px solid var(--line); border-radius: 16px;
       background: var(--card); }
h1 { margin: 6px 0 0; font-size: 22px; line-height: 1.25; text-wrap: balance; }
h2 { margin: 22px 0 0; font-size: 15px; }
p { margin: 6px 0 0; color: var(--muted); }
.vendor { margin: 0; font-size: 13px; }
ul { display: grid; gap: 7px; margin: 10px 0 24px; padding-left: 20px; }
form { display: grid; gap: 10px; }
button { min-height: 48px; border: 1px solid var(--line); border-radius: 12px; background: none; color: inherit;
         font: inherit; font-weight: 600; cursor: pointer; }
button[value=approve] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button:focus-visible { outline: 2px solid var(--ring); outline-offset: 2px; }
)";

/// What an app may do, in the words of the pages on which it asks: each line for the scopes it stands for.
struct Permission {
    std::string_view label;
    std::vector<std::string_view> scopes;
};

std::vector<Permission> const& permissions()
{
    static std::vector<Permission> const all{
        {"See your name and e-mail address", {"openid", "email", "profile"}},
        {"See, create and change tickets, messages and satisfaction surveys",
         {"tickets:read", "tickets:write", "satisfaction_survey:read", "satisfaction_survey:write"}},
        {"See, create and change customers", {"customers:read", "customers:write"}},
        {"See, create and change tags, macros, rules and custom fields",
         {"tags:read", "tags:write", "macros:read", "macros:write", "rules:read", "rules:write", "custom_fields:read",
          "custom_fields:write"}},
        {"See, create and change users, integrations and account settings",
         {"users:read", "users:write", "integrations:read", "integrations:write", "account:read", "account:write"}},
        {"Start jobs that change or export many tickets", {"jobs:read", "jobs:write"}},
        {"See events and statistics", {"events:read", "statistics:read"}},
        {"Stay connected while you are away", {"offline"}},
    };
    return all;
}

std::string escaped(std::string_view text)
{
    auto out = replaced(text, "&", "&amp;");
    out = replaced(out, "<", "&lt;");
    out = replaced(out, ">", "&gt;");
    return replaced(out, "\"", "&quot;");
}

/// A line for each permission that is asked for as a whole, and the names of the scopes that none covers.
std::string access_list(std::vector<std::string_view> asked)
{
    std::string list = "<ul>";
    for (auto const& permission : permissions()) {
        auto const is_asked = [&](std::string_view scope) { return std::ranges::find(asked, scope) != asked.end(); };
        if (!std::ranges::all_of(permission.scopes, is_asked))
            continue;
        list += fmt::format("<li>{}</li>", permission.label);
        std::erase_if(asked, [&](std::string_view scope) {
            return std::ranges::find(permission.scopes, scope) != permission.scopes.end();
        });
    }
    for (auto const scope : asked)
        if (!scope.empty())
            list += fmt::format("<li>{}</li>", escaped(scope));
    return list + "</ul>";
}

std::string page(std::string_view title, std::string_view content)
{
    return fmt::format("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                       "<title>{0}</title><style>{1}</style></head>"
                       "<body><main><p class=\"vendor\">Gorgias (simulated)</p><h1>{0}</h1>{2}</main></body></html>\n",
                       title, kStyle, content);
}

} // namespace

std::string consent_page(std::string_view app, std::string_view account, http::Query const& parameters)
{
    auto form = fmt::format("<h2>What {} will be able to do</h2>", escaped(app));
    form += access_list(split(parameters.find("scope").value_or(""), ' '));
    form += "<form method=\"post\">";
    for (auto const& [name, value] : parameters.pairs())
        form += fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
    form += "<button name=\"decision\" value=\"approve\">Approve</button>"
            "<button name=\"decision\" value=\"deny\">Deny</button></form>";
    return page(fmt::format("{} wants to access {}.gorgias.com", escaped(app), escaped(account)), form);
}

std::string error_page(std::string_view message)
{
    return page("Authorization error", "<p>" + escaped(message) + "</p>");
}

} // namespace sluice::simulator
