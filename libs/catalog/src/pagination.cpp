#include "pagination.hpp"

#include "mapping.hpp"

namespace sluice::catalog {
namespace {

/// The most records of a vendor's page.
constexpr std::int64_t kMostOfAPage = 100'000;

/// Reads which answers without the array are empty lists. YAML reads the word null as a null.
void read_empty_lists(Mapping& mapping, Pagination& pagination)
{
    auto const* value = mapping.find("empty");
    auto const* forms = value != nullptr ? value->if_array() : nullptr;
    if (value != nullptr && forms == nullptr)
        return mapping.problem("empty", "must be a list of absent and null");
    if (forms == nullptr)
        return;
    for (auto const& form : *forms) {
        bool const is_text = form.is_string();
        if (form.is_null() || (is_text && form.get_string() == "null"))
            pagination.null_is_empty = true;
        else if (is_text && form.get_string() == "absent")
            pagination.absent_is_empty = true;
        else
            mapping.problem("empty", "must be a list of absent and null");
    }
}

/// A dotted path without an empty name.
bool is_path(std::string_view text)
{
    return !text.starts_with('.') && !text.ends_with('.') && text.find("..") == std::string_view::npos;
}

void check_text(Mapping& config, paging::Setting const& setting, std::string_view value)
{
    auto const* given = config.object() != nullptr ? config.object()->if_contains(setting.name) : nullptr;
    if (given != nullptr && given->is_string() && value.empty())
        config.problem(setting.name, "must not be empty: leave it out");
    if (setting.kind != paging::Setting::Kind::path || value.empty())
        return;
    if (!is_path(value))
        config.problem(setting.name, "must be the dotted path of a member of the answer, such as meta.next");
    auto const* items = config.object()->if_contains("items");
    if (items != nullptr && *items == json::value("") && setting.name != "next_from_last")
        config.problem(setting.name, "is a member of the answer, but items says that the answer is the list itself");
}

void read_setting(Mapping& config, paging::Setting const& setting, Pagination& pagination)
{
    using Kind = paging::Setting::Kind;
    std::string const name(setting.name);
    std::string value;
    switch (setting.kind) {
    case Kind::flag:
        if (config.flag(name, false))
            pagination.settings.emplace(name, "");
        return;
    case Kind::digit:
        if (config.find(name) != nullptr)
            value = std::to_string(config.integer(name, 0, 1, 0));
        break;
    case Kind::text:
    case Kind::path:
        value = config.text(name, setting.required);
        check_text(config, setting, value);
        break;
    }
    if (!value.empty())
        pagination.settings.emplace(name, std::move(value));
}

std::string_view read_format(Mapping& mapping)
{
    std::vector<std::string_view> formats{"none"};
    for (auto const* style : paging::styles())
        formats.push_back(style->name());
    return formats[mapping.choice("format", formats, 0)];
}

/// Whether a style is written in its former form.
bool is_former(Mapping& config, std::string_view format)
{
    auto const& former = paging::former_form();
    bool const is_said = config.object() != nullptr && config.object()->contains(former.flag);
    return format == former.name && is_said && config.flag(former.flag, false);
}

} // namespace

Pagination read_pagination(json::value const* value, documents::Source const& source, std::string const& path,
                           documents::Problems& problems)
{
    Pagination pagination;
    if (value == nullptr)
        return pagination;
    Mapping mapping(source, value, path, problems);
    auto const format = read_format(mapping);
    Mapping config(source, mapping.find("config"), mapping.at("config"), problems);
    read_empty_lists(mapping, pagination);
    if (is_former(config, format)) {
        pagination.style = paging::former_form().style;
        pagination.settings = paging::former_form().settings;
    } else {
        pagination.style = paging::find_style(format);
    }
    pagination.items = config.text("items", pagination.style != nullptr);
    if (!is_path(pagination.items))
        config.problem("items", "must be the dotted path of the list in the answer, such as data.tickets; empty if the "
                                "answer is the list");
    if (pagination.style == nullptr)
        return pagination;
    for (auto const& setting : pagination.style->settings())
        read_setting(config, setting, pagination);
    for (auto const& mistake : pagination.style->mistakes(pagination.settings))
        config.problem(mistake.setting, mistake.message);
    pagination.paths = pagination.style->paths(pagination.settings);
    pagination.max_limit = config.integer("max_limit", 1, kMostOfAPage, 100);
    pagination.default_limit = config.integer("default_limit", 1, pagination.most(), pagination.max_limit);
    return pagination;
}

} // namespace sluice::catalog
