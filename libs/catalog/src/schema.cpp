#include "catalog/schema.hpp"

#include "base/encoding.hpp"
#include "catalog/near.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMaxFailures = 20;
constexpr std::size_t kMaxListedValues = 60;
constexpr std::size_t kMaxListedNames = 600;
constexpr std::size_t kMaxNameInPath = 100;
/// Values times the rules that apply to each: some tenths of a second.
constexpr std::size_t kMaxSteps = 2'000'000;
/// Bytes of a text that is compared or matched, to the step.
constexpr std::size_t kBytesPerStep = 64;

/// The types of JSON Schema as bits. A number whose fraction is zero is an integer, however it is written.
enum Types : unsigned { null = 1, boolean = 2, integer = 4, fraction = 8, string = 16, array = 32, object = 64 };
constexpr unsigned kAnyType = 127;

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

/// What `enum` or `const` allows.
struct Values {
    json::array listed;
    std::set<std::string, std::less<>> texts;  ///< Those that are strings.
    std::unordered_set<std::string> canonical; ///< The others.
    bool has_structures = false;

    explicit Values(json::array values)
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

    [[nodiscard]] std::string words() const
    {
        std::string text;
        for (std::size_t i = 0; i < listed.size(); ++i) {
            if (i == kMaxListedValues)
                return text + ", …";
            text += (i == 0 ? "" : ", ") + json::to_text(listed[i]);
        }
        return text;
    }
};

/// One schema object, ready to be checked.
struct Node {
    unsigned types = kAnyType;
    std::string type_words;       ///< `integer or null`
    std::optional<Values> values; ///< Of `enum`.
    std::optional<Values> only;   ///< Of `const`.
    std::unique_ptr<re2::RE2> pattern;
    std::optional<json::value> minimum, maximum, above, below, multiple_of;
    std::optional<std::size_t> min_length, max_length, min_items, max_items, min_members, max_members;
    bool is_unique = false;
    std::unique_ptr<Node> items;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> properties;
    std::vector<std::string> names; ///< Of the properties, in their order.
    std::vector<std::string> required;
    bool is_closed = false; ///< No other members.
    std::unique_ptr<Node> others;
    std::unique_ptr<Node> member_names;
    std::vector<Node> all_of, any_of, one_of;
    std::unique_ptr<Node> none_of;

    [[nodiscard]] Node const* below_name(std::string_view name) const
    {
        auto const known = properties.find(name);
        return known != properties.end() ? known->second.get() : others.get();
    }

    [[nodiscard]] std::string form() const
    {
        if (!type_words.empty())
            return with_article(type_words);
        return only ? only->words() : values ? "one of " + values->words() : "another form";
    }
};

std::string forms_of(std::vector<Node> const& branches)
{
    std::string forms;
    std::set<std::string> seen;
    for (auto const& branch : branches)
        if (auto form = branch.form(); seen.insert(form).second)
            forms += (forms.empty() ? "" : ", or ") + form;
    return forms;
}

/// Makes nodes of a schema; the first thing that is not as it should be is kept.
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
            read(key, value, join_path(path, key), node);
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
            node.properties.emplace(name, std::make_unique<Node>(compile(schema, join_path(path, name))));
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
            branches.push_back(compile((*schemas)[i], join_path(path, i)));
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

/// Where a value stands; text only where a mistake has to be told.
struct Place {
    Place const* parent = nullptr;
    std::string_view name;
    std::optional<std::size_t> index;

    [[nodiscard]] std::string path() const
    {
        if (parent == nullptr)
            return {};
        auto const above = parent->path();
        return index ? join_path(above, *index) : join_path(above, utf8_prefix(name, kMaxNameInPath));
    }
};

/// Checks a value in time linear in its size, times the rules that apply to each of its parts.
class Check {
public:
    void run(Node const& node, json::value const& value, Place const& at)
    {
        if (++steps_ > kMaxSteps || is_decided())
            return;
        auto const type = type_of(value);
        if ((node.types & type) == 0)
            return add(
                at, [&] { return fmt::format("must be {}, not {}", with_article(node.type_words), word_for(type)); });
        if (node.only && !holds(*node.only, value))
            return add(at, [&] { return "must be " + node.only->words(); });
        if (node.values && !holds(*node.values, value))
            return add(at, [&] {
                return fmt::format("must be one of {}{}", node.values->words(),
                                   value.is_string()
                                       ? did_you_mean(json::texts_in(node.values->listed), value.get_string())
                                       : std::string());
            });
        check_branches(node, value, at);
        if (value.is_number())
            check_number(node, value, at);
        else if (auto const* text = value.if_string())
            check_text(node, *text, at);
        else if (auto const* elements = value.if_array())
            check_array(node, *elements, at);
        else if (auto const* members = value.if_object())
            check_object(node, *members, at);
    }

    [[nodiscard]] bool fits(Node const& node, json::value const& value, Place const& at)
    {
        auto const outer = std::exchange(has_failed_, false);
        ++probes_;
        run(node, value, at);
        --probes_;
        return !std::exchange(has_failed_, outer);
    }

    std::vector<FieldFailure> take()
    {
        if (steps_ > kMaxSteps)
            failures_.push_back({"", "is too much to be checked at once; send less"});
        else if (count_ > failures_.size())
            failures_.push_back({"", fmt::format("and {} more mistakes", count_ - failures_.size())});
        return std::move(failures_);
    }

private:
    [[nodiscard]] bool is_decided() const noexcept { return probes_ > 0 && has_failed_; }
    [[nodiscard]] bool is_over() const noexcept { return is_decided() || steps_ > kMaxSteps; }

    void add(Place const& at, auto const& message)
    {
        has_failed_ = true;
        if (probes_ > 0)
            return;
        if (failures_.size() < kMaxFailures)
            failures_.push_back({at.path(), message()});
        ++count_;
    }

    bool holds(Values const& values, json::value const& value)
    {
        if (auto const* text = value.if_string())
            return values.texts.contains(std::string_view(*text));
        if (value.is_structured() && !values.has_structures)
            return false;
        auto const text = json::canonical(value);
        steps_ += text.size() / kBytesPerStep;
        return values.canonical.contains(text);
    }

    void check_branches(Node const& node, json::value const& value, Place const& at)
    {
        for (auto const& each : node.all_of)
            run(each, value, at);
        if (!node.any_of.empty()) {
            bool fits_any = false;
            for (auto const& branch : node.any_of)
                fits_any = fits_any || fits(branch, value, at);
            if (!fits_any)
                explain_branches(node.any_of, value, at);
        }
        if (!node.one_of.empty()) {
            std::size_t fitting = 0;
            for (auto const& branch : node.one_of)
                fitting += fits(branch, value, at) ? 1 : 0;
            if (fitting == 0)
                explain_branches(node.one_of, value, at);
            else if (fitting > 1)
                add(at,
                    [&] { return fmt::format("must fit only one of {}; it fits {}", forms_of(node.one_of), fitting); });
        }
        if (node.none_of && fits(*node.none_of, value, at))
            add(at, [&] { return "must not be " + node.none_of->form(); });
    }

    /// Where one form only is of the value's type, what is wrong with that; else which forms there are.
    void explain_branches(std::vector<Node> const& branches, json::value const& value, Place const& at)
    {
        auto const type = type_of(value);
        Node const* meant = nullptr;
        std::size_t candidates = 0;
        for (auto const& branch : branches) {
            if (!value.is_structured() || (branch.types & type) == 0)
                continue;
            meant = &branch;
            ++candidates;
        }
        if (candidates == 1 && probes_ == 0)
            return run(*meant, value, at);
        add(at, [&] { return fmt::format("must be {}, not {}", forms_of(branches), word_for(type)); });
    }

    void check_number(Node const& node, json::value const& value, Place const& at)
    {
        auto const number = value.to_number<double>();
        auto const bound = [&](std::optional<json::value> const& limit, auto const& is_broken, std::string_view words) {
            if (limit && is_broken(number, limit->to_number<double>()))
                add(at, [&] { return fmt::format("must be {} {}", words, json::to_text(*limit)); });
        };
        bound(node.minimum, std::less<>{}, "at least");
        bound(node.maximum, std::greater<>{}, "at most");
        bound(node.above, std::less_equal<>{}, "greater than");
        bound(node.below, std::greater_equal<>{}, "less than");
        // 19.99 is a multiple of 0.01, though neither is exact in binary.
        auto const is_no_multiple = [](double of, double unit) {
            auto const times = of / unit;
            return std::abs(times - std::round(times)) > 1e-9 * std::max(1.0, std::abs(times));
        };
        bound(node.multiple_of, is_no_multiple, "a multiple of");
    }

    void check_size(std::optional<std::size_t> least, std::optional<std::size_t> most, std::size_t size,
                    std::string_view unit, Place const& at)
    {
        if (least && size < *least)
            add(at, [&] { return fmt::format("must have at least {} {}", *least, unit); });
        if (most && size > *most)
            add(at, [&] { return fmt::format("must have at most {} {}", *most, unit); });
    }

    void check_text(Node const& node, std::string_view text, Place const& at)
    {
        if (node.min_length || node.max_length) {
            std::size_t characters = 0;
            for (char const c : text)
                characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
            check_size(node.min_length, node.max_length, characters, "characters", at);
            if (node.max_length && characters > *node.max_length)
                return;
        }
        if (!node.pattern)
            return;
        steps_ += text.size() / kBytesPerStep;
        if (!re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *node.pattern))
            add(at, [&] { return "must match the pattern " + node.pattern->pattern(); });
    }

    void check_array(Node const& node, json::array const& elements, Place const& at)
    {
        check_size(node.min_items, node.max_items, elements.size(), "items", at);
        if (node.max_items && elements.size() > *node.max_items)
            return;
        if (node.items)
            for (std::size_t i = 0; i < elements.size() && !is_over(); ++i)
                run(*node.items, elements[i], {&at, {}, i});
        if (node.is_unique)
            for (auto const i : repeated_in(elements))
                add({&at, {}, i}, [] { return std::string("must not be the same as an item before it"); });
    }

    /// The positions of items that equal one before them. Only those whose hashes are the same are compared.
    std::vector<std::size_t> repeated_in(json::array const& elements)
    {
        std::vector<std::pair<std::size_t, std::size_t>> hashes; // With the position.
        hashes.reserve(elements.size());
        for (std::size_t i = 0; i < elements.size() && !is_over(); ++i) {
            auto const text = json::canonical(elements[i]);
            steps_ += 1 + text.size() / kBytesPerStep;
            hashes.emplace_back(std::hash<std::string>()(text), i);
        }
        std::ranges::sort(hashes);
        std::vector<std::size_t> repeated;
        for (auto run = hashes.begin(); run != hashes.end();) {
            auto const end =
                std::find_if(run, hashes.end(), [&](auto const& next) { return next.first != run->first; });
            std::set<std::string> seen;
            for (auto at = run; end - run > 1 && at != end; ++at)
                if (!seen.insert(json::canonical(elements[at->second])).second)
                    repeated.push_back(at->second);
            run = end;
        }
        std::ranges::sort(repeated);
        return repeated;
    }

    void check_object(Node const& node, json::object const& members, Place const& at)
    {
        check_size(node.min_members, node.max_members, members.size(), "members", at);
        for (auto const& name : node.required)
            if (!members.contains(name))
                add({&at, name, {}}, [] { return std::string("is required"); });
        if (node.properties.empty() && !node.is_closed && !node.others && !node.member_names)
            return;
        for (auto const& [name, member] : members) {
            if (is_over())
                return;
            Place const place{&at, name, {}};
            if (node.member_names && !fits(*node.member_names, json::value(name), place))
                explain_name(*node.member_names, name, place);
            if (auto const* below = node.below_name(name))
                run(*below, member, place);
            else if (node.is_closed)
                add(place, [&] { return "is not known here" + near_miss(name, node.names); });
        }
    }

    void explain_name(Node const& rules, std::string_view name, Place const& at)
    {
        add(at, [&] {
            Check of_name;
            of_name.run(rules, json::value(name), {});
            return "has a name that " + of_name.take().front().message;
        });
    }

    static std::string near_miss(std::string_view name, std::vector<std::string> const& names)
    {
        if (names.empty())
            return "; nothing is allowed here";
        if (auto near = did_you_mean(names, name); !near.empty())
            return near;
        std::string all;
        for (auto const& candidate : names)
            if (all.size() < kMaxListedNames)
                all += (all.empty() ? "" : ", ") + candidate;
        return "; known are " + all;
    }

    std::vector<FieldFailure> failures_;
    std::size_t count_ = 0;
    std::size_t steps_ = 0;
    int probes_ = 0; ///< Above zero: only whether a value fits is asked.
    bool has_failed_ = false;
};

/// The rules of a value with those of its branches.
void spread(Node const& node, std::vector<Node const*>& nodes)
{
    nodes.push_back(&node);
    for (auto const* branches : {&node.all_of, &node.any_of, &node.one_of})
        for (auto const& branch : *branches)
            spread(branch, nodes);
}

/// The rules, of those of a value, that are for a part of it.
std::vector<Node const*> rules_below(std::vector<Node const*> const& nodes, auto const& find)
{
    std::vector<Node const*> found;
    for (auto const* node : nodes)
        if (auto const* below = find(*node))
            found.push_back(below);
    return found;
}

void drop_nulls(std::vector<Node const*> const& nodes, json::object& members);

void drop_nulls_in(std::vector<Node const*> const& rules, json::value& value)
{
    std::vector<Node const*> nodes;
    for (auto const* rule : rules)
        spread(*rule, nodes);
    if (auto* members = value.if_object())
        return drop_nulls(nodes, *members);
    auto const of_items = rules_below(nodes, [](Node const& node) { return node.items.get(); });
    if (!of_items.empty())
        for (auto& element : value.get_array())
            if (element.is_structured())
                drop_nulls_in(of_items, element);
}

void drop_nulls(std::vector<Node const*> const& nodes, json::object& members)
{
    auto const takes_null = [](Node const* node) { return Check().fits(*node, nullptr, {}); };
    for (auto member = members.begin(); member != members.end();) {
        auto& value = member->value();
        bool is_absent = false;
        if (value.is_null() || value.is_structured()) {
            auto const rules = rules_below(nodes, [&](Node const& node) { return node.below_name(member->key()); });
            is_absent = value.is_null() && !rules.empty() && std::ranges::none_of(rules, takes_null);
            if (value.is_structured() && !rules.empty())
                drop_nulls_in(rules, value);
        }
        // Erasing moves the last member here, so the place is looked at again.
        member = is_absent ? members.erase(member) : member + 1;
    }
}

} // namespace

struct Schema::Impl {
    Node root;
};

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<Schema> Schema::compile(json::value const& schema)
{
    Schema result;
    Compiler compiler;
    result.impl_ = std::make_unique<Impl>(Impl{compiler.compile(schema, "")});
    if (!compiler.mistake().empty())
        return invalid("", "is not a valid JSON Schema: " + compiler.mistake());
    return result;
}

std::vector<FieldFailure> Schema::validate(json::value const& value) const
{
    Check check;
    check.run(impl_->root, value, {});
    return check.take();
}

void Schema::drop_nulls(json::object& members) const
{
    std::vector<Node const*> nodes;
    spread(impl_->root, nodes);
    catalog::drop_nulls(nodes, members);
}

} // namespace sluice::catalog
