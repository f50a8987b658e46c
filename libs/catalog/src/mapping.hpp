#pragma once

#include "base/json.hpp"
#include "catalog/template.hpp"
#include "documents/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Reads one mapping of the manifest. Remembers which keys were asked for, so that other keys can be refused.
class Mapping {
public:
    Mapping(documents::Source const& source, json::value const* value, std::string path, documents::Problems& problems)
        : source_(source)
        , object_(value != nullptr ? value->if_object() : nullptr)
        , path_(std::move(path))
        , problems_(problems)
    {
        if (value != nullptr && object_ == nullptr)
            problems_.add(source_, path_, "must be a mapping");
    }
    Mapping(Mapping const&) = delete;
    Mapping& operator=(Mapping const&) = delete;
    ~Mapping()
    {
        if (object_ == nullptr)
            return;
        for (auto const& [key, value] : *object_)
            if (std::ranges::find(asked_, std::string_view(key)) == asked_.end())
                problems_.add(source_, at(key),
                              "is not a key here; known are " + fmt::format("{}", fmt::join(asked_, ", ")));
    }

    [[nodiscard]] std::string at(std::string_view key) const { return documents::join_path(path_, key); }
    void problem(std::string_view key, std::string message) { problems_.add(source_, at(key), std::move(message)); }

    json::value const* find(std::string_view key)
    {
        asked_.emplace_back(key);
        return object_ != nullptr ? object_->if_contains(key) : nullptr;
    }

    std::string text(std::string_view key, bool required, std::string fallback = {})
    {
        auto const* value = find(key);
        if (value == nullptr || value->is_null()) {
            if (required)
                problem(key, "is required");
            return fallback;
        }
        if (value->is_string())
            return std::string(value->get_string());
        problem(key, "must be text");
        return fallback;
    }

    bool flag(std::string_view key, bool fallback)
    {
        auto const* value = find(key);
        if (value == nullptr)
            return fallback;
        if (value->is_bool())
            return value->get_bool();
        problem(key, "must be true or false");
        return fallback;
    }

    std::int64_t integer(std::string_view key, std::int64_t minimum, std::int64_t maximum, std::int64_t fallback)
    {
        auto const* value = find(key);
        if (value == nullptr)
            return fallback;
        if (value->is_int64() && value->get_int64() >= minimum && value->get_int64() <= maximum)
            return value->get_int64();
        problem(key, fmt::format("must be an integer from {} to {}", minimum, maximum));
        return fallback;
    }

    std::vector<std::string> texts(std::string_view key)
    {
        std::vector<std::string> values;
        auto const* value = find(key);
        if (value == nullptr)
            return values;
        auto const* array = value->if_array();
        if (array == nullptr)
            return problem(key, "must be a list of texts"), values;
        for (auto const& element : *array) {
            if (element.is_string())
                values.emplace_back(element.get_string());
            else
                problem(key, "must be a list of texts");
        }
        return values;
    }

    Template template_at(std::string_view key, bool required)
    {
        auto parsed = Template::parse(text(key, required));
        if (parsed)
            return *std::move(parsed);
        problem(key, parsed.error().public_detail());
        return {};
    }

    /// The position of the value in `names`.
    std::size_t choice(std::string_view key, std::initializer_list<std::string_view> names, std::size_t fallback)
    {
        return choice(key, std::span(names.begin(), names.size()), fallback);
    }
    std::size_t choice(std::string_view key, std::span<std::string_view const> names, std::size_t fallback)
    {
        auto const* value = find(key);
        if (value == nullptr)
            return fallback;
        auto const position =
            value->is_string() ? std::ranges::find(names, std::string_view(value->get_string())) : names.end();
        if (position != names.end())
            return static_cast<std::size_t>(position - names.begin());
        problem(key, fmt::format("must be one of {}", fmt::join(names, ", ")));
        return fallback;
    }

    [[nodiscard]] json::object const* object() const noexcept { return object_; }
    /// Allows all keys, for a caller that iterates over them.
    void take_all()
    {
        if (object_ != nullptr)
            for (auto const& [key, value] : *object_)
                asked_.emplace_back(key);
    }

private:
    documents::Source const& source_;
    json::object const* object_;
    std::string path_;
    documents::Problems& problems_;
    std::vector<std::string> asked_;
};

} // namespace sluice::catalog
