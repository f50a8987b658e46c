#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <string>
#include <string_view>

namespace sluice::crypto {

/// Seals cursors, which clients keep for Sluice. A cursor is opaque, works only for the same request and is valid for a
/// day. Every replica with the same keyring opens it. Thread-safe.
class CursorSealer {
public:
    static constexpr std::chrono::hours kLifetime{24};

    /// Both must outlive the sealer.
    CursorSealer(Keyring const& keyring, Clock const& clock);

    /// `binding` identifies the request that the cursor continues. It is authenticated, but not stored in the cursor.
    [[nodiscard]] std::string seal(std::string_view binding, std::string_view payload) const;
    /// Errors: invalid_argument at `next_cursor` if the cursor was not sealed with this keyring, has another binding or
    /// is too old.
    [[nodiscard]] Result<std::string> open(std::string_view binding, std::string_view cursor) const;

private:
    Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::crypto
