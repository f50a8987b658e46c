#include "offers.hpp"

#include "catalog/naming.hpp"
#include "inputs.hpp"
#include "templates.hpp"

#include <array>
#include <set>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMostOffers = 200;

/// Checks that a content block has the members that its type needs (MCP 2025-06-18, "Tool result").
void check_block(json::value const& value, documents::Source const& source, std::string const& path,
                 documents::Problems& problems)
{
    auto const* block = value.if_object();
    auto const* type = block != nullptr ? json::string_at(*block, "type") : nullptr;
    if (type == nullptr)
        return problems.add(source, path, "must be a content block with a type");
    auto const need = [&](json::object const& object, std::string_view name, std::string const& at) {
        if (json::string_at(object, name) == nullptr)
            problems.add(source, documents::join_path(at, name), "is required and must be text");
    };
    if (*type == "text") {
        need(*block, "text", path);
    } else if (*type == "image" || *type == "audio") {
        need(*block, "data", path);
        need(*block, "mimeType", path);
    } else if (*type == "resource") {
        auto const* resource = json::object_at(*block, "resource");
        if (resource == nullptr)
            return problems.add(source, documents::join_path(path, "resource"), "is required and must be a mapping");
        need(*resource, "uri", documents::join_path(path, "resource"));
        if (!resource->contains("blob"))
            need(*resource, "text", documents::join_path(path, "resource"));
    } else {
        problems.add(source, documents::join_path(path, "type"), "must be text, image, audio or resource");
    }
}

class OffersReader {
public:
    OffersReader(documents::Source const& source, Integration& integration, documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
    }

    void read(json::value const* mcp)
    {
        Mapping mapping(source_, mcp, "mcp", problems_);
        std::set<std::string> seen;
        each(mapping.find("resources"), mapping.at("resources"), [&](json::value const& value, std::string path) {
            auto resource = read_resource(value, path);
            if (!seen.insert("resource " + resource.uri.text()).second)
                problems_.add(source_, path, "has the uri of another resource");
            integration_.offers.resources.push_back(std::move(resource));
        });
        each(mapping.find("prompts"), mapping.at("prompts"), [&](json::value const& value, std::string path) {
            auto prompt = read_prompt(value, path);
            if (!seen.insert("prompt " + prompt.name).second)
                problems_.add(source_, path, "has the name of another prompt");
            integration_.offers.prompts.push_back(std::move(prompt));
        });
    }

private:
    template <class Each>
    void each(json::value const* value, std::string const& path, Each const& visit)
    {
        if (value == nullptr)
            return;
        auto const* array = value->if_array();
        if (array == nullptr || array->size() > kMostOffers)
            return problems_.add(source_, path, fmt::format("must be a list of at most {}", kMostOffers));
        for (std::size_t i = 0; i < array->size(); ++i)
            visit((*array)[i], documents::join_path(path, i));
    }

    McpResource read_resource(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        McpResource resource;
        auto uri = UriTemplate::parse(mapping.text("uri", true));
        if (uri)
            resource.uri = *std::move(uri);
        else
            mapping.problem("uri", uri.error().public_detail());
        resource.name = mapping.text("name", true);
        resource.title = mapping.text("title", false);
        resource.description = mapping.text("description", false);
        resource.mime_type = mapping.text("mime_type", false);
        Mapping read(source_, mapping.find("read"), mapping.at("read"), problems_);
        resource.read = read_call(read, source_, integration_, {"uri."}, problems_);
        auto const* method = integration_.find(resource.read.resource, resource.read.method);
        if (method != nullptr && method->access != Access::read)
            read.problem("method", "must be a method that reads");
        return resource;
    }

    Prompt read_prompt(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        Prompt prompt;
        prompt.name = mapping.text("name", true);
        if (!is_tool_name(prompt.name))
            mapping.problem("name", "must match ^[a-zA-Z][a-zA-Z0-9_-]{0,63}$");
        prompt.title = mapping.text("title", false);
        prompt.description = mapping.text("description", false);
        std::vector<std::string> roots;
        each(mapping.find("arguments"), mapping.at("arguments"), [&](json::value const& one, std::string const& at) {
            Mapping argument(source_, &one, at, problems_);
            prompt.arguments.push_back({argument.text("name", true), argument.text("description", false),
                                        argument.flag("required", false), argument.texts("values")});
            roots.push_back("arguments." + prompt.arguments.back().name);
        });
        prompt.inputs = read_inputs(mapping.find("input"), source_, mapping.at("input"), roots, problems_);
        for (auto const& round :
             prompt.inputs != nullptr ? prompt.inputs->rounds : std::vector<std::vector<InputRequest>>{})
            for (auto const& request : round)
                roots.push_back("input." + request.key);
        each(mapping.find("messages"), mapping.at("messages"), [&](json::value const& one, std::string const& at) {
            Mapping message(source_, &one, at, problems_);
            static constexpr std::array<std::string_view, 2> kRoles{"user", "assistant"};
            auto const role = message.choice("role", {kRoles[0], kRoles[1]}, 0);
            auto const* content = message.find("content");
            if (content == nullptr)
                return message.problem("content", "is required");
            check_block(*content, source_, message.at("content"), problems_);
            prompt.messages.push_back({std::string(kRoles.at(role)),
                                       read_template(*content, source_, message.at("content"), roots, problems_)});
        });
        if (prompt.messages.empty())
            mapping.problem("messages", "must have at least one");
        return prompt;
    }

    documents::Source const& source_;
    Integration& integration_;
    documents::Problems& problems_;
};

} // namespace

void read_offers(documents::Source const& manifest, json::value const* mcp, Integration& integration,
                 documents::Problems& problems)
{
    if (mcp != nullptr)
        OffersReader(manifest, integration, problems).read(mcp);
}

ValueTemplate read_blocks(json::value const& value, documents::Source const& source, std::string const& path,
                          std::vector<std::string> const& roots, documents::Problems& problems)
{
    auto const* blocks = value.if_array();
    if (blocks == nullptr || blocks->empty()) {
        problems.add(source, path, "must be a list of content blocks");
        return {};
    }
    for (std::size_t i = 0; i < blocks->size(); ++i)
        check_block((*blocks)[i], source, documents::join_path(path, i), problems);
    return read_template(value, source, path, roots, problems);
}

} // namespace sluice::catalog
