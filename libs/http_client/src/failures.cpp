#include "failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>

namespace sluice::http {
namespace {

/// What a server that has refused the client's certificate answers (RFC 8446 section 6.2). It also says so if it got
/// none, and by TLS 1.3 only after the handshake.
constexpr std::array kAlerts{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
                             SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
                             SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
                             SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
                             SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
                             SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
                             SSL_R_TLSV1_ALERT_UNKNOWN_CA};

bool is_about_client(boost::system::error_code const& failure)
{
    return failure.category() == boost::asio::error::get_ssl_category() &&
           std::ranges::find(kAlerts, ERR_GET_REASON(static_cast<unsigned>(failure.value()))) != kAlerts.end();
}

std::string client_refused(Url const& url, boost::system::error_code const& failure)
{
    return fmt::format("{} wants a client certificate that it accepts: {}. An environment integration shows one if "
                       "override.tls has its certificate and key.",
                       url.host, failure.message());
}

} // namespace

Error unconnected(Url const& url, boost::system::error_code const& failure, std::string_view distrust)
{
    auto const log = fmt::format("connecting to {}: {} {}", url.authority(), failure.message(), distrust);
    auto text = fmt::format("{} could not be reached: {}.", url.host, failure.message());
    if (failure == boost::beast::error::timeout)
        text = fmt::format("{} took no connection in time.", url.host);
    else if (!distrust.empty())
        text = fmt::format("{} could not be reached: its certificate is not trusted: {}. An environment integration "
                           "trusts a certificate authority of the vendor's own if override.tls has it as ca.",
                           url.host, distrust);
    else if (is_about_client(failure))
        text = client_refused(url, failure);
    return {ErrorCode::upstream_unreachable, text, log};
}

Error failed(Url const& url, Attempt const& attempt)
{
    if (attempt.unsent)
        return *attempt.unsent;
    auto const& failure = attempt.failure;
    if (!attempt.fault.empty())
        return {ErrorCode::upstream_failed, fmt::format("The answer of {} {}.", url.host, attempt.fault),
                fmt::format("{}: the answer {}", url.authority(), attempt.fault)};
    auto const log = fmt::format("{}: {}", url.authority(), failure.message());
    if (failure == boost::beast::error::timeout)
        return {ErrorCode::upstream_timeout, fmt::format("{} did not answer in time.", url.host), log};
    if (is_about_client(failure))
        return {ErrorCode::upstream_failed, client_refused(url, failure), log};
    return {ErrorCode::upstream_failed, fmt::format("The answer of {} broke off: {}.", url.host, failure.message()),
            log};
}

Error full_error(Shares::Full full, std::string_view what)
{
    switch (full) {
    case Shares::Full::account:
        return {
            ErrorCode::rate_limited,
            fmt::format("This account has as many calls to {} in progress as it may have. Retry in a moment.", what)};
    case Shares::Full::environment:
        return {ErrorCode::rate_limited,
                fmt::format("This environment has as many calls to {} in progress as it may have. Retry in a moment.",
                            what)};
    case Shares::Full::all:
        break;
    }
    return {ErrorCode::rate_limited, fmt::format("Too many calls to {} are in progress. Retry in a moment.", what)};
}

Error too_many_bytes(Shares::Full full, Method method, Url const& url)
{
    std::string_view const whose = full == Shares::Full::all ? "" : " for this environment";
    if (is_safe(method))
        return {
            ErrorCode::rate_limited,
            fmt::format("The answer of {} was not read: too many large answers{} are being read. Retry in a moment.",
                        url.host, whose)};
    return {ErrorCode::upstream_failed,
            fmt::format("The answer of {} was not read: too many large answers{} are being read.", url.host, whose)};
}

} // namespace sluice::http
