#include "config/settings.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>

#include <unistd.h>

namespace sluice::config {
namespace {

using Values = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::pair<std::string_view, std::chrono::milliseconds> kUnits[] = {
    {"ms", 1ms}, {"s", 1s}, {"min", 1min}, {"h", 1h}};

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    auto const unit_at = text.find_first_not_of("0123456789");
    if (unit_at == 0 || unit_at == std::string_view::npos)
        return std::nullopt;
    auto const number = parse_integer(text.substr(0, unit_at));
    for (auto const& [name, unit] : kUnits)
        if (number && *number < 1'000'000'000 && name == text.substr(unit_at))
            return *number * unit;
    return std::nullopt;
}

std::string show_duration(std::chrono::milliseconds value)
{
    for (auto const& [name, unit] : {kUnits[3], kUnits[2], kUnits[1]})
        if (value.count() != 0 && value % unit == 0ms)
            return fmt::format("{}{}", value / unit, name);
    return fmt::format("{}ms", value.count());
}

std::optional<std::string> one_value(Values const& values, std::string& target)
{
    if (values.size() != 1)
        return "must be a single value";
    target = values.front();
    return std::nullopt;
}

Values split_commas(std::string_view text)
{
    Values values;
    while (!text.empty()) {
        auto const comma = text.find(',');
        auto part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        auto const first = part.find_first_not_of(' ');
        if (first == std::string_view::npos)
            continue;
        values.emplace_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    }
    return values;
}

struct File {
    std::map<std::string, Values> values; ///< By dotted key; a sequence has several.
    std::set<std::string> keys;           ///< The keys of values and of groups.
    std::vector<FieldFailure> failures;
};

void flatten(YAML::Node const& node, std::string const& prefix, File& out)
{
    for (auto const& member : node) {
        auto const key =
            prefix.empty() ? member.first.as<std::string>() : prefix + "." + member.first.as<std::string>();
        if (!out.keys.insert(key).second)
            out.failures.push_back({key, "is there twice"});
        else if (member.second.IsMap())
            flatten(member.second, key, out);
        else if (member.second.IsSequence())
            out.values[key] = member.second.as<Values>();
        else if (!member.second.IsNull())
            out.values[key] = {member.second.as<std::string>()};
    }
}

Result<File> read_file(std::string_view text)
{
    File file;
    try {
        auto const root = YAML::Load(std::string(text));
        if (!root.IsNull() && !root.IsMap())
            return invalid("config file", "must be a YAML mapping");
        flatten(root, "", file);
    } catch (YAML::Exception const& error) {
        return invalid(fmt::format("config file, line {}", error.mark.line + 1), error.msg);
    }
    return file;
}

} // namespace

EnvironmentLookup process_environment()
{
    return [](std::string const& name) -> std::optional<std::string> {
        char const* const value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

std::vector<std::string> sluice_variables()
{
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        if (text.starts_with("SLUICE_"))
            names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

std::string Settings::variable_of(std::string_view key)
{
    std::string name = "SLUICE_";
    for (char const c : key)
        name += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    return name;
}

void Settings::add(std::string key, std::string description, bool is_list,
                   std::function<std::optional<std::string>(Values const&)> set, std::function<std::string()> show)
{
    settings_.push_back({std::move(key), std::move(description), std::move(set), std::move(show), is_list});
}

void Settings::text(std::string key, std::string& target, std::string description, Check check)
{
    add(
        std::move(key), std::move(description), false,
        [&target, check = std::move(check)](Values const& values) {
            auto failure = one_value(values, target);
            return failure || !check ? failure : check(target);
        },
        [&] { return target; });
}

void Settings::secret(std::string key, Secret& target, std::string description)
{
    add(
        std::move(key), std::move(description), false,
        [&](Values const& values) {
            std::string value;
            auto failure = one_value(values, value);
            if (!failure)
                target = Secret{std::move(value)};
            return failure;
        },
        [&] { return target.empty() ? "<unset>" : "<set>"; });
}

void Settings::flag(std::string key, bool& target, std::string description)
{
    add(
        std::move(key), std::move(description), false,
        [&](Values const& values) -> std::optional<std::string> {
            if (values == Values{"true"} || values == Values{"false"}) {
                target = values.front() == "true";
                return std::nullopt;
            }
            return "must be true or false";
        },
        [&] { return target ? "true" : "false"; });
}

void Settings::number(std::string key, std::string description, Range range, Number number)
{
    add(
        std::move(key), std::move(description), false,
        [range, set = std::move(number.set)](Values const& values) -> std::optional<std::string> {
            auto const value = values.size() == 1 ? parse_integer(values.front()) : std::nullopt;
            if (!value || *value < range.minimum || *value > range.maximum)
                return fmt::format("must be an integer from {} to {}", range.minimum, range.maximum);
            set(*value);
            return std::nullopt;
        },
        [get = std::move(number.get)] { return std::to_string(get()); });
}

void Settings::duration(std::string key, std::chrono::milliseconds& target, std::chrono::milliseconds minimum,
                        std::chrono::milliseconds maximum, std::string description)
{
    add(
        std::move(key), std::move(description), false,
        [&target, minimum, maximum](Values const& values) -> std::optional<std::string> {
            auto const value = values.size() == 1 ? parse_duration(values.front()) : std::nullopt;
            if (!value || *value < minimum || *value > maximum)
                return fmt::format("must be a duration from {} to {}, such as 500ms, 30s, 15min or 24h",
                                   show_duration(minimum), show_duration(maximum));
            target = *value;
            return std::nullopt;
        },
        [&] { return show_duration(target); });
}

void Settings::list(std::string key, std::vector<std::string>& target, std::string description, Check check)
{
    add(
        std::move(key), std::move(description), true,
        [&target, check = std::move(check)](Values const& values) -> std::optional<std::string> {
            target = values;
            for (auto const& value : values)
                if (auto failure = check ? check(value) : std::nullopt)
                    return fmt::format("{} ({})", *failure, value);
            return std::nullopt;
        },
        [&] { return fmt::format("{}", fmt::join(target, ",")); });
}

std::string Settings::why_unknown(std::string const& name, bool is_variable) const
{
    Values members;
    for (auto const& setting : settings_)
        if (auto full = is_variable ? variable_of(setting.key) : setting.key;
            full.starts_with(name + (is_variable ? '_' : '.')))
            members.push_back(std::move(full));
    return members.empty() ? "is not a setting; see `sluice config --help` for those there are"
                           : fmt::format("is a group of settings: {}", fmt::join(members, ", "));
}

bool Settings::is_known(std::string const& key, bool has_value) const
{
    return std::ranges::any_of(settings_, [&](Setting const& setting) {
        return setting.key == key || (!has_value && setting.key.starts_with(key + '.'));
    });
}

Result<void> Settings::load(std::string_view file_text, EnvironmentLookup const& environment,
                            std::vector<std::string> const& environment_names)
{
    auto file = read_file(file_text);
    if (!file)
        return file.error();
    auto failures = std::move(file->failures);
    std::set<std::string> known_variables{"SLUICE_CONFIG", "SLUICE_FAILPOINT"};
    for (auto const& setting : settings_) {
        auto const variable = variable_of(setting.key);
        known_variables.insert(variable);
        auto from_file = file->values.extract(setting.key);
        if (auto const value = environment(variable)) {
            auto failure = setting.set(setting.is_list ? split_commas(*value) : Values{*value});
            if (failure)
                failures.push_back({variable, *failure});
        } else if (!from_file.empty()) {
            auto failure = setting.set(from_file.mapped());
            if (failure)
                failures.push_back({setting.key, *failure});
        }
    }
    for (auto const& key : file->keys)
        if (!is_known(key, file->values.contains(key)))
            failures.push_back({key, why_unknown(key, false)});
    for (auto const& name : environment_names)
        if (!known_variables.contains(name))
            failures.push_back({name, why_unknown(name, true)});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

std::string Settings::dump() const
{
    std::string text;
    for (auto const& setting : settings_)
        text += fmt::format("{} = {}\n", setting.key, setting.show());
    return text;
}

std::string Settings::help() const
{
    std::string text;
    for (auto const& setting : settings_)
        text += fmt::format("{}\n    {} (default: {}; variable: {})\n", setting.key, setting.description,
                            setting.show().empty() ? "none" : setting.show(), variable_of(setting.key));
    return text;
}

} // namespace sluice::config
