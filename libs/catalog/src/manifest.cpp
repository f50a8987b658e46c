#include "manifest.hpp"

#include "actions.hpp"
#include "catalog/naming.hpp"
#include "composition.hpp"
#include "credentials.hpp"
#include "dynamic.hpp"
#include "error_picks.hpp"
#include "fixed_headers.hpp"
#include "inputs.hpp"
#include "limit_rule.hpp"
#include "mapping.hpp"
#include "offers.hpp"
#include "pagination.hpp"
#include "shown.hpp"
#include "templates.hpp"
#include "tool_shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMaxDescription = 1000;
/// The most characters of a tool's name. Clients add prefixes; this leaves room for the longest that is known.
constexpr std::size_t kTargetName = 46;

bool is_name(std::string_view text)
{
    return text.size() >= 2 && text.size() <= 31 && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text,
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

constexpr std::initializer_list<std::string_view> kLargeIntegers{"number", "string"};

/// A part of the manifest that is read later.
struct Place {
    json::value const* value = nullptr;
    std::string path;
};

struct Composed {
    std::string resource;
    std::string singular;
    std::string name;
    Place at;
};

class ManifestReader {
public:
    ManifestReader(documents::Source const& source, Integration& integration, documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
    }

    void read(std::map<std::string, openapi::Operation> operations)
    {
        operations_ = std::move(operations);
        Mapping root(source_, &source_.root, "", problems_);
        integration_.name = root.text("name", true);
        if (!integration_.name.empty() && !is_name(integration_.name))
            root.problem("name", "must match ^[a-z][a-z0-9_]{1,30}$");
        integration_.label = root.text("label", true);
        integration_.category = root.text("category", true);
        integration_.is_beta = root.flag("is_beta", false);
        integration_.logo_svg = read_logo(root);
        root.text("openapi", true);
        integration_.base_url = root.template_at("base_url", true);
        check_base_url(root);
        integration_.address = read_address(root);
        read_credentials(source_, root, integration_, problems_);
        default_pagination_ = read_pagination(root.find("pagination"), source_, "pagination", problems_);
        integration_.headers = read_fixed_headers(root, {}, source_, problems_);
        integration_.forward_headers = read_forward_headers(root);
        read_limit_rule(root.find("rate_limit"), source_, integration_, problems_);
        integration_.errors = read_error_picks(root.find("errors"), source_, problems_);
        integration_.error_when = read_error_expression(root, source_, nullptr, problems_);
        large_integers_ = root.choice("large_integers", kLargeIntegers, 0);
        read_tags(root.find("tool_tags"));
        read_resources(root.find("resources"));
        read_presets(root.find("presets"));
        integration_.health = root.text("health", false);
        check_health(root);
        read_offers(source_, root.find("mcp"), integration_, problems_);
        read_dynamic(source_, root.find("dynamic"), integration_, problems_);
        read_actions(source_, root.find("actions"), integration_, problems_);
        check_form();
        check_names();
        check_tags();
    }

private:
    /// Pages show it as an image, so nothing in it runs or is fetched.
    static std::string read_logo(Mapping& root)
    {
        constexpr std::size_t kMostBytes = 4096;
        auto logo = root.text("logo", false);
        if (!logo.empty() && (!logo.starts_with("<svg ") || logo.size() > kMostBytes))
            root.problem("logo", fmt::format("must be an SVG of at most {} bytes that begins with <svg", kMostBytes));
        return logo;
    }

    std::optional<AddressCheck> read_address(Mapping& root)
    {
        constexpr int kClientError = 400;
        constexpr int kServerError = 500;
        auto const* value = root.find("address");
        if (value == nullptr)
            return std::nullopt;
        Mapping mapping(source_, value, "address", problems_);
        AddressCheck check{mapping.text("path", true), {}};
        if (!check.path.starts_with('/'))
            mapping.problem("path", "must start with /");
        auto const* missing = mapping.find("missing");
        for (auto const& status : missing != nullptr && missing->is_array() ? missing->get_array() : json::array{})
            if (status.is_int64() && status.get_int64() >= kClientError && status.get_int64() < kServerError)
                check.missing.push_back(static_cast<int>(status.get_int64()));
        if (check.missing.empty())
            mapping.problem("missing", "must be a list of statuses from 400 to 499");
        return check;
    }

    void read_presets(json::value const* value)
    {
        integration_.presets["read_only"] = {{"read"}, {}};
        if (value == nullptr)
            return;
        Mapping presets(source_, value, "presets", problems_);
        presets.take_all();
        for (auto const& [name, filter] : presets.object() != nullptr ? *presets.object() : json::object{}) {
            Mapping mapping(source_, &filter, presets.at(name), problems_);
            if (!is_name(name))
                presets.problem(name, "must match ^[a-z][a-z0-9_]{1,30}$");
            integration_.presets[name] = {mapping.texts("methods"), mapping.texts("tags")};
        }
    }

    void check_base_url(Mapping& root)
    {
        auto const& text = integration_.base_url.text();
        if (!text.empty() && !text.starts_with("https://") && !text.starts_with("http://"))
            root.problem("base_url", "must start with https://");
        if (text.ends_with('/'))
            root.problem("base_url", "must not end with /");
    }

    void read_tags(json::value const* value)
    {
        Mapping mapping(source_, value, "tool_tags", problems_);
        mapping.take_all();
        if (mapping.object() != nullptr)
            for (auto const& [name, tags] : *mapping.object())
                tags_[std::string(name)] = mapping.texts(name);
    }

    void read_resources(json::value const* value)
    {
        Mapping mapping(source_, value, "resources", problems_);
        mapping.take_all();
        if (mapping.object() == nullptr)
            return problems_.add(source_, "resources", "is required");
        for (auto const& [name, resource] : *mapping.object()) {
            if (!is_name(name))
                mapping.problem(name, "must match ^[a-z][a-z0-9_]{1,30}$");
            read_resource(std::string(name), resource, mapping.at(name));
        }
        // Their steps may call methods of any resource.
        for (auto const& composed : composed_)
            read_composed(composed);
        for (auto const& [position, about] : abouts_)
            integration_.methods[position].about = read_about(*about.value, about.path, integration_.methods[position]);
    }

    void read_resource(std::string const& name, json::value const& value, std::string path)
    {
        Mapping mapping(source_, &value, std::move(path), problems_);
        auto const singular = mapping.text("singular", false, singular_of(name));
        integration_.items[name] =
            read_item_view(mapping.find("item"), source_, mapping.at("item"), in_words(singular), problems_);
        Mapping methods(source_, mapping.find("methods"), mapping.at("methods"), problems_);
        methods.take_all();
        if (methods.object() == nullptr)
            return mapping.problem("methods", "is required");
        for (auto const& [method_name, method] : *methods.object()) {
            if (!is_name(method_name))
                methods.problem(method_name, "must match ^[a-z][a-z0-9_]{1,30}$");
            bool const is_composed = method.is_object() && method.get_object().contains("steps");
            if (is_composed)
                composed_.push_back({name, singular, method_name, {&method, methods.at(method_name)}});
            else
                read_method(name, singular, std::string(method_name), method, methods.at(method_name));
        }
    }

    void read_composed(Composed const& composed)
    {
        Mapping mapping(source_, composed.at.value, composed.at.path, problems_);
        Method method;
        method.integration = integration_.name;
        method.resource = composed.resource;
        method.name = composed.name;
        method.title = mapping.text("title", true);
        method.description = mapping.text("description", true);
        method.tool_name = mapping.text(
            "name", false, tool_name_of(integration_.name, method.resource, composed.singular, method.name));
        method.former_names = mapping.texts("former_names");
        method.body = {BodyShape::Kind::object, true, read_arguments(mapping, source_, integration_, problems_)};
        method.composition = read_steps(mapping, source_, integration_, method.body.schema, problems_);
        method.shape = read_tool_shape(mapping, method);
        set_tags(method);
        adopt_called(method, integration_);
        method.destructive = mapping.flag("destructive", method.destructive);
        check_method(method, mapping);
        integration_.composed.push_back(std::move(method));
    }

    /// Reads how the item is read that a call is about. After all methods are known.
    std::optional<MethodCall> read_about(json::value const& value, std::string const& path, Method const& method)
    {
        Mapping mapping(source_, &value, path, problems_);
        std::vector<std::string> roots;
        for (auto const& parameter : method.parameters)
            roots.push_back("arguments." + parameter.name);
        auto call = read_call(mapping, source_, integration_, roots, problems_);
        auto const* read = integration_.find(call.resource, call.method);
        if (read != nullptr && (read->access != Access::read || read->is_list()))
            mapping.problem("method", "must read one item");
        return call;
    }

    void read_method(std::string const& resource, std::string const& singular, std::string name,
                     json::value const& value, std::string path)
    {
        Mapping mapping(source_, &value, std::move(path), problems_);
        auto const operation = mapping.text("operation", true);
        auto found = operations_.find(operation);
        Method method;
        if (found != operations_.end())
            static_cast<openapi::Operation&>(method) = found->second;
        else if (!operation.empty())
            mapping.problem("operation", "names no (valid) operation of the document");
        method.integration = integration_.name;
        method.resource = resource;
        method.name = std::move(name);
        method.tool_name =
            mapping.text("name", false, tool_name_of(integration_.name, resource, singular, method.name));
        bool const reads = method.verb == "GET";
        method.access = static_cast<Access>(mapping.choice("access", {"read", "write"}, reads ? 0 : 1));
        bool const overwrites = method.verb == "PUT" || method.verb == "PATCH" || method.verb == "DELETE";
        method.destructive = mapping.flag("destructive", overwrites && method.access == Access::write);
        method.idempotent = method.access == Access::read || method.verb == "PUT" || method.verb == "DELETE";
        method.tool_allowed = mapping.flag("tool", method.body.kind != BodyShape::Kind::multipart);
        method.headers = read_fixed_headers(mapping, integration_.headers, source_, problems_);
        method.gives_link = mapping.choice("download", {"follow", "link"}, 0) == 1;
        if (method.gives_link && (method.access == Access::write || method.verb != "GET"))
            mapping.problem("download", "is only for a method that reads with GET");
        method.large_integers_are_text = mapping.choice("large_integers", kLargeIntegers, large_integers_) == 1;
        method.error_when = read_error_expression(mapping, source_, integration_.error_when, problems_);
        method.former_names = mapping.texts("former_names");
        // raw_operations has applied it already, when the operation was read.
        bool const wants_raw_schema = mapping.flag("raw_schema", false);
        method.preview = read_preview(mapping.find("preview"), method, mapping);
        method.unreadable = mapping.texts("unreadable");
        if (!method.unreadable.empty() && method.name != "get")
            mapping.problem("unreadable", "is only for a resource's get");
        method.shown = read_shown(mapping.find("shows"), source_, mapping.at("shows"), problems_);
        if (auto const* about = mapping.find("about"))
            abouts_.emplace(integration_.methods.size(), Place{about, mapping.at("about")});
        method.shape = read_tool_shape(mapping, method);
        if (auto const* content = mapping.find("content"))
            method.content = read_blocks(*content, source_, mapping.at("content"), {"result"}, problems_);
        method.inputs = read_inputs(mapping.find("input"), source_, mapping.at("input"), {"arguments."}, problems_);
        method.paginated = mapping.flag("paginated", false);
        auto const* pagination = mapping.find("pagination");
        method.pagination = pagination != nullptr
                                ? read_pagination(pagination, source_, mapping.at("pagination"), problems_)
                                : (method.paginated ? default_pagination_ : Pagination{});
        bool const has_raw_schema = method.raw_schema && method.parameters.empty() && method.body.schema.is_object();
        if (wants_raw_schema && found != operations_.end() && !has_raw_schema)
            mapping.problem("raw_schema", "is only for an operation with a JSON body and no parameters: leave it out");
        check_method(method, mapping);
        set_tags(method);
        integration_.methods.push_back(std::move(method));
    }

    json::object read_preview(json::value const* value, Method const& method, Mapping& mapping)
    {
        if (value == nullptr)
            return {};
        if (method.name != "get")
            mapping.problem("preview", "is only for a resource's get");
        auto const* arguments = value->if_object();
        if (arguments == nullptr) {
            mapping.problem("preview", "must be a mapping of query parameters to values");
            return {};
        }
        for (auto const& [name, argument] : *arguments) {
            auto const* parameter = method.find_parameter(name);
            if (parameter == nullptr || parameter->in_path)
                mapping.problem("preview." + std::string(name), "is no query parameter of the operation");
        }
        return *arguments;
    }

    void check_method(Method const& method, Mapping& mapping)
    {
        if (!is_tool_name(method.tool_name))
            mapping.problem("name",
                            fmt::format("gives the tool name {}, which must match ^[a-zA-Z][a-zA-Z0-9_-]{{0,63}}$",
                                        method.tool_name));
        else if (method.tool_name.size() > kTargetName)
            mapping.problem("name", fmt::format("gives the tool name {} of {} characters; clients add prefixes, so at "
                                                "most {} are allowed: give a shorter name",
                                                method.tool_name, method.tool_name.size(), kTargetName));
        if (method.paginated && method.pagination.style == nullptr)
            mapping.problem("paginated", "needs a pagination block, here or at the root");
        if (method.paginated && !method.composition && !method.pagination.own().body.empty() &&
            method.body.kind != BodyShape::Kind::object)
            mapping.problem("paginated", "has its page in the body (in_body), and the operation has no JSON object as "
                                         "its body: give the method a pagination without in_body");
        if (method.description.size() > kMaxDescription)
            mapping.problem("operation", fmt::format("has a description of {} bytes; clients cut after {}",
                                                     method.description.size(), kMaxDescription));
    }

    void set_tags(Method& method) const
    {
        std::vector<std::string> tags;
        auto const has = [&](std::string_view tag) { return std::ranges::find(tags, tag) != tags.end(); };
        auto const add = [&](std::string const& tag) {
            if (!has(tag))
                tags.push_back(tag);
        };
        for (auto const& key : {method.resource, method.resource + "." + method.name})
            if (auto const found = tags_.find(key); found != tags_.end())
                std::ranges::for_each(found->second, add);
        method.first_tags = tags;
        if (method.destructive && !has("destructive"))
            method.first_tags.emplace_back("destructive");
        // What a person fears of a write.
        bool const is_write = method.access == Access::write;
        // A write whose verb does not overwrite is destructive only because the definition says so.
        bool const overwrites = method.verb == "PUT" || method.verb == "PATCH";
        if (is_write && (method.verb == "DELETE" || (method.destructive && !overwrites)))
            add("deletes");
        if (is_write && method.destructive && !has("deletes"))
            add("replaces");
        if (has("deletes"))
            add("destructive");
        method.tags = std::move(tags);
    }

    void check_health(Mapping& root)
    {
        if (integration_.health.empty())
            return;
        auto const dot = integration_.health.find('.');
        auto const* method = dot == std::string::npos ? nullptr
                                                      : integration_.find(integration_.health.substr(0, dot),
                                                                          integration_.health.substr(dot + 1));
        if (method == nullptr)
            root.problem("health", "names no method; write resource.method");
        else if (method->verb != "GET" ||
                 std::ranges::any_of(method->path, [](auto const& part) { return part.is_parameter; }))
            root.problem("health", "must be a method that reads by GET and needs no argument");
    }

    /// A form after connecting must not ask for a value that chooses the host to which the account's secrets go.
    void check_form()
    {
        if (!integration_.actions.post_connect_user_form)
            return;
        auto paths = integration_.base_url.authority_paths();
        for (auto const& format : integration_.credentials)
            if (format.oauth)
                for (auto const* url : {&format.oauth->token_url, &format.oauth->revoke_url})
                    for (auto& path : url->authority_paths())
                        paths.push_back(std::move(path));
        for (auto const& field : integration_.actions.post_connect_user_form->fields)
            if (std::ranges::find(paths, "context." + field.name) != paths.end())
                problems_.add(source_, "actions.post_connect_user_form",
                              fmt::format("must not ask for {}, which stands in the host of a URL: make it a field of "
                                          "context",
                                          field.name));
    }

    void check_names()
    {
        std::map<std::string_view, Method const*> seen;
        for (auto const* methods : {&integration_.methods, &integration_.composed})
            for (auto const& method : *methods)
                check_name(method, seen);
    }

    void check_name(Method const& method, std::map<std::string_view, Method const*>& seen)
    {
        if (auto const [known, is_new] = seen.emplace(method.tool_name, &method); !is_new)
            problems_.add(source_, fmt::format("resources.{}.methods.{}", method.resource, method.name),
                          fmt::format("gives the tool name {}, which {}.{} has already", method.tool_name,
                                      known->second->resource, known->second->name));
    }

    void check_tags()
    {
        for (auto const& [key, tags] : tags_) {
            auto const dot = key.find('.');
            bool const known = dot == std::string::npos
                                   ? integration_.has_resource(key)
                                   : integration_.find_callable(key.substr(0, dot), key.substr(dot + 1)) != nullptr;
            if (!known)
                problems_.add(source_, documents::join_path("tool_tags", key), "names no resource or method");
        }
    }

    documents::Source const& source_;
    Integration& integration_;
    documents::Problems& problems_;
    std::map<std::string, openapi::Operation> operations_;
    std::map<std::string, std::vector<std::string>> tags_;
    Pagination default_pagination_;
    std::vector<Composed> composed_;      ///< Read when all others are.
    std::map<std::size_t, Place> abouts_; ///< By the position of their methods.
    std::size_t large_integers_ = 0;      ///< The position in `kLargeIntegers` for methods that do not say.
};

} // namespace

std::set<std::string> raw_operations(documents::Source const& manifest)
{
    std::set<std::string> raw;
    auto const* root = manifest.root.if_object();
    auto const* resources = root != nullptr ? json::object_at(*root, "resources") : nullptr;
    if (resources == nullptr)
        return raw;
    for (auto const& [name, resource] : *resources) {
        auto const* methods = resource.is_object() ? json::object_at(resource.get_object(), "methods") : nullptr;
        if (methods == nullptr)
            continue;
        for (auto const& [method_name, method] : *methods) {
            auto const* flag = method.is_object() ? method.get_object().if_contains("raw_schema") : nullptr;
            auto const* operation = flag != nullptr ? json::string_at(method.get_object(), "operation") : nullptr;
            if (operation != nullptr && *flag == json::value(true))
                raw.emplace(*operation);
        }
    }
    return raw;
}

void read_manifest(documents::Source const& manifest, std::map<std::string, openapi::Operation> operations,
                   Integration& integration, documents::Problems& problems)
{
    ManifestReader(manifest, integration, problems).read(std::move(operations));
}

} // namespace sluice::catalog
