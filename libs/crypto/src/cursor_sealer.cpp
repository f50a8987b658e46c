#include "crypto/cursor_sealer.hpp"

#include "crypto/sealed_text.hpp"

namespace sluice::crypto {

CursorSealer::CursorSealer(Keyring const& keyring, Clock const& clock)
    : keyring_(keyring)
    , clock_(clock)
{
}

std::string CursorSealer::seal(std::string_view binding, std::string_view payload) const
{
    return seal_text(keyring_, Keyring::Purpose::cursor, binding, payload, clock_.now() + kLifetime);
}

Result<std::string> CursorSealer::open(std::string_view binding, std::string_view cursor) const
{
    auto opened = open_text(keyring_, Keyring::Purpose::cursor, binding, cursor, clock_.now());
    if (!opened)
        return invalid("next_cursor",
                       "is not a cursor of this list. Pass back next_cursor exactly as it was received, with "
                       "the same other arguments, within 24 hours; or leave it out to start again.");
    return *std::move(opened);
}

} // namespace sluice::crypto
