// The only file that sees valijson.
#include "catalog/schema.hpp"

#include "catalog/near.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

// The package's headers are not written for our warnings.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma clang diagnostic pop

namespace sluice::catalog {
namespace {

using Adapter = valijson::adapters::BoostJsonAdapter;

constexpr std::size_t kMaxFailures = 20;
constexpr std::size_t kMaxListedValues = 60;

/// valijson's own `pattern` and `format` are std::regex, which overflows the stack on long input and backtracks for
/// seconds on short; ours run on RE2, and formats are annotations.
json::value without_patterns(json::value const& schema)
{
    if (auto const* array = schema.if_array()) {
        json::array copy;
        for (auto const& element : *array)
            copy.push_back(without_patterns(element));
        return copy;
    }
    auto const* object = schema.if_object();
    if (object == nullptr)
        return schema;
    json::object copy;
    for (auto const& [key, value] : *object) {
        bool const is_literal = key == "enum" || key == "const" || key == "default" || key == "examples";
        if (key == "properties" && value.is_object()) {
            json::object members;
            for (auto const& [name, member] : value.get_object())
                members.emplace(name, without_patterns(member));
            copy.emplace(key, std::move(members));
        } else if ((key == "pattern" || key == "format" || key == "$schema") && value.is_string()) {
            continue;
        } else {
            copy.emplace(key, is_literal ? value : without_patterns(value));
        }
    }
    return copy;
}

/// Patterns where they are run: on properties and items, any depth.
struct PatternNode {
    std::unique_ptr<re2::RE2> pattern;
    std::map<std::string, std::unique_ptr<PatternNode>> properties;
    std::unique_ptr<PatternNode> items;

    [[nodiscard]] bool empty() const { return !pattern && properties.empty() && !items; }
};

PatternNode pattern_tree(json::value const& schema)
{
    PatternNode node;
    auto const* object = schema.if_object();
    if (object == nullptr)
        return node;
    if (auto const* text = json::string_at(*object, "pattern"))
        node.pattern = std::make_unique<re2::RE2>(re2::StringPiece(text->data(), text->size()));
    if (auto const* properties = json::object_at(*object, "properties")) {
        for (auto const& [name, member] : *properties)
            if (auto below = pattern_tree(member); !below.empty())
                node.properties.emplace(name, std::make_unique<PatternNode>(std::move(below)));
    }
    if (auto const* items = object->if_contains("items")) {
        if (auto below = pattern_tree(*items); !below.empty())
            node.items = std::make_unique<PatternNode>(std::move(below));
    }
    return node;
}

void match_patterns(PatternNode const& node, json::value const& value, std::string const& path,
                    std::vector<FieldFailure>& failures)
{
    if (auto const* text = value.if_string(); text != nullptr && node.pattern) {
        if (!re2::RE2::PartialMatch(re2::StringPiece(text->data(), text->size()), *node.pattern))
            failures.push_back({path, "must match the pattern " + node.pattern->pattern()});
    }
    if (auto const* object = value.if_object()) {
        for (auto const& [name, below] : node.properties)
            if (auto const* member = object->if_contains(name))
                match_patterns(*below, *member, join_path(path, name), failures);
    }
    if (auto const* array = value.if_array(); array != nullptr && node.items) {
        for (std::size_t i = 0; i < array->size() && failures.size() < kMaxFailures; ++i)
            match_patterns(*node.items, (*array)[i], join_path(path, i), failures);
    }
}

std::string list_of(json::array const& values)
{
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i == kMaxListedValues)
            return text + ", …";
        text += (i == 0 ? "" : ", ") + boost::json::serialize(values[i]);
    }
    return text;
}

std::string types_of(json::value const& type)
{
    auto const* several = type.if_array();
    if (several == nullptr)
        return type.is_string() ? std::string(type.get_string()) : "?";
    std::string text;
    for (auto const& one : *several)
        text += (text.empty() ? "" : " or ") + std::string(one.get_string());
    return text;
}

std::string kind_of(json::value const& value)
{
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
        return "integer";
    case boost::json::kind::double_:
        return "number";
    case boost::json::kind::string:
        return "string";
    case boost::json::kind::array:
        return "array";
    case boost::json::kind::object:
        return "object";
    }
    return "?";
}

bool has_type(json::value const& value, std::string_view type)
{
    auto const kind = kind_of(value);
    return kind == type || (type == "number" && kind == "integer") ||
           (type == "integer" && kind == "number" &&
            value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double())));
}

bool has_any_type(json::value const& value, json::value const& type)
{
    if (auto const* one = type.if_string())
        return has_type(value, *one);
    if (auto const* several = type.if_array()) {
        for (auto const& each : *several)
            if (has_type(value, each.get_string()))
                return true;
        return false;
    }
    return true;
}

/// Numbers as text without a needless fraction.
std::string number_text(json::value const& number)
{
    return boost::json::serialize(number);
}

/// The rules of one schema object that a value breaks, in words. Branches (`anyOf` and the like) are one rule.
class Explainer {
public:
    explicit Explainer(std::vector<FieldFailure>& failures)
        : failures_(failures)
    {
    }

    void explain(json::value const& schema, json::value const& value, std::string const& path)
    {
        auto const* rules = schema.if_object();
        if (rules == nullptr || failures_.size() >= kMaxFailures)
            return;
        if (auto const* type = rules->if_contains("type"); type != nullptr && !has_any_type(value, *type))
            return add(path,
                       fmt::format("must be {} {}, not {}", article(types_of(*type)), types_of(*type), kind_of(value)));
        if (auto const* allowed = json::array_at(*rules, "enum"); allowed != nullptr && !holds(*allowed, value))
            return add(path, "must be one of " + list_of(*allowed) +
                                 (value.is_string() ? did_you_mean(json::texts_in(*allowed), value.get_string()) : ""));
        if (auto const* only = rules->if_contains("const"); only != nullptr && *only != value)
            return add(path, "must be " + boost::json::serialize(*only));
        explain_branches(*rules, value, path);
        explain_numbers(*rules, value, path);
        explain_text(*rules, value, path);
        explain_array(*rules, value, path);
        explain_object(*rules, value, path);
    }

private:
    static std::string_view article(std::string_view noun)
    {
        return std::string_view("aio").find(noun.front()) == std::string_view::npos ? "a" : "an";
    }

    static bool holds(json::array const& allowed, json::value const& value)
    {
        for (auto const& each : allowed)
            if (each == value)
                return true;
        return false;
    }

    void add(std::string const& path, std::string message) { failures_.push_back({path, std::move(message)}); }

    /// Alternatives are one rule: none of them fits.
    void explain_branches(json::object const& rules, json::value const& value, std::string const& path)
    {
        for (std::string_view const key : {"anyOf", "oneOf"}) {
            auto const* branches = json::array_at(rules, key);
            if (branches == nullptr)
                continue;
            std::string forms;
            bool fits = false;
            for (auto const& branch : *branches) {
                std::vector<FieldFailure> mistakes;
                Explainer(mistakes).explain(branch, value, path);
                fits = fits || mistakes.empty();
                auto const form = form_of(branch);
                if (forms.find(form) == std::string::npos)
                    forms += (forms.empty() ? "" : ", or ") + form;
            }
            if (!fits)
                add(path, fmt::format("must be {}, not {}", forms, kind_of(value)));
        }
    }

    static std::string form_of(json::value const& branch)
    {
        auto const* rules = branch.if_object();
        auto const* type = rules != nullptr ? rules->if_contains("type") : nullptr;
        if (type != nullptr)
            return fmt::format("{} {}", article(types_of(*type)), types_of(*type));
        auto const* values = rules != nullptr ? json::array_at(*rules, "enum") : nullptr;
        return values != nullptr ? "one of " + list_of(*values) : "another form";
    }

    void explain_numbers(json::object const& rules, json::value const& value, std::string const& path)
    {
        if (!value.is_number())
            return;
        auto const number = value.to_number<double>();
        auto const bound = [&](std::string_view key, auto broken, std::string_view words) {
            if (auto const* limit = rules.if_contains(key); limit != nullptr && limit->is_number())
                if (broken(number, limit->to_number<double>()))
                    add(path, fmt::format("must be {} {}", words, number_text(*limit)));
        };
        bound("minimum", std::less<>{}, "at least");
        bound("maximum", std::greater<>{}, "at most");
        bound("exclusiveMinimum", std::less_equal<>{}, "greater than");
        bound("exclusiveMaximum", std::greater_equal<>{}, "less than");
    }

    void explain_size(json::object const& rules, std::size_t size, std::string_view minimum, std::string_view maximum,
                      std::string_view unit, std::string const& path)
    {
        if (auto const* least = rules.if_contains(minimum);
            least != nullptr && least->is_int64() && size < static_cast<std::size_t>(least->get_int64()))
            add(path, fmt::format("must have at least {} {}", least->get_int64(), unit));
        if (auto const* most = rules.if_contains(maximum);
            most != nullptr && most->is_int64() && size > static_cast<std::size_t>(most->get_int64()))
            add(path, fmt::format("must have at most {} {}", most->get_int64(), unit));
    }

    void explain_text(json::object const& rules, json::value const& value, std::string const& path)
    {
        auto const* text = value.if_string();
        if (text == nullptr)
            return;
        auto const is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
        auto const characters = static_cast<std::size_t>(std::count_if(text->begin(), text->end(), is_start));
        explain_size(rules, characters, "minLength", "maxLength", "characters", path);
    }

    void explain_array(json::object const& rules, json::value const& value, std::string const& path)
    {
        auto const* array = value.if_array();
        if (array == nullptr)
            return;
        explain_size(rules, array->size(), "minItems", "maxItems", "items", path);
        if (auto const* items = rules.if_contains("items"))
            for (std::size_t i = 0; i < array->size() && failures_.size() < kMaxFailures; ++i)
                explain(*items, (*array)[i], join_path(path, i));
    }

    void explain_object(json::object const& rules, json::value const& value, std::string const& path)
    {
        auto const* object = value.if_object();
        if (object == nullptr)
            return;
        explain_size(rules, object->size(), "minProperties", "maxProperties", "members", path);
        if (auto const* required = json::array_at(rules, "required"))
            for (auto const& name : *required)
                if (name.is_string() && !object->contains(name.get_string()))
                    add(join_path(path, name.get_string()), "is required");
        auto const* properties = json::object_at(rules, "properties");
        auto const* others = rules.if_contains("additionalProperties");
        for (auto const& [name, member] : *object) {
            auto const* schema = properties != nullptr ? properties->if_contains(name) : nullptr;
            if (schema != nullptr)
                explain(*schema, member, join_path(path, name));
            else if (others != nullptr && others->is_bool() && !others->get_bool())
                add(join_path(path, name), "is not known here" + near_miss(name, properties));
            else if (others != nullptr && others->is_object())
                explain(*others, member, join_path(path, name));
        }
    }

    static std::string near_miss(std::string_view name, json::object const* properties)
    {
        if (properties == nullptr || properties->empty())
            return "; nothing is allowed here";
        std::vector<std::string> names;
        std::string all;
        for (auto const& [candidate, schema] : *properties) {
            names.emplace_back(candidate);
            if (all.size() < 600)
                all += (all.empty() ? "" : ", ") + std::string(candidate);
        }
        auto const near = did_you_mean(names, name);
        return near.empty() ? "; known are " + all : near;
    }

    std::vector<FieldFailure>& failures_;
};

/// `["<root>", "[source]", "[to]", "[0]"]` as `source.to[0]`.
std::string path_of(std::vector<std::string> const& context)
{
    std::string path;
    for (std::size_t i = 1; i < context.size(); ++i) {
        auto const inner = context[i].substr(1, context[i].size() - 2);
        bool const is_index = inner.find_first_not_of("0123456789") == std::string::npos;
        path = is_index ? path + context[i] : join_path(path, inner);
    }
    return path;
}

} // namespace

struct Schema::Impl {
    json::value source;
    valijson::Schema compiled;
    PatternNode patterns;
};

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<Schema> Schema::compile(json::value const& schema)
{
    Schema result;
    result.impl_ = std::make_unique<Impl>();
    result.impl_->source = schema;
    result.impl_->patterns = pattern_tree(schema);
    auto const plain = without_patterns(schema);
    try {
        valijson::SchemaParser parser;
        parser.populateSchema(Adapter(plain), result.impl_->compiled);
    } catch (std::exception const& error) {
        return invalid("", fmt::format("is not a valid JSON Schema: {}", error.what()));
    }
    return result;
}

std::vector<FieldFailure> Schema::validate(json::value const& value) const
{
    std::vector<FieldFailure> failures;
    valijson::Validator validator;
    Adapter const target(value);
    if (!validator.validate(impl_->compiled, target, nullptr)) {
        Explainer(failures).explain(impl_->source, value, "");
        if (failures.empty()) {
            // A rule the explainer does not put into words (anyOf, not, uniqueItems): the validator's own text.
            valijson::ValidationResults results;
            validator.validate(impl_->compiled, target, &results);
            for (auto const& error : results)
                if (failures.size() < kMaxFailures)
                    failures.push_back({path_of(error.context), error.description});
        }
        return failures;
    }
    if (!impl_->patterns.empty())
        match_patterns(impl_->patterns, value, "", failures);
    return failures;
}

} // namespace sluice::catalog
