#include "limits/fair_shares.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace sluice::limits {
namespace {

constexpr std::int64_t kMostCalls = 1'000'000;
constexpr std::int64_t kLongestSpan = 86'400;

/// Reads the value and collects its mistakes.
class Reader {
public:
    void fail(std::string path, std::string message) { failures.push_back({std::move(path), std::move(message)}); }

    json::object const* object(json::value const& value, std::string const& path)
    {
        if (!value.is_object())
            fail(path, "must be an object");
        return value.if_object();
    }
    void allow(json::object const& object, std::string const& path, std::initializer_list<std::string_view> names)
    {
        for (auto const& [name, value] : object)
            if (std::ranges::find(names, std::string_view(name)) == names.end())
                fail(fmt::format("{}.{}", path, std::string_view(name)), "is not known");
    }
    /// Whether there is a value; null is none.
    static bool has(json::object const& object, std::string_view name)
    {
        auto const* value = object.if_contains(name);
        return value != nullptr && !value->is_null();
    }
    std::optional<std::int64_t> number(json::object const& object, std::string_view name, std::string const& path,
                                       std::int64_t most)
    {
        if (!has(object, name))
            return std::nullopt;
        auto const* number = object.at(name).if_int64();
        if (number == nullptr || *number < 1 || *number > most) {
            fail(fmt::format("{}.{}", path, name), fmt::format("must be a whole number from 1 to {}", most));
            return std::nullopt;
        }
        return *number;
    }
    template <class IdType>
    std::optional<IdType> id(json::object const& object, std::string_view name, std::string const& path)
    {
        if (!has(object, name))
            return std::nullopt;
        auto const& value = object.at(name);
        auto const parsed = value.is_string() ? IdType::parse(value.get_string()) : std::nullopt;
        if (!parsed)
            fail(fmt::format("{}.{}", path, name), fmt::format("must be an id that starts with {}_", IdType::kPrefix));
        return parsed;
    }

    std::vector<FieldFailure> failures;
};

std::optional<FairShares::Budget> budget_in(Reader& reader, json::object const& share, std::string const& path)
{
    if (!Reader::has(share, "budget"))
        return std::nullopt;
    auto const place = path + ".budget";
    auto const* budget = reader.object(share.at("budget"), place);
    if (budget == nullptr)
        return std::nullopt;
    reader.allow(*budget, place, {"calls", "seconds"});
    for (auto const* name : {"calls", "seconds"})
        if (!Reader::has(*budget, name))
            reader.fail(fmt::format("{}.{}", place, name), "is required");
    auto const calls = reader.number(*budget, "calls", place, kMostCalls);
    auto const seconds = reader.number(*budget, "seconds", place, kLongestSpan);
    return FairShares::Budget{calls.value_or(1), std::chrono::seconds(seconds.value_or(1))};
}

FairShares::Share share_in(Reader& reader, json::object const& object, std::string const& path)
{
    reader.allow(object, path, {"mcp_server_id", "api_token_id", "weight", "budget"});
    FairShares::Share share;
    share.server = reader.id<McpServerId>(object, "mcp_server_id", path);
    share.token = reader.id<ApiTokenId>(object, "api_token_id", path);
    if (Reader::has(object, "mcp_server_id") == Reader::has(object, "api_token_id"))
        reader.fail(path, "must have mcp_server_id or api_token_id, and not both");
    share.weight = reader.number(object, "weight", path, FairShares::kMostWeight).value_or(1);
    share.budget = budget_in(reader, object, path);
    return share;
}

} // namespace

Result<FairShares> FairShares::parse(json::value const& value, std::string_view path)
{
    Reader reader;
    FairShares all;
    std::string const root(path);
    auto const* object = reader.object(value, root);
    if (object == nullptr)
        return Error{std::move(reader.failures)};
    reader.allow(*object, root, {"shares", "default_weight"});
    all.default_weight = reader.number(*object, "default_weight", root, kMostWeight).value_or(1);
    auto const* shares = object->if_contains("shares");
    auto const* list = shares != nullptr ? shares->if_array() : nullptr;
    if (shares != nullptr && (list == nullptr || list->size() > kMostShares)) {
        reader.fail(root + ".shares", fmt::format("must be a list of at most {} shares", kMostShares));
        return Error{std::move(reader.failures)};
    }
    std::set<Uuid> seen;
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        auto const place = fmt::format("{}.shares[{}]", root, i);
        auto const* each = reader.object((*list)[i], place);
        if (each == nullptr)
            continue;
        auto const share = share_in(reader, *each, place);
        if ((share.server || share.token) && !seen.insert(share.consumer()).second)
            reader.fail(place, "has the same consumer as one before it");
        all.shares.push_back(share);
    }
    return reader.failures.empty() ? Result<FairShares>(std::move(all)) : Error{std::move(reader.failures)};
}

json::object FairShares::to_json() const
{
    json::array list;
    for (auto const& share : shares) {
        json::object each;
        if (share.server)
            each["mcp_server_id"] = share.server->str();
        else
            each["api_token_id"] = share.token->str();
        each["weight"] = share.weight;
        if (share.budget)
            each["budget"] = json::object{{"calls", share.budget->calls}, {"seconds", share.budget->span.count()}};
        list.push_back(std::move(each));
    }
    return {{"shares", std::move(list)}, {"default_weight", default_weight}};
}

FairShares::Share const* FairShares::find(Uuid const& consumer) const
{
    auto const found = std::ranges::find(shares, consumer, &Share::consumer);
    return found == shares.end() ? nullptr : &*found;
}

std::int64_t FairShares::weight_of(Uuid const& consumer) const
{
    auto const* share = find(consumer);
    return share == nullptr ? default_weight : share->weight;
}

} // namespace sluice::limits
