#include "table.hpp"

#include "text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

constexpr std::string_view kUtc = "+00:00";

std::string text_key(std::string_view text)
{
    // The cursors of the vendor name times without their offset.
    return std::string(text.ends_with(kUtc) ? text.substr(0, text.size() - kUtc.size()) : text);
}

/// Ticket priorities sort by urgency, not by name.
std::string urgency_key(std::string_view priority)
{
    constexpr std::string_view kPriorities[] = {"low", "normal", "high", "critical"};
    return std::to_string(std::ranges::find(kPriorities, priority) - std::begin(kPriorities));
}

std::string key_of(json::value const* value)
{
    if (value == nullptr)
        return {};
    if (value->is_int64())
        return fmt::format("{:020}", value->get_int64());
    return value->is_string() ? text_key(value->get_string()) : std::string{};
}

json::value const* member_at(json::object const& data, std::string_view path)
{
    auto const dot = path.find('.');
    auto const* member = data.if_contains(path.substr(0, dot));
    return member == nullptr || dot == std::string_view::npos ? member : json::find_path(*member, path.substr(dot + 1));
}

} // namespace

std::string order_key(json::object const& data, std::string_view order)
{
    auto const comma = order.find(',');
    auto const* member = member_at(data, order.substr(0, comma));
    bool const is_urgency = order == "priority" && member != nullptr && member->is_string();
    auto key = is_urgency ? urgency_key(member->get_string()) : key_of(member);
    return comma == std::string_view::npos ? key : key + '\t' + order_key(data, order.substr(comma + 1));
}

Indexes::Indexes(std::initializer_list<std::string_view> orders)
{
    for (auto const order : orders)
        indexes_.emplace_back(order, Index{});
}

void Indexes::add(Record& record)
{
    record.keys.clear();
    for (auto& [order, index] : indexes_) {
        record.keys.push_back(order_key(record.data, order));
        index.insert({record.keys.back(), record.id, &record});
    }
}

void Indexes::remove(Record& record)
{
    for (std::size_t i = 0; i < indexes_.size(); ++i)
        indexes_[i].second.erase({record.keys[i], record.id, &record});
}

void Indexes::update(Record& record)
{
    record.text.clear();
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        auto key = order_key(record.data, indexes_[i].first);
        if (key == record.keys[i])
            continue;
        indexes_[i].second.erase({record.keys[i], record.id, &record});
        record.keys[i] = std::move(key);
        indexes_[i].second.insert({record.keys[i], record.id, &record});
    }
}

Index const* Indexes::find(std::string_view order) const
{
    for (auto const& [name, index] : indexes_)
        if (name == order)
            return &index;
    return nullptr;
}

} // namespace sluice::simulator
