#include "letters.hpp"

#include "base/encoding.hpp"
#include "identity/user.hpp"
#include "names.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace sluice::identity {
namespace {

constexpr std::size_t kBase64Line = 76; // RFC 2045 section 6.8
/// Of an encoded word, so that none is over 75 characters (RFC 2047 section 2).
constexpr std::size_t kWordBytes = 42;

/// One line: whatever could begin another, or hide text, becomes a blank.
std::string one_line(std::string_view text)
{
    auto line = to_valid_utf8(text);
    std::ranges::replace_if(
        line,
        [](char c) {
            auto const byte = static_cast<unsigned char>(c);
            return byte < 0x20 || byte == 0x7f;
        },
        ' ');
    return std::string(utf8_prefix(line, kLongestName));
}

/// As encoded words, so that no byte of it is syntax.
std::string encoded_words(std::string_view text)
{
    std::string words;
    for (auto rest = text; !rest.empty();) {
        auto const part = utf8_prefix(rest, kWordBytes);
        rest.remove_prefix(part.size());
        words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ", base64(bytes_of(part)));
    }
    return words;
}

std::string base64_lines(std::string_view text)
{
    std::string lines;
    auto const all = base64(bytes_of(text));
    for (std::size_t i = 0; i < all.size(); i += kBase64Line)
        lines += all.substr(i, kBase64Line) + "\r\n";
    return lines;
}

/// RFC 5322 section 3.3; not by the locale.
std::string mail_date(Timestamp now)
{
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now);
    auto const day = std::chrono::floor<std::chrono::days>(seconds);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const time{seconds - day};
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
                       unsigned{date.day()}, kMonths.at(unsigned{date.month()} - 1), int{date.year()},
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

struct Text {
    std::string subject;
    std::string body;
};

Text text_of(LetterKind kind, Letter const& letter)
{
    auto const team = one_line(letter.team_name);
    auto const name = one_line(letter.name);
    auto const from = one_line(letter.from_name);
    auto const greeting = name.empty() ? std::string("Hello,") : fmt::format("Hello {},", name);
    auto const end = to_rfc3339(std::chrono::floor<std::chrono::minutes>(letter.expires_at));
    if (kind == LetterKind::invitation)
        return {
            fmt::format("You are invited to the team {}", team),
            fmt::format("{}\n\n{} invites you to the team {} in Sluice. Open this link to choose a password:\n\n{}\n\n"
                        "The link works once, until {} (UTC). If you do not know the team, do nothing.\n",
                        greeting, from.empty() ? "An admin" : from, team, letter.link.reveal(), end)};
    return {
        "Set a new password",
        fmt::format("{}\n\nsomebody, probably you, asked for a new password in the team {} in Sluice. Open this link "
                    "to set it:\n\n{}\n\nThe link works once, until {} (UTC). If it was not you, do nothing: your "
                    "password stays as it is.\n",
                    greeting, team, letter.link.reveal(), end)};
}

} // namespace

std::optional<Sender> sender_in(std::string_view from)
{
    if (is_email(from))
        return Sender{{}, std::string(from)};
    auto const open = from.find('<');
    if (open == std::string_view::npos || !from.ends_with('>'))
        return std::nullopt;
    auto const address = from.substr(open + 1, from.size() - open - 2);
    auto name = from.substr(0, open);
    while (name.ends_with(' '))
        name.remove_suffix(1);
    if (!is_email(address) || !is_name(name))
        return std::nullopt;
    return Sender{std::string(name), std::string(address)};
}

Result<Mail> mail_of(LetterKind kind, Letter const& letter, std::string_view from, std::string_view message_id,
                     Timestamp now)
{
    auto const sender = sender_in(from);
    if (!sender || !is_email(letter.to))
        return Error{ErrorCode::invalid_argument, "The letter has no valid address."};
    auto const [subject, body] = text_of(kind, letter);
    auto const host = sender->address.substr(sender->address.find('@') + 1);
    Mail mail{sender->address, letter.to, {}};
    mail.text = fmt::format("Date: {}\r\nFrom: {}<{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
                            "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                            mail_date(now), sender->name.empty() ? "" : encoded_words(sender->name) + " ",
                            sender->address, letter.to, encoded_words(subject), message_id, host, base64_lines(body));
    return mail;
}

} // namespace sluice::identity
