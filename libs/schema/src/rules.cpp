#include "rules.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "documents/source.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace sluice::schema {
namespace {

constexpr std::size_t kMaxListedValues = 60;

std::optional<unsigned> types_named(std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, unsigned>, 7> kNames{{{"null", Types::null},
                                                                           {"boolean", Types::boolean},
                                                                           {"integer", Types::integer},
                                                                           {"number", Types::integer | Types::fraction},
                                                                           {"string", Types::string},
                                                                           {"array", Types::array},
                                                                           {"object", Types::object}}};
    for (auto const& [known, types] : kNames)
        if (known == name)
            return types;
    return std::nullopt;
}

/// Makes nodes of a schema. Keeps the first mistake in the schema.
class Compiler {
public:
    Node compile(json::value const& schema, std::string const& path)
    {
        Node node;
        auto const* rules = schema.if_object();
        if (rules == nullptr) {
            malformed(path, "must be a schema object");
            return node;
        }
        for (auto const& [key, value] : *rules)
            read(key, value, documents::join_path(path, key), node);
        return node;
    }

    [[nodiscard]] std::string const& mistake() const noexcept { return mistake_; }

private:
    void malformed(std::string_view path, std::string_view rule)
    {
        if (mistake_.empty())
            mistake_ = fmt::format("{}{}{}", path, path.empty() ? "" : " ", rule);
    }

    void read(std::string_view key, json::value const& value, std::string const& path, Node& node)
    {
        if (key == "type")
            read_types(value, path, node);
        else if (key == "enum")
            value.is_array() ? void(node.values.emplace(value.get_array())) : malformed(path, "must be a list");
        else if (key == "const")
            node.only.emplace(json::array{value});
        else if (key == "pattern")
            read_pattern(value, path, node);
        else if (key == "uniqueItems")
            node.is_unique = value.is_bool() && value.get_bool();
        else if (key == "items")
            node.items = std::make_unique<Node>(compile(value, path));
        else if (key == "properties")
            read_properties(value, path, node);
        else if (key == "required")
            read_required(value, path, node);
        else if (key == "additionalProperties" && value.is_bool())
            node.is_closed = !value.get_bool();
        else if (key == "additionalProperties")
            node.others = std::make_unique<Node>(compile(value, path));
        else if (key == "propertyNames")
            node.member_names = std::make_unique<Node>(compile(value, path));
        else if (key == "not")
            node.none_of = std::make_unique<Node>(compile(value, path));
        else if (auto* branches = branches_for(key, node))
            read_branches(value, path, *branches);
        else if (auto* number = number_for(key, node))
            value.is_number() ? void(*number = value) : malformed(path, "must be a number");
        else if (auto* size = size_for(key, node))
            read_size(value, path, *size);
        if (key == "multipleOf" && value.is_number() && !(value.to_number<double>() > 0))
            malformed(path, "must be above zero");
    }

    static std::vector<Node>* branches_for(std::string_view key, Node& node)
    {
        return key == "allOf" ? &node.all_of : key == "anyOf" ? &node.any_of : key == "oneOf" ? &node.one_of : nullptr;
    }

    static std::optional<json::value>* number_for(std::string_view key, Node& node)
    {
        return key == "minimum"            ? &node.minimum
               : key == "maximum"          ? &node.maximum
               : key == "exclusiveMinimum" ? &node.above
               : key == "exclusiveMaximum" ? &node.below
               : key == "multipleOf"       ? &node.multiple_of
                                           : nullptr;
    }

    static std::optional<std::size_t>* size_for(std::string_view key, Node& node)
    {
        return key == "minLength"       ? &node.min_length
               : key == "maxLength"     ? &node.max_length
               : key == "minItems"      ? &node.min_items
               : key == "maxItems"      ? &node.max_items
               : key == "minProperties" ? &node.min_members
               : key == "maxProperties" ? &node.max_members
                                        : nullptr;
    }

    void read_types(json::value const& value, std::string const& path, Node& node)
    {
        node.types = 0;
        auto const add = [&](json::value const& name) {
            auto const types = name.is_string() ? types_named(name.get_string()) : std::nullopt;
            if (!types)
                return malformed(path, "must name types of JSON");
            node.types |= *types;
            node.type_words += (node.type_words.empty() ? "" : " or ") + std::string(name.get_string());
        };
        auto const* several = value.if_array();
        if (several == nullptr)
            return add(value);
        for (auto const& each : *several)
            add(each);
        if (several->empty())
            malformed(path, "must name types of JSON");
    }

    void read_pattern(json::value const& value, std::string const& path, Node& node)
    {
        auto const* text = value.if_string();
        if (text == nullptr)
            return malformed(path, "must be a pattern");
        re2::RE2::Options options;
        options.set_log_errors(false);
        node.pattern = std::make_unique<re2::RE2>(re2::StringPiece(text->data(), text->size()), options);
        if (!node.pattern->ok())
            malformed(path, "is not a pattern that runs in linear time");
    }

    void read_properties(json::value const& value, std::string const& path, Node& node)
    {
        auto const* members = value.if_object();
        if (members == nullptr)
            return malformed(path, "must be an object of schemas");
        for (auto const& [name, schema] : *members) {
            node.properties.emplace(name, std::make_unique<Node>(compile(schema, documents::join_path(path, name))));
            node.names.emplace_back(name);
        }
    }

    void read_required(json::value const& value, std::string const& path, Node& node)
    {
        auto const* names = value.if_array();
        if (names == nullptr || json::texts_in(value).size() != names->size())
            return malformed(path, "must be a list of names");
        node.required = json::texts_in(value);
    }

    void read_branches(json::value const& value, std::string const& path, std::vector<Node>& branches)
    {
        auto const* schemas = value.if_array();
        if (schemas == nullptr || schemas->empty())
            return malformed(path, "must be a non-empty list of schemas");
        for (std::size_t i = 0; i < schemas->size(); ++i)
            branches.push_back(compile((*schemas)[i], documents::join_path(path, i)));
    }

    void read_size(json::value const& value, std::string const& path, std::optional<std::size_t>& size)
    {
        constexpr double kExact = 9007199254740992.0;
        auto const number = value.is_number() ? value.to_number<double>() : -1.0;
        if (!(number >= 0 && number <= kExact && std::trunc(number) == number))
            return malformed(path, "must be a whole number");
        size = static_cast<std::size_t>(number);
    }

    std::string mistake_;
};

} // namespace

Types type_of(json::value const& value)
{
    switch (value.kind()) {
    case boost::json::kind::null:
        return Types::null;
    case boost::json::kind::bool_:
        return Types::boolean;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
        return Types::integer;
    case boost::json::kind::double_:
        return std::trunc(value.get_double()) == value.get_double() ? Types::integer : Types::fraction;
    case boost::json::kind::string:
        return Types::string;
    case boost::json::kind::array:
        return Types::array;
    case boost::json::kind::object:
        return Types::object;
    }
    return Types::null;
}

std::string_view word_for(Types type)
{
    switch (type) {
    case Types::null:
        return "null";
    case Types::boolean:
        return "boolean";
    case Types::integer:
        return "integer";
    case Types::fraction:
        return "number";
    case Types::string:
        return "string";
    case Types::array:
        return "array";
    case Types::object:
        return "object";
    }
    return "?";
}

std::string with_article(std::string_view noun)
{
    bool const is_vowel = std::string_view("aio").find(noun.front()) != std::string_view::npos;
    return fmt::format("{} {}", is_vowel ? "an" : "a", noun);
}

Values::Values(json::array values)
    : listed(std::move(values))
{
    for (auto const& value : listed) {
        has_structures = has_structures || value.is_structured();
        if (auto const* text = value.if_string())
            texts.emplace(*text);
        else
            canonical.insert(json::canonical(value));
    }
}

std::string Values::words() const
{
    std::string text;
    for (std::size_t i = 0; i < listed.size(); ++i) {
        if (i == kMaxListedValues)
            return text + ", …";
        text += (i == 0 ? "" : ", ") + json::to_text(listed[i]);
    }
    return text;
}

std::string Node::form() const
{
    if (!type_words.empty())
        return with_article(type_words);
    return only ? only->words() : values ? "one of " + values->words() : "another form";
}

std::string forms_of(std::vector<Node> const& branches)
{
    std::string forms;
    std::set<std::string> seen;
    for (auto const& branch : branches)
        if (auto form = branch.form(); seen.insert(form).second)
            forms += (forms.empty() ? "" : ", or ") + form;
    return forms;
}

Node compile_rules(json::value const& schema, std::string& mistake)
{
    Compiler compiler;
    auto root = compiler.compile(schema, "");
    mistake = compiler.mistake();
    return root;
}

} // namespace sluice::schema
