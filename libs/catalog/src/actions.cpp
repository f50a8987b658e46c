#include "actions.hpp"

#include "templates.hpp"

#include <array>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMostSteps = 20;
constexpr std::size_t kMostFields = 30;
constexpr std::size_t kMostOptions = 1000;
constexpr std::string_view kFormPrefix = "form.";
constexpr std::array<std::string_view, 4> kTypes{"text", "select", "multi_select", "checkbox"};

class ActionsReader {
public:
    ActionsReader(documents::Source const& source, Integration& integration, documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
    }

    void read(json::value const* actions)
    {
        Mapping mapping(source_, actions, "actions", problems_);
        read_steps(mapping.find("post_install"), mapping.at("post_install"));
        if (auto const* form = mapping.find("post_connect_user_form"))
            read_form(*form, mapping.at("post_connect_user_form"));
    }

private:
    json::array const* list(json::value const* value, std::string const& path, std::size_t most)
    {
        static json::array const kNone;
        if (value == nullptr)
            return &kNone;
        auto const* array = value->if_array();
        if (array == nullptr || array->size() > most) {
            problems_.add(source_, path, fmt::format("must be a list of at most {}", most));
            return &kNone;
        }
        return array;
    }

    void read_steps(json::value const* value, std::string const& path)
    {
        auto const& steps = *list(value, path, kMostSteps);
        std::vector<std::string> roots{"context."};
        for (std::size_t i = 0; i < steps.size(); ++i) {
            auto step = read_step(steps[i], documents::join_path(path, i), roots);
            if (step.kind == Step::Kind::request)
                roots.push_back("steps." + step.name);
            integration_.actions.post_install.push_back(std::move(step));
        }
    }

    Step read_step(json::value const& value, std::string const& path, std::vector<std::string> const& roots)
    {
        Mapping mapping(source_, &value, path, problems_);
        auto const* request = mapping.find("request");
        auto const* context = mapping.find("update_context");
        Step step;
        if ((request == nullptr) == (context == nullptr)) {
            problems_.add(source_, path, "must have one of request, update_context");
        } else if (request != nullptr) {
            Mapping call(source_, request, mapping.at("request"), problems_);
            step.call = call_in(call, roots);
            step.name = call.text("as", true);
        } else {
            step.kind = Step::Kind::update_context;
            if (!context->is_object())
                return mapping.problem("update_context", "must be a mapping"), step;
            step.context = read_template(*context, source_, mapping.at("update_context"), roots, problems_);
            for (auto const& field : integration_.fields)
                if (context->get_object().contains(field.name))
                    mapping.problem("update_context", "may not change " + field.name + ", which the customer enters");
        }
        return step;
    }

    MethodCall call_in(Mapping& mapping, std::vector<std::string> const& roots)
    {
        return read_call(mapping, source_, integration_, roots, problems_);
    }

    void read_form(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        Form form;
        form.title = mapping.text("title", true);
        form.description = mapping.text("description", false);
        Mapping fields(source_, mapping.find("fields"), mapping.at("fields"), problems_);
        fields.take_all();
        if (fields.object() == nullptr || fields.object()->empty() || fields.object()->size() > kMostFields)
            return mapping.problem("fields", fmt::format("must have from 1 to {} fields", kMostFields));
        for (auto const& [name, field] : *fields.object())
            form.fields.push_back(read_field(std::string(name), field, fields.at(name), form));
        integration_.actions.post_connect_user_form = std::move(form);
    }

    FormField read_field(std::string name, json::value const& value, std::string const& path, Form const& before)
    {
        Mapping mapping(source_, &value, path, problems_);
        FormField field;
        field.name = std::move(name);
        field.label = mapping.text("label", true);
        field.description = mapping.text("description", false);
        field.type =
            static_cast<FormField::Type>(mapping.choice("type", {kTypes[0], kTypes[1], kTypes[2], kTypes[3]}, 0));
        field.required = mapping.flag("required", false);
        field.max_length = static_cast<std::size_t>(mapping.integer("max_length", 1, 10'000, 500));
        bool const is_choice = field.type == FormField::Type::select || field.type == FormField::Type::multi_select;
        auto const* options = mapping.find("options");
        if (is_choice != (options != nullptr))
            mapping.problem("options", is_choice ? "is required" : "is only for select and multi_select");
        else if (options != nullptr && options->is_object())
            read_source(field, *options, mapping.at("options"), before);
        else if (options != nullptr)
            read_options(field, options, mapping.at("options"));
        if (std::ranges::any_of(integration_.fields, [&](auto const& known) { return known.name == field.name; }))
            problems_.add(source_, path, "has the name of a field of the context");
        return field;
    }

    void read_options(FormField& field, json::value const* value, std::string const& path)
    {
        auto const& options = *list(value, path, kMostOptions);
        for (std::size_t i = 0; i < options.size(); ++i) {
            Mapping mapping(source_, &options[i], documents::join_path(path, i), problems_);
            auto const* chosen = mapping.find("value");
            if (chosen == nullptr || chosen->is_null() || chosen->is_structured())
                mapping.problem("value", "must be a text, a number or a flag");
            else
                field.options.push_back({*chosen, mapping.text("label", true)});
        }
    }

    void read_source(FormField& field, json::value const& value, std::string const& path, Form const& before)
    {
        Mapping mapping(source_, &value, path, problems_);
        std::vector<std::string> roots{"context."};
        for (auto const& earlier : before.fields)
            roots.push_back(std::string(kFormPrefix) + earlier.name);
        FormField::Source source;
        source.call = call_in(mapping, roots);
        source.value = mapping.text("value", true);
        source.label = mapping.text("label", true);
        auto const* method = integration_.find(source.call.resource, source.call.method);
        if (method != nullptr && (!method->is_list() || method->access != Access::read))
            mapping.problem("method", "must be a list");
        auto const paths = source.call.arguments.paths();
        for (auto const& earlier : before.fields)
            if (std::ranges::any_of(paths, [answer = std::string(kFormPrefix) + earlier.name](auto const& read) {
                    return is_within(read, answer);
                }))
                field.depends_on.push_back(earlier.name);
        field.source = std::move(source);
    }

    documents::Source const& source_;
    Integration& integration_;
    documents::Problems& problems_;
};

/// The mistake in an answer; empty if there is none.
std::string_view mistake_in(FormField const& field, json::value const& value)
{
    auto const is_offered = [&](json::value const& chosen) {
        if (field.source)
            return chosen.is_string() || chosen.is_int64();
        return std::ranges::any_of(field.options, [&](auto const& option) { return option.value == chosen; });
    };
    switch (field.type) {
    case FormField::Type::text:
        if (!value.is_string())
            return "must be text";
        return value.get_string().size() > field.max_length ? "is too long" : "";
    case FormField::Type::checkbox:
        return value.is_bool() ? "" : "must be true or false";
    case FormField::Type::select:
        return is_offered(value) ? "" : "must be one of the options";
    case FormField::Type::multi_select:
        return value.is_array() && value.get_array().size() <= kMostOptions &&
                       std::ranges::all_of(value.get_array(), is_offered)
                   ? ""
                   : "must be a list of the options";
    }
    return "";
}

bool is_empty(json::value const& value)
{
    return value.is_null() || (value.is_string() && value.get_string().empty()) ||
           (value.is_array() && value.get_array().empty());
}

} // namespace

std::string_view name_of(FormField::Type type) noexcept
{
    return kTypes.at(static_cast<std::size_t>(type));
}

FormField const* Form::find(std::string_view name) const noexcept
{
    auto const found = std::ranges::find(fields, name, &FormField::name);
    return found != fields.end() ? &*found : nullptr;
}

Result<json::object> check_answers(Form const& form, json::object const& values)
{
    std::vector<FieldFailure> failures;
    json::object answers;
    for (auto const& [name, value] : values)
        if (form.find(name) == nullptr)
            failures.push_back({documents::join_path("values", name), "is not a field of the form"});
    for (auto const& field : form.fields) {
        auto const* value = values.if_contains(field.name);
        if (value == nullptr || is_empty(*value)) {
            if (field.required)
                failures.push_back({documents::join_path("values", field.name), "is required"});
            continue;
        }
        if (auto const mistake = mistake_in(field, *value); !mistake.empty())
            failures.push_back({documents::join_path("values", field.name), std::string(mistake)});
        else
            answers[field.name] = *value;
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    return answers;
}

void read_actions(documents::Source const& manifest, json::value const* actions, Integration& integration,
                  documents::Problems& problems)
{
    if (actions != nullptr)
        ActionsReader(manifest, integration, problems).read(actions);
}

} // namespace sluice::catalog
