#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Why an operation did not succeed. The one place that maps these to HTTP is `http_status_of`; it switches over every
/// value, so a new one does not compile until it has a row there.
enum class ErrorCode {
    invalid_argument,     ///< The caller sent something we refuse; `failures` says where.
    unauthenticated,      ///< No credential of ours, or not a valid one.
    forbidden,            ///< A valid credential that may not do this.
    not_found,            ///< No such thing in the caller's environment.
    not_allowed,          ///< The thing exists, but this operation is not offered on it (HTTP 405).
    conflict,             ///< The thing is in a state, or has a twin, that excludes this operation.
    too_large,            ///< A bound on size was exceeded.
    unsupported_media,    ///< A content type we do not read.
    rate_limited,         ///< One of our own limits; retry later.
    reauth_needed,        ///< The account's vendor credential is dead; its owner has to reconnect it.
    setup_failed,         ///< A connected account could not be set up as its integration's definition wants.
    upstream_unreachable, ///< The vendor was not reached: nothing was sent to it.
    upstream_failed,      ///< What the vendor answered broke off, or was not HTTP.
    upstream_timeout,     ///< The vendor did not answer within the deadline.
    unavailable,          ///< Something of ours is down (the database); retry soon.
    internal,             ///< Our bug.
};

[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

/// One mistake in the caller's input: where (`config.methods[0]`) and which rule was broken.
struct FieldFailure {
    std::string path;
    std::string message;
};

/// An expected failure. It carries two texts: `log_message` may name hosts, tables and SQLSTATEs and goes only to the
/// log; `public_detail` may be shown to any caller and says what to do. Neither may hold a secret.
class Error {
public:
    Error() = default;
    /// A failure whose text is fit for both readers.
    Error(ErrorCode code, std::string public_detail);
    Error(ErrorCode code, std::string public_detail, std::string log_message);
    /// Bad input; the detail is made from the failures.
    explicit Error(std::vector<FieldFailure> failures);

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] std::string const& public_detail() const noexcept { return public_detail_; }
    [[nodiscard]] std::string const& log_message() const noexcept
    {
        return log_message_.empty() ? public_detail_ : log_message_;
    }
    [[nodiscard]] std::vector<FieldFailure> const& failures() const noexcept { return failures_; }

private:
    ErrorCode code_ = ErrorCode::internal;
    std::string public_detail_ = "uninitialised result";
    std::string log_message_;
    std::vector<FieldFailure> failures_;
};

/// Shorthand for one bad field.
[[nodiscard]] Error invalid(std::string path, std::string message);

} // namespace sluice
