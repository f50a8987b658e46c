#include "openapi/operations.hpp"

#include "schema/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace sluice::openapi {
namespace {

constexpr std::array<std::string_view, 5> kVerbs{"get", "post", "put", "patch", "delete"};
constexpr std::string_view kSchemaPrefix = "#/components/schemas/";
/// The bound for the schemas of one operation: more than any real operation needs.
constexpr std::size_t kMaxSchemaNodes = 50'000;

/// Copies a schema, with each `$ref` replaced by its target. A `$ref` stays if it leads back to itself or if the copy
/// would grow beyond its bound; `schema::check_keywords` then reports it.
class Inliner {
public:
    explicit Inliner(json::value const& document)
        : schemas_(json::find_path(document, "components.schemas"))
    {
    }

    json::value inlined(json::value const& schema)
    {
        nodes_ = 0;
        return copy_of(schema);
    }

private:
    json::value copy_of(json::value const& schema)
    {
        ++nodes_;
        if (auto const* array = schema.if_array()) {
            json::array copy;
            for (auto const& element : *array)
                copy.push_back(copy_of(element));
            return copy;
        }
        auto const* object = schema.if_object();
        if (object == nullptr)
            return schema;
        if (auto const* reference = json::string_at(*object, "$ref"))
            return target_of(*reference, schema);
        json::object copy;
        for (auto const& [key, value] : *object)
            copy.emplace(key, copy_of(value));
        return copy;
    }

    json::value target_of(std::string_view reference, json::value const& schema)
    {
        auto const* known = schemas_ != nullptr ? schemas_->if_object() : nullptr;
        auto const* target = known != nullptr && reference.starts_with(kSchemaPrefix)
                                 ? known->if_contains(reference.substr(kSchemaPrefix.size()))
                                 : nullptr;
        bool const is_open = std::ranges::find(open_, reference) != open_.end();
        if (target == nullptr || is_open || nodes_ > kMaxSchemaNodes)
            return schema;
        open_.push_back(reference);
        auto copy = copy_of(*target);
        open_.pop_back();
        return copy;
    }

    json::value const* schemas_;
    std::vector<std::string_view> open_; ///< The references that are being followed now.
    std::size_t nodes_ = 0;
};

std::string text_at(json::object const& object, std::string_view key)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string(*text) : std::string();
}

bool flag_at(json::object const& object, std::string_view key)
{
    auto const* flag = object.if_contains(key);
    return flag != nullptr && flag->is_bool() && flag->get_bool();
}

/// Whether a text is `type/subtype` with the characters of RFC 6838 section 4.2. None of them could end a header.
bool is_media_type(std::string_view text)
{
    return std::ranges::count(text, '/') == 1 && !text.starts_with('/') && !text.ends_with('/') &&
           std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("!#$&-^_.+*/").find(c) != std::string_view::npos;
           });
}

class OperationReader {
public:
    OperationReader(documents::Source const& document, std::set<std::string> const& raw, documents::Problems& problems)
        : document_(document)
        , raw_(raw)
        , problems_(problems)
        , inliner_(document.root)
    {
    }

    /// `item` is the Path Item Object of the path, some of whose members belong to all its operations (OpenAPI 3.1).
    std::optional<Operation> read(std::string const& path, json::object const& item, std::string_view verb,
                                  json::value const& value)
    {
        path_ = fmt::format("paths.{}.{}", path, verb);
        auto const before = problems_.size();
        auto const* operation = value.if_object();
        if (operation == nullptr)
            return problem("", "must be an object"), std::nullopt;
        Operation made;
        made.operation_id = text_at(*operation, "operationId");
        if (made.operation_id.empty())
            problem("operationId", "is required");
        for (char const c : verb)
            made.verb += static_cast<char>(c - 'a' + 'A');
        made.title = text_at(operation->contains("summary") ? *operation : item, "summary");
        made.description = text_at(operation->contains("description") ? *operation : item, "description");
        made.deprecated = flag_at(*operation, "deprecated");
        read_path(path, made);
        read_parameters(item, *operation, fmt::format("paths.{}", path), made);
        read_body(*operation, made);
        read_scopes(*operation, made);
        made.has_response_schema = operation->contains("responses");
        made.accept = accepted(*operation);
        return problems_.size() == before ? std::optional(std::move(made)) : std::nullopt;
    }

private:
    void problem(std::string_view below, std::string message)
    {
        problems_.add(document_, below.empty() ? path_ : documents::join_path(path_, below), std::move(message));
    }

    /// The media types of the successful answers, each once, in order. A text that is no media type is left out.
    std::string accepted(json::object const& operation) const
    {
        constexpr std::size_t kMost = 1'000;
        std::vector<std::string> types;
        auto const* responses = json::object_at(operation, "responses");
        for (auto const& [status, given] : responses != nullptr ? *responses : json::object{}) {
            auto const* target = resolved(given, "responses");
            auto const* response = target != nullptr ? target->if_object() : nullptr;
            auto const* content = response != nullptr ? json::object_at(*response, "content") : nullptr;
            if (!status.starts_with('2') || content == nullptr)
                continue;
            for (auto const& [name, media] : *content) {
                std::string type(std::string_view(name).substr(0, name.find(';')));
                if (is_media_type(type) && type != "*/*" && std::ranges::find(types, type) == types.end())
                    types.push_back(std::move(type));
            }
        }
        auto accept = fmt::format("{}", fmt::join(types, ", "));
        if (accept.empty() || accept.size() > kMost)
            accept = "application/json";
        return accept + ", */*;q=0.1"; // Another type is better than a 406.
    }

    void read_path(std::string const& path, Operation& made)
    {
        made.path_template = path;
        std::string_view rest = path;
        while (!rest.empty()) {
            auto const open = rest.find('{');
            if (open != 0)
                made.path.push_back({false, std::string(rest.substr(0, open))});
            if (open == std::string_view::npos)
                break;
            auto const close = rest.find('}', open);
            if (close == std::string_view::npos)
                return problem("", "has a { without } in its path");
            made.path.push_back({true, std::string(rest.substr(open + 1, close - open - 1))});
            rest.remove_prefix(close + 1);
        }
    }

    /// The target of a `$ref` into `components`, or the value itself if it is no `$ref`; null if there is no such
    /// target.
    json::value const* resolved(json::value const& value, std::string_view section) const
    {
        auto const* object = value.if_object();
        auto const* reference = object != nullptr ? json::string_at(*object, "$ref") : nullptr;
        if (reference == nullptr)
            return &value;
        auto const prefix = fmt::format("#/components/{}/", section);
        auto const* known = json::find_path(document_.root, fmt::format("components.{}", section));
        if (known == nullptr || !known->is_object() || !std::string_view(*reference).starts_with(prefix))
            return nullptr;
        return known->get_object().if_contains(std::string_view(*reference).substr(prefix.size()));
    }

    /// Reads the parameters. Those of the path belong to each of its operations, unless the operation has its own with
    /// that name and place.
    void read_parameters(json::object const& item, json::object const& operation, std::string const& item_path,
                         Operation& made)
    {
        std::set<std::pair<std::string, std::string>> own;
        auto const key_of = [&](json::value const& value) {
            auto const* parameter = resolved(value, "parameters");
            auto const* object = parameter != nullptr ? parameter->if_object() : nullptr;
            return object != nullptr ? std::pair(text_at(*object, "in"), text_at(*object, "name"))
                                     : std::pair<std::string, std::string>();
        };
        auto const* list = json::array_at(operation, "parameters");
        auto const* shared = json::array_at(item, "parameters");
        for (auto const& value : list != nullptr ? *list : json::array{})
            own.insert(key_of(value));
        for (std::size_t i = 0; shared != nullptr && i < shared->size(); ++i)
            if (!own.contains(key_of((*shared)[i])))
                read_parameter((*shared)[i], documents::join_path(documents::join_path(item_path, "parameters"), i),
                               made);
        for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
            read_parameter((*list)[i], documents::join_path(documents::join_path(path_, "parameters"), i), made);
        for (auto const& part : made.path) {
            auto const* parameter = part.is_parameter ? made.find_parameter(part.text) : nullptr;
            if (part.is_parameter && (parameter == nullptr || !parameter->in_path))
                problem("parameters", fmt::format("must describe the path parameter {}", part.text));
        }
    }

    void read_parameter(json::value const& value, std::string const& at, Operation& made)
    {
        auto const* given = resolved(value, "parameters");
        if (given == nullptr)
            return problems_.add(document_, at + ".$ref", "must name one of #/components/parameters");
        auto const* object = given->if_object();
        auto const in = object != nullptr ? text_at(*object, "in") : std::string();
        if (in != "path" && in != "query")
            return problems_.add(document_, at + ".in", "must be path or query");
        Parameter parameter;
        parameter.name = text_at(*object, "name");
        parameter.in_path = in == "path";
        parameter.required = parameter.in_path || flag_at(*object, "required");
        parameter.deep_object = text_at(*object, "style") == "deepObject";
        if (!is_argument_name(parameter.name))
            problems_.add(document_, at + ".name", "must match ^[a-zA-Z0-9_.-]{1,64}$");
        auto const* schema = object->if_contains("schema");
        if (schema == nullptr)
            return problems_.add(document_, at + ".schema", "is required");
        parameter.schema = inliner_.inlined(*schema);
        schema::check_keywords(parameter.schema, document_, at + ".schema", problems_);
        if (auto* rules = parameter.schema.if_object()) {
            if (auto text = text_at(*object, "description"); !text.empty())
                (*rules)["description"] = text;
            auto const* type = json::string_at(*rules, "type");
            parameter.is_text = type != nullptr && *type == "string";
        }
        made.parameters.push_back(std::move(parameter));
    }

    void read_body(json::object const& operation, Operation& made)
    {
        auto const* given = operation.if_contains("requestBody");
        if (given == nullptr)
            return;
        auto const* target = resolved(*given, "requestBodies");
        auto const* body = target != nullptr ? target->if_object() : nullptr;
        if (body == nullptr)
            return problem("requestBody", "must be an object, or name one of #/components/requestBodies");
        made.body.required = flag_at(*body, "required");
        auto const* content = json::object_at(*body, "content");
        if (content == nullptr)
            return problem("requestBody.content", "is required");
        if (content->contains("multipart/form-data")) {
            made.body.kind = BodyShape::Kind::multipart;
            return;
        }
        auto const* media = json::object_at(*content, "application/json");
        auto const* schema = media != nullptr ? media->if_contains("schema") : nullptr;
        if (schema == nullptr)
            return problem("requestBody.content", "must have application/json with a schema, or multipart/form-data");
        if (raw_.contains(made.operation_id)) {
            made.raw_schema = true;
            made.body.kind = BodyShape::Kind::object;
            made.body.schema = *schema;
            return;
        }
        made.body.schema = inliner_.inlined(*schema);
        schema::check_keywords(made.body.schema, document_,
                               documents::join_path(path_, "requestBody.content.application/json.schema"), problems_);
        auto const* rules = made.body.schema.if_object();
        auto const* type = rules != nullptr ? rules->if_contains("type") : nullptr;
        bool const is_object = type != nullptr && type->is_string() && type->get_string() == "object";
        made.body.kind = is_object ? BodyShape::Kind::object : BodyShape::Kind::whole;
    }

    static void read_scopes(json::object const& operation, Operation& made)
    {
        auto const* security = json::array_at(operation, "security");
        if (security == nullptr)
            return;
        for (auto const& requirement : *security) {
            auto const* object = requirement.if_object();
            auto const* scopes = object != nullptr ? json::array_at(*object, "oauth2") : nullptr;
            if (scopes != nullptr)
                for (auto const& scope : *scopes)
                    if (scope.is_string())
                        made.scopes.emplace_back(scope.get_string());
        }
    }

    documents::Source const& document_;
    std::set<std::string> const& raw_;
    documents::Problems& problems_;
    Inliner inliner_;
    std::string path_;
};

} // namespace

std::map<std::string, Operation> read_operations(documents::Source const& document, std::set<std::string> const& raw,
                                                 documents::Problems& problems)
{
    std::map<std::string, Operation> operations;
    auto const* root = document.root.if_object();
    auto const* version = root != nullptr ? json::string_at(*root, "openapi") : nullptr;
    if (version == nullptr || !std::string_view(*version).starts_with("3.1"))
        problems.add(document, "openapi", "must be a 3.1 version");
    auto const* paths = root != nullptr ? json::object_at(*root, "paths") : nullptr;
    if (paths == nullptr) {
        problems.add(document, "paths", "is required");
        return operations;
    }
    OperationReader reader(document, raw, problems);
    for (auto const& [path, item] : *paths) {
        if (path.empty() || path.front() != '/' || !item.is_object()) {
            problems.add(document, fmt::format("paths.{}", std::string_view(path)),
                         "must start with / and be an object");
            continue;
        }
        for (auto const& [verb, operation] : item.get_object()) {
            if (std::ranges::find(kVerbs, std::string_view(verb)) == kVerbs.end())
                continue;
            auto made = reader.read(std::string(path), item.get_object(), verb, operation);
            if (made && !operations.emplace(made->operation_id, *made).second)
                problems.add(document,
                             fmt::format("paths.{}.{}.operationId", std::string_view(path), std::string_view(verb)),
                             "is used twice");
        }
    }
    return operations;
}

} // namespace sluice::openapi
