#include "composition.hpp"

#include "schema/schema.hpp"
#include "templates.hpp"
#include "tool_shape.hpp"

#include <algorithm>
#include <array>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMostSteps = 40;
constexpr std::size_t kMostCases = 50;
/// Each may put a whole answer of the vendor in its place.
constexpr std::size_t kMostPlaceholders = 30;
/// Arguments that every tool may have: they are not the definition's.
constexpr std::array<std::string_view, 6> kReserved{"dry_run", "fields", "limit", "next_cursor", "clear", "account"};
constexpr std::array<std::string_view, 6> kKinds{"request", "pick", "look_up", "choose", "expression", "refuse"};

class StepsReader {
public:
    StepsReader(documents::Source const& source, Integration const& integration, json::value const& arguments,
                documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
        auto const* rules = arguments.if_object();
        auto const* properties = rules != nullptr ? json::object_at(*rules, "properties") : nullptr;
        for (auto const& [name, schema] : properties != nullptr ? *properties : json::object{})
            roots_.push_back("arguments." + std::string(name));
    }

    std::shared_ptr<Composition const> read(json::value const* value, std::string const& path)
    {
        auto composition = std::make_shared<Composition>();
        auto const& steps = list(value, path, kMostSteps);
        for (std::size_t i = 0; i < steps.size(); ++i)
            composition->steps.push_back(read_step(steps[i], documents::join_path(path, i)));
        if (!makes_call_)
            problems_.add(source_, path,
                          "must have a request that is not only for values: one that writes, or has no `as`");
        return composition;
    }

private:
    json::array const& list(json::value const* value, std::string const& path, std::size_t most)
    {
        static json::array const kNone;
        auto const* array = value != nullptr ? value->if_array() : nullptr;
        if (array != nullptr && !array->empty() && array->size() <= most)
            return *array;
        problems_.add(source_, path, fmt::format("must be a list of one to {}", most));
        return kNone;
    }

    void check_path(std::string const& path, std::string const& place)
    {
        if (std::ranges::none_of(roots_, [&](auto const& root) { return is_within(path, root); }))
            problems_.add(source_, place,
                          fmt::format("reads {}, which is not there; there are {}", path, fmt::join(roots_, ", ")));
    }

    When condition_in(Mapping& mapping)
    {
        auto condition = read_when(mapping, source_, problems_);
        for (auto const& [path, values] : condition.equals)
            check_path(path, documents::join_path(mapping.at("when"), path));
        for (auto const* paths : {&condition.given, &condition.absent})
            for (auto const& path : *paths)
                check_path(path, mapping.at(paths == &condition.given ? "given" : "absent"));
        return condition;
    }

    Template read_text(Mapping& mapping, std::string_view key)
    {
        auto text = mapping.template_at(key, true);
        for (auto const& path : text.paths())
            check_path(path, mapping.at(key));
        return text;
    }

    CompositionStep read_step(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        CompositionStep step;
        step.when = condition_in(mapping);
        std::string_view kind;
        json::value const* rules = nullptr;
        std::size_t kinds = 0;
        for (auto const each : kKinds)
            if (auto const* found = mapping.find(each)) {
                kind = each;
                rules = found;
                ++kinds;
            }
        if (kinds != 1) {
            problems_.add(source_, path, fmt::format("must have one of {}", fmt::join(kKinds, ", ")));
            return step;
        }
        Mapping what(source_, rules, mapping.at(kind), problems_);
        bool has_value = true;
        if (kind == "request") {
            step.what = read_request(what, has_value);
        } else if (kind == "pick") {
            PickStep pick;
            pick.from = what.text("from", true);
            check_path(pick.from, what.at("from"));
            if (auto const* where = what.find("where"); where != nullptr && where->is_object())
                pick.where = read_template(*where, source_, what.at("where"), roots_, problems_);
            else if (where != nullptr)
                what.problem("where", "must be a mapping");
            pick.is_first = what.choice("which", {"last", "first"}, 0) == 1;
            step.what = std::move(pick);
        } else if (kind == "look_up") {
            LookUpStep look_up;
            look_up.in = what.text("in", true);
            check_path(look_up.in, what.at("in"));
            if (auto const* key = what.find("key"))
                look_up.key = read_template(*key, source_, what.at("key"), roots_, problems_);
            else
                what.problem("key", "is required");
            step.what = std::move(look_up);
        } else if (kind == "choose") {
            step.what = read_choice(what);
        } else if (kind == "expression") {
            step.what = read_expression(what);
        } else {
            step.what = RefuseStep{what.text("at", false), read_text(what, "message")};
            has_value = false;
        }
        step.name = what.text("as", has_value);
        bool const is_plain = openapi::is_argument_name(step.name) && step.name.find('.') == std::string::npos;
        if (has_value && !step.name.empty() && !is_plain)
            what.problem("as", "must be a name of letters, digits, _ and -");
        if (has_value)
            roots_.push_back("steps." + step.name);
        return step;
    }

    RequestStep read_request(Mapping& what, bool& has_value)
    {
        RequestStep request;
        request.call = read_call(what, source_, integration_, roots_, problems_);
        request.is_result = what.flag("result", false);
        if (request.call.arguments.paths().size() > kMostPlaceholders)
            what.problem("arguments", fmt::format("must have at most {} placeholders", kMostPlaceholders));
        auto const* method = integration_.find(request.call.resource, request.call.method);
        bool const writes = method != nullptr && method->access == Access::write;
        if (method != nullptr && !writes && writes_)
            what.problem("method", "reads after a write: a dry run and an approval show every write before it is made");
        writes_ = writes_ || writes;
        // The answer of a write is not there in a dry run. The answer of the last read may be only the tool's.
        has_value = !writes && what.object() != nullptr && what.object()->contains("as");
        makes_call_ = makes_call_ || !has_value;
        if (request.is_result && has_result_)
            what.problem("result", "is true of another step already");
        has_result_ = has_result_ || request.is_result;
        if (method != nullptr)
            check_arguments(*method, what);
        return request;
    }

    /// The arguments that the call gives must be the method's, and those in its path must be given.
    void check_arguments(Method const& method, Mapping& what)
    {
        auto const* given = what.object() != nullptr ? json::object_at(*what.object(), "arguments") : nullptr;
        for (auto const& [name, value] : given != nullptr ? *given : json::object{})
            if (argument_schema(method, name) == nullptr)
                what.problem("arguments." + std::string(name), "is no argument of the method");
        for (auto const& parameter : method.parameters)
            if (parameter.in_path && (given == nullptr || !given->contains(parameter.name)))
                what.problem("arguments", fmt::format("must give {}", parameter.name));
    }

    ChooseStep read_choice(Mapping& what)
    {
        ChooseStep choice;
        auto const& cases = list(what.find("cases"), what.at("cases"), kMostCases);
        for (std::size_t i = 0; i < cases.size(); ++i) {
            Mapping mapping(source_, &cases[i], documents::join_path(what.at("cases"), i), problems_);
            ChooseStep::Case each;
            each.when = condition_in(mapping);
            auto const* value = mapping.find("value");
            if (value == nullptr)
                mapping.problem("value", "is required");
            else
                each.value = read_template(*value, source_, mapping.at("value"), roots_, problems_);
            if (each.value.paths().size() > kMostPlaceholders)
                mapping.problem("value", fmt::format("must have at most {} placeholders", kMostPlaceholders));
            choice.cases.push_back(std::move(each));
        }
        return choice;
    }

    ExpressionStep read_expression(Mapping& what)
    {
        ExpressionStep expression;
        expression.quoting =
            static_cast<ExpressionStep::Quoting>(what.choice("quoting", {"json", "backslash", "doubled"}, 0));
        expression.join = what.text("join", true);
        auto const& clauses = list(what.find("clauses"), what.at("clauses"), kMostCases);
        for (std::size_t i = 0; i < clauses.size(); ++i) {
            Mapping mapping(source_, &clauses[i], documents::join_path(what.at("clauses"), i), problems_);
            ExpressionStep::Clause clause;
            clause.when = condition_in(mapping);
            clause.text = read_text(mapping, "text");
            // A clause counts only if all that it reads is there.
            for (auto& path : clause.text.paths())
                clause.when.given.push_back(std::move(path));
            expression.clauses.push_back(std::move(clause));
        }
        return expression;
    }

    documents::Source const& source_;
    Integration const& integration_;
    documents::Problems& problems_;
    std::vector<std::string> roots_;
    bool makes_call_ = false;
    bool has_result_ = false;
    bool writes_ = false;
};

/// The schema of `resource.method.argument`; null if there is none.
json::value const* schema_of(Integration const& integration, std::string_view path)
{
    auto const first = path.find('.');
    auto const second = first == std::string_view::npos ? first : path.find('.', first + 1);
    if (second == std::string_view::npos)
        return nullptr;
    auto const* method = integration.find(path.substr(0, first), path.substr(first + 1, second - first - 1));
    return method != nullptr ? argument_schema(*method, path.substr(second + 1)) : nullptr;
}

template <class Values>
void add_all(Values const& from, Values& to)
{
    for (auto const& value : from)
        if (std::ranges::find(to, value) == to.end())
            to.push_back(value);
}

} // namespace

json::value read_arguments(Mapping& mapping, documents::Source const& source, Integration const& integration,
                           documents::Problems& problems)
{
    Mapping arguments(source, mapping.find("arguments"), mapping.at("arguments"), problems);
    json::object schema{{"type", "object"}};
    schema["required"] = json::array_of(arguments.texts("required"));
    Mapping given(source, arguments.find("properties"), arguments.at("properties"), problems);
    given.take_all();
    if (given.object() == nullptr)
        arguments.problem("properties", "is required");
    json::object properties;
    for (auto const& [name, rules] : given.object() != nullptr ? *given.object() : json::object{}) {
        auto own = rules.is_object() ? rules.get_object() : json::object{};
        if (auto const* same = json::string_at(own, "same_as")) {
            auto const* of = schema_of(integration, *same);
            if (of == nullptr || !of->is_object())
                given.problem(name, fmt::format("is the same as {}, which is no argument; write "
                                                "resource.method.argument",
                                                std::string_view(*same)));
            auto merged = of != nullptr && of->is_object() ? of->get_object() : json::object{};
            own.erase("same_as");
            for (auto const& [key, value] : own)
                merged[key] = value;
            own = std::move(merged);
        }
        properties[name] = std::move(own);
    }
    for (auto const& name : json::texts_in(schema.at("required")))
        if (!properties.contains(name))
            arguments.problem("required", fmt::format("names {}, which is no property", name));
    for (auto const& [name, rules] : properties)
        if (!openapi::is_argument_name(name) || std::ranges::find(kReserved, std::string_view(name)) != kReserved.end())
            given.problem(name, fmt::format("must be a name of letters, digits, _, . and - that is none of {}",
                                            fmt::join(kReserved, ", ")));
    schema["properties"] = std::move(properties);
    if (auto const compiled = schema::Schema::compile(schema); !compiled)
        for (auto const& failure : compiled.error().failures())
            problems.add(source, documents::join_path(mapping.at("arguments"), failure.path), failure.message);
    schema::check_keywords(schema, source, mapping.at("arguments"), problems);
    return schema;
}

std::shared_ptr<Composition const> read_steps(Mapping& mapping, documents::Source const& source,
                                              Integration const& integration, json::value const& arguments,
                                              documents::Problems& problems)
{
    return StepsReader(source, integration, arguments, problems).read(mapping.find("steps"), mapping.at("steps"));
}

When read_when(Mapping& mapping, documents::Source const& source, documents::Problems& problems)
{
    When condition;
    Mapping when(source, mapping.find("when"), mapping.at("when"), problems);
    when.take_all();
    for (auto const& [path, value] : when.object() != nullptr ? *when.object() : json::object{})
        condition.equals.emplace_back(path, value.is_array() ? value.get_array() : json::array{value});
    condition.given = mapping.texts("given");
    condition.absent = mapping.texts("absent");
    return condition;
}

void adopt_called(Method& method, Integration const& integration)
{
    method.access = Access::read;
    method.idempotent = true;
    Method const* last = nullptr;
    for (auto const& step : method.composition->steps) {
        auto const* request = std::get_if<RequestStep>(&step.what);
        auto const* called =
            request != nullptr ? integration.find(request->call.resource, request->call.method) : nullptr;
        if (called == nullptr)
            continue;
        last = called;
        method.called.push_back(called);
        add_all(called->scopes, method.scopes);
        // So no approval is got around by composing a call.
        add_all(called->tags, method.tags);
        add_all(called->first_tags, method.first_tags);
        method.idempotent = method.idempotent && called->idempotent;
        if (called->access == Access::write)
            method.access = Access::write;
        method.destructive = method.destructive || called->destructive;
    }
    if (method.access == Access::read && last != nullptr) {
        method.paginated = last->paginated;
        method.pagination = last->pagination;
    }
}

} // namespace sluice::catalog
