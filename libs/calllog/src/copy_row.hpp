#pragma once

#include "base/id.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace sluice::calllog {

/// A row in the binary form of PostgreSQL's COPY ("COPY", section "Binary Format"): how many values, then each behind
/// its size in bytes; NULL has the size -1. All numbers are big-endian. It is smaller than the text form and is written
/// without a digit: every call is logged, so each instruction here is part of its cost. A row has at most `kMostBytes`;
/// a text that does not fit is cut.
class CopyRow {
public:
    static constexpr std::size_t kMostBytes = 8UL * 1024;

    CopyRow() = default;
    CopyRow(CopyRow const&) = delete;
    CopyRow& operator=(CopyRow const&) = delete;

    void begin(std::int16_t values)
    {
        end_ = bytes_.data();
        put(values);
    }
    /// NULL if empty. At most `most` bytes; what is no UTF-8 is replaced, and zero bytes go, since PostgreSQL would
    /// refuse all rows for one.
    void text(std::string_view value, std::size_t most);
    void smallint(std::int16_t value) { sized(value); }
    void bigint(std::int64_t value) { sized(value); }
    /// NULL if all its bytes are zero.
    void uuid(Uuid const& value)
    {
        if (value == Uuid{})
            return null();
        put(static_cast<std::int32_t>(value.size()));
        std::memcpy(end_, value.data(), value.size());
        end_ += value.size();
    }
    /// NULL if all its bytes are zero.
    void bytes(std::span<std::uint8_t const> value);
    void null() { put(std::int32_t{-1}); }
    [[nodiscard]] std::string_view end() const { return {bytes_.data(), size()}; }

private:
    /// Room that values other than texts always find.
    static constexpr std::size_t kReserved = 1024;

    template <class Integer>
    void sized(Integer value)
    {
        put(static_cast<std::int32_t>(sizeof value));
        put(value);
    }
    template <class Integer>
    void put(Integer value)
    {
        if constexpr (std::endian::native == std::endian::little)
            value = std::byteswap(value);
        std::memcpy(end_, &value, sizeof value);
        end_ += sizeof value;
    }
    void sized(void const* from, std::size_t size);
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - bytes_.data()); }

    std::array<char, kMostBytes> bytes_{};
    char* end_ = bytes_.data(); ///< Of what is written.
};

} // namespace sluice::calllog
