#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <string>
#include <string_view>

namespace sluice::crypto {

/// Cursors that clients hold for us: opaque, tied to the question they continue, good for a day. Any replica with the
/// same keyring opens them. Thread-safe.
class CursorSealer {
public:
    static constexpr std::chrono::hours kLifetime{24};

    /// Both must outlive the sealer.
    CursorSealer(Keyring const& keyring, Clock const& clock);

    /// `binding` says which question the cursor continues; it is not stored, only authenticated.
    [[nodiscard]] std::string seal(std::string_view binding, std::string_view payload) const;
    /// Errors: invalid_argument at `next_cursor` if it is not one of ours, continues another question or is too old.
    [[nodiscard]] Result<std::string> open(std::string_view binding, std::string_view cursor) const;

private:
    Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::crypto
