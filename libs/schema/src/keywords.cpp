#include "schema/schema.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

namespace sluice::schema {
namespace {

constexpr int kMaxDepth = 24;
constexpr std::size_t kMaxPattern = 1000;

constexpr std::array<std::string_view, 31> kEnforced{
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "$ref",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
};
/// Annotations, also those of OpenAPI: they have no effect on validity.
constexpr std::array<std::string_view, 8> kAnnotations{"format",          "deprecated",       "readOnly", "writeOnly",
                                                       "contentEncoding", "contentMediaType", "example",  "$schema"};

bool is_known(std::string_view keyword)
{
    return (std::ranges::find(kEnforced, keyword) != kEnforced.end()) ||
           (std::ranges::find(kAnnotations, keyword) != kAnnotations.end()) || keyword.starts_with("x-");
}

class Checker {
public:
    Checker(documents::Source const& source, documents::Problems& problems)
        : source_(source)
        , problems_(problems)
    {
    }

    void check(json::value const& schema, std::string const& path, int depth)
    {
        auto const* object = schema.if_object();
        if (object == nullptr)
            return problems_.add(source_, path, "must be a schema object");
        if (depth > kMaxDepth)
            return problems_.add(source_, path, fmt::format("is nested deeper than {} schemas", kMaxDepth));
        for (auto const& [key, value] : *object)
            check_member(key, value, path, depth);
    }

private:
    void check_member(std::string_view key, json::value const& value, std::string const& path, int depth)
    {
        auto const at = documents::join_path(path, key);
        if (!is_known(key))
            return problems_.add(source_, at,
                                 "is a keyword that would not be enforced; leave it out or use one that is");
        if (key == "$ref")
            return problems_.add(source_, at,
                                 "could not be resolved; only #/components/schemas/<name> is allowed, and "
                                 "no recursion");
        if (key == "pattern")
            return check_pattern(value, at);
        if (key == "properties")
            return check_members(value, at, depth);
        if (key == "items" || key == "not" || key == "propertyNames" ||
            (key == "additionalProperties" && !value.is_bool()))
            return check(value, at, depth + 1);
        if (key == "anyOf" || key == "oneOf" || key == "allOf")
            return check_branches(value, at, depth);
    }

    void check_members(json::value const& value, std::string const& path, int depth)
    {
        auto const* members = value.if_object();
        if (members == nullptr)
            return problems_.add(source_, path, "must be an object of schemas");
        for (auto const& [name, schema] : *members)
            check(schema, documents::join_path(path, name), depth + 1);
    }

    void check_branches(json::value const& value, std::string const& path, int depth)
    {
        auto const* branches = value.if_array();
        if (branches == nullptr || branches->empty())
            return problems_.add(source_, path, "must be a non-empty list of schemas");
        for (std::size_t i = 0; i < branches->size(); ++i)
            check((*branches)[i], documents::join_path(path, i), depth + 1);
    }

    void check_pattern(json::value const& value, std::string const& path)
    {
        auto const* pattern = value.if_string();
        if (pattern == nullptr || pattern->size() > kMaxPattern)
            return problems_.add(source_, path, "must be a pattern of at most 1000 characters");
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(1 << 20);
        re2::RE2 const compiled(re2::StringPiece(pattern->data(), pattern->size()), options);
        if (!compiled.ok())
            problems_.add(source_, path, "is not a pattern RE2 can run in linear time: " + compiled.error());
    }

    documents::Source const& source_;
    documents::Problems& problems_;
};

} // namespace

void check_keywords(json::value const& schema, documents::Source const& source, std::string const& path,
                    documents::Problems& problems)
{
    Checker(source, problems).check(schema, path, 0);
}

} // namespace sluice::schema
