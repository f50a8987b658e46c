#include "dynamic.hpp"

#include "templates.hpp"

#include <array>

namespace sluice::catalog {
namespace {

constexpr std::array<std::string_view, 10> kRecordKeys{"id",      "name",    "email",   "type",     "choices",
                                                       "minimum", "maximum", "managed", "required", "hidden"};
constexpr std::size_t kMostPlaces = 100;

class DynamicReader {
public:
    DynamicReader(documents::Source const& source, Integration& integration, documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
    }

    void read(json::value const* value)
    {
        if (value == nullptr)
            return;
        Mapping mapping(source_, value, "dynamic", problems_);
        auto& dynamic = integration_.dynamic;
        dynamic.lifetime = std::chrono::seconds(mapping.integer("lifetime_s", 60, 86'400, 1800));
        dynamic.calls_per_hour = static_cast<int>(mapping.integer("calls_per_hour", 1, 100'000, 60));
        read_sources(mapping.find("sources"), mapping.at("sources"));
        if (auto const* changes = mapping.find("changes"))
            read_changes(*changes, mapping.at("changes"));
        // At most a quarter of the hour's calls may be made at once, and they must be enough to read all sources.
        if (dynamic.calls_per_hour < 4 * static_cast<int>(dynamic.sources.size() + 1))
            mapping.problem("calls_per_hour", fmt::format("must be at least {}, so that a quarter reads every source",
                                                          4 * (dynamic.sources.size() + 1)));
        auto const* places = mapping.find("places");
        auto const* list = places != nullptr ? places->if_array() : nullptr;
        if (list == nullptr || list->size() > kMostPlaces)
            return mapping.problem("places", fmt::format("must be a list of at most {}", kMostPlaces));
        for (std::size_t i = 0; i < list->size(); ++i)
            read_place((*list)[i], documents::join_path(mapping.at("places"), i));
    }

private:
    void read_sources(json::value const* value, std::string const& path)
    {
        Mapping sources(source_, value, path, problems_);
        sources.take_all();
        if (sources.object() == nullptr || sources.object()->empty())
            return problems_.add(source_, path, "must have at least one source");
        for (auto const& [name, entry] : *sources.object()) {
            Mapping mapping(source_, &entry, sources.at(name), problems_);
            DynamicSource source;
            source.name = name;
            source.call = read_list_call(mapping);
            Mapping record(source_, mapping.find("record"), mapping.at("record"), problems_);
            for (auto const key : kRecordKeys)
                if (auto theirs = record.text(key, key == "id" || key == "name"); !theirs.empty())
                    source.record.emplace(key, std::move(theirs));
            integration_.dynamic.sources.push_back(std::move(source));
        }
    }

    MethodCall read_list_call(Mapping& mapping)
    {
        auto call = read_call(mapping, source_, integration_, {}, problems_);
        auto const* method = integration_.find(call.resource, call.method);
        if (method != nullptr && (!method->is_list() || method->access != Access::read))
            mapping.problem("method", "must be a list");
        return call;
    }

    void read_changes(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        Dynamic::Changes changes;
        changes.call = read_list_call(mapping);
        changes.marker = mapping.text("marker", true);
        changes.sources = mapping.texts("sources");
        for (auto const& name : changes.sources)
            if (!position_of(name))
                mapping.problem("sources", fmt::format("names {}, which is no source", name));
        integration_.dynamic.changes = std::move(changes);
    }

    void read_place(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        DynamicPlace place;
        auto const name = mapping.text("source", true);
        place.kind = static_cast<DynamicPlace::Kind>(mapping.choice("kind", {"id", "name", "values", "field"}, 0));
        place.value = mapping.text("value", false);
        auto const at = mapping.text("at", true);
        auto const tools = mapping.texts("tools");
        if (auto const position = position_of(name))
            place.source = *position;
        else
            mapping.problem("source", "is no source");
        for (std::size_t start = 0; start <= at.size();) {
            auto const dot = std::min(at.find('.', start), at.size());
            place.path.push_back(at.substr(start, dot - start));
            start = dot + 1;
        }
        for (auto const& tool : tools) {
            auto const dot = tool.find('.');
            auto const* method = dot == std::string::npos
                                     ? nullptr
                                     : integration_.find_callable(tool.substr(0, dot), tool.substr(dot + 1));
            if (method == nullptr) {
                mapping.problem("tools", fmt::format("names {}, which is no method; write resource.method", tool));
                continue;
            }
            place.resource = method->resource;
            place.method = method->name;
            integration_.dynamic.places.push_back(place);
        }
    }

    [[nodiscard]] std::optional<std::size_t> position_of(std::string_view name) const
    {
        auto const& sources = integration_.dynamic.sources;
        auto const found = std::ranges::find(sources, name, &DynamicSource::name);
        return found == sources.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - sources.begin()));
    }

    documents::Source const& source_;
    Integration& integration_;
    documents::Problems& problems_;
};

} // namespace

void read_dynamic(documents::Source const& manifest, json::value const* dynamic, Integration& integration,
                  documents::Problems& problems)
{
    DynamicReader(manifest, integration, problems).read(dynamic);
}

} // namespace sluice::catalog
