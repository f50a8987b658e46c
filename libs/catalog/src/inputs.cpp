#include "inputs.hpp"

#include "catalog/naming.hpp"
#include "templates.hpp"

#include <array>
#include <set>

namespace sluice::catalog {
namespace {

using Kind = InputRequest::Kind;

constexpr std::size_t kMostRounds = 5;
constexpr std::size_t kMostRequests = 10;

/// Checks that a form is flat (MCP, "Elicitation": primitive schemas), so that every client can show it.
void check_form(json::value const& schema, documents::Source const& source, std::string const& path,
                documents::Problems& problems)
{
    static constexpr std::array<std::string_view, 4> kTypes{"string", "number", "integer", "boolean"};
    static constexpr std::array<std::string_view, 4> kFormats{"email", "uri", "date", "date-time"};
    auto const* object = schema.if_object();
    auto const* properties = object != nullptr ? json::object_at(*object, "properties") : nullptr;
    auto const* type = object != nullptr ? json::string_at(*object, "type") : nullptr;
    if (properties == nullptr || type == nullptr || *type != "object")
        return problems.add(source, path, "must be a schema of type object with properties");
    for (auto const& [name, rules] : *properties) {
        auto const at = documents::join_path(documents::join_path(path, "properties"), name);
        auto const* field = rules.if_object();
        auto const* field_type = field != nullptr ? json::string_at(*field, "type") : nullptr;
        if (field_type == nullptr || std::ranges::find(kTypes, std::string_view(*field_type)) == kTypes.end())
            problems.add(source, at, "must be of type string, number, integer or boolean: forms are flat");
        auto const* format = field != nullptr ? json::string_at(*field, "format") : nullptr;
        if (format != nullptr && std::ranges::find(kFormats, std::string_view(*format)) == kFormats.end())
            problems.add(source, documents::join_path(at, "format"), "must be email, uri, date or date-time");
    }
}

class InputsReader {
public:
    InputsReader(documents::Source const& source, std::vector<std::string> roots, documents::Problems& problems)
        : source_(source)
        , roots_(std::move(roots))
        , problems_(problems)
    {
    }

    std::shared_ptr<Inputs const> read(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        auto inputs = std::make_shared<Inputs>();
        auto const* rounds = mapping.find("rounds");
        auto const* array = rounds != nullptr ? rounds->if_array() : nullptr;
        if (array == nullptr || array->empty() || array->size() > kMostRounds)
            mapping.problem("rounds", fmt::format("must be a list of one to {} rounds", kMostRounds));
        for (std::size_t i = 0; array != nullptr && i < std::min(array->size(), kMostRounds); ++i)
            inputs->rounds.push_back(read_round((*array)[i], documents::join_path(mapping.at("rounds"), i)));
        auto const* arguments = mapping.find("arguments");
        if (arguments != nullptr && !arguments->is_object())
            mapping.problem("arguments", "must be a mapping");
        else if (arguments != nullptr)
            for (auto const& [name, source] : arguments->get_object())
                inputs->arguments.emplace_back(name, read_template(source, source_,
                                                                   documents::join_path(mapping.at("arguments"), name),
                                                                   roots_, problems_));
        return inputs;
    }

private:
    std::vector<InputRequest> read_round(json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        mapping.take_all();
        std::vector<InputRequest> round;
        if (mapping.object() == nullptr || mapping.object()->empty() || mapping.object()->size() > kMostRequests) {
            problems_.add(source_, path, fmt::format("must have one to {} requests by name", kMostRequests));
            return round;
        }
        for (auto const& [key, request] : *mapping.object())
            round.push_back(read_request(key, request, mapping.at(key)));
        // Later rounds may read the answers of this round.
        for (auto const& request : round)
            roots_.push_back("input." + request.key);
        return round;
    }

    InputRequest read_request(std::string key, json::value const& value, std::string const& path)
    {
        Mapping mapping(source_, &value, path, problems_);
        InputRequest request;
        request.key = std::move(key);
        bool const is_ours = request.key == "reauth" || request.key == "approval";
        if (!openapi::is_argument_name(request.key) || request.key.contains('.') || is_ours ||
            !keys_.insert(request.key).second)
            problems_.add(source_, path,
                          "must be a name of letters, digits, _ and -, given once, and not reauth or approval");
        request.is_optional = mapping.flag("optional", false);
        auto const* form = mapping.find("elicit");
        auto const* sample = mapping.find("sample");
        bool const wants_roots = mapping.flag("roots", false);
        if ((form != nullptr) + (sample != nullptr) + static_cast<int>(wants_roots) != 1) {
            problems_.add(source_, path, "must have one of elicit, sample and roots");
        } else if (form != nullptr) {
            read_form(*form, mapping.at("elicit"), request);
        } else if (sample != nullptr) {
            request.kind = Kind::sampling;
            auto const* params = sample->if_object();
            auto const* tokens = params != nullptr ? params->if_contains("maxTokens") : nullptr;
            if (params == nullptr || json::array_at(*params, "messages") == nullptr || tokens == nullptr ||
                !tokens->is_int64())
                mapping.problem("sample", "must have messages and maxTokens, a whole number");
            else
                request.params = read_template(*sample, source_, mapping.at("sample"), roots_, problems_);
        } else {
            request.kind = Kind::roots;
        }
        return request;
    }

    void read_form(json::value const& value, std::string const& path, InputRequest& request)
    {
        Mapping mapping(source_, &value, path, problems_);
        json::object params{{"mode", "form"}};
        params["message"] = mapping.text("message", true);
        auto const* schema = mapping.find("schema");
        if (schema == nullptr)
            return mapping.problem("schema", "is required");
        auto const before = problems_.size();
        check_form(*schema, source_, mapping.at("schema"), problems_);
        if (problems_.size() == before)
            schema::check_keywords(*schema, source_, mapping.at("schema"), problems_);
        auto compiled = problems_.size() == before ? schema::Schema::compile(*schema) : Result<schema::Schema>(Error{});
        if (compiled)
            request.schema = std::make_shared<schema::Schema const>(*std::move(compiled));
        params["requestedSchema"] = *schema;
        request.params = read_template(params, source_, path, roots_, problems_);
    }

    documents::Source const& source_;
    std::vector<std::string> roots_;
    documents::Problems& problems_;
    std::set<std::string> keys_;
};

} // namespace

std::string_view method_of(Kind kind) noexcept
{
    static constexpr std::array<std::string_view, 3> kMethods{"elicitation/create", "sampling/createMessage",
                                                              "roots/list"};
    return kMethods.at(static_cast<std::size_t>(kind));
}

std::string_view capability_of(Kind kind) noexcept
{
    static constexpr std::array<std::string_view, 3> kCapabilities{"elicitation", "sampling", "roots"};
    return kCapabilities.at(static_cast<std::size_t>(kind));
}

json::object Inputs::fill(json::object given, json::object const& input) const
{
    json::value const values = json::object{{"arguments", given}, {"input", input}};
    for (auto const& [name, source] : arguments)
        if (auto made = source.render(values))
            given[name] = *std::move(made);
    return given;
}

std::shared_ptr<Inputs const> read_inputs(json::value const* value, documents::Source const& source,
                                          std::string const& path, std::vector<std::string> roots,
                                          documents::Problems& problems)
{
    return value == nullptr ? nullptr : InputsReader(source, std::move(roots), problems).read(*value, path);
}

} // namespace sluice::catalog
