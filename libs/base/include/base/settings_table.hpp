#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The table to which a module adds its settings. Beside its plain struct it has a function
/// `add_settings(SettingsTable&, Config&)`, which binds a key to each member that an operator may set.
/// `config::Settings` reads them. Each target must outlive the table. Its value when it is added is the default, which
/// is not checked. Keys are dotted: `database.url`.
class SettingsTable {
public:
    /// The mistake in a value, as a text "must be …"; nothing if the value is right.
    using Check = std::function<std::optional<std::string>(std::string const& value)>;

    virtual ~SettingsTable() = default;

    virtual void text(std::string key, std::string& target, std::string description, Check check = {}) = 0;
    virtual void secret(std::string key, Secret& target, std::string description) = 0;
    virtual void flag(std::string key, bool& target, std::string description) = 0;
    /// Written `250ms`, `30s`, `15min`, `24h`.
    virtual void duration(std::string key, std::chrono::milliseconds& target, std::chrono::milliseconds minimum,
                          std::chrono::milliseconds maximum, std::string description) = 0;
    /// A YAML list; in the environment its elements are separated by commas. `check` is called for each element.
    virtual void list(std::string key, std::vector<std::string>& target, std::string description, Check check = {}) = 0;

    template <std::integral T>
    void integer(std::string key, T& target, std::int64_t minimum, std::int64_t maximum, std::string description)
    {
        number(std::move(key), std::move(description), {minimum, maximum},
               {[&target] { return static_cast<std::int64_t>(target); },
                [&target](std::int64_t value) { target = static_cast<T>(value); }});
    }
    /// Written in MiB.
    void mebibytes(std::string key, std::size_t& bytes, std::int64_t minimum, std::int64_t maximum,
                   std::string description)
    {
        constexpr std::size_t kMebibyte = 1024 * 1024;
        number(std::move(key), std::move(description), {minimum, maximum},
               {[&bytes] { return static_cast<std::int64_t>(bytes / kMebibyte); },
                [&bytes](std::int64_t value) { bytes = static_cast<std::size_t>(value) * kMebibyte; }});
    }

protected:
    struct Range {
        std::int64_t minimum;
        std::int64_t maximum;
    };
    struct Number {
        std::function<std::int64_t()> get;
        std::function<void(std::int64_t)> set;
    };
    virtual void number(std::string key, std::string description, Range range, Number number) = 0;
};

} // namespace sluice
