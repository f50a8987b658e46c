#pragma once

#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "identity/mailer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::identity {

/// What SMTP gets.
struct Mail {
    std::string from; ///< The bare address.
    std::string to;
    std::string text; ///< Headers and body, with CRLF (RFC 5322).
};

enum class LetterKind : std::uint8_t { invitation, reset };

/// Pure. No text of a letter can end a line of the headers: texts are encoded (RFC 2047), addresses are checked.
/// `from` is an address or `Name <address>`. `message_id` is its part before `@`. Errors: invalid_argument for an
/// address that is none.
[[nodiscard]] Result<Mail> mail_of(LetterKind kind, Letter const& letter, std::string_view from,
                                   std::string_view message_id, Timestamp now);

struct Sender {
    std::string name; ///< May be empty.
    std::string address;
};
/// Nothing if there is no address in it.
[[nodiscard]] std::optional<Sender> sender_in(std::string_view from);

} // namespace sluice::identity
