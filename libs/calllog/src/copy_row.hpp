#pragma once

#include "base/id.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::calllog {

/// A row in the text form of PostgreSQL's COPY ("COPY", section "Text Format"): values between tabs, `\N` for NULL.
/// Keeps its memory from row to row.
class RowText {
public:
    void begin() { text_.clear(); }
    /// NULL if empty. At most `most` bytes; what is no UTF-8 is replaced, and zero bytes go, since PostgreSQL would
    /// refuse all rows for one.
    void text(std::string_view value, std::size_t most);
    void number(std::int64_t value);
    /// NULL if all its bytes are zero.
    void uuid(Uuid const& value);
    /// `\x…`; NULL if all its bytes are zero.
    void bytes(std::span<std::uint8_t const> value);
    void null();
    /// Ends the row.
    [[nodiscard]] std::string_view end();

private:
    void separate();
    void escape(std::string_view value);

    std::string text_;
};

} // namespace sluice::calllog
