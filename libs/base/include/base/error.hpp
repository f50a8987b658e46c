#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Why an operation failed. Only `http_status_of` maps codes to HTTP. It has a case for every value, so a new value
/// does not compile without one.
enum class ErrorCode {
    invalid_argument,     ///< The caller's input is refused; `failures` says where.
    unauthenticated,      ///< The caller has no token, or not a valid one.
    forbidden,            ///< The caller's token is valid, but may not do this.
    not_found,            ///< No such thing in the caller's environment.
    not_allowed,          ///< The thing exists, but this operation is not offered on it (HTTP 405).
    conflict,             ///< The state of the thing, or another thing, excludes this operation.
    too_large,            ///< A bound on size was exceeded.
    unsupported_media,    ///< A content type that is not read here.
    rate_limited,         ///< A limit of Sluice; retry later.
    reauth_needed,        ///< The account's credential is dead; its owner must connect it again.
    setup_failed,         ///< A connected account could not be set up by its definition's steps.
    upstream_unreachable, ///< The vendor was not reached: nothing was sent to it.
    upstream_failed,      ///< The vendor's answer broke off, or was not HTTP.
    upstream_timeout,     ///< The vendor did not answer within the deadline.
    unavailable,          ///< A part of Sluice is down, such as the database; retry soon.
    internal,             ///< A bug in Sluice.
};

[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

/// One mistake in the caller's input: its path (`config.methods[0]`) and the broken rule.
struct FieldFailure {
    std::string path;
    std::string message;
};

/// An expected failure. It has two texts: `log_message` may name hosts, tables and SQLSTATEs and goes only to the log;
/// `public_detail` may be shown to any caller and says what to do. Neither may contain a secret.
class Error {
public:
    Error() = default;
    /// An error with the same text for caller and log.
    Error(ErrorCode code, std::string public_detail);
    Error(ErrorCode code, std::string public_detail, std::string log_message);
    /// invalid_argument; its text is made from the failures.
    explicit Error(std::vector<FieldFailure> failures);
    /// An error of any code with one mistake; its text is made from it.
    [[nodiscard]] static Error at(ErrorCode code, std::string path, std::string message);

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

/// invalid_argument with one mistake.
[[nodiscard]] Error invalid(std::string path, std::string message);

} // namespace sluice
