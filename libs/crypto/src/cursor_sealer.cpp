#include "crypto/cursor_sealer.hpp"

#include <charconv>
#include <cstring>

namespace sluice::crypto {
namespace {

Error refused()
{
    return invalid("next_cursor",
                   "is not a cursor of this list. Pass back next_cursor exactly as it was received, with "
                   "the same other arguments, within 24 hours; or leave it out to start again.");
}

std::int64_t seconds_of(Clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

CursorSealer::CursorSealer(Keyring const& keyring, Clock const& clock)
    : keyring_(keyring)
    , clock_(clock)
{
}

std::string CursorSealer::seal(std::string_view binding, std::string_view payload) const
{
    auto const id = keyring_.active();
    auto const plaintext = std::to_string(seconds_of(clock_.now() + kLifetime)) + ' ' + std::string(payload);
    auto const sealed = crypto::seal(keyring_.derived(Keyring::Purpose::cursor).at(id), plaintext, binding);
    Bytes framed(sizeof id);
    std::memcpy(framed.data(), &id, sizeof id);
    framed.insert(framed.end(), sealed.begin(), sealed.end());
    return base64url(framed);
}

Result<std::string> CursorSealer::open(std::string_view binding, std::string_view cursor) const
{
    auto const framed = base64url_decode(cursor);
    std::uint32_t id = 0;
    if (!framed || framed->size() < sizeof id)
        return refused();
    std::memcpy(&id, framed->data(), sizeof id);
    auto const& keys = keyring_.derived(Keyring::Purpose::cursor);
    auto const key = keys.find(id);
    if (key == keys.end())
        return refused();
    auto const opened = crypto::open(key->second, ByteView(*framed).subspan(sizeof id), binding);
    if (!opened)
        return refused();
    std::string_view const text = opened->reveal();
    std::int64_t expires = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), expires);
    if (error != std::errc{} || expires <= seconds_of(clock_.now()))
        return refused();
    return std::string(end + 1, text.data() + text.size());
}

} // namespace sluice::crypto
