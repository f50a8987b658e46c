#include "tenancy/asker.hpp"

#include <cstddef>

#include <boost/asio/ip/address.hpp>

namespace sluice::tenancy {
namespace {

namespace ip = boost::asio::ip;

/// No IPv6 network that is in use begins with these bits.
constexpr std::uint64_t kOfV4 = 0xffffULL << 32U;
constexpr std::size_t kPrefixBytes = 8;

} // namespace

Asker::Asker(UserId user)
{
    // The second half of a UUIDv7 is random, and never zero: it begins with the variant.
    for (std::size_t i = kPrefixBytes; i < user.uuid().size(); ++i)
        number_ = number_ << 8U | user.uuid()[i];
}

Asker::Asker(std::string_view address)
{
    boost::system::error_code failure;
    auto const parsed = ip::make_address(address, failure);
    if (failure)
        return;
    if (parsed.is_v4()) {
        number_ = kOfV4 | parsed.to_v4().to_uint();
        return;
    }
    auto const bytes = parsed.to_v6().to_bytes();
    for (std::size_t i = 0; i < kPrefixBytes; ++i)
        number_ = number_ << 8U | bytes[i];
    // The loopback's network is all zeros, and so would be nobody's.
    if (number_ == 0)
        number_ = 1;
}

} // namespace sluice::tenancy
