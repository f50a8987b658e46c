#pragma once

#include "base/id.hpp"

#include <cstdint>
#include <string_view>

namespace sluice::tenancy {

/// Whose request makes a look-up: an IPv4 address, or the /64 of an IPv6 address, since a client may use all of these;
/// or a user. A value.
class Asker {
public:
    /// It is not known who asks, or Sluice itself does.
    Asker() = default;
    /// The client at an address such as `192.0.2.1` or `2001:db8::1`. Any other text is nobody who is known.
    explicit Asker(std::string_view address);
    /// A user who is known to ask, wherever they are.
    explicit Asker(UserId user);

    [[nodiscard]] bool is_known() const noexcept { return number_ != 0; }
    /// Equal for those who share a limit.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    std::uint64_t number_ = 0;
};

} // namespace sluice::tenancy
