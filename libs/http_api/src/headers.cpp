#include "http_api/headers.hpp"

#include "base/encoding.hpp"

namespace sluice::http {

void Headers::reserve(std::size_t fields, std::size_t bytes)
{
    entries_.reserve(fields);
    bytes_.reserve(bytes);
}

void Headers::add(std::string_view name, std::string_view value)
{
    Entry const entry{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())};
    bytes_ += name;
    bytes_ += value;
    entries_.push_back(entry);
}

void Headers::set(std::string_view name, std::string_view value)
{
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name)
{
    std::erase_if(entries_, [&](Entry const& entry) {
        return iequals(std::string_view(bytes_).substr(entry.offset, entry.name_size), name);
    });
}

Headers::Field Headers::operator[](std::size_t index) const noexcept
{
    auto const& entry = entries_[index];
    std::string_view const bytes = bytes_;
    return {bytes.substr(entry.offset, entry.name_size),
            bytes.substr(entry.offset + entry.name_size, entry.value_size)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].name_size == name.size())
            if (auto const field = (*this)[i]; iequals(field.name, name))
                return field.value;
    return std::nullopt;
}

std::optional<std::string_view> Headers::find_last(std::string_view name) const noexcept
{
    for (auto i = entries_.size(); i-- > 0;)
        if (auto const field = (*this)[i]; iequals(field.name, name))
            return field.value;
    return std::nullopt;
}

} // namespace sluice::http
