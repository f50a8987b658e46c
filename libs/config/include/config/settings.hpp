#pragma once

#include "base/result.hpp"
#include "base/settings_table.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

using EnvironmentLookup = std::function<std::optional<std::string>(std::string const& name)>;

/// The process environment.
[[nodiscard]] EnvironmentLookup process_environment();

/// A table of settings. Each is bound to a variable, which has the default. `database.url` is read from the key `url`
/// under `database` in the YAML file, or from `SLUICE_DATABASE_URL`; the environment variable wins.
class Settings final : public SettingsTable {
public:
    void text(std::string key, std::string& target, std::string description, Check check = {}) override;
    void secret(std::string key, Secret& target, std::string description) override;
    void flag(std::string key, bool& target, std::string description) override;
    void duration(std::string key, std::chrono::milliseconds& target, std::chrono::milliseconds minimum,
                  std::chrono::milliseconds maximum, std::string description) override;
    void list(std::string key, std::vector<std::string>& target, std::string description, Check check = {}) override;

    /// Reads the file (if `file_text` is not empty) and the environment. Errors: invalid_argument with every mistake:
    /// keys that are unknown or there twice, unknown `SLUICE_` variables, values that cannot be read or are out of
    /// range.
    [[nodiscard]] Result<void> load(std::string_view file_text, EnvironmentLookup const& environment,
                                    std::vector<std::string> const& environment_names);

    /// The values in use, as lines `key = value`. Secrets are shown as `<set>` or `<unset>`.
    [[nodiscard]] std::string dump() const;
    /// One line per setting: key, variable, default, description. Call before `load`.
    [[nodiscard]] std::string help() const;

    [[nodiscard]] static std::string variable_of(std::string_view key);

private:
    struct Setting {
        std::string key;
        std::string description;
        /// Sets the value. Gives the error text, or nothing.
        std::function<std::optional<std::string>(std::vector<std::string> const& values)> set;
        std::function<std::string()> show;
        bool is_list = false;
    };

    void number(std::string key, std::string description, Range range, Number number) override;
    void add(std::string key, std::string description, bool is_list,
             std::function<std::optional<std::string>(std::vector<std::string> const&)> set,
             std::function<std::string()> show);

    /// Whether the key is a setting, or a group of settings if it has no value.
    [[nodiscard]] bool is_known(std::string const& key, bool has_value) const;
    [[nodiscard]] std::string why_unknown(std::string const& name, bool is_variable) const;

    std::vector<Setting> settings_;
};

/// The names of all variables of the process environment that start with `SLUICE_`.
[[nodiscard]] std::vector<std::string> sluice_variables();

} // namespace sluice::config
