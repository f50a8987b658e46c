#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

/// A text that must not be shown. It has no `<<`, no formatter and no comparison, and wipes its memory. Only `reveal()`
/// gives the value, so grep finds every use.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value)
        : value_(std::move(value))
    {
    }
    Secret(Secret const&) = default;
    Secret(Secret&& other) noexcept
        : value_(std::exchange(other.value_, {}))
    {
        other.wipe();
    }
    Secret& operator=(Secret const& other)
    {
        if (this != &other) {
            wipe();
            value_ = other.value_;
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept
    {
        if (this != &other) {
            wipe();
            value_ = std::exchange(other.value_, {});
        }
        return *this;
    }
    ~Secret() { wipe(); }

    [[nodiscard]] std::string const& reveal() const noexcept { return value_; }
    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

    friend bool operator==(Secret const&, Secret const&) = delete;

private:
    void wipe() noexcept
    {
        if (!value_.empty())
            ::explicit_bzero(value_.data(), value_.size());
    }

    std::string value_;
};

} // namespace sluice
