#include "consent.hpp"

#include "text.hpp"

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

std::string escaped(std::string_view text)
{
    auto out = replaced(text, "&", "&amp;");
    out = replaced(out, "<", "&lt;");
    out = replaced(out, ">", "&gt;");
    return replaced(out, "\"", "&quot;");
}

std::string page(std::string_view title, std::string_view content)
{
    return fmt::format("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>"
                       "<body><h1>{0}</h1>{1}</body></html>\n",
                       title, content);
}

} // namespace

std::string consent_page(std::string_view app, std::string_view account, http::Query const& parameters)
{
    std::string form = "<ul>";
    for (auto const scope : split(parameters.find("scope").value_or(""), ' '))
        form += "<li>" + escaped(scope) + "</li>";
    form += "</ul><form method=\"post\">";
    for (auto const& [name, value] : parameters.pairs())
        form += fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
    form += "<button name=\"decision\" value=\"approve\">Approve</button> "
            "<button name=\"decision\" value=\"deny\">Deny</button></form>";
    return page(fmt::format("{} wants to access {}", escaped(app), escaped(account)), form);
}

std::string error_page(std::string_view message)
{
    return page("Authorization error", "<p>" + escaped(message) + "</p>");
}

} // namespace sluice::simulator
