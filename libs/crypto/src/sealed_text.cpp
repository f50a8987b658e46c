#include "crypto/sealed_text.hpp"

#include "base/encoding.hpp"

#include <charconv>
#include <cstring>

namespace sluice::crypto {
namespace {

std::int64_t seconds_of(Timestamp time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

std::string seal_text(Keyring const& keyring, Keyring::Purpose purpose, std::string_view binding,
                      std::string_view payload, Timestamp ends_at)
{
    auto const id = keyring.active();
    auto const plaintext = std::to_string(seconds_of(ends_at)) + ' ' + std::string(payload);
    auto const sealed = crypto::seal(keyring.derived(purpose).at(id), plaintext, binding);
    Bytes framed(sizeof id);
    std::memcpy(framed.data(), &id, sizeof id);
    framed.insert(framed.end(), sealed.begin(), sealed.end());
    return base64url(framed);
}

std::optional<std::string> open_text(Keyring const& keyring, Keyring::Purpose purpose, std::string_view binding,
                                     std::string_view sealed, Timestamp now)
{
    auto const framed = base64url_decode(sealed);
    std::uint32_t id = 0;
    if (!framed || framed->size() < sizeof id)
        return std::nullopt;
    std::memcpy(&id, framed->data(), sizeof id);
    auto const& keys = keyring.derived(purpose);
    auto const key = keys.find(id);
    if (key == keys.end())
        return std::nullopt;
    auto const opened = crypto::open(key->second, ByteView(*framed).subspan(sizeof id), binding);
    if (!opened)
        return std::nullopt;
    std::string_view const text = opened->reveal();
    std::int64_t ends_at = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), ends_at);
    if (error != std::errc{} || ends_at <= seconds_of(now))
        return std::nullopt;
    return std::string(end + 1, text.data() + text.size());
}

} // namespace sluice::crypto
