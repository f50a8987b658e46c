// The private header: what a letter is made of.
#include "../../../libs/identity/src/letters.hpp"

#include "base/encoding.hpp"
#include "identity/user.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::identity {
namespace {

Letter letter()
{
    return {"bob@example.com",
            "Bob",
            "acme",
            "Ann",
            Secret{"https://sluice.example/invitation#slx_invite_x"},
            *parse_timestamp("2026-11-27T12:00:00Z")};
}

Result<Mail> mail(Letter of, LetterKind kind = LetterKind::invitation, std::string_view from = "Sluice <s@example.org>")
{
    return mail_of(kind, of, from, "id", *parse_timestamp("2026-11-20T12:00:00Z"));
}

std::string headers_of(Mail const& mail)
{
    return mail.text.substr(0, mail.text.find("\r\n\r\n"));
}

std::string body_of(Mail const& mail)
{
    auto text = mail.text.substr(mail.text.find("\r\n\r\n") + 4);
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return std::string(text_of(*base64_decode(text)));
}

TEST(Letters, HaveTheLinkInPlainText)
{
    auto const made = mail(letter());
    ASSERT_TRUE(made);
    EXPECT_EQ(made->from, "s@example.org");
    EXPECT_EQ(made->to, "bob@example.com");
    auto const headers = headers_of(*made);
    EXPECT_TRUE(headers.starts_with("Date: Fri, 20 Nov 2026 12:00:00 +0000\r\n")) << headers;
    EXPECT_NE(headers.find("\r\nTo: <bob@example.com>\r\n"), std::string::npos);
    EXPECT_NE(headers.find("\r\nMessage-ID: <id@example.org>\r\n"), std::string::npos);
    EXPECT_NE(headers.find("\r\nContent-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
    auto const body = body_of(*made);
    EXPECT_NE(body.find("Hello Bob,"), std::string::npos) << body;
    EXPECT_NE(body.find("Ann invites you to the team acme"), std::string::npos) << body;
    EXPECT_NE(body.find("\nhttps://sluice.example/invitation#slx_invite_x\n"), std::string::npos) << body;
    EXPECT_NE(body_of(*mail(letter(), LetterKind::reset)).find("asked for a new password"), std::string::npos);
}

TEST(Letters, NoNameEndsALineOfTheHeaders)
{
    auto evil = letter();
    evil.team_name = "acme\r\nBcc: all@example.com\r\n\r\nBuy";
    evil.name = "Bob\nhttps://evil.example";
    evil.from_name = "Ann\r\n.\r\n";
    auto const made = mail(evil);
    ASSERT_TRUE(made);
    auto const headers = headers_of(*made);
    EXPECT_EQ(headers.find("Bcc"), std::string::npos) << headers;
    EXPECT_EQ(std::ranges::count(headers, '\n'), std::ranges::count(headers_of(*mail(letter())), '\n') + 1)
        << "the longer subject is folded once: " << headers;
    EXPECT_EQ(body_of(*made).find("\nhttps://evil"), std::string::npos);
}

TEST(Letters, AddressesThatCouldEndALineAreRefused)
{
    for (auto const* address :
         {"", "bob", "bob@", "@example.com", "bob@example.com\r\nBcc: x@y", "bob@example.com>",
          "bob@example.com, x@example.com", "b ob@example.com", "bob@exa mple.com", "bob@-x.com", "bob@x..com",
          "bob\n@example.com", "<bob@example.com>", "bob@example.com RCPT TO:<x>"}) {
        auto to = letter();
        to.to = address;
        EXPECT_FALSE(mail(to)) << address;
        EXPECT_FALSE(is_email(address)) << address;
    }
    EXPECT_FALSE(mail(letter(), LetterKind::invitation, "Sluice\r\nX: y <s@example.org>"));
    EXPECT_FALSE(mail(letter(), LetterKind::invitation, "nobody"));
    EXPECT_TRUE(mail(letter(), LetterKind::invitation, "s@example.org"));
    for (auto const* address : {"bob@example.com", "bob+x@mail.example.co.uk", "o'neil@example.com", "b@localhost"})
        EXPECT_TRUE(is_email(address)) << address;
}

TEST(Letters, LongSubjectsAreFoldedBetweenCharacters)
{
    auto wide = letter();
    wide.team_name.clear();
    for (int i = 0; i < 60; ++i)
        wide.team_name += "ä";
    auto const made = mail(wide);
    ASSERT_TRUE(made);
    std::string_view rest = made->text;
    while (!rest.empty()) {
        auto const end = rest.find("\r\n");
        EXPECT_LE(end, 78U) << rest.substr(0, end);
        rest.remove_prefix(end + 2);
    }
}

} // namespace
} // namespace sluice::identity
