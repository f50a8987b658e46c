#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// Headers in the order in which they came. Names are compared without case (RFC 9110 section 5.1). All text is in one
/// buffer, so all headers together cost two allocations. Views stay valid until the next `add`, `set` or `remove`.
class Headers {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    void reserve(std::size_t fields, std::size_t bytes);
    void add(std::string_view name, std::string_view value);
    /// Replaces every field of that name.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);

    /// The first value of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// The last value of that name.
    [[nodiscard]] std::optional<std::string_view> find_last(std::string_view name) const noexcept;
    [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] Field operator[](std::size_t index) const noexcept;

    class Iterator {
    public:
        Iterator(Headers const* headers, std::size_t index)
            : headers_(headers)
            , index_(index)
        {
        }
        Field operator*() const { return (*headers_)[index_]; }
        Iterator& operator++()
        {
            ++index_;
            return *this;
        }
        bool operator==(Iterator const&) const = default;

    private:
        Headers const* headers_;
        std::size_t index_;
    };
    [[nodiscard]] Iterator begin() const noexcept { return {this, 0}; }
    [[nodiscard]] Iterator end() const noexcept { return {this, entries_.size()}; }

private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    std::string bytes_;
    std::vector<Entry> entries_;
};

} // namespace sluice::http
