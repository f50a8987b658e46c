#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::tenancy {

/// Whose request makes a look-up: an IPv4 address, or the /64 of an IPv6 address, since a client may use all of these.
/// A value.
class Asker {
public:
    /// It is not known who asks, or Sluice itself does.
    Asker() = default;
    /// The client at an address such as `192.0.2.1` or `2001:db8::1`. Any other text is nobody who is known.
    explicit Asker(std::string_view address);

    [[nodiscard]] bool is_known() const noexcept { return network_ != 0; }
    /// Equal for those who share a limit.
    [[nodiscard]] std::uint64_t network() const noexcept { return network_; }

private:
    std::uint64_t network_ = 0;
};

} // namespace sluice::tenancy
